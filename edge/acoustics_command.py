"""What `talonmies acoustics` says of a site: for people some lines a pair, those that are alike together; for programs as JSON."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from math import ceil
from typing import Any

from acoustics.plan import Planned, plan_of
from acoustics.privacy import Standing
from acoustics.wishes import STANDINGS
from acoustics.words import BASES, CLASS_NAMES, CLASSES, ESTIMATE, VOICES
from acoustics.zones import Zones
from edge.language import Renderer
from edge.site import Site
from edge.site.acoustics_settings import Acoustics
from edge.text import Ref, Text, say

LOUDEST_ASKED_DBA = 80


class AcousticPlan:
    """One site's, in one language. Without a section `acoustics`, that of a site without masking, pairs taken from its plan."""

    def __init__(self, site: Site, renderer: Renderer) -> None:
        self._section = site.acoustics or Acoustics()
        self._described = site.acoustics is not None
        self._renderer = renderer
        self.plans = plan_of(Zones(site, self._section))

    def lines(self) -> Iterator[str]:
        render, comfort = self._renderer.text, self._section.comfort
        site = self._renderer.name(self._renderer.site.site.id)
        yield render(say("{site}: what masking can do. All levels are dB(A) at ear height.", site=site))
        yield render(
            say(
                "Allowed: {floor} to {normal}, and up to {most} for conversations that insist.",
                floor=comfort.floor,
                normal=comfort.normal,
                most=comfort.max,
            )
        )
        if not self._described:
            yield render(say("The site file has no section acoustics: masking units are left alone, and insulation is as usual."))
        for _, alike in groupby(sorted(self.plans, key=self._order), key=_likeness):
            yield ""
            yield from self._told(list(alike))
        yield ""
        yield render(self._summary())
        yield render(ESTIMATE) + "."

    def _order(self, plan: Planned) -> tuple[object, ...]:
        """Those that are alike beside each other, otherwise as the site file has its spaces."""
        spaces = list(self._renderer.site.spaces)
        first = min(spaces.index(other.pair.talker) for other in self.plans if _likeness(other) == _likeness(plan))
        return first, repr(_likeness(plan)), spaces.index(plan.pair.talker)

    def _told(self, alike: list[Planned]) -> Iterator[str]:
        plan, render = alike[0], self._renderer.text
        talkers, listener = ", ".join(self._renderer.name(each.pair.talker) for each in alike), Ref(plan.pair.listener)
        if plan.target.insist:
            yield render(say("{talkers} → {listener}, where it is insisted on", talkers=talkers, listener=listener))
        else:
            yield render(say("{talkers} → {listener}", talkers=talkers, listener=listener))
        for told in self._sentences(plan):
            yield f"  {render(told)}"

    def _sentences(self, plan: Planned) -> Iterator[Text]:
        yield say(
            "{way}, {basis}, {voice}", way=_way(plan), basis=BASES[plan.pair.basis], voice=VOICES[plan.target.voice == "raised"]
        )
        yield say("Needed: {confidential} for confidential, {limited} for limited",
                  confidential=_needed(plan, Standing.CONFIDENTIAL), limited=_needed(plan, Standing.LIMITED))  # fmt: skip
        yield self._allowed(plan)
        yield self._reached(plan)
        if plan.remedies:
            yield say("Instead: {remedies}", remedies=self._list(plan.remedies))
        if plan.reached_open is not None and plan.reached_open < plan.reached:
            yield say("With the door open: {reached}", reached=_name(plan.reached_open))

    def _allowed(self, plan: Planned) -> Text:
        if plan.most is None:
            return say("Allowed: nothing, as no masking unit is heard there")
        units = ", ".join(self._renderer.name(unit) for unit in plan.units)
        allowed = say(
            "Allowed: {floor} to {most}, by {units}", floor=self._section.comfort.floor, most=round(plan.most, 1), units=units
        )
        if plan.ambient is None:
            return allowed
        return say("{allowed}; {ambient} are there without masking", allowed=allowed, ambient=plan.ambient)

    def _reached(self, plan: Planned) -> Text:
        reached = say("Reached: {reached}", reached=_name(plan.reached))
        if plan.masking is not None:
            reached = say("{reached}, with masking of {level}", reached=reached, level=_up(plan.masking))
        if plan.is_reached:
            return reached
        meant = _name(STANDINGS[plan.target.privacy])
        if plan.needed[STANDINGS[plan.target.privacy]] is None:
            return say("{reached}. Meant: {meant}, which no noise gives", reached=reached, meant=meant)
        if plan.missing is None and plan.most is not None:
            return say("{reached}. Meant: {meant}, less than half a decibel is missing", reached=reached, meant=meant)
        if plan.missing is None:
            return say("{reached}. Meant: {meant}; a unit would do it", reached=reached, meant=meant)
        if plan.most is None:
            return say("{reached}. Meant: {meant}; a unit alone would leave {missing} dB missing",
                       reached=reached, meant=meant, missing=plan.missing)  # fmt: skip
        return say("{reached}. Meant: {meant}, {missing} dB are missing", reached=reached, meant=meant, missing=plan.missing)

    def _summary(self) -> Text:
        done = sum(plan.is_reached for plan in self.plans)
        return say("As private as meant: {done} of {all}.", done=done, all=len(self.plans))

    def _list(self, texts: Iterable[Text]) -> str:
        return "; ".join(self._renderer.text(text) for text in texts)

    def as_json(self) -> dict[str, Any]:
        comfort = self._section.comfort
        return {
            "site": self._renderer.site.site.id,
            "described": self._described,
            "floor_dba": comfort.floor,
            "normal_dba": comfort.normal,
            "max_dba": comfort.max,
            "pairs": [self._as_json(plan) for plan in self.plans],
            "note": self._renderer.text(ESTIMATE),
        }

    def _as_json(self, plan: Planned) -> dict[str, Any]:
        pair, target = plan.pair, plan.target
        return {
            "from": pair.talker,
            "to": pair.listener,
            "rating_db": pair.rating,
            "distance_m": pair.distance_m,
            "insulation": pair.basis,
            "voice": target.voice,
            "meant": target.privacy,
            "insist": target.insist,
            "needed_dba": {CLASSES[standing]: _rounded(needed) for standing, needed in plan.needed.items()},
            "ambient_dba": plan.ambient,
            "allowed_dba": _rounded(plan.most),
            "masking_dba": _rounded(plan.masking),
            "units": list(plan.units),
            "reached": CLASSES[plan.reached],
            "reached_door_open": None if plan.reached_open is None else CLASSES[plan.reached_open],
            "missing_db": plan.missing,
            "instead": [self._renderer.text(remedy) for remedy in plan.remedies],
        }


def _likeness(plan: Planned) -> tuple[object, ...]:
    """What is said of a pair, its talker apart."""
    pair, target = plan.pair, plan.target
    return (
        *(pair.listener, pair.rating, pair.distance_m, pair.decay_db, pair.basis, bool(pair.doors), pair.open_way),
        *(target.privacy, target.voice, target.insist, *plan.needed.values()),
    )


def _name(standing: Standing) -> Text:
    return CLASS_NAMES[CLASSES[standing]]


def _way(plan: Planned) -> Text:
    pair = plan.pair
    if pair.rating is None:
        return say("{distance} m in one open space", distance=round(pair.distance_m or 0.0, 1))
    if pair.doors:
        return say("Door and wall of {rating} dB, closed", rating=pair.rating)
    return say("Wall of {rating} dB", rating=pair.rating)


def _needed(plan: Planned, standing: Standing) -> Text | float:
    level = plan.needed[standing]
    return say("more than {level}", level=LOUDEST_ASKED_DBA) if level is None else _up(level)


def _up(level: float) -> float:
    """To half a decibel: less would not do."""
    return ceil(level * 2 - 1e-6) / 2


def _rounded(level: float | None) -> float | None:
    return None if level is None else round(level, 1)
