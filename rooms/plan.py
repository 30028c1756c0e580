"""The bookings as the controller knows them: what was read last, per calendar and room, and how healthy each calendar is.

A failed or doubtful reading changes nothing here but the health: the last good bookings stay.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from edge.claims import Condition
from edge.conditions import CALENDAR_FAILING, CALENDAR_PROBLEMS, CALENDAR_STALE
from edge.events import Event
from edge.facts import START, Facts, Family, Look
from edge.site import Site
from edge.text import Ref, Text, say
from rooms.bookings import Booking, BookingsRead, CalendarFailed, CalendarUnchanged

KEPT_AFTER_END = timedelta(days=2)
_BY_TIME = attrgetter("start", "end", "uid", "rid")
NEAR = timedelta(days=1)
MOST_AT_ONCE = 100
"""Bookings in one event: a turn of the controller that takes on more would keep presses waiting."""
NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingsChanged(Event):
    """How the bookings of one calendar differ from those known before, or a part of it where they differ in much.

    Carries no titles, unless the site file asks for them: they are nobody's business here.
    """

    kind = "bookings-changed"
    calendar: str
    made: tuple[Booking, ...] = ()
    changed: tuple[Booking, ...] = ()
    cancelled: tuple[Booking, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMoved(Event):
    """People moved a booking from one room of its calendar to another; doors and notices follow. first_room: as the calendar has
    it, which is not changed there.
    """

    kind = "booking-moved"
    calendar: str
    room: str
    uid: str
    rid: str
    to: str
    first_room: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRead(Event):
    """A calendar was read to its end, and all its bookings have been told.

    read_at: when the calendar itself was last heard; earlier than `at` when its last answer was only looked at again.
    problems: what was left out of the answer, and why.
    """

    kind = "calendar-read"
    journaled = False
    calendar: str
    problems: tuple[Text, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarHeard(Event):
    """When a calendar was last read, noted now and then: a restart must not make held bookings younger than they are."""

    kind = "calendar-heard"
    calendar: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class CalendarHealth:
    """read_at: last good reading, None before the first. failure: why the last try failed. problems: bookings refused in it."""

    read_at: datetime | None
    failing_since: datetime | None = None
    failure: Text | None = None
    problems: tuple[Text, ...] = ()


BOOKINGS: Family[tuple[Booking, ...]] = Family("bookings")
"""Bookings of (calendar, room) by start."""
CALENDAR: Family[CalendarHealth] = Family("calendar")
NOTED: Family[datetime] = Family("calendar-noted")
"""The newest reading of a calendar that is in the journal."""


def feeds_in(site: Site, calendar: str) -> list[str]:
    """The feeds of a calendar that somebody else holds."""
    section = site.calendars[calendar]
    if section.graph is not None:
        return [f"{calendar}/{space}" for space in section.mailboxes]
    return [] if section.local else [calendar]


def known_bookings(facts: Facts, site: Site, calendar: str) -> list[Booking]:
    return [b for room in site.feeds[calendar].spaces for b in facts(BOOKINGS(calendar, room)) or ()]


def react(facts: Facts, event: Event, site: Site) -> Iterable[Event]:
    """A reading that differs from what is known is journaled as its difference."""
    match event:
        case CalendarUnchanged(at=at, calendar=calendar):
            yield from _note(facts, site, calendar, at, at)
        case CalendarRead(at=at, calendar=calendar, read_at=read_at):
            yield from _note(facts, site, calendar, at, read_at)
        case BookingsRead(at=at, calendar=calendar, bookings=bookings, problems=problems, read_at=read_at):
            yield from changes(site, calendar, known_bookings(facts, site, calendar), bookings, at)
            yield CalendarRead(at=at, calendar=calendar, problems=problems, read_at=read_at)
        case _:
            pass


def changes(
    site: Site, calendar: str, known: Iterable[Booking], found: Iterable[Booking], at: datetime
) -> Iterator[BookingsChanged]:
    """What must change for exactly the bookings found to be known, a few at a time: the nearest first, then room by room.

    Looks at all of both: for many bookings, in a thread.
    """
    titles = site.feeds[calendar].titles
    before = {_identity(b): b for b in known}
    moved = {(b.moved_from, b.uid, b.rid): b for b in before.values() if b.moved_from}
    read = (b if titles or not b.title else replace(b, title="") for b in found if b.end > at - KEPT_AFTER_END)
    after = {_identity(b): b for b in (_where_moved(moved, b) for b in read)}
    # Most are the very ones that are known, which is seen sooner than that they say the same.
    come = [b for key, b in after.items() if (old := before.get(key)) is not b and old != b]
    gone = [b for key, b in before.items() if key not in after and b.end > at - KEPT_AFTER_END]
    differing = list(_by_turn((*come, *gone), at))
    for first in range(0, len(differing), MOST_AT_ONCE):
        part = differing[first : first + MOST_AT_ONCE]
        yield BookingsChanged(
            at=at,
            calendar=calendar,
            made=tuple(b for b in part if _identity(b) not in before),
            changed=tuple(b for b in part if _identity(b) in before and _identity(b) in after),
            cancelled=tuple(b for b in part if _identity(b) not in after),
        )


def _where_moved(moved: Mapping[tuple[str, str, str], Booking], found: Booking) -> Booking:
    """In the room to which people have moved it, for as long as its calendar leaves it at that time."""
    known = moved.get(_identity(found)) if moved else None
    if known is None or (known.start, known.end) != (found.start, found.end):
        return found
    return replace(found, room=known.room, moved_from=known.moved_from)


def _by_turn(bookings: Iterable[Booking], at: datetime) -> Iterator[Booking]:
    turns: dict[tuple[int, str], list[Booking]] = {}
    for booking in bookings:
        turns.setdefault(_turn(booking, at), []).append(booking)
    for turn in sorted(turns):
        yield from sorted(turns[turn], key=_BY_TIME)


def _turn(booking: Booking, at: datetime) -> tuple[int, str]:
    """What may concern a door soon is told first. Of all else one room at a time, so that none is looked at again and again."""
    if booking.end <= at:
        return 2, booking.room
    return (0, "") if booking.start < at + NEAR else (1, booking.room)


def _note(facts: Facts, site: Site, calendar: str, at: datetime, read_at: datetime) -> Iterable[Event]:
    """So often that what a restart forgets of the age is little beside the time for which bookings are held."""
    noted, every = facts(NOTED(calendar)), min(NOTED_EVERY, site.feeds[calendar].hold / 20)
    if noted is None or read_at - noted >= every:
        yield CalendarHeard(at=at, calendar=calendar, read_at=read_at)


def fold(facts: Facts, event: Event) -> None:
    match event:
        case BookingsChanged():
            _fold_changed(facts, event)
        case BookingMoved():
            _fold_moved(facts, event)
        case CalendarRead(calendar=calendar, problems=problems, read_at=read_at):
            facts.set(CALENDAR(calendar), CalendarHealth(read_at, problems=problems))
        case CalendarHeard(calendar=calendar, read_at=read_at):
            facts.set(NOTED(calendar), read_at)
            known = facts(CALENDAR(calendar)) or CalendarHealth(None)
            if known.read_at is None or known.read_at < read_at:
                facts.set(CALENDAR(calendar), replace(known, read_at=read_at))
        case CalendarUnchanged(at=at, calendar=calendar):
            known = facts(CALENDAR(calendar)) or CalendarHealth(None)
            facts.set(CALENDAR(calendar), replace(known, read_at=at, failing_since=None, failure=None))
        case CalendarFailed(at=at, calendar=calendar, problem=problem):
            known = facts(CALENDAR(calendar)) or CalendarHealth(None)
            facts.set(CALENDAR(calendar), replace(known, failing_since=known.failing_since or at, failure=problem))
        case _:
            pass


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """The bookings of now and their age, for a checkpoint."""
    for (calendar,), health in facts.of(CALENDAR):
        if health.read_at is not None:
            yield CalendarHeard(at=at, calendar=calendar, read_at=health.read_at)
    for (calendar, _), known in facts.of(BOOKINGS):
        for first in range(0, len(known), MOST_AT_ONCE):
            yield BookingsChanged(at=at, calendar=calendar, made=known[first : first + MOST_AT_ONCE])


def _identity(booking: Booking) -> tuple[str, str, str]:
    return (booking.room, booking.uid, booking.rid)


def _fold_changed(facts: Facts, event: BookingsChanged) -> None:
    gone = {_identity(b) for b in (*event.cancelled, *event.changed)}
    come: dict[str, list[Booking]] = {}
    for booking in (*event.made, *event.changed):
        come.setdefault(booking.room, []).append(booking)
    since = event.at - KEPT_AFTER_END
    for room in {*come, *(b.room for b in event.cancelled)}:
        key = BOOKINGS(event.calendar, room)
        kept = [b for b in facts(key) or () if b.end > since and not (gone and _identity(b) in gone)]
        facts.set(key, tuple(sorted((*kept, *come.get(room, ())), key=_BY_TIME)))


def _fold_moved(facts: Facts, event: BookingMoved) -> None:
    known = facts(BOOKINGS(event.calendar, event.room)) or ()
    moved = [b for b in known if (b.uid, b.rid) == (event.uid, event.rid)]
    facts.set(BOOKINGS(event.calendar, event.room), tuple(b for b in known if b not in moved))
    there = facts(BOOKINGS(event.calendar, event.to)) or ()
    come = [replace(b, room=event.to, moved_from=event.first_room if event.to != event.first_room else "") for b in moved]
    facts.set(BOOKINGS(event.calendar, event.to), tuple(sorted((*there, *come), key=_BY_TIME)))


def health_conditions(look: Look, site: Site, calendar: str) -> Iterable[Condition]:
    """Notices for the facility manager about one calendar of the site file, over all of its feeds."""
    feeds = feeds_in(site, calendar)
    known = [look(CALENDAR(feed)) or CalendarHealth(None) for feed in feeds]
    if failures := [health.failure for health in known if health.failure is not None]:
        yield Condition(CALENDAR_FAILING, calendar, _failing(calendar, failures, len(feeds)))
    if known and (stale := _stale(look, site, calendar, known)) is not None:
        yield Condition(CALENDAR_STALE, calendar, stale)
    if problems := [problem for health in known for problem in health.problems]:
        first, more = problems[0], len(problems) - 1
        yield Condition(CALENDAR_PROBLEMS, calendar, say("{problem} ({more} more)", problem=first, more=more) if more else first)


def _failing(calendar: str, failures: Sequence[Text], feeds: int) -> Text:
    if feeds == 1:
        return say("{calendar} cannot be read: {problem}", calendar=Ref(calendar), problem=failures[0])
    named, first = Ref(calendar), failures[0]
    return say("{calendar}: {n} of {m} rooms cannot be read: {problem}", calendar=named, n=len(failures), m=feeds, problem=first)


def _stale(look: Look, site: Site, calendar: str, known: Sequence[CalendarHealth]) -> Text | None:
    """The oldest counts."""
    stale_after = site.calendars[calendar].stale_after
    start = look(START())
    read = [health.read_at for health in known if health.read_at is not None]
    if read and look.lasted(min(read), stale_after):
        return say("{calendar} was last read {read_at}", calendar=Ref(calendar), read_at=min(read))
    if len(read) < len(known) and start is not None and look.lasted(start.at, stale_after):
        return say("{calendar} has not been read since the start", calendar=Ref(calendar))
    return None
