"""What people do with bookings: facts beside the calendars, journaled, that outlast a restart and end with their booking.

Actions of people are judged in `rooms.desk`; `rooms.slots` and `rooms.life` say what the facts mean.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from edge.events import Event
from edge.facts import Facts, Family
from rooms.bookings import Booking
from rooms.plan import BOOKINGS, KEPT_AFTER_END, BookingsChanged

Arrival = Literal["tap", "door", "presence"]
"""How it is known that the official is there: a tap on the room's panel, the door from the internal side, or somebody in the
room whose entry is still locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialCame(Event):
    """Somebody of the staff is in the room. by: who tapped; "" when it was a door or a sensor."""

    kind = "official-came"
    room: str
    how: Arrival
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomKept(Event):
    """Somebody said that the room is in use although no sensor sees anybody."""

    kind = "room-kept"
    room: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingAct(Event):
    """What is done with one booking, named as in `Booking.identity`. booked_until: its end in the calendar at that time: when the
    calendar gives it another, the act is void. by: who did it; "" when nobody did."""

    calendar: str
    room: str
    uid: str
    rid: str
    booked_until: datetime
    by: str = ""

    def holds_for(self, booking: Booking) -> bool:
        """Whether it is about the booking as its calendar has it now."""
        return booking.end == self.booked_until

    @property
    def identity(self) -> tuple[str, str, str, str]:
        return self.calendar, self.room, self.uid, self.rid


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingReleased(BookingAct):
    """The rest of the booking was given free; by nobody: because nobody had come."""

    kind = "booking-released"

    def holds_for(self, booking: Booking) -> bool:
        """Whether it is about the booking as its calendar has it now; not if that has been moved to a later time."""
        return booking.start <= self.at and booking.end == self.booked_until


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingExtended(BookingAct):
    """It lasts until `until`, longer than its calendar says."""

    kind = "booking-extended"
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingAllowed(BookingAct):
    """Somebody let it open its room, which it would not have done by itself: not earlier than it began then."""

    kind = "booking-allowed"
    booked_from: datetime

    def holds_for(self, booking: Booking) -> bool:
        return booking.end == self.booked_until and self.booked_from <= booking.start


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBookingMade(Event):
    """A booking made here, in a local calendar."""

    kind = "local-booking-made"
    booking: Booking
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBookingCancelled(Event):
    kind = "local-booking-cancelled"
    calendar: str
    room: str
    uid: str
    by: str


CAME: Family[OfficialCame] = Family("official-came")
"""By room: the last arrival of an official."""
KEPT: Family[RoomKept] = Family("room-kept")
"""By room."""
RELEASED: Family[BookingReleased] = Family("booking-released")
"""By the booking's identity."""
EXTENDED: Family[BookingExtended] = Family("booking-extended")
ALLOWED: Family[BookingAllowed] = Family("booking-allowed")

TOLD: Family[datetime] = Family("booking-told")
"""By room: when a calendar last told of a booking that had begun already. Nobody could miss its people before."""

_REMEMBERED = timedelta(days=1)
"""How long after the end of its booking an act is kept in checkpoints."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case OfficialCame():
            facts.set(CAME(event.room), event)
        case RoomKept():
            facts.set(KEPT(event.room), event)
        case BookingAct():
            _forget(facts, event.at)
            facts.set(_ACTS[type(event)](*event.identity), event)
        case BookingsChanged(at=at, made=made, changed=changed):
            for booking in (*made, *changed):
                if booking.start <= at < booking.end:
                    facts.set(TOLD(booking.room), at)
        case LocalBookingMade(at=at, booking=booking):
            key = BOOKINGS(booking.calendar, booking.room)
            known = [b for b in facts(key) or () if b.end > at - KEPT_AFTER_END]
            facts.set(key, tuple(sorted((*known, booking), key=lambda b: (b.start, b.end, b.uid))))
        case LocalBookingCancelled(calendar=calendar, room=room, uid=uid):
            facts.set(BOOKINGS(calendar, room), tuple(b for b in facts(BOOKINGS(calendar, room)) or () if b.uid != uid))
        case _:
            pass


_ACTS: Mapping[type[BookingAct], Family[Any]] = {BookingReleased: RELEASED, BookingExtended: EXTENDED, BookingAllowed: ALLOWED}


def _forget(facts: Facts, at: datetime) -> None:
    """Acts of bookings that are long over. Acts are few: there is time for it at each."""
    for family in _ACTS.values():
        for subject, act in list(facts.of(family)):
            if act.booked_until <= at - _REMEMBERED:
                facts.set(family(*subject), None)


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """What still matters, for a checkpoint. Local bookings are kept with all others, by `rooms.plan`."""
    acts: list[BookingAct] = [act for family in _ACTS.values() for _, act in facts.of(family)]
    yield from (act for act in acts if act.booked_until > at - _REMEMBERED)
    said: list[Event] = [event for _, event in (*facts.of(CAME), *facts.of(KEPT))]
    yield from (event for event in said if event.at > at - _REMEMBERED)
