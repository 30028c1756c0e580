"""How many alarms people were asked to look at: figures in the manner of EEMUA 191, from the entries of the journal.

Every raise counts, also one of an alarm that had ended and came back, and one that somebody had shelved: the figures show what the
building sends, which is what can be mended.
"""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from edge.site import Site
from security.alarm_types import alarm_type
from security.alarms import AlarmRaised

SHIFT_HOURS = (6, 14, 22)
"""When the guards' shifts begin, in the building's time."""
PEAK_SPAN = timedelta(minutes=10)
SHIFT_TARGET = 6
"""Alarms that one guard can give their due in a shift, at most: our own figure for a lobby with one guard."""
DAY_TARGET = SHIFT_TARGET * len(SHIFT_HOURS)
FLOOD = 10
"""Alarms within ten minutes that nobody can follow any more (EEMUA 191 and ISA-18.2 call that a flood)."""
WORST = 10
"""How many of the worst offenders are named."""


@dataclass(frozen=True, slots=True)
class Count:
    """start: of the day, the shift or the ten minutes, aware."""

    start: datetime
    alarms: int


@dataclass(frozen=True, slots=True)
class Offender:
    type: str
    subject: str
    alarms: int


@dataclass(frozen=True, slots=True)
class Figures:
    """days and shifts: each one between start and end, also those without alarms. peak: the ten minutes with the most; None
    without alarms."""

    start: datetime
    end: datetime
    alarms: int
    by_level: tuple[tuple[int, int], ...]
    days: tuple[Count, ...]
    shifts: tuple[Count, ...]
    peak: Count | None
    worst: tuple[Offender, ...]


def figures(site: Site, raised: Iterable[AlarmRaised], start: datetime, end: datetime) -> Figures:
    """raised: in the order of the journal."""
    counted = [event for event in raised if start <= event.at < end]
    times = sorted(event.at for event in counted)
    levels = Counter(alarm_type(site, event.type).level or 4 for event in counted)
    sources = Counter((event.type, event.subject) for event in counted)
    worst = sorted(sources.items(), key=lambda each: (-each[1], each[0]))[:WORST]
    return Figures(
        start=start,
        end=end,
        alarms=len(counted),
        by_level=tuple((level, levels[level]) for level in (1, 2, 3, 4)),
        days=_counted(times, list(_beginnings(site, start, end, (0,)))),
        shifts=_counted(times, list(_beginnings(site, start, end, SHIFT_HOURS))),
        peak=_peak(times),
        worst=tuple(Offender(kind, subject, count) for (kind, subject), count in worst),
    )


def _beginnings(site: Site, start: datetime, end: datetime, hours: Sequence[int]) -> Iterator[datetime]:
    """Of every span that touches the window, by the clock on the wall."""
    zone = site.local.zone
    every = [
        datetime.combine(day, time(hour), zone).astimezone(start.tzinfo)
        for day in _days(site.local.date_of(start) - timedelta(days=1), site.local.date_of(end))
        for hour in hours
    ]
    for begin, following in zip(every, [*every[1:], None], strict=True):
        if begin < end and (following is None or following > start):
            yield begin


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _counted(times: Sequence[datetime], beginnings: Sequence[datetime]) -> tuple[Count, ...]:
    ends = [*(bisect_left(times, begin) for begin in beginnings[1:]), len(times)]
    return tuple(Count(begin, end - bisect_left(times, begin)) for begin, end in zip(beginnings, ends, strict=True))


def _peak(times: Sequence[datetime]) -> Count | None:
    """The first of the busiest ten minutes, beginning with an alarm."""
    best: Count | None = None
    window: deque[datetime] = deque()
    for t in times:
        window.append(t)
        while t - window[0] >= PEAK_SPAN:
            window.popleft()
        if best is None or len(window) > best.alarms:
            best = Count(window[0], len(window))
    return best
