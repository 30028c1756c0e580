"""Starting a site although the proof found weaknesses: by name, for a reason, in the journal, and shown as long as it runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from edge.claims import Condition
from edge.conditions import PROOF_WAIVED
from edge.events import DaemonStarted, Event
from edge.facts import Facts, Family, Look
from edge.text import say
from security.proof.report import Proof, Weakness


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofWaived(Event):
    """findings: ids of the weaknesses with which the site was started. It holds for that start alone."""

    kind = "proof-waived"
    findings: tuple[str, ...]
    by: str
    because: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """What somebody said at the start. ids: of findings; those that are none any more do no harm."""

    ids: tuple[str, ...]
    by: str
    because: str

    def covers(self, finding: Weakness) -> bool:
        return bool(self.by.strip() and self.because.strip()) and finding.id in self.ids


NO_WAIVER = Waiver((), "", "")

WAIVED: Family[ProofWaived] = Family("proof-waived")


def unwaived(proof: Proof, waiver: Waiver) -> tuple[Weakness, ...]:
    """The findings that still forbid a start."""
    return tuple(finding for finding in proof.findings if not waiver.covers(finding))


def waived(proof: Proof, waiver: Waiver, at: datetime) -> ProofWaived | None:
    """For the journal; None where nothing needs to be waived."""
    ids = tuple(finding.id for finding in proof.findings)
    return ProofWaived(at=at, findings=ids, by=waiver.by.strip(), because=waiver.because.strip()) if ids else None


def fold(facts: Facts, event: Event) -> None:
    match event:
        case DaemonStarted():
            facts.set(WAIVED(), None)
        case ProofWaived():
            facts.set(WAIVED(), event)
        case _:
            pass


def conditions(look: Look, site: str) -> Iterable[Condition]:
    """site: its id."""
    held = look(WAIVED())
    if held is not None:
        told = say(
            "{by} started it although the proof found {ids}: {because}",
            by=held.by,
            ids=", ".join(held.findings),
            because=held.because,
        )
        yield Condition(PROOF_WAIVED, site, told)
