"""What became of each booking, noted once, when it is over: calendars forget, and sensors are not journaled.

Of whether somebody is in a room the journal gets two entries for each booking at most: that people came, and how it ended.
In between, the sightings of a day are held in memory and in checkpoints. What nobody could see, after a power cut too, is called
unknown and never counts as empty. No entry names a person or says what a booking was about.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from edge.claims import Follows
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.site import Site
from rooms.bookings import Booking
from rooms.life import EMPTY_AFTER
from rooms.plan import BOOKINGS, BookingsChanged
from rooms.policies import kind_of
from rooms.presence import presence
from rooms.slots import Slot, has_come, slot_of
from rooms.stays import CAME, KEPT
from rooms.terminals import WHERE

Sight = Literal["seen", "empty", "unknown"]
What = Literal["people", "terminal"]
Outcome = Literal["used", "no-show", "unknown"]
"""unknown: no sensor saw anybody, and none was there to see that nobody came."""
ReleasedBy = Literal["", "nobody", "people"]
"""nobody: nobody had come. Empty: it was not given free."""

LOOK_BACK = timedelta(days=7)
"""A booking that ended while the controller was off is still noted after so long."""
SIGHTINGS_KEPT = timedelta(hours=26)
MOST_SIGHTINGS = 200
LONGEST_OVER = timedelta(hours=4)
LEFT_OVER = timedelta(minutes=10)
"""People who were there before the booking began count for it once they have stayed so long."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a room was from then until the next one."""

    since: datetime
    sight: Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSighted(Event):
    """Not journaled: where people are is telemetry."""

    kind = "room-sighted"
    journaled = False
    room: str
    sight: Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingNoted(Event):
    """The first time that people, or a payment terminal out of its dock, were seen in the time of a booking."""

    kind = "booking-noted"
    mark: str
    what: What


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingEnded(Event):
    """A booking is over. mark: names it without telling it. policy: its kind, an id of `rooms` in the site file.

    booked_until: as its calendar says; until: as it was extended or given free. seen_s: somebody was there; unknown_s: nobody
    knows; over_s: after its end. terminal: whether a payment terminal was out of its dock for it; None: there is none here.
    """

    kind = "booking-ended"
    room: str
    mark: str
    agency: str | None
    policy: str | None
    start: datetime
    booked_until: datetime
    until: datetime
    outcome: Outcome
    seen_s: int = 0
    unknown_s: int = 0
    over_s: int = 0
    released: ReleasedBy = ""
    terminal: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseKept(Event):
    """For a checkpoint. noted: by mark; ended: when, by mark."""

    kind = "use-kept"
    sightings: dict[str, tuple[Sighting, ...]]
    noted: tuple[BookingNoted, ...]
    ended: dict[str, datetime]


SIGHTINGS: Family[tuple[Sighting, ...]] = Family("sightings")
"""By room, the last day, oldest first."""
NOTED: Family[datetime] = Family("booking-noted")
"""By mark and what: when."""
ENDED: Family[datetime] = Family("booking-ended")
"""By mark: when that was noted."""
FORGOTTEN: Family[datetime] = Family("bookings-forgotten")
"""When old marks were last put away."""


def mark_of(booking: Booking) -> str:
    """The same for one meeting in two calendars of the room; another once it is moved."""
    words = "\n".join((booking.room, booking.uid, booking.rid, booking.start.isoformat()))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


# --- memory -----------------------------------------------------------------------------------------------------------


def fold(facts: Facts, event: Event) -> None:
    match event:
        case RoomSighted(room=room):
            facts.set(SIGHTINGS(room), _continued(facts(SIGHTINGS(room)) or (), Sighting(event.at, event.sight)))
        case BookingNoted(mark=mark, what=what):
            facts.set(NOTED(mark, what), event.at)
        case BookingEnded(mark=mark):
            _forget(facts, event.at)
            facts.set(ENDED(mark), event.at)
        case UseKept():
            for room, sightings in event.sightings.items():
                facts.set(SIGHTINGS(room), _continued(sightings, Sighting(event.at, "unknown")))
            for noted in event.noted:
                facts.set(NOTED(noted.mark, noted.what), noted.at)
            for mark, at in event.ended.items():
                facts.set(ENDED(mark), at)
        case _:
            pass


def _continued(known: tuple[Sighting, ...], new: Sighting) -> tuple[Sighting, ...]:
    """People who sit still are not gone: a short emptiness between two sightings is none."""
    if known and known[-1].sight == new.sight:
        return known
    sat_still = len(known) > 1 and (known[-2].sight, known[-1].sight, new.sight) == ("seen", "empty", "seen")
    if sat_still and new.since - known[-1].since < EMPTY_AFTER:
        return known[:-1]
    kept = [*known, new]
    while len(kept) > 1 and kept[1].since <= new.since - SIGHTINGS_KEPT:
        del kept[0]
    if len(kept) > MOST_SIGHTINGS:
        half = len(kept) // 2
        kept = [Sighting(kept[0].since, "unknown"), *kept[half:]]
    return tuple(kept)


def _forget(facts: Facts, at: datetime) -> None:
    """Once a day: all rooms may fall empty at one hour, and this looks at everything that is known."""
    last = facts(FORGOTTEN())
    if last is not None and last <= at < last + timedelta(days=1):
        return
    facts.set(FORGOTTEN(), at)
    for family in (ENDED, NOTED):
        for subject, then in list(facts.of(family)):
            if then <= at - LOOK_BACK - timedelta(days=1):
                facts.set(family(*subject), None)


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    noted = (((mark, what), then) for (mark, what), then in facts.of(NOTED) if facts(ENDED(mark)) is None)
    yield UseKept(
        at=at,
        sightings={room: known for (room,), known in facts.of(SIGHTINGS)},
        noted=tuple(
            BookingNoted(at=then, mark=mark, what="people" if what == "people" else "terminal") for (mark, what), then in noted
        ),
        ended={mark: then for (mark,), then in facts.of(ENDED) if then > at - LOOK_BACK - timedelta(days=1)},
    )


# --- what follows -----------------------------------------------------------------------------------------------------


def conclusions(look: Look, site: Site, room: str) -> Iterator[Follows]:
    """The rule of one room."""
    sight = _sight(look, site, room)
    sightings = look(SIGHTINGS(room)) or ()
    if not sightings or sightings[-1].sight != sight:
        yield Follows(RoomSighted(at=look.now, room=room, sight=sight))
        sightings = _continued(sightings, Sighting(look.now, sight))
    slots = list(_begun(look, site, room))
    for slot in slots:
        if not slot.is_over(look):
            yield from _noted(look, site, slot, sightings)
        elif (over := _over_time(look, slot, sightings)) is not None:
            yield Follows(_ended(look, site, slot, sightings, over))


def react(facts: Facts, event: Event, site: Site) -> Iterable[Event]:
    """A booking that its calendar takes back while people are there has been used all the same."""
    if not isinstance(event, BookingsChanged):
        return
    for booking in event.cancelled:
        mark = mark_of(booking)
        if booking.start < event.at and facts(NOTED(mark, "people")) is not None and facts(ENDED(mark)) is None:
            look, until = Look(facts, event.at), min(booking.end, event.at)
            slot, sightings = slot_of(look, site, booking), look(SIGHTINGS(booking.room))
            yield _ended(look, site, slot, sightings or (), timedelta(0), min(until, slot.end))


def _sight(look: Look, site: Site, room: str) -> Sight:
    there = presence(look, site, room)
    if there.seen:
        return "seen"
    return "unknown" if there.empty_since is None else "empty"


def _begun(look: Look, site: Site, room: str) -> Iterator[Slot]:
    """Bookings that had the room, have begun, and whose end is not noted yet; each once."""
    met: set[str] = set()
    for feed in site.feeds_of(room):
        for booking in look(BOOKINGS(feed, room)) or ():
            if not look.passed(booking.start):
                break
            if booking.verdict == "no" or look.passed(booking.end + LOOK_BACK):
                continue
            mark = mark_of(booking)
            if mark in met or look(ENDED(mark)) is not None:
                continue
            met.add(mark)
            slot = slot_of(look, site, booking)
            if slot.may_open:
                yield slot


def _noted(look: Look, site: Site, slot: Slot, sightings: Sequence[Sighting]) -> Iterator[Follows]:
    mark = mark_of(slot.booking)
    if look(NOTED(mark, "people")) is None and _people_came(look, site, slot, sightings):
        yield Follows(BookingNoted(at=look.now, mark=mark, what="people"))
    if look(NOTED(mark, "terminal")) is None and _terminal_out(look, site, slot.booking):
        yield Follows(BookingNoted(at=look.now, mark=mark, what="terminal"))


def _people_came(look: Look, site: Site, slot: Slot, sightings: Sequence[Sighting]) -> bool:
    start = slot.booking.start
    words = [said.at for said in (look(KEPT(slot.booking.room)), look(CAME(slot.booking.room))) if said is not None]
    if any(start <= at for at in words) or (slot.waits and has_come(look, site, slot)):
        return True
    if not sightings or sightings[-1].sight != "seen":
        return False
    return sightings[-1].since >= start or look.lasted(start, min(LEFT_OVER, (slot.end - start) / 2))


def _docks(site: Site, room: str) -> list[str]:
    return [dock for dock in site.docks if site.devices[dock].space == room]


def _terminal_out(look: Look, site: Site, booking: Booking) -> bool:
    """For this booking, or from the dock of its room."""
    said = [look.heard(dock, "terminal") for dock in _docks(site, booking.room)]
    out = [where.errand for name in site.terminals if (where := look(WHERE(name))) is not None and not where.docked]
    for_it = any(errand is not None and errand.identity == booking.identity for errand in out)
    return for_it or any(reading is not None and reading.value is None for reading in said)


def _over_time(look: Look, slot: Slot, sightings: Sequence[Sighting]) -> timedelta | None:
    """How long people stayed after the end; None while that is not settled."""
    if not look.lasted(slot.end, EMPTY_AFTER):
        return None
    nth = next((n for n, each in enumerate(sightings) if _covers(sightings, n, slot.end) and each.sight == "seen"), None)
    if nth is None or slot.released is not None or look(NOTED(mark_of(slot.booking), "people")) is None:
        return timedelta(0)
    limit = slot.end + LONGEST_OVER
    following = _next_start(look, slot)
    limit = limit if following is None else min(limit, following)
    if nth + 1 == len(sightings):
        return limit - slot.end if look.passed(limit) else None
    left = sightings[nth + 1]
    may_be_sitting_still = nth + 2 == len(sightings) and left.sight == "empty"
    if may_be_sitting_still and not look.lasted(left.since, EMPTY_AFTER):
        return None
    return min(left.since, limit) - slot.end


def _covers(sightings: Sequence[Sighting], nth: int, t: datetime) -> bool:
    return sightings[nth].since < t and (nth + 1 == len(sightings) or sightings[nth + 1].since > t)


def _next_start(look: Look, slot: Slot) -> datetime | None:
    """From then on whoever is there may have come for the next booking."""
    known = look(BOOKINGS(slot.booking.calendar, slot.booking.room)) or ()
    return min((each.start for each in known if each.verdict != "no" and each.start >= slot.end), default=None)


def _ended(
    look: Look, site: Site, slot: Slot, sightings: Sequence[Sighting], over: timedelta, until: datetime | None = None
) -> BookingEnded:
    booking, mark = slot.booking, mark_of(slot.booking)
    until = until or slot.end
    seen, unknown = _spans(sightings, booking.start, until)
    came = look(NOTED(mark, "people")) is not None
    released: ReleasedBy = "" if slot.released is None else "people" if slot.released.by else "nobody"
    if came:
        outcome: Outcome = "used"
    else:
        outcome = "no-show" if released == "nobody" or not unknown else "unknown"
    return BookingEnded(
        at=look.now,
        room=booking.room,
        mark=mark,
        agency=slot.agency,
        policy=kind_of(site, booking),
        start=booking.start,
        booked_until=booking.end,
        until=until,
        outcome=outcome,
        seen_s=round(seen.total_seconds()) if came else 0,
        unknown_s=round(unknown.total_seconds()),
        over_s=round(over.total_seconds()),
        released=released,
        terminal=look(NOTED(mark, "terminal")) is not None if site.terminals or _docks(site, booking.room) else None,
    )


def _spans(sightings: Sequence[Sighting], start: datetime, end: datetime) -> tuple[timedelta, timedelta]:
    """For how long somebody was seen between the two, and for how long nobody knows; before the first sighting nobody does."""
    known = {"seen": timedelta(0), "empty": timedelta(0)}
    for nth, each in enumerate(sightings):
        ends = sightings[nth + 1].since if nth + 1 < len(sightings) else end
        if each.sight != "unknown":
            known[each.sight] += max(min(ends, end) - max(each.since, start), timedelta(0))
    return known["seen"], max(end - start - known["seen"] - known["empty"], timedelta(0))
