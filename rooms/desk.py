"""What people may do with rooms, judged by the facts of that very moment. All raise RoomRefusal to refuse."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NoReturn

from edge.events import Event
from edge.facts import Facts, Look
from edge.refusal import Refusal
from edge.site import Site
from edge.text import Text, say
from rooms.bookings import Booking
from rooms.plan import BOOKINGS, BookingMoved
from rooms.policies import day_problem
from rooms.slots import Slot, slots
from rooms.stays import (
    EXTENDED,
    RELEASED,
    BookingAllowed,
    BookingExtended,
    BookingReleased,
    LocalBookingCancelled,
    LocalBookingMade,
    OfficialCame,
    RoomKept,
)
from rooms.uids import hashed

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(days=1)
FARTHEST = timedelta(days=60)
_DOUBLE_TAP = timedelta(seconds=3)
_LATE = timedelta(minutes=1)
"""How late a tap may arrive: a booking "from now", or "we are done" of those before."""


class RoomRefusal(Refusal):
    """Not as things are in the room."""


def arrive(_facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """The official taps: I am here."""
    _require_room(site, room)
    return OfficialCame(at=at, room=room, how="tap", by=by)


def keep(facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """Somebody taps: we are here. Refused while the room is not booked."""
    _present(facts, site, at, room)
    return RoomKept(at=at, room=room, by=by)


def release(facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """Give the rest of the present booking free. Refused while the room is not booked, and while two bookings overlap."""
    booking = _present(facts, site, at, room).booking
    if at - booking.start < _LATE and _somebody_left(facts, site, at, room):
        _refuse(say("The next booking has just begun: tap again in a minute if it is not needed."))
    calendar, _, uid, rid = booking.identity
    return BookingReleased(at=at, calendar=calendar, room=room, uid=uid, rid=rid, booked_until=booking.end, by=by)


def extend(facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """Let the present booking last longer by what its policy adds. Refused when the room is not free until then."""
    slot = _present(facts, site, at, room)
    booking, until = slot.booking, slot.end + slot.policy.extend
    before = facts(EXTENDED(*booking.identity))
    if before is not None and at - before.at < _DOUBLE_TAP:
        _refuse(say("It was extended a moment ago."))
    if until == slot.end:
        _refuse(say("Bookings of this kind cannot be extended."))
    if until - booking.start > LONGEST:
        _refuse(say("A booking lasts at most a day."))
    if _taken(facts, site, room, slot.end, until, but=booking):
        _refuse(say("The room is booked by somebody else then."))
    calendar, _, uid, rid = booking.identity
    return BookingExtended(at=at, calendar=calendar, room=room, uid=uid, rid=rid, booked_until=booking.end, by=by, until=until)


def allow(facts: Facts, site: Site, at: datetime, room: str, by: str, uid: str, rid: str) -> Event:
    """Let a flagged or pending booking open its room; of a cancelled one nobody can."""
    _require_room(site, room)
    booking = next((b for b in _bookings(facts, site, room) if (b.uid, b.rid) == (uid, rid)), None)
    if booking is None or booking.end <= at:
        _refuse(say("There is no such booking any more."))
    if booking.verdict == "no":
        _refuse(say("A cancelled, declined or free booking opens nothing: make a new one."))
    if booking.verdict != "pending" and day_problem(site, booking) is None:
        _refuse(say("Nothing speaks against this booking."))
    calendar, start, end = booking.calendar, booking.start, booking.end
    return BookingAllowed(at=at, calendar=calendar, room=room, uid=uid, rid=rid, booked_from=start, booked_until=end, by=by)


def move(facts: Facts, site: Site, at: datetime, room: str, by: str, uid: str, rid: str, to: str) -> Event:
    """Let a booking take place in another room of its calendar. Refused where that room is not free then."""
    _require_room(site, room)
    booking = next((b for b in _bookings(facts, site, room) if (b.uid, b.rid) == (uid, rid)), None)
    if booking is None or booking.end <= at:
        _refuse(say("There is no such booking any more."))
    if to == room or to not in site.feeds[booking.calendar].spaces:
        _refuse(say("Move it to another room of its own calendar; to any other, move it in the calendar itself."))
    if facts(EXTENDED(*booking.identity)) or facts(RELEASED(*booking.identity)):
        _refuse(say("It was extended or given free by hand. Book the other room instead."))
    if _taken(facts, site, to, max(booking.start, at), booking.end):
        _refuse(say("The room is booked by somebody else then."))
    first = booking.moved_from or room
    return BookingMoved(at=at, calendar=booking.calendar, room=room, uid=uid, rid=rid, to=to, first_room=first, by=by)


def free_rooms(facts: Facts, site: Site, at: datetime, booking: Booking) -> list[str]:
    """To which a booking can be moved, in the order of the site file: of its calendar, and free for the rest of it."""
    rooms = site.feeds[booking.calendar].spaces
    start = max(booking.start, at)
    return [
        room
        for room in site.bookable
        if room in rooms and room != booking.room and not _taken(facts, site, room, start, booking.end)
    ]


def book(
    facts: Facts, site: Site, at: datetime, room: str, by: str, *, start: datetime, end: datetime, agency: str | None = None
) -> Event:
    """A booking in the room's local calendar. Refused where it overlaps another, is in the past or longer than a day."""
    _require_room(site, room)
    calendar = _local_calendar(site, room)
    if agency is not None and agency not in site.agencies:
        _refuse(say("This site has no such agency."))
    if not at - _LATE <= start <= at + FARTHEST:
        _refuse(say("A booking begins between now and {days} days from now.", days=FARTHEST.days))
    if not SHORTEST <= end - start <= LONGEST:
        _refuse(say("A booking lasts from five minutes to a day."))
    if _taken(facts, site, room, start, end):
        _refuse(say("The room is booked then."))
    uid = hashed(f"{calendar}/{room}/{start.isoformat()}/{at.isoformat()}")
    booking = Booking(
        room=room,
        calendar=calendar,
        uid=uid,
        rid="",
        start=start,
        end=end,
        all_day=False,
        status="CONFIRMED",
        verdict="yes",
        reason=say("Booked"),
        agency=agency or site.calendars[calendar].agency,
    )
    return LocalBookingMade(at=at, booking=booking, by=by)


def cancel(facts: Facts, site: Site, at: datetime, room: str, by: str, uid: str) -> Event:
    """Take back a booking that was made here."""
    _require_room(site, room)
    calendar = _local_calendar(site, room)
    if all(booking.uid != uid for booking in facts(BOOKINGS(calendar, room)) or ()):
        _refuse(say("No such booking was made here."))
    return LocalBookingCancelled(at=at, calendar=calendar, room=room, uid=uid, by=by)


def _refuse(why: Text) -> NoReturn:
    raise RoomRefusal(why)


def _require_room(site: Site, room: str) -> None:
    if room not in site.bookable:
        _refuse(say("There is no room {room} that can be booked.", room=room))


def _local_calendar(site: Site, room: str) -> str:
    local = next((feed for feed in site.feeds_of(room) if site.feeds[feed].local), None)
    return local or _refuse(say("This room is booked in its own calendar, not here."))


def _present(facts: Facts, site: Site, at: datetime, room: str) -> Slot:
    """The one booking of this moment."""
    _require_room(site, room)
    look = Look(facts, at)
    live = [slot for slot in slots(look, site, room).near if slot.has_begun(look) and not slot.is_over(look)]
    if not live:
        _refuse(say("The room is not booked now."))
    if len(live) > 1:
        _refuse(say("Two bookings overlap here: change them in their calendar."))
    return live[0]


def _somebody_left(facts: Facts, site: Site, at: datetime, room: str) -> bool:
    """Whether another booking has ended just now, whose people may have meant their own."""
    return any(at - _LATE < slot.end <= at for slot in slots(Look(facts, at), site, room).near)


def _taken(facts: Facts, site: Site, room: str, start: datetime, end: datetime, but: Booking | None = None) -> bool:
    """Whether something that is not free, declined or cancelled is booked there meanwhile. What was given free is free."""
    here = {slot.booking.identity: slot for slot in slots(Look(facts, start), site, room).near}
    for booking in _bookings(facts, site, room):
        slot = here.get(booking.identity)
        ends = slot.end if slot is not None else booking.end
        if booking != but and booking.verdict != "no" and booking.start < end and ends > start:
            return True
    return False


def _bookings(facts: Facts, site: Site, room: str) -> Iterable[Booking]:
    return (booking for feed in site.feeds_of(room) for booking in facts(BOOKINGS(feed, room)) or ())
