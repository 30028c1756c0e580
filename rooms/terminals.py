"""Payment terminals: where each was last known to be, and for which booking it is out.

What docks and Bluetooth receivers say becomes an entry of the journal when it changes (`rooms.terminal_places`), so that the way of
each terminal can be read from there, and a restart forgets nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from edge.events import Event
from edge.facts import Facts, Family
from edge.site import Site
from edge.site.terminals import beacons_of, called_at, hears
from edge.text import Ref, Text, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """The booking that a terminal was taken for. until: when it ends, or has ended."""

    calendar: str
    room: str
    uid: str
    rid: str
    until: datetime

    @property
    def identity(self) -> tuple[str, str, str, str]:
        return self.calendar, self.room, self.uid, self.rid


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where a terminal is, as far as is known.

    docked: in `dock`; otherwise it was taken from there. since: when it came there, or left. charge: per cent, when it left.
    receiver: the last one that heard its tag since it left, from seen_since on; seen_until: None while it does.
    """

    docked: bool
    dock: str
    since: datetime
    errand: Errand | None = None
    charge: float | None = None
    receiver: str = ""
    seen_since: datetime | None = None
    seen_until: datetime | None = None

    @property
    def heard_now(self) -> bool:
        return self.receiver != "" and self.seen_until is None


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalMoved(Event):
    """A terminal came to a place, or left one, or is out for another booking than before."""

    kind = "terminal-moved"
    terminal: str
    now: Whereabouts


WHERE: Family[Whereabouts] = Family("terminal-where")
"""By terminal, all that were ever seen."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case TerminalMoved(terminal=terminal, now=now):
            facts.set(WHERE(terminal), now)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    for (terminal,), where in facts.of(WHERE):
        yield TerminalMoved(at=at, terminal=terminal, now=where)


# --- what the site file says ------------------------------------------------------------------------------------------


def bays_for(site: Site, terminal: str) -> list[str]:
    """The docks in which it can be, its own first. A receiver is a dock only for the terminals that belong there."""
    own = site.terminals[terminal].dock
    return [own, *(dock for dock in site.docks if dock != own and beacons_of(site.devices[dock]) is None)]


def receivers_of(site: Site, terminal: str) -> list[str]:
    """The receivers that would hear its tag, without its own dock."""
    section = site.terminals[terminal]
    tag = section.tag
    return [dock for dock in site.docks if tag and dock != section.dock and hears(site.devices[dock], tag)]


def called_in(site: Site, terminal: str, dock: str) -> str:
    """What a dock or a receiver says when this terminal is there."""
    return called_at(terminal, site.terminals[terminal], site.devices[dock])


def terminal_called(site: Site, dock: str, said: str) -> str | None:
    """The terminal that a dock tells of; None for one that the site file does not know."""
    return next((terminal for terminal in site.terminals if called_in(site, terminal, dock) == said), None)


def bay_of(site: Site, dock: str) -> int | None:
    """The number of the bay, of a dock that has several."""
    device = site.devices[dock]
    alike = [
        other
        for other in site.docks
        if (site.devices[other].connection, site.devices[other].unit, site.devices[other].at)
        == (device.connection, device.unit, device.at)
        and site.devices[other].channel != device.channel
    ]
    return device.channel if alike or device.channel != 1 else None


def bay_named(site: Site, dock: str) -> Text:
    """As people find it."""
    bay = bay_of(site, dock)
    return say("{dock}", dock=Ref(dock)) if bay is None else say("{dock}, bay {bay}", dock=Ref(dock), bay=bay)
