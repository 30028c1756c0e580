"""What people are told of a payment terminal that is not where it should be: of each only the most serious.

Nothing new is told while its own dock is silent, for it may have been put back; what was told goes on meanwhile.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from edge.claims import Condition
from edge.conditions import (
    TERMINAL_ASTRAY,
    TERMINAL_DUE,
    TERMINAL_FLAT,
    TERMINAL_MISSING,
    TERMINAL_STOLEN,
    TERMINAL_TAKEN,
)
from edge.facts import ACTIVE, Look
from edge.site import Site
from edge.text import Ref, Text, say
from rooms.hours import closed_for, opening
from rooms.terminal_bookings import rooms_in_need
from rooms.terminal_choice import FLAT_BELOW
from rooms.terminal_lending import LENT
from rooms.terminal_places import charge_of, exits, lost_since, said
from rooms.terminals import WHERE, Whereabouts, bay_named

PUT_BACK_WITHIN = timedelta(minutes=10)
"""After closing, and also later: a hand may lift a terminal to clean under it."""
NOTICED_AFTER = timedelta(minutes=5)
"""For so long a terminal may be out, or in a wrong place, on its way to the right one."""
AT_AN_EXIT_FOR = timedelta(minutes=1)
LOST_FOR = timedelta(minutes=5)
CHARGES_WITHIN = timedelta(minutes=30)
"""After which a terminal in its dock with an empty battery does not charge."""
CHARGED_ABOVE = 20.0
"""Per cent, so that one between the two is not told again and again."""


@dataclass(frozen=True)
class TerminalAlarms:
    """The rules of one site."""

    site: Site

    @cached_property
    def _exits(self) -> frozenset[str]:
        return exits(self.site)

    @cached_property
    def _by_booking(self) -> bool:
        """Whether terminals go out with bookings here at all."""
        return bool(rooms_in_need(self.site))

    def conditions(self, look: Look, terminal: str) -> Iterable[Condition]:
        where = look(WHERE(terminal))
        if where is None:
            return
        yield from self._flat(look, terminal, where)
        if where.docked:
            return
        out = _Out(look, self.site, terminal, where)
        for kind, told in self._wrong(out):
            before = look(ACTIVE(kind, terminal))
            if before is not None and (told is not None or (out.is_blind and self._may_last(out, kind))):
                yield Condition(kind, terminal, before.because)
                return
            if told is not None:
                yield Condition(kind, terminal, told)
                return

    def _may_last(self, out: "_Out", kind: str) -> bool:
        return kind != TERMINAL_MISSING or out.is_closed()

    def _wrong(self, out: "_Out") -> Iterator[tuple[str, Text | None]]:
        """What may hold of it, the most serious first; None where it does not, or cannot be told."""
        yield TERMINAL_STOLEN, self._stolen(out)
        yield TERMINAL_MISSING, self._missing(out)
        yield TERMINAL_ASTRAY, self._astray(out)
        yield TERMINAL_TAKEN, self._taken(out)
        yield TERMINAL_DUE, self._due(out)

    # --- each -----------------------------------------------------------------------------------------------------------

    def _stolen(self, out: "_Out") -> Text | None:
        where, look = out.where, out.look
        told_before = look(ACTIVE(TERMINAL_STOLEN, out.terminal))
        if told_before is not None:
            return None if where.heard_now and out.space not in self._exits else told_before.because
        if out.is_for_somebody or out.is_blind:
            return None
        if out.space in self._exits and out.space != out.own_space and where.seen_since is not None:
            if where.heard_now and look.lasted(where.seen_since, AT_AN_EXIT_FOR):
                return say("{terminal} is out without a booking, and near an exit: {space}", terminal=out.ref, space=Ref(out.space))
            lost = lost_since(look, self.site, out.terminal, where)
            if lost is not None and look.lasted(lost, AT_AN_EXIT_FOR):
                return say(
                    "{terminal} is out without a booking; it was last heard near an exit, {space}, at {at}",
                    terminal=out.ref,
                    space=Ref(out.space),
                    at=lost,
                )
        lost = lost_since(look, self.site, out.terminal, where)
        if lost is None or out.is_flat or not look.lasted(lost, LOST_FOR) or not out.is_closed(PUT_BACK_WITHIN):
            return None
        return say("{terminal} is out while the building is closed, and no receiver hears it since {at}", terminal=out.ref, at=lost)

    def _missing(self, out: "_Out") -> Text | None:
        if out.is_blind or out.is_for_somebody:
            return None
        since = out.due_since or out.where.since
        if not out.look.lasted(since, PUT_BACK_WITHIN) or not out.is_closed(PUT_BACK_WITHIN):
            return None
        return say(
            "{terminal} is not in its dock ({bay}) since {since}, and the building is closed",
            terminal=out.ref,
            bay=out.bay,
            since=out.where.since,
        )

    def _astray(self, out: "_Out") -> Text | None:
        where = out.where
        if not where.heard_now or where.seen_since is None or not out.look.lasted(where.seen_since, NOTICED_AFTER):
            return None
        if out.space == out.own_space or (where.errand is not None and out.space == where.errand.room):
            return None
        space, agency = self.site.spaces[out.space], self.site.terminals[out.terminal].agency
        if space.zone == "public":
            return say("{terminal} is in {space}, where everybody walks", terminal=out.ref, space=Ref(out.space))
        if agency is not None and space.agencies and agency not in space.agencies:
            return say("{terminal} is in {space}, which its agency does not have", terminal=out.ref, space=Ref(out.space))
        return None

    def _taken(self, out: "_Out") -> Text | None:
        where = out.where
        if not self._by_booking or self.site.terminals[out.terminal].unbooked:
            return None
        if out.is_blind or where.errand is not None or out.was_lent or not out.look.lasted(where.since, NOTICED_AFTER):
            return None
        if out.is_closed() and out.look(ACTIVE(TERMINAL_TAKEN, out.terminal)) is None:
            return None  # soon it is missing
        return say("{terminal} was taken at {since} without a booking", terminal=out.ref, since=where.since)

    def _due(self, out: "_Out") -> Text | None:
        since = out.due_since
        if out.is_blind or since is None or out.is_for_somebody or not out.look.lasted(since, PUT_BACK_WITHIN):
            return None
        if out.where.errand is not None:
            room = Ref(out.where.errand.room)
            return say(
                "The booking of {room} ended at {end}: bring {terminal} back to {bay}",
                room=room,
                end=since,
                terminal=out.ref,
                bay=out.bay,
            )
        return say("{terminal} was lent until {end}: bring it back to {bay}", terminal=out.ref, end=since, bay=out.bay)

    # --- its battery ------------------------------------------------------------------------------------------------------

    def _flat(self, look: Look, terminal: str, where: Whereabouts) -> Iterable[Condition]:
        charge, told = charge_of(look, where), look(ACTIVE(TERMINAL_FLAT, terminal))
        if charge is None:
            if told is not None and where.docked:
                yield Condition(TERMINAL_FLAT, terminal, told.because)  # not kept over a restart, and not heard again yet
            return
        if charge >= (FLAT_BELOW if told is None else CHARGED_ABOVE):
            return
        if where.docked:
            if told is not None or look.lasted(where.since, CHARGES_WITHIN):
                because = say("{terminal} does not charge in {bay}", terminal=Ref(terminal), bay=bay_named(self.site, where.dock))
                yield Condition(TERMINAL_FLAT, terminal, told.because if told else because)
            return
        lost = lost_since(look, self.site, terminal, where)
        if lost is not None and look.lasted(lost, LOST_FOR):
            because = say(
                "{terminal} left its dock with an empty battery and is not heard since {at}", terminal=Ref(terminal), at=lost
            )
            yield Condition(TERMINAL_FLAT, terminal, told.because if told else because)


@dataclass(frozen=True)
class _Out:
    """A terminal that is in no dock, and what is known of why."""

    look: Look
    site: Site
    terminal: str
    where: Whereabouts

    @property
    def ref(self) -> Ref:
        return Ref(self.terminal)

    @property
    def own_dock(self) -> str:
        return self.site.terminals[self.terminal].dock

    @property
    def own_space(self) -> str:
        return self.site.devices[self.own_dock].space or ""

    @property
    def bay(self) -> Text:
        return bay_named(self.site, self.own_dock)

    @property
    def space(self) -> str:
        """Where it was last heard since it left its dock; empty where it was not."""
        receiver = self.site.devices.get(self.where.receiver)
        return "" if receiver is None else receiver.space or ""

    @cached_property
    def is_blind(self) -> bool:
        return said(self.look, self.own_dock) is None

    @cached_property
    def is_flat(self) -> bool:
        return self.where.charge is not None and self.where.charge < FLAT_BELOW

    @cached_property
    def was_lent(self) -> bool:
        """For the time for which it is out now."""
        lent = self.look(LENT(self.terminal))
        return lent is not None and lent.until > self.where.since

    @cached_property
    def due_since(self) -> datetime | None:
        """Since when nobody has it for a booking or on loan any more; None where nobody had, or it is still so."""
        ends = [] if self.where.errand is None else [self.where.errand.until]
        lent = self.look(LENT(self.terminal))
        if lent is not None and self.was_lent:
            ends.append(lent.until)
        return max(ends) if ends and self.look.passed(max(ends)) else None

    @cached_property
    def is_for_somebody(self) -> bool:
        return (self.where.errand is not None or self.was_lent) and self.due_since is None

    def is_closed(self, span: timedelta = timedelta(0)) -> bool:
        timetable = self.site.site.hours
        if timetable is None:
            return False
        return closed_for(self.look, self.site, timetable, span) if span else opening(self.look, self.site, timetable) is None
