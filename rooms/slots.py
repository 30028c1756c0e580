"""The bookings of a room around now, each with what people have done with it and with what it asks of the room's doors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from edge.facts import Look
from edge.site import Site
from edge.site.booking import RoomPolicy
from edge.text import Ref, Text, say
from rooms.bookings import Booking
from rooms.hours import opening
from rooms.plan import BOOKINGS, CALENDAR
from rooms.policies import (
    OFFICIAL_EARLY,
    agency_of,
    day_problem,
    lasts_days,
    longest_grace,
    longest_notice,
    policy_of,
    waits_for_official,
)
from rooms.stays import ALLOWED, CAME, EXTENDED, RELEASED, BookingAct, BookingReleased

REMEMBERED = timedelta(hours=24)
"""How long a booking that has ended is still looked at: it may have been extended, and people may still be there."""


Act = TypeVar("Act", bound=BookingAct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One booking at work. opens, closes: when its door does, aware UTC. end: of the booking, as extended or released.

    agency: whose it is, perhaps only by the day. turns: whether the door closes between it and the booking of another agency
    before it; after: that agency, None where it is not known. official_from: an arrival since then is for this booking.
    waits: whether it opens only once an official has come. problem: what speaks against it at whatever time.
    """

    booking: Booking
    policy: RoomPolicy
    agency: str | None
    opens: datetime
    end: datetime
    closes: datetime
    official_from: datetime
    waits: bool
    allowed: bool
    problem: Text | None
    released: BookingReleased | None = None
    turns: bool = False
    after: str | None = None

    @property
    def may_open(self) -> bool:
        """Whether it opens the room in its time, unless something is in the way then."""
        return self.problem is None or self.allowed

    def has_begun(self, look: Look) -> bool:
        return look.passed(self.booking.start)

    def is_over(self, look: Look) -> bool:
        return look.passed(self.end)


@dataclass(frozen=True, slots=True)
class Slots:
    """near: by start, those that have begun or may open or be announced by now, and those lately over. next: the first after."""

    near: tuple[Slot, ...]
    next: Booking | None


def slots(look: Look, site: Site, room: str) -> Slots:
    """Whoever asks is asked again when another booking comes near."""
    notice, remembered = longest_notice(site), REMEMBERED + longest_grace(site)
    near: list[Booking] = []
    later: list[Booking] = []
    for feed in site.feeds_of(room):
        for booking in look(BOOKINGS(feed, room)) or ():
            if booking.verdict == "no" or look.passed(booking.end + remembered):
                continue
            if not look.passed(booking.start - notice):
                later.append(booking)
                break
            near.append(booking)
    near.sort(key=lambda booking: (booking.start, booking.end, booking.identity))
    found = _each_once(look, site, [slot_of(look, site, booking) for booking in near])
    return Slots(tuple(in_turn(found)), min(later, key=lambda b: b.start, default=None))


def refused(look: Look, site: Site, room: str) -> Iterable[Booking]:
    """Bookings of now that say themselves that they open nothing."""
    for feed in site.feeds_of(room):
        for booking in look(BOOKINGS(feed, room)) or ():
            if booking.verdict != "no" or booking.end <= look.now:
                continue
            if not look.passed(booking.start):
                break
            look.passed(booking.end)
            yield booking


def slot_of(look: Look, site: Site, booking: Booking) -> Slot:
    """One booking by itself, without regard to those before and after it."""
    policy = policy_of(site, booking)
    agency = agency_of(site, booking)
    released = _still(look(RELEASED(*booking.identity)), booking)
    extended = _still(look(EXTENDED(*booking.identity)), booking)
    allowed = _still(look(ALLOWED(*booking.identity)), booking)
    end = extended.until if extended else booking.end
    closes = end + policy.lock_after
    if released is not None:
        end = closes = min(end, released.at)
    opens = booking.start - policy.unlock_before
    return Slot(
        booking=booking,
        policy=policy,
        agency=agency,
        opens=opens,
        end=end,
        closes=closes,
        official_from=opens - OFFICIAL_EARLY,
        waits=waits_for_official(site, agency, policy),
        allowed=allowed is not None,
        problem=_standing_problem(site, booking, policy),
        released=released,
    )


def _each_once(look: Look, site: Site, found: Iterable[Slot]) -> list[Slot]:
    """Two calendars of a room may hold the same booking: that is no conflict, and it is given free in both."""
    meetings: dict[tuple[str, str, datetime, datetime], list[Slot]] = {}
    for slot in found:
        booking = slot.booking
        meetings.setdefault((booking.uid, booking.rid, booking.start, booking.end), []).append(slot)
    return [same[0] if len(same) == 1 else _one_of(look, site, same) for same in meetings.values()]


def _one_of(look: Look, site: Site, same: Sequence[Slot]) -> Slot:
    best = min(same, key=lambda slot: (not slot.may_open, not is_trusted(look, site, slot.booking.calendar)))
    given_free = next((slot for slot in same if slot.released is not None), best)
    return (
        replace(best, released=given_free.released, end=given_free.end, closes=given_free.closes) if given_free.released else best
    )


def _still(fact: Act | None, booking: Booking) -> Act | None:
    """What people did is about the booking as it was: once its calendar gives it another end, that counts."""
    return fact if fact is not None and fact.holds_for(booking) else None


def _standing_problem(site: Site, booking: Booking, policy: RoomPolicy) -> Text | None:
    """What speaks against the booking at whatever time, so that only a person can let it open the room."""
    if booking.verdict == "pending" and not policy.tentative:
        return booking.reason
    return day_problem(site, booking)


@dataclass(slots=True)
class _Turn:
    """What the neighbours of a slot change about it; made into a new slot once, for a busy day has thousands of pairs."""

    slot: Slot
    opens: datetime
    closes: datetime
    official_from: datetime
    turns: bool
    after: str | None

    @classmethod
    def of(cls, slot: Slot) -> "_Turn":
        return cls(slot, slot.opens, slot.closes, slot.official_from, slot.turns, slot.after)

    def taken(self) -> Slot:
        if self == _Turn.of(self.slot):
            return self.slot
        return replace(
            self.slot,
            opens=self.opens,
            closes=self.closes,
            official_from=self.official_from,
            turns=self.turns,
            after=self.after,
        )


def in_turn(found: Sequence[Slot]) -> list[Slot]:
    """Bookings one after another: of one agency they share the open door, of two the door closes between them."""
    turns = [_Turn.of(slot) for slot in found]
    opening_ones = [turn for turn in turns if turn.slot.may_open]
    for nth, later in enumerate(opening_ones):
        for earlier in opening_ones[:nth]:
            if earlier.slot.end <= later.slot.booking.start:
                _one_after_another(earlier, later)
    return [turn.taken() for turn in turns]


def _one_after_another(a: _Turn, b: _Turn) -> None:
    same, end = a.slot.agency == b.slot.agency, a.slot.end
    if same and a.closes >= b.opens:
        b.official_from = a.official_from
    elif not same and a.slot.released is None and a.closes + b.slot.policy.changeover > b.opens:
        b.opens = max(b.opens, end + b.slot.policy.changeover)
        b.official_from = max(b.official_from, end)
        b.turns, b.after = True, a.slot.agency
        a.closes = min(a.closes, end)
    elif end > b.official_from:
        b.official_from = end


def is_trusted(look: Look, site: Site, feed: str) -> bool:
    """Whether a feed was read lately enough for its bookings to open doors; what is booked here is always known."""
    section = site.feeds[feed]
    if section.local:
        return True
    health = look(CALENDAR(feed))
    return health is not None and health.read_at is not None and not look.lasted(health.read_at, section.hold)


def has_come(look: Look, site: Site, slot: Slot) -> bool:
    """Whether an official is there for this booking."""
    came = look(CAME(slot.booking.room))
    return came is not None and came.at >= official_from(look, site, slot)


def official_from(look: Look, site: Site, slot: Slot) -> datetime:
    """Since when an arrival counts now: a booking of several days waits each morning."""
    timetable = _timetable(site, slot)
    if timetable is None:
        return slot.official_from
    now_open = opening(look, site, timetable)
    opens = now_open.start if now_open is not None else site.hours[timetable].next_change(look.now, site.local)
    return slot.official_from if opens is None else max(slot.official_from, opens - OFFICIAL_EARLY)


def _timetable(site: Site, slot: Slot) -> str | None:
    """What bounds the booking."""
    return None if slot.policy.hours == "always" else slot.policy.hours or site.site.hours


def obstacle(look: Look, site: Site, slot: Slot) -> tuple[Text | None, datetime]:
    """Why a booking may not open its room at this moment, and until when that answer (or the unlock) lasts."""
    booking, closes = slot.booking, slot.closes
    if slot.problem is not None and not slot.allowed:
        return slot.problem, closes
    if not is_trusted(look, site, booking.calendar):
        return say("The calendar has not been read for too long; the booking cannot be trusted"), closes
    shut, until = _shut(look, site, slot)
    if shut is None and slot.waits and not has_come(look, site, slot):
        return say("Booked {start}–{end}: waits for the official", start=booking.start, end=slot.end), until
    return shut, until


def _shut(look: Look, site: Site, slot: Slot) -> tuple[Text | None, datetime]:
    """What the room's hours say."""
    booking, policy, closes = slot.booking, slot.policy, slot.closes
    bounded = booking.all_day or lasts_days(site, booking)
    if bounded and policy.all_day == "never":
        return say("All-day bookings do not unlock this room"), closes
    timetable = _timetable(site, slot)
    if timetable is None:
        return (say("All-day bookings need opening hours to unlock within") if bounded else None), closes
    now_open = opening(look, site, timetable)
    if now_open is None:
        change = site.hours[timetable].next_change(look.now, site.local)
        closed_until = closes if change is None else min(closes, change)
        return say("Booked {start}–{end}, but the building is closed", start=booking.start, end=slot.end), closed_until
    return None, min(closes, now_open.end)


def changeover(slot: Slot) -> Text:
    """What is said while the door is closed between two agencies."""
    if slot.after is None or slot.agency is None:
        return say("Closed between two bookings; opens {opens}", opens=slot.opens)
    before, agency = Ref(slot.after), Ref(slot.agency)
    return say("Closed between {before} and {agency}; opens {opens}", before=before, agency=agency, opens=slot.opens)
