"""Payment terminals as they are told: where each is now, and who has it."""

from collections.abc import Collection, Iterator
from datetime import datetime

from api.models_terminals import (
    BayOut,
    TerminalBookingOut,
    TerminalOut,
    TerminalTrouble,
)
from api.sessions import View
from api.truth import Truth
from edge.conditions import (
    TERMINAL_ASTRAY,
    TERMINAL_DUE,
    TERMINAL_FLAT,
    TERMINAL_MISSING,
    TERMINAL_STOLEN,
    TERMINAL_TAKEN,
)
from edge.facts import ACTIVE, READING, Look
from edge.site import Site
from edge.text import Ref, Text, say
from rooms.bookings import Identity
from rooms.numbers import number_of
from rooms.plan import BOOKINGS
from rooms.terminal_bookings import RESERVED, TerminalReserved, booking_of
from rooms.terminal_lending import LENT
from rooms.terminal_places import charge_of, is_sure
from rooms.terminal_record import Standing, standing_of
from rooms.terminals import WHERE, Whereabouts, bay_named, bay_of
from security.alarm_types import alarm_type

TROUBLES = (TERMINAL_STOLEN, TERMINAL_MISSING, TERMINAL_ASTRAY, TERMINAL_TAKEN, TERMINAL_FLAT, TERMINAL_DUE)


def seen_by(site: Site, view: View) -> Collection[str] | None:
    """Of a clerk, the terminals of the own agency; None: all."""
    if view.role != "clerk":
        return None
    return [id_ for id_, terminal in site.terminals.items() if view.agency is not None and terminal.agency == view.agency]


class TerminalTruth:
    """The terminals of the desk's site at the instant and in the language of a `Truth`, as far as a view shows them."""

    def __init__(self, truth: Truth, view: View) -> None:
        self._truth = truth
        self._site = truth.site
        self._name = truth.renderer.name
        self._look = Look(truth.facts, truth.now)
        seen = seen_by(truth.site, view)
        self._seen = list(truth.site.terminals) if seen is None else seen

    def all(self) -> Iterator[TerminalOut]:
        return map(self.terminal, self._seen)

    def terminal(self, id_: str) -> TerminalOut:
        section, where, lent = self._site.terminals[id_], self._look(WHERE(id_)), self._look(LENT(id_))
        standing = standing_of(section.dock, where)
        said_at = None if where is None else self._said_at(where)
        return TerminalOut(
            id=id_,
            name=self._name(id_),
            agency=section.agency,
            agency_name=self._name(section.agency) if section.agency else None,
            home=self.bay(section.dock),
            standing=standing,
            quality="unknown" if where is None else "good" if self._is_good(where) else "stale",
            text=self._written(self._sentence(where, standing)),
            at=None if where is None else self._at(where),
            since=None if where is None else where.since,
            said_at=said_at,
            age_s=None if said_at is None else round(max((self._truth.now - said_at).total_seconds(), 0.0), 3),
            out_for=self._out_for(where),
            lent_until=lent.until if lent is not None and lent.until > self._truth.now else None,
            charge=None if where is None else charge_of(self._look, where),
            released=None if where is None else self._released(where),
            reserved=[self._reserved(each) for each in self._look(RESERVED()) or () if each.terminal == id_],
            troubles=list(self._troubles(id_)),
        )

    # --- where --------------------------------------------------------------------------------------------------------

    def bay(self, dock: str) -> BayOut:
        space = self._site.devices[dock].space
        return BayOut(
            dock=dock,
            dock_name=self._name(dock),
            bay=bay_of(self._site, dock),
            text=self._written(bay_named(self._site, dock)),
            space=space,
            space_name=self._name(space) if space else None,
        )

    def _at(self, where: Whereabouts) -> BayOut | None:
        device = where.dock if where.docked else where.receiver
        return self.bay(device) if device in self._site.devices else None

    def _is_good(self, where: Whereabouts) -> bool:
        return is_sure(self._look, where) if where.docked else where.heard_now

    def _said_at(self, where: Whereabouts) -> datetime:
        """When somebody last said where it is."""
        if not where.docked and not where.heard_now:
            return where.seen_until or where.since
        reading = self._look(READING(where.dock if where.docked else where.receiver, "terminal"))
        return where.since if reading is None else reading.at

    def _sentence(self, where: Whereabouts | None, standing: Standing) -> Text:
        if where is None:
            return say("Never heard of")
        if where.docked:
            sure, bay = is_sure(self._look, where), bay_named(self._site, where.dock)
            if standing == "in-its-bay":
                return say("In its bay") if sure else say("Last in its bay; the dock is silent")
            return say("In another bay: {bay}", bay=bay) if sure else say("Last in {bay}; the dock is silent", bay=bay)
        receiver = self._site.devices.get(where.receiver)
        if receiver is None or receiver.space is None:
            return say("Out since {since}", since=where.since)
        space = Ref(receiver.space)
        if where.heard_now:
            return say("Out since {since}; it is heard in {space}", since=where.since, space=space)
        seen = where.seen_until or where.since
        return say("Out since {since}; last heard in {space} at {seen}", since=where.since, space=space, seen=seen)

    def _released(self, where: Whereabouts) -> bool | None:
        reading = self._look(READING(where.dock, "release")) if where.docked else None
        return None if reading is None else reading.value is True

    # --- what for -----------------------------------------------------------------------------------------------------

    def _out_for(self, where: Whereabouts | None) -> TerminalBookingOut | None:
        errand = None if where is None or where.docked else where.errand
        if errand is None:
            return None
        _, room, uid, rid = errand.identity
        known = self._look(BOOKINGS(errand.calendar, room)) or ()
        booking = next((each for each in known if (each.uid, each.rid) == (uid, rid)), None)
        return TerminalBookingOut(
            number=number_of(booking) if booking is not None else None,
            room=room,
            room_name=self._name(room),
            start=booking.start if booking is not None else errand.until,
            end=errand.until,
        )

    def _reserved(self, reserved: TerminalReserved) -> TerminalBookingOut:
        booking = booking_of(self._look, reserved)
        return TerminalBookingOut(
            number=number_of(booking) if booking is not None else None,
            room=reserved.room,
            room_name=self._name(reserved.room),
            start=reserved.start,
            end=reserved.end,
        )

    def _troubles(self, id_: str) -> Iterator[TerminalTrouble]:
        for kind in TROUBLES:
            if (began := self._look(ACTIVE(kind, id_))) is not None:
                found = alarm_type(self._site, kind)
                yield TerminalTrouble(
                    type=kind,
                    name=self._written(found.name),
                    level=found.level,
                    since=began.at,
                    because=self._written(began.because),
                )

    def _written(self, text: Text) -> str:
        return self._truth.renderer.text(text, self._truth.now)


def terminal_of(truth: Truth, identity: Identity) -> Text | None:
    """Which terminal a booking has, and where to take it."""
    for reserved in truth.facts(RESERVED()) or ():
        if reserved.identity == identity:
            return where_to_take(truth, reserved.terminal, identity)
    return None


def where_to_take(truth: Truth, terminal: str, identity: Identity) -> Text:
    where = truth.facts(WHERE(terminal))
    if where is None or where.docked:
        dock = truth.site.terminals[terminal].dock if where is None else where.dock
        return say("{terminal}: {bay}", terminal=Ref(terminal), bay=bay_named(truth.site, dock))
    if where.errand is not None and where.errand.identity == identity:
        return say("{terminal}, taken", terminal=Ref(terminal))
    return say("{terminal}, not back yet", terminal=Ref(terminal))
