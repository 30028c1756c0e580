"""Bookings of rooms: what the calendars of a site say, judged, as everything else in the building reads it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from edge.errors import IllegalInput
from edge.events import Event
from edge.text import Text, say
from rooms.ics import EventError, Feed, Occurrence, read_feed
from rooms.ics_series import Window
from rooms.verdict import Verdict, unlock

if TYPE_CHECKING:
    # The process that reads feeds has no use for the site's model, which is slow to load.
    from edge.site import Site

Revision = tuple[int, datetime]
_OLDEST: Revision = (0, datetime(1, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One time that a room is booked. uid and rid name it in its calendar; start and end are aware UTC.

    agency: whose it is, None where nothing tells. marks: ids of the policies whose categories and organizers it meets, noted when
    it is read because neither is kept. revision: SEQUENCE and DTSTAMP, to tell an older version; no part of what the booking says,
    so no difference either.
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
    marks: tuple[str, ...] = ()
    revision: Revision = field(default=_OLDEST, compare=False)

    @property
    def identity(self) -> tuple[str, str, str, str]:
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


@dataclass(frozen=True, slots=True)
class BookingsUnderstood:
    bookings: tuple[Booking, ...]
    errors: tuple[EventError, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """By what a booking is known: everything that is given must fit, exactly; of several texts one is enough.

    addresses and organizers in lower case; an organizer may be a whole domain: "@domain".
    """

    locations: tuple[str, ...] = ()
    attendees: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    organizers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feeding:
    """What a feed means for the site: all that a separate process must know of it to understand the feed.

    room: takes all of it; address: of that room, to tell its answer to an invitation from those of others. rooms: by what the
    bookings of each room are known. agencies, marks: by what agencies and policies know theirs. agency: whose the others are.
    titles: whether titles are kept. hashed: whether bookings are named by `rooms.uids.hashed` and not by their UID.
    """

    calendar: str
    zone: ZoneInfo
    room: str | None = None
    address: str | None = None
    rooms: Mapping[str, Match] = field(default_factory=dict)
    agencies: Mapping[str, tuple[Match, ...]] = field(default_factory=dict)
    marks: Mapping[str, Match] = field(default_factory=dict)
    agency: str | None = None
    titles: bool = False
    hashed: bool = False


def feeding(site: "Site", calendar_id: str) -> Feeding:
    section = site.feeds[calendar_id]
    rooms = {room: Match(locations=match.location) for room, match in section.rooms.items()}
    return Feeding(calendar_id, site.local.zone, section.room, rooms=rooms)


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


_SET = TypeAdapter(tuple[Booking, ...])


def encode_bookings(bookings: Iterable[Booking]) -> str:
    return _SET.dump_json(tuple(bookings)).decode()


def decode_bookings(text: str | bytes) -> tuple[Booking, ...]:
    """Raises IllegalInput for what `encode_bookings` did not write."""
    try:
        return _SET.validate_json(text)
    except ValidationError as error:
        raise IllegalInput("the stored bookings cannot be read") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarReading:
    """How reading one calendar went, for a report. source: the file, or the host of the address."""

    calendar: str
    source: str
    understood: BookingsUnderstood = BookingsUnderstood((), ())
    failure: Text | None = None


def bookings_report(readings: Iterable[CalendarReading], render: Callable[[Text], str]) -> dict[str, list[dict[str, Any]]]:
    """The bookings as understood, as JSON values; `render` writes a reason in the reader's language."""
    readings = list(readings)
    bookings = sorted(
        (booking for reading in readings for booking in reading.understood.bookings),
        key=lambda booking: (booking.start, booking.room, booking.uid, booking.rid),
    )
    return {
        "occurrences": [_reported(booking, render) for booking in bookings],
        "errors": [error for reading in readings for error in _reported_errors(reading, render)],
        "sources": [
            {
                "calendar": reading.calendar,
                "source": reading.source,
                "ok": reading.failure is None,
                "bookings": len(reading.understood.bookings),
                "problem": None if reading.failure is None else render(reading.failure),
            }
            for reading in readings
        ],
    }


def _reported(booking: Booking, render: Callable[[Text], str]) -> dict[str, Any]:
    return {
        "room": booking.room,
        "uid": booking.uid,
        "rid": booking.rid,
        "start": _written(booking.start),
        "end": _written(booking.end),
        "all_day": booking.all_day,
        "status": booking.status,
        "unlock": booking.verdict,
        "reason": render(booking.reason),
        "source": booking.calendar,
    }


def _reported_errors(reading: CalendarReading, render: Callable[[Text], str]) -> Iterable[dict[str, Any]]:
    if reading.failure is not None:
        yield {"source": reading.calendar, "uid": None, "rid": None, "error": render(reading.failure)}
    for error in reading.understood.errors:
        yield {"source": reading.calendar, "uid": error.uid or None, "rid": error.rid, "error": render(error.text)}


def _written(t: datetime) -> str:
    return f"{t.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
