"""Masking that is muted although nobody asked for it: voices carry that it should cover.

It may have been muted by hand or by a fault of its own, or may not do what it is told. Whichever it is, people are told once, of
what it means, and not also that a device does not obey (docs/decisions/0008). It blocks nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from edge.claims import Condition
from edge.conditions import MASKING_FAULT
from edge.facts import ACTIVE, DECISION, FLIGHT, Look
from edge.site import Site
from edge.text import Ref, say

LONGEST_SILENCE = timedelta(seconds=60)
"""For an announcement of the building's own system, which may mute it for as long."""


def is_mute_unasked(look: Look, unit: str) -> bool:
    """Whether it is heard to be mute while nothing of ours wants that."""
    reading = look.heard(unit, "muted")
    return reading is not None and reading.value is True and not _is_to_be_mute(look, unit)


def conditions(look: Look, site: Site, unit: str, stretch: float) -> Iterable[Condition]:
    if _is_faulty(look, unit, LONGEST_SILENCE * stretch):
        place = Ref(site.devices[unit].space or unit)
        told = say("Conversations in {place} may be overheard: its masking is muted and nobody asked for it", place=place)
        yield Condition(MASKING_FAULT, unit, told)


def _is_faulty(look: Look, unit: str, longest: timedelta) -> bool:
    """What was told before goes on while the unit is not heard; of such a unit nothing new is told."""
    told_before = look(ACTIVE(MASKING_FAULT, unit)) is not None
    if look.heard(unit, "muted") is None:
        return told_before and not _is_to_be_mute(look, unit)
    if not is_mute_unasked(look, unit):
        return False
    since = _mute_since(look, unit)
    return told_before or (since is not None and look.lasted(since, longest))


def _mute_since(look: Look, unit: str) -> datetime | None:
    """Since when it could be heard to sound; None as long as it has not been told to."""
    if look(DECISION(unit, "muted")) is None:
        reading = look.heard(unit, "muted")
        return None if reading is None else reading.since
    flight = look(FLIGHT(unit, "muted"))
    return flight.first_sent_at if flight is not None and flight.value is False and not flight.confirmed else None


def _is_to_be_mute(look: Look, unit: str) -> bool:
    decision = look(DECISION(unit, "muted"))
    return decision is not None and decision.value is True
