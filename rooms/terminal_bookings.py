"""Which bookings need a payment terminal, and which one each gets.

A terminal is reserved from two hours before its booking on. What was reserved stays so, unless the booking moves into the time of
another or the terminal is not back when it is needed; then another is looked for (docs/terminals.md).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.claims import Derived, Follows
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.site import Site
from edge.site.booking import RoomPolicy
from rooms.bookings import Booking, Identity
from rooms.plan import BOOKINGS
from rooms.slots import REMEMBERED, Slot, slot_of

AHEAD = timedelta(hours=2)
"""How long before its booking a terminal is reserved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A booking that needs a terminal. At `from_` it must be at hand."""

    identity: Identity
    agency: str | None
    from_: datetime
    start: datetime
    end: datetime

    @property
    def room(self) -> str:
        return self.identity[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalReserved(Event):
    """A booking gets a terminal, another one, or the same for other times."""

    kind = "terminal-reserved"
    terminal: str
    calendar: str
    room: str
    uid: str
    rid: str
    from_: datetime
    start: datetime
    end: datetime

    @property
    def identity(self) -> Identity:
        return self.calendar, self.room, self.uid, self.rid

    def says_the_same_as(self, other: "TerminalReserved") -> bool:
        return (self.terminal, self.identity, self.from_, self.start, self.end) == (
            other.terminal,
            other.identity,
            other.from_,
            other.start,
            other.end,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalFreed(Event):
    """A booking needs its terminal no more: it is over, cancelled or given free, or the terminal is not there for it."""

    kind = "terminal-freed"
    terminal: str
    calendar: str
    room: str
    uid: str
    rid: str


DEMAND: Family[tuple[Demand, ...]] = Family("terminal-demand")
"""By room, of now and of the next two hours; derived."""
RESERVED: Family[tuple[TerminalReserved, ...]] = Family("terminal-reserved")
"""Of the whole site, by start."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case TerminalReserved():
            others = [each for each in facts(RESERVED()) or () if each.identity != event.identity]
            facts.set(RESERVED(), tuple(sorted((*others, event), key=lambda each: (each.start, each.identity))))
        case TerminalFreed(calendar=calendar, room=room, uid=uid, rid=rid):
            left = tuple(each for each in facts(RESERVED()) or () if each.identity != (calendar, room, uid, rid))
            facts.set(RESERVED(), left or None)
        case _:
            pass


def kept(facts: Facts) -> Iterable[Event]:
    yield from facts(RESERVED()) or ()


# --- which bookings ---------------------------------------------------------------------------------------------------


def needs_terminal(policy: RoomPolicy, agency: str | None) -> bool:
    return policy.terminal if isinstance(policy.terminal, bool) else agency in policy.terminal


def rooms_in_need(site: Site) -> list[str]:
    """Where a booking may need one at all."""
    if not site.terminals or not any(policy.terminal for policy in site.rooms.values()):
        return []
    return [
        room
        for room in site.bookable
        if any(
            policy.terminal
            and (not policy.spaces or room in policy.spaces)
            and (not policy.kinds or site.spaces[room].kind in policy.kinds)
            for policy in site.rooms.values()
        )
    ]


def demand(look: Look, site: Site, room: str) -> Iterable[Derived]:
    found: dict[tuple[str, str, datetime, datetime], Demand] = {}
    for slot in _near(look, site, room):
        booking = slot.booking
        if needs_terminal(slot.policy, slot.agency) and slot.may_open and not slot.is_over(look):
            meeting = (booking.uid, booking.rid, booking.start, booking.end)
            found.setdefault(meeting, _demand(slot))
    if found:
        yield Derived(DEMAND(room), tuple(sorted(found.values(), key=lambda each: (each.start, each.identity))))


def _near(look: Look, site: Site, room: str) -> Iterable[Slot]:
    for feed in site.feeds_of(room):
        for booking in look(BOOKINGS(feed, room)) or ():
            if booking.verdict == "no" or look.passed(booking.end + REMEMBERED):
                continue
            if not look.passed(booking.start - AHEAD):
                break
            yield slot_of(look, site, booking)


def _demand(slot: Slot) -> Demand:
    booking = slot.booking
    return Demand(
        identity=booking.identity,
        agency=slot.agency,
        from_=booking.start - min(slot.policy.terminal_before, AHEAD),
        start=booking.start,
        end=slot.end,
    )


def booking_of(look: Look, reserved: TerminalReserved) -> Booking | None:
    """The booking that a terminal is reserved for, as its calendar has it now."""
    calendar, room, uid, rid = reserved.identity
    known = look(BOOKINGS(calendar, room)) or ()
    return next((booking for booking in known if (booking.uid, booking.rid) == (uid, rid)), None)


# --- which terminal ---------------------------------------------------------------------------------------------------

Rank = tuple[float, ...]
Choice = Callable[[Demand, str], Rank | None]
"""How well a terminal suits a booking, the lower the better; None: not at all."""


def allotted(
    demands: Iterable[Demand],
    reserved: Iterable[TerminalReserved],
    terminals: Sequence[str],
    *,
    in_hand: Callable[[Demand, str], bool],
    may_keep: Callable[[Demand, str], bool],
    choice: Choice,
) -> dict[Identity, str]:
    """Which terminal each booking gets; one that is not named gets none. No terminal is given twice at one time.

    in_hand: whether the booking's people have it already: nothing takes it from them.
    """
    wanted = sorted(demands, key=lambda each: (each.start, each.identity))
    before = {each.identity: each.terminal for each in reserved if each.terminal in terminals}
    given: dict[Identity, str] = {}
    busy: dict[str, list[Demand]] = {terminal: [] for terminal in terminals}

    def give(demand: Demand, terminal: str) -> None:
        given[demand.identity] = terminal
        busy[terminal].append(demand)

    def is_free(demand: Demand, terminal: str) -> bool:
        return all(other.end <= demand.start or demand.end <= other.start for other in busy[terminal])

    for keeps in (in_hand, may_keep):
        for each in wanted:
            terminal = before.get(each.identity)
            if each.identity not in given and terminal is not None and keeps(each, terminal) and is_free(each, terminal):
                give(each, terminal)
    for each in wanted:
        if each.identity not in given:
            ranks = {terminal: rank for terminal in terminals if is_free(each, terminal) and (rank := choice(each, terminal))}
            if ranks:
                give(each, min(terminals, key=lambda terminal: ranks.get(terminal, (float("inf"),))))
    return given


def changes(
    now: datetime, demands: Iterable[Demand], reserved: Sequence[TerminalReserved], given: dict[Identity, str]
) -> Iterable[Follows]:
    """What must be told for exactly this to be reserved. What is freed comes first."""
    known = {each.identity: each for each in reserved}
    for each in reserved:
        if each.identity not in given:
            calendar, room, uid, rid = each.identity
            yield Follows(TerminalFreed(at=now, terminal=each.terminal, calendar=calendar, room=room, uid=uid, rid=rid))
    for demand in demands:
        terminal = given.get(demand.identity)
        if terminal is None:
            continue
        calendar, room, uid, rid = demand.identity
        wish = TerminalReserved(
            at=now,
            terminal=terminal,
            calendar=calendar,
            room=room,
            uid=uid,
            rid=rid,
            from_=demand.from_,
            start=demand.start,
            end=demand.end,
        )
        before = known.get(demand.identity)
        if before is None or not before.says_the_same_as(wish):
            yield Follows(wish)
