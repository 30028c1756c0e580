"""From what a calendar says to bookings of the site's rooms."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge.text import Text, say
from rooms.bookings import Booking
from rooms.feeding import Feeding, feeding
from rooms.ics import EventError, Feed, Occurrence, read_feed
from rooms.ics_series import Window
from rooms.verdict import unlock

if TYPE_CHECKING:
    # The process that reads feeds has no use for the site's model, which is slow to load.
    from edge.site import Site


@dataclass(frozen=True, slots=True)
class BookingsUnderstood:
    bookings: tuple[Booking, ...] = ()
    errors: tuple[EventError, ...] = ()


def understand(site: "Site", calendar_id: str, body: bytes, window: Window) -> BookingsUnderstood:
    """What a calendar's octets mean for the rooms of the site. Raises Garbled when the whole body cannot be used."""
    return understand_feed(feeding(site, calendar_id), body, window)


def understand_feed(feeding: Feeding, body: bytes, window: Window) -> BookingsUnderstood:
    """The same without the site: all that a separate process needs."""
    feed = read_feed(body, zone=feeding.zone, window=window)
    bookings: list[Booking] = []
    elsewhere: Counter[str] = Counter()
    for occurrence in feed.occurrences:
        room = _room_of(feeding, occurrence)
        if room is None:
            elsewhere[occurrence.location or ""] += 1
        else:
            bookings.append(_booking(feeding.calendar, room, occurrence, feed))
    lost = (EventError("", _lost(feeding, location, count)) for location, count in elsewhere.items())
    return BookingsUnderstood(tuple(bookings), (*feed.errors, *lost))


def _room_of(feeding: Feeding, occurrence: Occurrence) -> str | None:
    """Exactly one room, or none: a name that is nearly right is not right."""
    if feeding.room is not None:
        return feeding.room
    rooms = _rooms_at(feeding, occurrence.location or "")
    return rooms[0] if len(rooms) == 1 else None


def _rooms_at(feeding: Feeding, location: str) -> list[str]:
    return [room for room, match in feeding.rooms.items() if location in match.locations] if location else []


def _lost(feeding: Feeding, location: str, count: int) -> Text:
    if not location:
        return say("{count} bookings name no room (LOCATION) and were left out", count=count)
    if _rooms_at(feeding, location):
        return say('{count} bookings are at "{location}", which stands for several rooms', count=count, location=location[:100])
    return say('{count} bookings are at "{location}", which is no room of this calendar', count=count, location=location[:100])


def _booking(calendar: str, room: str, occurrence: Occurrence, feed: Feed) -> Booking:
    verdict, reason = unlock(occurrence, occurrence.partstat(feed.name or "", occurrence.location or ""))
    return Booking(
        room=room,
        calendar=calendar,
        uid=occurrence.uid,
        rid=occurrence.rid,
        start=occurrence.start,
        end=occurrence.end,
        all_day=occurrence.all_day,
        status=occurrence.status,
        verdict=verdict,
        reason=reason,
        title=occurrence.summary or "",
        revision=occurrence.revision,
    )


def merged(known: Iterable[Booking], understood: BookingsUnderstood, window: Window) -> tuple[Booking, ...]:
    """What to believe after an answer: its bookings, and the known version of an event that cannot be read now.

    An older version than the one that cancelled a booking does not bring it back.
    """
    before = {booking.identity: booking for booking in known}
    failed = {(error.uid, error.rid) for error in understood.errors if error.uid}
    stay = [
        booking
        for booking in before.values()
        if booking.end > window[0] and ((booking.uid, None) in failed or (booking.uid, booking.rid) in failed)
    ]
    bookings = {booking.identity: _not_revived(before.get(booking.identity), booking) for booking in (*stay, *understood.bookings)}
    return tuple(sorted(bookings.values(), key=lambda booking: (booking.start, booking.end, booking.identity)))


def _not_revived(known: Booking | None, new: Booking) -> Booking:
    older = known is not None and known.status == "CANCELLED" and new.status != "CANCELLED" and new.revision < known.revision
    return known if known is not None and older else new
