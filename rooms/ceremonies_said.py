"""What is said and remembered of ceremonies: that one begins later, that its booking is gone, that its room is restored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from edge.events import Event
from edge.facts import Facts, Family, Key
from rooms import checklists


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyShifted(Event):
    """It begins at `starts`: the couple is late, or has come.

    booked_from, booked_until: as its calendar had it then; when that gives it other times, the shift is void.
    """

    kind = "ceremony-shifted"
    ceremony: str
    calendar: str
    room: str
    uid: str
    rid: str
    booked_from: datetime
    booked_until: datetime
    starts: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyCancelled(Event):
    """The booking of a ceremony near at hand is gone from its calendar."""

    kind = "ceremony-cancelled"
    ceremony: str
    scene: str
    booked_from: datetime
    booked_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRestored(Event):
    """After its last ceremony in a row the room is again what it usually is."""

    kind = "room-restored"
    ceremony: str


SHIFTED: Family[CeremonyShifted] = Family("ceremony-shifted")
CANCELLED: Family[tuple[CeremonyCancelled, ...]] = Family("ceremonies-cancelled")
"""By scene: those of a while ago."""
RESTORED: Family[RoomRestored] = Family("room-restored")
_BY_CEREMONY: tuple[Family[Any], ...] = (SHIFTED, RESTORED)


def fold(facts: Facts, event: Event) -> None:
    checklists.fold(facts, event)
    match event:
        case CeremonyShifted(ceremony=ceremony):
            _keep(facts, SHIFTED(ceremony), event)
        case RoomRestored(ceremony=ceremony):
            _keep(facts, RESTORED(ceremony), event)
        case CeremonyCancelled(scene=scene):
            lately = (
                gone for gone in facts(CANCELLED(scene)) or () if _is_kept(gone, event.at) and gone.ceremony != event.ceremony
            )
            facts.set(CANCELLED(scene), (*lately, event))
        case _:
            pass


def _keep(facts: Facts, key: Key[Any], event: Event) -> None:
    for family in _BY_CEREMONY:
        for subject, known in list(facts.of(family)):
            if not _is_kept(known, event.at):
                facts.set(family(*subject), None)
    facts.set(key, event)


def _is_kept(event: Event, at: datetime) -> bool:
    return event.at > at - checklists.REMEMBERED


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """For a checkpoint."""
    yield from checklists.kept(facts, at)
    for family in _BY_CEREMONY:
        yield from (event for _, event in facts.of(family) if _is_kept(event, at))
    for _, gone in facts.of(CANCELLED):
        yield from (event for event in gone if _is_kept(event, at))
