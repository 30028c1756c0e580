"""From what a calendar says to bookings of the site's rooms."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from edge.text import Text, say
from rooms.bookings import Booking, Identity
from rooms.feeding import Feeding, Match, domain_of, feeding
from rooms.ics import EventError, Feed, Occurrence, read_feed
from rooms.ics_lines import Unreadable, decoded, unescaped, unfolded
from rooms.ics_series import Window
from rooms.numbers import written_number
from rooms.sources.port import Content
from rooms.uids import hashed
from rooms.verdict import unlock

if TYPE_CHECKING:
    # The process that reads feeds has no use for the site's model, which is slow to load.
    from edge.site import Site


@dataclass(frozen=True, slots=True)
class Lost:
    """So many occurrences of an event that are of no room, or of several. found: what it says of its room."""

    uid: str
    found: str
    several: bool
    count: int


@dataclass(frozen=True, slots=True)
class BookingsUnderstood:
    """errors: everything that was left out; what is lost is told in them too, all events together."""

    bookings: tuple[Booking, ...] = ()
    errors: tuple[EventError, ...] = ()

    @property
    def notes(self) -> tuple[EventError, ...]:
        """Errors that are not about one event."""
        return tuple(error for error in self.errors if not error.uid)

    lost: tuple[Lost, ...] = ()

    @property
    def is_of_events_alone(self) -> bool:
        """Whether nothing is told of the calendar as a whole."""
        return sum(not error.uid for error in self.errors) == len({(lost.found, lost.several) for lost in self.lost})


def understand(site: "Site", feed: str, body: bytes, window: Window) -> BookingsUnderstood:
    """What the octets of an ICS feed mean for the rooms of the site. Raises Garbled when the whole body cannot be used."""
    return understand_content(feeding(site, feed), Content("ics", {"": body}), window)


def understand_content(feeding: Feeding, content: Content, window: Window) -> BookingsUnderstood:
    """Raises Garbled (`Unreadable`, with a Text) when the content cannot be used; of several parts the others stay."""
    bookings: list[Booking] = []
    errors: list[EventError] = []
    elsewhere: Counter[tuple[str, str, bool]] = Counter()
    for name, part in content.parts.items():
        try:
            feed = _READERS[content.form](part, zone=feeding.zone, window=window)
        except Unreadable as error:
            if len(content.parts) == 1:
                raise
            errors += (EventError(uid, error.text) for uid in _uids_of(name, part))
            continue
        errors += feed.errors
        for occurrence in feed.occurrences:
            rooms = _rooms_of(feeding, occurrence)
            if len(rooms) == 1:
                bookings.append(_booking(feeding, rooms[0], occurrence, feed))
            else:
                elsewhere[_uid(feeding, occurrence), _found(feeding, occurrence), bool(rooms)] += 1
    lost = tuple(Lost(*event, count) for event, count in elsewhere.items())
    if feeding.hashed:
        errors = [_nameless(error) for error in errors]
    return BookingsUnderstood(tuple(bookings), (*errors, *_told(lost)), lost)


def renewed(before: BookingsUnderstood, now: BookingsUnderstood, touched: Collection[str]) -> BookingsUnderstood:
    """The whole again, where only the events touched have been read. Both must be of events alone, with hashed UIDs."""
    lost = (*(event for event in before.lost if event.uid not in touched), *now.lost)
    errors = (*(error for error in before.errors if error.uid not in touched), *now.errors)
    return BookingsUnderstood(
        (*(booking for booking in before.bookings if booking.uid not in touched), *now.bookings),
        (*(error for error in errors if error.uid), *_told(lost)),
        lost,
    )


def _told(lost: Iterable[Lost]) -> Iterable[EventError]:
    together: Counter[tuple[str, bool]] = Counter()
    for event in lost:
        together[event.found, event.several] += event.count
    return [EventError("", _lost(found, several, count)) for (found, several), count in together.items()]


def _graph(part: bytes, *, zone: ZoneInfo, window: Window) -> Feed:
    # Most sites have no such calendar, and the process that reads feeds starts often.
    from rooms.graph_events import read_events

    return read_events(part, zone=zone, window=window)


_READERS = {"ics": read_feed, "graph": _graph}
_UID = re.compile(rb"^UID(?:;[^:\n]*)?:(.+)$", re.IGNORECASE | re.MULTILINE)


def _uids_of(name: str, part: bytes) -> list[str]:
    """Those of a part that cannot be read, so that what was known of them stays; at worst what its name makes likely."""
    found = dict.fromkeys(unescaped(decoded(uid)).strip() for uid in _UID.findall(unfolded(part)))
    return [uid for uid in found if uid] or [unquote(name).rstrip("/").rpartition("/")[2].removesuffix(".ics")]


def _nameless(error: EventError) -> EventError:
    """A UID may hold a person's name or address."""
    if not error.uid:
        return error
    uid = hashed(error.uid)
    values = {**error.text.values, "uid": uid} if "uid" in error.text.values else error.text.values
    return EventError(uid, Text(error.text.message, values), error.rid)


def _uid(feeding: Feeding, occurrence: Occurrence) -> str:
    return hashed(occurrence.uid) if feeding.hashed else occurrence.uid


def _rooms_of(feeding: Feeding, occurrence: Occurrence) -> list[str]:
    """A name that is nearly right is not right."""
    if feeding.room is not None:
        return [feeding.room]
    return [room for room, match in feeding.rooms.items() if match.fits(occurrence)]


def _found(feeding: Feeding, occurrence: Occurrence) -> str:
    """What an event says of its room, as far as rooms of this calendar are known by it; persons are left out."""
    known_by = feeding.rooms.values()
    found: list[str] = []
    if any(match.locations for match in known_by):
        found.append(occurrence.location or "")
    if any(match.attendees for match in known_by):
        found += (reply.address for reply in occurrence.replies if not reply.is_person)
    if any(match.categories for match in known_by):
        found += occurrence.categories
    if any(match.organizers for match in known_by) and occurrence.organizer:
        found.append(domain_of(occurrence.organizer))
    return ", ".join(text for text in found if text)[:100]


def _lost(found: str, several: bool, count: int) -> Text:
    if not found:
        return say("{count} bookings name no room (LOCATION) and were left out", count=count)
    if several:
        return say('{count} bookings are at "{location}", which stands for several rooms', count=count, location=found)
    return say('{count} bookings are at "{location}", which is no room of this calendar', count=count, location=found)


def _booking(feeding: Feeding, room: str, occurrence: Occurrence, feed: Feed) -> Booking:
    match = feeding.rooms.get(room, Match())
    addresses = (*match.attendees, *([feeding.address] if feeding.address else []))
    partstat = occurrence.partstat(feed.name or "", occurrence.location or "", addresses=addresses)
    verdict, reason = unlock(occurrence, partstat)
    return Booking(
        room=room,
        calendar=feeding.calendar,
        uid=_uid(feeding, occurrence),
        rid=occurrence.rid,
        start=occurrence.start,
        end=occurrence.end,
        all_day=occurrence.all_day,
        status=occurrence.status,
        verdict=verdict,
        reason=reason,
        title=(occurrence.summary or "") if feeding.titles else "",
        agency=_agency(feeding, occurrence),
        number=written_number(feeding.number, occurrence.categories),
        marks=tuple(name for name, match in feeding.marks.items() if match.fits(occurrence)),
        revision=occurrence.revision,
        whole=occurrence.whole,
    )


def _agency(feeding: Feeding, occurrence: Occurrence) -> str | None:
    """By the surest sign that tells exactly one."""
    for signs in zip(*feeding.agencies.values(), strict=True):
        fitting = [name for name, sign in zip(feeding.agencies, signs, strict=True) if sign.fits(occurrence)]
        if len(fitting) == 1:
            return fitting[0]
    return feeding.agency


def merged(known: Iterable[Booking], understood: BookingsUnderstood, window: Window) -> tuple[Booking, ...]:
    """What to believe after an answer: its bookings, and the known version of an event that cannot be read now.

    An older version than the one that cancelled a booking does not bring it back, whenever and wherever it was to be then.
    """
    before = {booking.identity: booking for booking in known}
    failed = {(error.uid, error.rid) for error in understood.errors if error.uid}
    bookings = {
        identity: booking
        for identity, booking in (before.items() if failed else ())
        if ((booking.uid, None) in failed or (booking.uid, booking.rid) in failed) and booking.end > window[0]
    }
    cancelled = _cancelled_and_gone(before, understood.bookings, window)
    for booking in understood.bookings:
        identity = booking.identity
        if identity not in before and _is_older(booking, cancelled.get(booking.uid, ())):
            bookings.update((each.identity, each) for each in cancelled[booking.uid])
        else:
            bookings[identity] = _not_revived(before.get(identity), booking)
    return tuple(_in_order(bookings.values()))


_BY_TIME = attrgetter("start", "end", "identity")


def _in_order(bookings: Iterable[Booking]) -> Iterable[Booking]:
    """Day by day: to sort all at once, no other thread would be let in."""
    days: dict[date, list[Booking]] = {}
    for booking in bookings:
        days.setdefault(booking.start.date(), []).append(booking)
    for day in sorted(days):
        yield from sorted(days[day], key=_BY_TIME)


def _not_revived(known: Booking | None, new: Booking) -> Booking:
    if known is None or known.status != "CANCELLED" or new.revision >= known.revision:
        return new
    return known


def _cancelled_and_gone(before: Mapping[Identity, Booking], now: Iterable[Booking], window: Window) -> dict[str, list[Booking]]:
    """By UID, what is known as cancelled by its whole event and is not in the answer: another version has other names for it, since
    a booking is named by its time and room."""
    there = {booking.identity for booking in now}
    found: dict[str, list[Booking]] = {}
    for identity, booking in before.items():
        if booking.whole and booking.status == "CANCELLED" and identity not in there and booking.end > window[0]:
            found.setdefault(booking.uid, []).append(booking)
    return found


def _is_older(new: Booking, cancelled: Iterable[Booking]) -> bool:
    return new.whole and any(new.revision < each.revision for each in cancelled)
