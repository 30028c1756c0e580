"""What keeps an alarm off the list for a while: a shelf, or that its source is out of service. Nothing keeps back a panic or fire.

Both are a named person's, with a reason, and end by themselves; what is off the list is still raised, journaled and shown in a list
of its own (ISA-18.2: Shelved, Out-of-Service; OPC UA Part 9: ShelvingState, SuppressedState). What people ask for stands in
`security.shelving` and `security.sources`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from edge.conditions import (
    BATTERY_LOW,
    CONDITIONS,
    DEVICE_GARBAGE,
    DEVICE_LOST,
    DEVICE_NOT_FOLLOWING,
    FIRE_INPUT_LOST,
    MASKING_FAULT,
    NO_USABLE_VALUE,
    PANIC_SOURCE_LOST,
    TERMINAL_MISSING,
)
from edge.events import Event
from edge.facts import Facts, Family, Key
from edge.site.alarm_settings import UNTOUCHABLE

T = TypeVar("T")

Quiet = Literal["shelved", "out-of-service"]
_OF_A_DEVICE = frozenset(
    (
        PANIC_SOURCE_LOST,
        FIRE_INPUT_LOST,
        DEVICE_LOST,
        DEVICE_GARBAGE,
        NO_USABLE_VALUE,
        DEVICE_NOT_FOLLOWING,
        BATTERY_LOW,
        MASKING_FAULT,
        TERMINAL_MISSING,
    )
)
"""What a device out of service is quiet about, besides an alarm of the building's own that it raises. Its cover stays watched: to
take a device out must not be a way to open it unseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmShelved(Event):
    """A person does not want to be told of this type of alarm of this subject until then. A newer one replaces it."""

    kind = "alarm-shelved"
    type: str
    subject: str
    by: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmUnshelved(Event):
    """by: who took it off the shelf; empty when it came back by itself."""

    kind = "alarm-unshelved"
    type: str
    subject: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTakenOut(Event):
    """A person took a device out of service, to mend it. until: None where only a person takes it back."""

    kind = "source-taken-out"
    subject: str
    by: str
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTakenBack(Event):
    """by: empty when its time was over."""

    kind = "source-taken-back"
    subject: str
    by: str = ""


SHELF: Family[AlarmShelved] = Family("shelf")
"""By type and subject."""
SHELVES: Family[tuple[tuple[str, str], ...]] = Family("shelves")
"""The types and subjects that have a shelf, in the order of time."""
TAKEN_OUT: Family[SourceTakenOut] = Family("source-taken-out")
"""By device."""


class Reads(Protocol):
    """Facts, or one policy's look at them."""

    def __call__(self, key: Key[T]) -> T | None: ...


def why_quiet(read: Reads, kind: str, subject: str) -> Quiet | None:
    """Why nobody is told of this type of alarm of this subject at present."""
    if kind in UNTOUCHABLE:
        return None
    if read(SHELF(kind, subject)) is not None:
        return "shelved"
    if (kind in _OF_A_DEVICE or kind not in CONDITIONS) and read(TAKEN_OUT(subject)) is not None:
        return "out-of-service"
    return None


def fold(facts: Facts, event: Event) -> None:
    match event:
        case AlarmShelved(type=kind, subject=subject):
            facts.set(SHELF(kind, subject), event)
            facts.set(SHELVES(), (*_other_shelves(facts, kind, subject), (kind, subject)))
        case AlarmUnshelved(type=kind, subject=subject):
            facts.set(SHELF(kind, subject), None)
            facts.set(SHELVES(), _other_shelves(facts, kind, subject) or None)
        case SourceTakenOut():
            facts.set(TAKEN_OUT(event.subject), event)
        case SourceTakenBack():
            facts.set(TAKEN_OUT(event.subject), None)
        case _:
            pass


def _other_shelves(facts: Facts, kind: str, subject: str) -> tuple[tuple[str, str], ...]:
    return tuple(shelf for shelf in facts(SHELVES()) or () if shelf != (kind, subject))


def kept(facts: Facts) -> Iterable[Event]:
    """For a checkpoint: also what is over, so that a restart says that it is."""
    yield from shelves(facts)
    yield from (taken_out for _, taken_out in facts.of(TAKEN_OUT))


def shelves(facts: Facts) -> list[AlarmShelved]:
    """The one that has been there longest first."""
    return [found for shelf in facts(SHELVES()) or () if (found := facts(SHELF(*shelf))) is not None]
