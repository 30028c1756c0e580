"""What people do with bookings: facts beside the calendars, journaled, that outlast a restart and end with their booking.

Actions of people are judged here by the facts of the moment; `rooms.life` says what the facts mean.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from edge.events import Event
from edge.facts import Family
from rooms.bookings import Booking

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
class BookingReleased(Event):
    """The rest of a booking was given free. by: who did; "" when nobody had come. until: its end, when the fact ends."""

    kind = "booking-released"
    calendar: str
    room: str
    uid: str
    rid: str
    until: datetime
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingExtended(Event):
    """A booking lasts longer than its calendar says, until `until`."""

    kind = "booking-extended"
    calendar: str
    room: str
    uid: str
    rid: str
    until: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingAllowed(Event):
    """Somebody let a booking open its room that would not have done so by itself. until: its end."""

    kind = "booking-allowed"
    calendar: str
    room: str
    uid: str
    rid: str
    until: datetime
    by: str


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
"""By (calendar, room, uid, rid), as Booking.identity."""
EXTENDED: Family[BookingExtended] = Family("booking-extended")
ALLOWED: Family[BookingAllowed] = Family("booking-allowed")
