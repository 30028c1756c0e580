"""Which terminal a booking gets, and the bay that lets it go."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from edge.claims import Claim, Condition, Follows, Priority
from edge.conditions import TERMINAL_SHORT
from edge.facts import READING, Look
from edge.points import PointId
from edge.site import Site
from edge.site.fields import OUTSIDE
from edge.site.terminals import beacons_of
from edge.text import Ref, Text, say
from rooms.slots import has_come, obstacle, slot_of
from rooms.terminal_bookings import (
    DEMAND,
    RESERVED,
    Demand,
    Rank,
    TerminalReserved,
    allotted,
    booking_of,
    changes,
    rooms_in_need,
)
from rooms.terminal_lending import LENT, LETS_GO_FOR
from rooms.terminal_places import charge_of, is_sure, is_with
from rooms.terminals import WHERE

FLAT_BELOW = 15.0
"""Per cent: a terminal with less is chosen only where there is no other."""
_FAR = 1000


@dataclass(frozen=True, slots=True)
class TerminalChoice:
    """The rules of one site."""

    site: Site
    _distances: dict[str, dict[str, int]] = field(default_factory=dict)

    def reservations(self, look: Look, _: str) -> Iterable[Follows]:
        """What has to be reserved anew, otherwise, or no more."""
        demands = [each for room in rooms_in_need(self.site) for each in look(DEMAND(room)) or ()]
        reserved = look(RESERVED()) or ()
        given = allotted(
            demands,
            reserved,
            list(self.site.terminals),
            in_hand=lambda each, terminal: self._in_hand(look, each, terminal),
            may_keep=lambda each, terminal: self._may_keep(look, each, terminal),
            choice=lambda each, terminal: self._rank(look, each, terminal),
        )
        yield from changes(look.now, demands, reserved, given)

    def _in_hand(self, look: Look, demand: Demand, terminal: str) -> bool:
        where = look(WHERE(terminal))
        return where is not None and where.errand is not None and where.errand.identity == demand.identity

    def _serves(self, demand: Demand, terminal: str) -> bool:
        return self.site.terminals[terminal].agency in (None, demand.agency)

    def _may_keep(self, look: Look, demand: Demand, terminal: str) -> bool:
        """Until it can be taken, wherever it is; from then on only where it can be had."""
        if not self._serves(demand, terminal):
            return False
        where = look(WHERE(terminal))
        return not look.passed(demand.from_) or where is None or where.docked or is_with(where, demand.room, demand.from_)

    def _rank(self, look: Look, demand: Demand, terminal: str) -> Rank | None:
        """Of its own agency first; none for desks, which anybody may take; surely there and charged; the nearest; the fullest."""
        if not self._serves(demand, terminal):
            return None
        where, section = look(WHERE(terminal)), self.site.terminals[terminal]
        whose = float(section.agency is None), float(section.unbooked)
        if where is None:
            return None
        charge = charge_of(look, where)
        flat = charge is not None and charge < FLAT_BELOW
        fullness = 100.0 if charge is None else charge
        if where.docked:
            doubt = 0.0 if is_sure(look, where) and not flat else 1.0
            return *whose, doubt, float(self._distance(demand.room, where.dock)), -fullness
        if where.errand is not None and where.errand.room == demand.room:
            return *whose, 0.0, 0.0, -fullness
        back_by = None if where.errand is None else where.errand.until
        comes_back = back_by is not None and not look.passed(back_by) and back_by <= demand.from_
        return (*whose, 2.0, float(self._distance(demand.room, section.dock)), -fullness) if comes_back else None

    def _distance(self, room: str, dock: str) -> int:
        """In doors; one that cannot be walked to is far."""
        if room not in self._distances:
            self._distances[room] = distances(self.site, room)
        return self._distances[room].get(self.site.devices[dock].space or "", _FAR)

    def shortage(self, look: Look, room: str) -> Iterable[Condition]:
        """A booking that needs a terminal and has none."""
        served = {each.identity for each in look(RESERVED()) or ()}
        for demand in look(DEMAND(room)) or ():
            if demand.identity not in served:
                yield Condition(TERMINAL_SHORT, room, self._short(look, demand))
                return

    def _short(self, look: Look, demand: Demand) -> Text:
        mine = [terminal for terminal in self.site.terminals if self._serves(demand, terminal)]
        busy = [each for each in look(RESERVED()) or () if each.terminal in mine and demand.start < each.end < demand.end]
        first = min(busy, key=lambda each: each.end, default=None)
        if first is not None:
            return say(
                "No payment terminal is free for the booking {start}–{end} of {room}; {terminal} is from {at} on",
                start=demand.start,
                end=demand.end,
                room=Ref(demand.room),
                terminal=Ref(first.terminal),
                at=first.end,
            )
        start, end, room = demand.start, demand.end, Ref(demand.room)
        if mine:
            return say("No payment terminal is free for the booking {start}–{end} of {room}", start=start, end=end, room=room)
        return say("No payment terminal serves the agency of the booking {start}–{end} of {room}", start=start, end=end, room=room)

    # --- the bay ------------------------------------------------------------------------------------------------------

    def bay(self, look: Look, dock: str) -> Iterable[Claim]:
        """A bay with a bolt lets go the terminal that lies in it for whoever may take it now."""
        bolt = PointId(dock, "release")
        if beacons_of(self.site.devices[dock]) is not None or look(READING(*bolt)) is None:
            return
        for terminal in self.site.terminals:
            where = look(WHERE(terminal))
            if where is None or not where.docked or where.dock != dock:
                continue
            lent = look(LENT(terminal))
            if lent is not None and not look.lasted(lent.at, LETS_GO_FOR):
                because = say("{terminal} is lent by {by}", terminal=Ref(terminal), by=lent.by)
                yield Claim(bolt, True, Priority.RELEASE, f"lent:{terminal}", because, lent.at + LETS_GO_FOR)
            for reserved in look(RESERVED()) or ():
                if reserved.terminal == terminal:
                    yield from self._let_go(look, bolt, reserved)

    def _let_go(self, look: Look, bolt: PointId, reserved: TerminalReserved) -> Iterable[Claim]:
        """From its start on, as the door opens; before that, for an official who has come."""
        if not look.passed(reserved.from_) or look.passed(reserved.end):
            return
        booking = booking_of(look, reserved)
        if booking is None:
            return
        slot = slot_of(look, self.site, booking)
        hindrance, until = obstacle(look, self.site, slot)
        if hindrance is not None or not (look.passed(booking.start) or has_come(look, self.site, slot)):
            return
        because = say(
            "{terminal} for the booking {start}–{end} of {room}",
            terminal=Ref(reserved.terminal),
            start=booking.start,
            end=reserved.end,
            room=Ref(reserved.room),
        )
        cause = f"booking:{booking.uid}/{booking.rid}"
        yield Claim(bolt, True, Priority.BOOKING, cause, because, min(until, reserved.end))


def distances(site: Site, room: str) -> dict[str, int]:
    """How many doors lie between a space and every other that can be walked to inside the building."""
    found, ahead = {room: 0}, deque([room])
    while ahead:
        here = ahead.popleft()
        for door in site.doors.values():
            for a, b in ((door.from_, door.to), (door.to, door.from_)):
                if a == here and b not in found and b != OUTSIDE:
                    found[b] = found[here] + 1
                    ahead.append(b)
    return found
