"""The life of a room, derived at every moment from bookings, presence, hours and the decisions on its doors; never stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from edge.facts import Family
from edge.text import Text
from rooms.bookings import Booking

RoomState = Literal["free", "soon", "prepared", "open", "in-use", "empty", "over-time", "released", "closed"]
"""free: nobody has booked it. soon: its booking begins soon. prepared: its door opens already for the booking, or waits for the
official. open: booked and open, nobody seen. in-use: booked and somebody there. empty: booked, and a healthy sensor sees nobody
for a while. over-time: the booking has ended and somebody is there. released: booked, but given free. closed: outside the hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomNow:
    """How a room stands. booking: the one that makes it so, or else the next. next: the first booking to begin after now.

    conflicts: bookings that overlap the present one, itself included; empty without a conflict. awaits_official: customers may be
    waiting for the staff. gives_up_at: when the room is given free unless somebody comes. since is not kept: see the journal.
    """

    state: RoomState
    because: Text
    booking: Booking | None = None
    next: Booking | None = None
    conflicts: tuple[Booking, ...] = ()
    awaits_official: bool = False
    gives_up_at: datetime | None = None


ROOM: Family[RoomNow] = Family("room")
"""By room, of every space that a calendar books; derived by `rooms.life`."""
