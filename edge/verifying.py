"""What `talonmies verify` says of a proof: for people in a few lines a finding, for programs as JSON."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from edge.foresight import Foreseen
from edge.language import Renderer
from edge.site.finding import dotted
from edge.site.load import LoadedSite
from edge.text import Route, say
from security.proof import ALWAYS, Proof, Property, Weakness


def _numbers(properties: Sequence[Property]) -> str:
    return ", ".join(sorted(properties, key=lambda each: (len(each.partition("-")[0]), each)))


class ProofReport:
    """One proof of a site file, in one language."""

    def __init__(
        self,
        file: Path,
        loaded: LoadedSite,
        proof: Proof,
        renderer: Renderer,
        days: int | None = None,
        foreseen: Sequence[Foreseen] = (),
    ) -> None:
        self._file = file
        self._loaded = loaded
        self._proof = proof
        self._renderer = renderer
        self._days = days
        self._foreseen = foreseen

    def lines(self) -> Iterator[str]:
        proof, render, site = self._proof, self._renderer.text, self._renderer.site.site.id
        if proof.holds:
            yield render(
                say(
                    "{site}: proved. {states}, faults at once: up to {faults}.", site=site, states=proof.states, faults=proof.faults
                )
            )
        else:
            yield render(say("{site}: NOT proved. Findings: {count}.", site=site, count=len(proof.findings)))
        for finding in proof.findings:
            yield from self._weakness(finding)
        if proof.assumptions:
            yield ""
            yield render(say("It rests on this:"))
            for assumption in proof.assumptions:
                yield f"  {self._place(assumption)}: {render(assumption.told)}. {render(assumption.remedy)}"
        if proof.exposures:
            names = "; ".join(self._renderer.name(door) for door in proof.exposures)
            yield ""
            told = say(
                "Held open by hand, one of these joins public with internal space; only its alarm tells: {doors}.", doors=names
            )
            yield render(told)
        yield ""
        yield render(
            say(
                "Holds: {properties}. In every site, by the way the program is built: {always}.",
                properties=_numbers(proof.properties),
                always=_numbers(ALWAYS),
            )
        )
        yield render(say("What people release or override, the zoning guard judges at that moment; the proof relies on it there."))
        if self._days is not None:
            yield ""
            told = say(
                "Days ahead walked through: {days}. Troubles in their bookings: {count}.",
                count=len(self._foreseen),
                days=self._days,
            )
            yield render(told)
            yield from (f"  {self._trouble(each)}" for each in self._foreseen)

    def _trouble(self, found: Foreseen) -> str:
        when, because = self._renderer.moment(found.at), self._renderer.text(found.because)
        subject = f"{self._renderer.name(found.subject)}: " if found.subject else ""
        return f"{when}: {subject}{because}"

    def _weakness(self, found: Weakness) -> Iterator[str]:
        render = self._renderer.text
        yield ""
        yield f"{found.id}: {render(found.told)}."
        yield "  " + render(say("When: {state}", state="; ".join(render(each) for each in found.state)))
        if found.path:
            yield "  " + render(say("Way: {route}", route=Route(found.path)))
        yield f"  {self._place(found)}: {render(found.remedy)}"

    def _place(self, found: Weakness) -> str:
        return f"{self._file}:{self._loaded.spot(found.place).line}: {dotted(found.place)}"

    def as_json(self) -> dict[str, Any]:
        proof = self._proof
        return {
            "holds": proof.holds,
            "faults": proof.faults,
            "properties": [str(each) for each in proof.properties],
            "always": [str(each) for each in ALWAYS],
            "findings": self._as_json(proof.findings),
            "assumptions": self._as_json(proof.assumptions),
            "exposures": list(proof.exposures),
            "states": self._renderer.text(proof.states),
            "checked": proof.checked,
            **({} if self._days is None else {"days": self._days, "foreseen": [self._trouble_as_json(e) for e in self._foreseen]}),
        }

    def _trouble_as_json(self, found: Foreseen) -> dict[str, Any]:
        t = found.at.astimezone(self._renderer.site.local.zone).isoformat()
        return {"t": t, "kind": found.kind, "subject": found.subject or None, "because": self._renderer.text(found.because)}

    def _as_json(self, found: Sequence[Weakness]) -> list[dict[str, Any]]:
        render = self._renderer.text
        return [
            {
                "id": each.id,
                "property": str(each.property),
                "message": render(each.told),
                "state": [render(text) for text in each.state],
                "path": list(each.path),
                "file": str(self._file),
                "line": self._loaded.spot(each.place).line,
                "place": dotted(each.place),
                "also": [{"line": self._loaded.spot(path).line, "place": dotted(path)} for path in each.also],
                "remedy": render(each.remedy),
            }
            for each in found
        ]
