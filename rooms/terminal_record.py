"""The daily record of all payment terminals: where each was at closing, for whoever audits them.

Counted once a day, ten minutes after the building closes, and at the end of a day on which it was not open. If the controller
was away then, it counts when it is back, and the record says when that was.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from edge.claims import Follows
from edge.events import Event
from edge.facts import START, Facts, Family, Look
from edge.site import Site
from rooms.terminal_alarms import PUT_BACK_WITHIN
from rooms.terminal_places import charge_of, is_sure
from rooms.terminals import WHERE, Whereabouts

Standing = Literal["in-its-bay", "in-another-bay", "out", "unknown"]
"""unknown: no dock and no receiver has ever told of it."""
_HEARD_WITHIN = timedelta(minutes=1)
"""After a start the docks have so long to say how they are."""
_DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One terminal in the record. sure: its dock, or a receiver, said so at that moment.

    dock: where it lies, or was taken from. since: when it came there, or left. space: of that dock; of one that is out, of the last
    receiver that heard it, at seen_at. booking: the room whose booking it was out for, empty without.
    """

    terminal: str
    agency: str | None
    standing: Standing
    sure: bool
    dock: str = ""
    space: str = ""
    since: datetime | None = None
    seen_at: datetime | None = None
    booking: str = ""
    charge: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalsCounted(Event):
    """Where every terminal of the site was. day: the local date, as ISO has it."""

    kind = "terminals-counted"
    day: str
    terminals: tuple[Counted, ...]


LAST_COUNT: Family[TerminalsCounted] = Family("terminals-counted")


def fold(facts: Facts, event: Event) -> None:
    match event:
        case TerminalsCounted():
            facts.set(LAST_COUNT(), event)
        case _:
            pass


def kept(facts: Facts) -> Iterable[Event]:
    if (last := facts(LAST_COUNT())) is not None:
        yield last


def due(look: Look, site: Site) -> Iterable[Follows]:
    """The count of the newest day that is over and not counted."""
    start = look(START())
    if not site.terminals or start is None or not look.lasted(start.at, _HEARD_WITHIN):
        return
    last = look(LAST_COUNT())
    today = site.local.date_of(look.now)
    look.passed(site.local.instant(today, _DAY_MIN))
    counted = None if last is None else date.fromisoformat(last.day)
    for day in (today, today - timedelta(days=1)):
        if counted is not None and day <= counted:
            return
        if look.passed(counted_at(site, day)):
            # Nothing is known of the days before this controller watched.
            if counted is not None or counted_at(site, day) >= start.at:
                yield Follows(TerminalsCounted(at=look.now, day=day.isoformat(), terminals=count(look, site)))
            return


def counted_at(site: Site, day: date) -> datetime:
    """When a day is counted."""
    timetable = site.site.hours
    spans = [] if timetable is None else site.hours[timetable].hours_on(day, site.local)
    if not spans:
        return site.local.instant(day, _DAY_MIN)
    return site.local.instant(day, max(end for _, end in spans)) + PUT_BACK_WITHIN


def count(look: Look, site: Site) -> tuple[Counted, ...]:
    return tuple(counted(look, site, terminal) for terminal in site.terminals)


def counted(look: Look, site: Site, terminal: str) -> Counted:
    """Where one terminal is now."""
    section, where = site.terminals[terminal], look(WHERE(terminal))
    if where is None:
        return Counted(terminal=terminal, agency=section.agency, standing="unknown", sure=False)
    device = site.devices.get(where.dock if where.docked else where.receiver)
    return Counted(
        terminal=terminal,
        agency=section.agency,
        standing=standing_of(section.dock, where),
        sure=is_sure(look, where) if where.docked else where.heard_now,
        dock=where.dock,
        space=(device.space or "") if device is not None else "",
        since=where.since,
        seen_at=None if where.docked or not where.receiver else where.seen_until or look.now,
        booking="" if where.errand is None or where.docked else where.errand.room,
        charge=charge_of(look, where),
    )


def standing_of(own: str, where: Whereabouts | None) -> Standing:
    """own: the terminal's own bay."""
    if where is None:
        return "unknown"
    if not where.docked:
        return "out"
    return "in-its-bay" if where.dock == own else "in-another-bay"
