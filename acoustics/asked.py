"""What people ask of masking: relief at a desk, quiet in a place, hearing support in a room, a level by hand.

Nobody is asked why, and nothing is kept of who pressed: relief is a button at a desk. Every wish has an end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from acoustics.zones import Zones
from edge.events import DaemonStarted, Event
from edge.facts import Facts, Family
from edge.refusal import Refusal
from edge.text import Ref, say

RELIEF_LASTS = timedelta(hours=2)
LONGEST_ASKED = timedelta(hours=12)
RELIEF_STEP_DB = 3.0
MOST_STEPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefPressed(Event):
    """At this desk masking shall be weaker until then. steps: of 3 dB; None: off (a long press)."""

    kind = "masking-relief-pressed"
    desk: str
    steps: int | None
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefEnded(Event):
    kind = "masking-relief-ended"
    desk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietAsked(Event):
    """Masking that is heard in a space is off until then."""

    kind = "masking-quiet-asked"
    space: str
    by: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingAsked(Event):
    """Somebody in a room hears badly: no masking in there, and outside as much as loud voices need."""

    kind = "masking-hearing-asked"
    space: str
    by: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelAsked(Event):
    """A unit's level by hand, dB(A), until then."""

    kind = "masking-level-asked"
    unit: str
    level: float
    by: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedEnded(Event):
    """A person took back what was asked for a space or a unit: quiet, hearing support, a level."""

    kind = "masking-asked-ended"
    subject: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLinkMade(Event):
    """From now on masking is turned down for a desk at a secret address, and at no older one."""

    kind = "masking-desk-link-made"
    desk: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLinkRevoked(Event):
    kind = "masking-desk-link-revoked"
    desk: str
    by: str


RELIEF: Family[ReliefPressed] = Family("masking-relief")
"""By desk."""
QUIET: Family[QuietAsked] = Family("masking-quiet")
HEARING: Family[HearingAsked] = Family("masking-hearing")
"""Both by space."""
LEVEL: Family[LevelAsked] = Family("masking-level")
"""By unit."""
_FAMILIES: tuple[Family[Any], ...] = (RELIEF, QUIET, HEARING, LEVEL)


def fold(facts: Facts, event: Event) -> None:
    match event:
        case ReliefPressed(desk=desk):
            facts.set(RELIEF(desk), event)
        case ReliefEnded(desk=desk):
            facts.set(RELIEF(desk), None)
        case QuietAsked(space=space):
            facts.set(QUIET(space), event)
        case HearingAsked(space=space):
            facts.set(HEARING(space), event)
        case LevelAsked(unit=unit):
            facts.set(LEVEL(unit), event)
        case AskedEnded(subject=subject):
            for family in _FAMILIES[1:]:
                facts.set(family(subject), None)
        case DaemonStarted(at=at):
            # Where the clock went back before a start, it would last for longer than anybody wanted.
            for family in _FAMILIES:
                for named, asked in list(facts.of(family)):
                    if asked.at > at:
                        facts.set(family(*named), None)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """What still holds, for a checkpoint."""
    for family in _FAMILIES:
        yield from (asked for _, asked in facts.of(family) if asked.until > at)


# --- what people ask for ----------------------------------------------------------------------------------------------


def press_relief(zones: Zones, facts: Facts, at: datetime, desk: str, *, long: bool = False) -> ReliefPressed:
    """One press is 3 dB less, a second one 6, a long one off: for two hours, or until the site closes. Raises Refusal."""
    known = facts(RELIEF(desk))
    holds = known is not None and known.until > at
    steps = known.steps if holds and known is not None else 0
    return choose_relief(zones, at, desk, None if long or steps is None else min(steps + 1, MOST_STEPS))


def choose_relief(zones: Zones, at: datetime, desk: str, steps: int | None) -> ReliefPressed:
    """steps: of 3 dB, at most two; None: off. Raises Refusal."""
    if not zones.units_of_desk(desk):
        raise Refusal(say("No masking is meant for {desk}.", desk=Ref(desk)))
    return ReliefPressed(at=at, desk=desk, steps=steps, until=_end_of_shift(zones, at))


def end_relief(facts: Facts, at: datetime, desk: str) -> ReliefEnded:
    """Raises Refusal."""
    known = facts(RELIEF(desk))
    if known is None or known.until <= at:
        raise Refusal(say("Masking is not turned down at {desk}.", desk=Ref(desk)))
    return ReliefEnded(at=at, desk=desk)


def ask_quiet(zones: Zones, at: datetime, space: str, by: str, until: datetime) -> QuietAsked:
    """Raises Refusal, also where no masking is heard that could be silent."""
    _require(any(space in zones.near(unit) for unit in zones.heard), space, at, until)
    return QuietAsked(at=at, space=space, by=by, until=until)


def ask_hearing(zones: Zones, at: datetime, space: str, by: str, until: datetime) -> HearingAsked:
    """Raises Refusal."""
    _require(space in zones.site.spaces, space, at, until)
    return HearingAsked(at=at, space=space, by=by, until=until)


def ask_level(zones: Zones, at: datetime, unit: str, level: float, by: str, until: datetime) -> LevelAsked:
    """Raises Refusal, also for a level outside of what the section `comfort` allows."""
    _require(unit in zones.section.emitters, unit, at, until)
    comfort = zones.section.comfort
    if not comfort.floor <= level <= comfort.max:
        raise Refusal(say("Masking is set between {floor} and {most} dB(A).", floor=comfort.floor, most=comfort.max))
    return LevelAsked(at=at, unit=unit, level=level, by=by, until=until)


def end_asked(facts: Facts, at: datetime, subject: str, by: str) -> AskedEnded:
    """What people asked of a space or a unit by name. Raises Refusal where nothing holds."""
    if not any((asked := facts(family(subject))) is not None and asked.until > at for family in _FAMILIES[1:]):
        raise Refusal(say("Nobody has asked anything of masking at {place}.", place=Ref(subject)))
    return AskedEnded(at=at, subject=subject, by=by)


def _require(known: bool, subject: str, at: datetime, until: datetime) -> None:
    if not known:
        raise Refusal(say("There is no masking at {place}.", place=Ref(subject)))
    if not at < until <= at + LONGEST_ASKED:
        raise Refusal(say("Masking is changed for {hours} hours at most.", hours=round(LONGEST_ASKED / timedelta(hours=1))))


def _end_of_shift(zones: Zones, at: datetime) -> datetime:
    timetable = zones.section.schedule.hours or zones.site.site.hours
    opening = zones.site.hours[timetable].opening_at(at, zones.site.local) if timetable is not None else None
    return at + RELIEF_LASTS if opening is None else min(at + RELIEF_LASTS, opening.end)
