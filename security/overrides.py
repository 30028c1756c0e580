"""What a named person decides about one door against its plan: an override with an end, or that it is out of service."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from edge.events import Event
from edge.facts import Facts, Family

DoorValue = Literal["locked", "unlocked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOverridden(Event):
    """A person wants the door locked or unlocked until then, whatever its bookings and hours say. A newer one replaces it."""

    kind = "door-overridden"
    door: str
    value: DoorValue
    by: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideEnded(Event):
    """A person ended an override before its time."""

    kind = "override-ended"
    door: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorTakenOut(Event):
    """A person took the door out of service: it is locked by its own means, and nothing of ours opens it."""

    kind = "door-taken-out"
    door: str
    by: str
    until: datetime | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorTakenBack(Event):
    kind = "door-taken-back"
    door: str
    by: str


OVERRIDE: Family[DoorOverridden] = Family("override")
"""By door: the last one that nobody ended; it holds until its time has passed."""
OUT_OF_SERVICE: Family[DoorTakenOut] = Family("out-of-service")
"""By door: since when it is out; it is back when its time, if it has one, has passed."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case DoorOverridden():
            facts.set(OVERRIDE(event.door), event)
        case OverrideEnded():
            facts.set(OVERRIDE(event.door), None)
        case DoorTakenOut():
            facts.set(OUT_OF_SERVICE(event.door), event)
        case DoorTakenBack():
            facts.set(OUT_OF_SERVICE(event.door), None)
        case _:
            pass
