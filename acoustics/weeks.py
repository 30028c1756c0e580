"""What masking was like in each local week: how private the talk was, what it lacked, how loud, how often turned down, what failed.

Of relief only presses are counted, by unit and day: nothing says who pressed. The rest is counted by `acoustics.counting`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from acoustics.asked import ReliefPressed
from acoustics.words import Class
from acoustics.zones import Zones
from edge.conditions import DEVICE_LOST, DEVICE_NOT_FOLLOWING, MASKING_FAULT, MASKING_WEAK
from edge.events import ConditionBegan, DaemonStarted, Event
from edge.facts import Facts, Family, Look
from edge.site.local import LocalCalendar

WEEKS_KEPT = 6
"""The present one among them."""
FAULTY = frozenset((DEVICE_LOST, DEVICE_NOT_FOLLOWING, MASKING_FAULT, MASKING_WEAK))
"""Conditions of a unit that count as faults."""

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterCounted(Event):
    """A quarter of an hour, or the part of it in which there was something to count. week: see `week_of`.

    talked: seconds of talk by subject (pair or room) and class. missing: the most decibels that a subject lacked. loud: seconds by
    unit above 45 dB(A). goes_on: there still is something to count.
    """

    kind = "masking-quarter-counted"
    week: str
    talked: dict[str, dict[Class, int]] = field(default_factory=dict)
    missing: dict[str, float] = field(default_factory=dict)
    loud: dict[str, int] = field(default_factory=dict)
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekKept(Event):
    """For a checkpoint: all that is known of one week. reliefs: by unit, presses by local day."""

    kind = "masking-week-kept"
    week: str
    talked: dict[str, dict[Class, int]] = field(default_factory=dict)
    missing: dict[str, float] = field(default_factory=dict)
    loud: dict[str, int] = field(default_factory=dict)
    reliefs: dict[str, dict[date, int]] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)


TALKED: Family[Mapping[Class, int]] = Family("masking-talked")
"""By week and subject (the name of a pair, or a room): seconds of talk in each class."""
MISSING: Family[float] = Family("masking-missing")
"""By week and subject: the most decibels that were missing while people talked."""
LOUD: Family[int] = Family("masking-loud")
"""By week and unit: seconds above 45 dB(A)."""
RELIEFS: Family[Mapping[date, int]] = Family("masking-reliefs")
"""By week and unit: presses on each local day that had any."""
FAULTS: Family[int] = Family("masking-faults")
"""By week and unit."""
_FAMILIES: tuple[Family[Any], ...] = (TALKED, MISSING, LOUD, RELIEFS, FAULTS)


# --- what is known of a week ------------------------------------------------------------------------------------------


def week_of(local: LocalCalendar, t: datetime) -> str:
    """The local ISO week, such as 2026-W48."""
    return _week(local.date_of(t))


def weeks_until(local: LocalCalendar, t: datetime) -> tuple[str, ...]:
    """Those of which something may be known, newest first."""
    today = local.date_of(t)
    return tuple(_week(today - timedelta(weeks=back)) for back in range(WEEKS_KEPT))


def relief_presses(facts: Facts | Look, week: str, unit: str) -> int:
    return sum(_presses(facts, week, unit).values())


def relief_days(facts: Facts | Look, week: str, unit: str) -> int:
    return len(_presses(facts, week, unit))


def loud_hours(facts: Facts | Look, week: str, unit: str) -> float:
    """Above 45 dB(A); there should be none."""
    return (facts(LOUD(week, unit)) or 0) / _HOUR_S


def talked_hours(facts: Facts | Look, week: str, subject: str) -> float:
    """subject: the name of a pair, or a room."""
    return sum((facts(TALKED(week, subject)) or {}).values()) / _HOUR_S


def shares(facts: Facts | Look, week: str, subject: str) -> Mapping[Class, float]:
    """Of the talk of a pair or a room, how much was in each class, 0..1; empty where nobody talked."""
    seconds = facts(TALKED(week, subject)) or {}
    whole = sum(seconds.values())
    return {standing: one / whole for standing, one in seconds.items()} if whole else {}


def missing_db(facts: Facts | Look, week: str, subject: str) -> float | None:
    return facts(MISSING(week, subject))


def most_missing(facts: Facts | Look, zones: Zones, week: str) -> tuple[str, float] | None:
    """The pair (by name) that lacked most in a week, and how many decibels."""
    found = [(name, missing) for name in zones.pairs if (missing := facts(MISSING(week, name))) is not None]
    return max(found, key=lambda entry: entry[1], default=None)


def faults(facts: Facts | Look, week: str, unit: str) -> int:
    """How often the unit was lost, silent, weak, muted unasked, or did not follow."""
    return facts(FAULTS(week, unit)) or 0


def _presses(facts: Facts | Look, week: str, unit: str) -> Mapping[date, int]:
    return facts(RELIEFS(week, unit)) or {}


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


# --- what an event means for it ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weeks:
    """The weeks of one site."""

    zones: Zones

    def fold(self, facts: Facts, event: Event) -> None:
        match event:
            case QuarterCounted():
                _fold_counted(facts, event)
            case ReliefPressed(desk=desk):
                self._fold_press(facts, desk, self.zones.site.local.date_of(event.at))
            case ConditionBegan(type=kind, subject=unit) if kind in FAULTY and unit in self.zones.heard:
                week = week_of(self.zones.site.local, event.at)
                facts.set(FAULTS(week, unit), faults(facts, week, unit) + 1)
            case WeekKept():
                _fold_kept(facts, event)
            case DaemonStarted():
                _forget(facts, before=weeks_until(self.zones.site.local, event.at)[-1])
            case _:
                pass

    def _fold_press(self, facts: Facts, desk: str, day: date) -> None:
        for unit in self.zones.units_of_desk(desk):
            presses = facts(RELIEFS(_week(day), unit)) or {}
            facts.set(RELIEFS(_week(day), unit), {**presses, day: presses.get(day, 0) + 1})

    def kept(self, facts: Facts, at: datetime) -> Iterator[Event]:
        """For a checkpoint. To be folded after all else that is kept, as it says all there is to say of each week."""
        units, subjects = self.zones.heard, (*self.zones.pairs, *self.zones.talkers)
        for week in reversed(weeks_until(self.zones.site.local, at)):
            kept = WeekKept(
                at=at,
                week=week,
                talked={one: dict(talked) for one in subjects if (talked := facts(TALKED(week, one)))},
                missing={one: lacked for one in subjects if (lacked := facts(MISSING(week, one))) is not None},
                loud={unit: seconds for unit in units if (seconds := facts(LOUD(week, unit)))},
                reliefs={unit: dict(presses) for unit in units if (presses := facts(RELIEFS(week, unit)))},
                faults={unit: count for unit in units if (count := facts(FAULTS(week, unit)))},
            )
            if kept != WeekKept(at=at, week=week):
                yield kept


def _fold_counted(facts: Facts, event: QuarterCounted) -> None:
    week = event.week
    for subject, talked in event.talked.items():
        known = facts(TALKED(week, subject)) or {}
        facts.set(TALKED(week, subject), {**known, **{one: known.get(one, 0) + seconds for one, seconds in talked.items()}})
    for subject, missing in event.missing.items():
        facts.set(MISSING(week, subject), max(missing, facts(MISSING(week, subject)) or 0.0))
    for unit, seconds in event.loud.items():
        facts.set(LOUD(week, unit), seconds + (facts(LOUD(week, unit)) or 0))


def _fold_kept(facts: Facts, event: WeekKept) -> None:
    week = event.week
    for subject, talked in event.talked.items():
        facts.set(TALKED(week, subject), talked)
    for subject, missing in event.missing.items():
        facts.set(MISSING(week, subject), missing)
    for unit, seconds in event.loud.items():
        facts.set(LOUD(week, unit), seconds)
    for unit, presses in event.reliefs.items():
        facts.set(RELIEFS(week, unit), presses)
    for unit, count in event.faults.items():
        facts.set(FAULTS(week, unit), count)


def _forget(facts: Facts, before: str) -> None:
    for family in _FAMILIES:
        for subject, _ in list(facts.of(family)):
            if subject[0] < before:
                facts.set(family(*subject), None)
