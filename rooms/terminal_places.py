"""Where a terminal is, from what docks and Bluetooth receivers say.

A dock or receiver that is silent says nothing: what was known of its terminals stays, and is not called sure. A receiver that loses
a tag for less than a minute has not lost it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from edge.claims import Follows
from edge.facts import READING, Look, Reading
from edge.site import Site
from edge.site.fields import OUTSIDE
from rooms.terminal_bookings import RESERVED, TerminalReserved
from rooms.terminals import WHERE, Errand, TerminalMoved, Whereabouts, bays_for, called_in, receivers_of

MISSED_FOR = timedelta(minutes=1)
"""After which a receiver that heard a tag has lost it."""
EARLY = timedelta(minutes=30)
"""A terminal that is taken so long before it may be is still taken for its booking."""


def moves(look: Look, site: Site, terminal: str) -> Iterable[Follows]:
    """What its docks and receivers say has changed."""
    known = look(WHERE(terminal))
    now = _whereabouts(look, site, terminal, known)
    if now is not None and now != known:
        yield Follows(TerminalMoved(at=look.now, terminal=terminal, now=now))


def said(look: Look, dock: str) -> Reading | None:
    """What a dock or receiver says now; None while it is silent or has no usable value."""
    reading = look.heard(dock, "terminal")
    return None if reading is None or reading.problem else reading


def is_sure(look: Look, where: Whereabouts) -> bool:
    """Whether a terminal that was last in a dock is there now, as far as the dock says."""
    return where.docked and said(look, where.dock) is not None


def charge_of(look: Look, where: Whereabouts) -> float | None:
    """Per cent, as its dock says, or said when it left; None where docks do not tell."""
    if not where.docked:
        return where.charge
    reading = look(READING(where.dock, "battery"))
    value = None if reading is None else reading.value
    return float(value) if isinstance(value, int | float) else None


def _whereabouts(look: Look, site: Site, terminal: str, known: Whereabouts | None) -> Whereabouts | None:
    known = _without_what_is_gone(site, known)
    if (docked := _docked(look, site, terminal)) is not None:
        same = known is not None and known.docked and known.dock == docked.dock
        return known if same else docked
    if known is not None and known.docked:
        reading = said(look, known.dock)
        if reading is None:
            return known
        charge = charge_of(look, known) or None  # an empty bay may say 0 already
        known = Whereabouts(docked=False, dock=known.dock, since=reading.since, charge=charge)
    elif known is None and (known := _first_sight(look, site, terminal)) is None:
        return None
    return _heard(look, site, terminal, _with_errand(look, terminal, known))


def _without_what_is_gone(site: Site, known: Whereabouts | None) -> Whereabouts | None:
    """The site file may have lost the dock or the receiver."""
    if known is None or known.dock not in site.devices:
        return None
    gone = known.receiver not in site.devices
    return replace(known, receiver="", seen_since=None, seen_until=None) if known.receiver and gone else known


def _docked(look: Look, site: Site, terminal: str) -> Whereabouts | None:
    """Of two docks that both say so, the one that said it last."""
    found: list[tuple[datetime, str]] = []
    for dock in bays_for(site, terminal):
        reading = said(look, dock)
        if reading is not None and reading.value is not None and reading.value == called_in(site, terminal, dock):
            found.append((reading.since, dock))
    if not found:
        return None
    since, dock = max(found, key=lambda each: each[0])
    return Whereabouts(docked=True, dock=dock, since=since)


def _first_sight(look: Look, site: Site, terminal: str) -> Whereabouts | None:
    """A terminal that no dock has ever named is out as soon as a receiver hears it, or its own dock says that it is not there."""
    own = site.terminals[terminal].dock
    readings = [said(look, dock) for dock in (own, *_hearing(look, site, terminal))]
    since = min((reading.since for reading in readings if reading is not None), default=None)
    return None if since is None else Whereabouts(docked=False, dock=own, since=since)


# --- out ----------------------------------------------------------------------------------------------------------------


def _with_errand(look: Look, terminal: str, where: Whereabouts) -> Whereabouts:
    """For which booking it is out: the one it is reserved for, when it was taken for that or has stayed in its room."""
    mine = [each for each in look(RESERVED()) or () if each.terminal == terminal]
    errand = where.errand
    live = next((each for each in mine if errand is not None and each.identity == errand.identity), None)
    if live is None or look.passed(live.end):
        coming = (each for each in mine if look.passed(each.from_ - EARLY) and not look.passed(each.end))
        taken_over = next((each for each in coming if is_with(where, each.room, each.from_)), None)
        live = taken_over or live
    if live is not None:
        return replace(where, errand=_errand(live))
    if errand is not None and errand.until > look.now:
        return replace(where, errand=replace(errand, until=look.now))
    return where


def is_with(where: Whereabouts, room: str, from_: datetime) -> bool:
    """Whether a terminal that is out is, or comes, into the hands of a booking's people."""
    if where.docked:
        return False
    return where.errand.room == room if where.errand is not None else where.since >= from_ - EARLY


def _errand(reserved: TerminalReserved) -> Errand:
    calendar, room, uid, rid = reserved.identity
    return Errand(calendar=calendar, room=room, uid=uid, rid=rid, until=reserved.end)


def _hearing(look: Look, site: Site, terminal: str) -> list[str]:
    """The receivers that hear its tag now."""
    found = []
    for receiver in receivers_of(site, terminal):
        reading = said(look, receiver)
        if reading is not None and reading.value == site.terminals[terminal].tag:
            found.append(receiver)
    return found


def _heard(look: Look, site: Site, terminal: str, where: Whereabouts) -> Whereabouts:
    """With the receiver that hears it; the one before as long as that one does."""
    hearing = _hearing(look, site, terminal)
    if where.heard_now and where.receiver in hearing:
        return where
    if hearing:
        newest = max(hearing, key=lambda receiver: (since_of(look, receiver), receiver))
        return replace(where, receiver=newest, seen_since=since_of(look, newest), seen_until=None)
    if not where.heard_now or (reading := said(look, where.receiver)) is None or not look.lasted(reading.since, MISSED_FOR):
        return where
    return replace(where, seen_until=reading.since)


def since_of(look: Look, dock: str) -> datetime:
    reading = look(READING(dock, "terminal"))
    return look.now if reading is None else reading.since


def lost_since(look: Look, site: Site, terminal: str, where: Whereabouts) -> datetime | None:
    """Since when every receiver that would hear it says that it does not; None while one hears it or cannot tell, or there is none.

    One that tells of another terminal cannot tell of this one.
    """
    receivers = receivers_of(site, terminal)
    readings = [said(look, receiver) for receiver in receivers]
    if not receivers or where.docked or any(reading is None or reading.value is not None for reading in readings):
        return None
    return max([where.since, *(reading.since for reading in readings if reading is not None)])


def exits(site: Site) -> frozenset[str]:
    """The spaces with a door to the outside."""
    sides = [(door.from_, door.to) for door in site.doors.values() if OUTSIDE in (door.from_, door.to)]
    return frozenset(space for pair in sides for space in pair if space != OUTSIDE)
