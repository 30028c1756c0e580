"""A terminal that a person lends without a booking: its bay lets it go for two minutes, and until its time nobody misses it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from edge.events import DaemonStarted, Event
from edge.facts import Facts, Family
from edge.refusal import Refusal
from edge.site import Site
from edge.text import Ref, Text, say
from rooms.terminal_bookings import RESERVED
from rooms.terminals import WHERE

LETS_GO_FOR = timedelta(minutes=2)
LONGEST = timedelta(hours=12)


class TerminalRefusal(Refusal):
    """Not as things are with the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalLent(Event):
    """Somebody may have the terminal until then, without a booking. A newer one replaces it."""

    kind = "terminal-lent"
    terminal: str
    by: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LendingEnded(Event):
    kind = "terminal-lending-ended"
    terminal: str
    by: str


LENT: Family[TerminalLent] = Family("terminal-lent")
"""By terminal, the last one; it holds until its time has passed."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case TerminalLent(terminal=terminal):
            facts.set(LENT(terminal), event)
        case LendingEnded(terminal=terminal):
            facts.set(LENT(terminal), None)
        case DaemonStarted(at=at):
            # Where the clock went back before a start, it would be lent for longer than anybody wanted.
            for subject, lent in list(facts.of(LENT)):
                if lent.at > at:
                    facts.set(LENT(*subject), None)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """Also what is over: until it is back, it is told since when it is awaited."""
    yield from (lent for (terminal,), lent in facts.of(LENT) if lent.until > at or _is_out(facts, terminal))


def _is_out(facts: Facts, terminal: str) -> bool:
    where = facts(WHERE(terminal))
    return where is not None and not where.docked


def lend(site: Site, facts: Facts, at: datetime, terminal: str, by: str, until: datetime) -> Event:
    """Raises TerminalRefusal. Whether the role may is for the caller to ask (`security.roles`)."""
    _require(site, terminal)
    where = facts(WHERE(terminal))
    if where is None or not where.docked:
        _refuse(say("{terminal} is not in a dock now.", terminal=Ref(terminal)))
    if not at < until <= at + LONGEST:
        _refuse(say("A terminal is lent for {hours} hours at most.", hours=round(LONGEST / timedelta(hours=1))))
    for reserved in facts(RESERVED()) or ():
        if reserved.terminal == terminal and reserved.from_ < until and reserved.end > at:
            told = say(
                "{terminal} is reserved for {room} from {start}. Lend it until then, or another one.",
                terminal=Ref(terminal),
                room=Ref(reserved.room),
                start=reserved.start,
            )
            _refuse(told)
    return TerminalLent(at=at, terminal=terminal, by=by, until=until)


def take_back(site: Site, facts: Facts, at: datetime, terminal: str, by: str) -> Event:
    """It is not lent any more. Raises TerminalRefusal."""
    _require(site, terminal)
    lent = facts(LENT(terminal))
    if lent is None or lent.until <= at:
        _refuse(say("{terminal} is not lent now.", terminal=Ref(terminal)))
    return LendingEnded(at=at, terminal=terminal, by=by)


def _require(site: Site, terminal: str) -> None:
    if terminal not in site.terminals:
        _refuse(say("There is no payment terminal {terminal}.", terminal=terminal))


def _refuse(why: Text) -> NoReturn:
    raise TerminalRefusal(why)
