"""Bookings of rooms, judged, as everything else in the building reads them, and how they are kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from edge.errors import IllegalInput
from edge.events import Event
from edge.text import Text
from rooms.verdict import Verdict

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Revision = tuple[int, datetime]
Identity = tuple[str, str, str, str]
_OLDEST: Revision = (0, datetime(1, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One time that a room is booked. uid and rid name it in its calendar; start and end are aware UTC.

    agency: whose it is, None where nothing tells. number: as its calendar has it, see `rooms.numbers`. marks: ids of the policies
    whose categories and organizers it meets, noted when it is read because neither is kept. revision: SEQUENCE and DTSTAMP, to tell
    an older version; whole: it is that of the whole event, not of a change to instances of it. Both are no part of what the booking
    says, so no difference either. moved_from: the room that its calendar has, where people have moved it to another one.
    """

    room: str
    calendar: str
    uid: str
    rid: str
    start: datetime
    end: datetime
    all_day: bool
    status: str
    verdict: Verdict
    reason: Text
    title: str = ""
    agency: str | None = None
    number: str = ""
    marks: tuple[str, ...] = ()
    revision: Revision = field(default=_OLDEST, compare=False)
    whole: bool = field(default=False, compare=False)
    moved_from: str = ""

    @property
    def identity(self) -> Identity:
        return self.calendar, self.room, self.uid, self.rid


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingsRead(Event):
    """All bookings of a calendar in the window around `at`.

    read_at: when the calendar itself was last heard; earlier than `at` when its last answer was only looked at again.
    problems: what was left out of the answer, and why.
    """

    kind = "bookings-read"
    journaled = False
    calendar: str
    bookings: tuple[Booking, ...]
    problems: tuple[Text, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarUnchanged(Event):
    """A calendar answered that nothing has changed: what was read before is true as of now."""

    kind = "calendar-unchanged"
    journaled = False
    calendar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFailed(Event):
    """A calendar could not be read, or its answer is not to be believed; what was known before still stands."""

    kind = "calendar-failed"
    journaled = False
    calendar: str
    problem: Text


@cache
def _adapter() -> "TypeAdapter[tuple[Booking, ...]]":
    # The process that reads feeds keeps none, and starts often.
    from pydantic import TypeAdapter

    return TypeAdapter(tuple[Booking, ...])


def encode_bookings(bookings: Iterable[Booking]) -> str:
    return _adapter().dump_json(tuple(bookings)).decode()


def decode_bookings(text: str | bytes) -> tuple[Booking, ...]:
    """Raises IllegalInput for what `encode_bookings` did not write."""
    try:
        return _adapter().validate_json(text)
    except ValueError as error:
        raise IllegalInput("the stored bookings cannot be read") from error
