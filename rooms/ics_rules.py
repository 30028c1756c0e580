"""Recurrence rules in wall time: which local dates and times a rule yields.

Source: RFC 5545, 3.3.10. Whole periods (days, weeks, months, years) are made one by one, beginning near the wanted stretch where
the rule has no COUNT, so an endless series from long ago costs no more than a new one, and an impossible rule ends there too.
Hours, minutes and seconds are made a day at a time, for the same reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, datetime, time, timedelta
from itertools import product
from math import prod

from edge.text import say
from rooms.ics_lines import TooMuchWork, Unreadable

_UNITS = {"HOURLY": timedelta(hours=1), "MINUTELY": timedelta(minutes=1), "SECONDLY": timedelta(seconds=1)}
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY", *_UNITS)
_OF_A_DAY = (range(24), range(60), range(60))
_WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_DAY = timedelta(days=1)
MOST_A_DAY = 500
MOST_IN_ALL = 2_000
"""Instances of a rule that repeats by the minute or second."""


class Allowance:
    """How much work one feed may ask for; raises TooMuchWork when it is used up."""

    def __init__(self, steps: int = 500_000) -> None:
        self._left = steps

    def spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooMuchWork(say("The recurrence rules of the calendar ask for too much work"))


class Share(Allowance):
    """What one event may ask for; raises Unreadable when that is used up, so that the others stay."""

    def __init__(self, whole: Allowance, steps: int = 100_000) -> None:
        super().__init__(steps)
        self._whole = whole

    def spend(self, steps: int) -> None:
        self._whole.spend(steps)
        self._left -= steps
        if self._left < 0:
            raise Unreadable(say("Event {uid} asks for too much work with its recurrence rules"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One RRULE or EXRULE. weekdays: (ordinal or 0, weekday from Monday 0). until: as written; its meaning depends on the start."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: str | None = None
    week_start: int = 0
    months: tuple[int, ...] = ()
    week_numbers: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()

    @property
    def is_rapid(self) -> bool:
        """Whether it repeats by the minute or second."""
        return self.frequency in ("MINUTELY", "SECONDLY")


def parse_rule(value: str) -> Rule:
    """Raises Unreadable for what RFC 5545 does not allow, and for what no calendar of rooms needs."""
    try:
        parts = _parts(value)
        rule = _rule(parts.pop("FREQ"), parts)
    except (KeyError, ValueError) as error:
        raise Unreadable(say("Event {uid} has a recurrence rule that cannot be read: {rule}", rule=value[:200])) from error
    if rule.is_rapid:
        if rule.count is None and rule.until is None:
            raise Unreadable(say("Event {uid} repeats without an end by the minute or second"))
        check_number(rule.count or 0)
    elif (a_day := _most_a_day(rule)) > MOST_A_DAY:
        raise Unreadable(say("Event {uid} repeats {count} times a day", count=a_day))
    return rule


def check_number(instances: int) -> None:
    """Of a rule that repeats by the minute or second."""
    if instances > MOST_IN_ALL:
        raise Unreadable(say("Event {uid} repeats more than {most} times by the minute or second", most=MOST_IN_ALL))


def _most_a_day(rule: Rule) -> int:
    hours = len(rule.hours) or (24 // rule.interval or 1 if rule.frequency == "HOURLY" else 1)
    return hours * max(len(rule.minutes), 1) * max(len(rule.seconds), 1)


def _parts(value: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in value.strip().strip(";").upper().split(";"):
        name, equals, text = part.partition("=")
        if not equals or name.strip() in parts:
            raise ValueError(part)
        parts[name.strip()] = text.strip()
    return parts


def _rule(frequency: str, parts: dict[str, str]) -> Rule:
    if frequency not in _FREQUENCIES:
        raise ValueError(frequency)
    if parts.pop("RSCALE", "GREGORIAN") != "GREGORIAN" or parts.pop("SKIP", "OMIT") != "OMIT":
        raise ValueError("another calendar scale")
    count = parts.pop("COUNT", None)
    rule = Rule(
        frequency=frequency,
        interval=_number(parts.pop("INTERVAL", "1"), 1, 100_000),
        count=None if count is None else _number(count, 1, 1_000_000_000),
        until=parts.pop("UNTIL", None),
        week_start=_WEEKDAYS[parts.pop("WKST", "MO")],
        months=_numbers(parts, "BYMONTH", 1, 12),
        week_numbers=_signed(parts, "BYWEEKNO", 53),
        year_days=_signed(parts, "BYYEARDAY", 366),
        month_days=_signed(parts, "BYMONTHDAY", 31),
        weekdays=_weekdays(parts.pop("BYDAY", ""), frequency),
        hours=_numbers(parts, "BYHOUR", 0, 23),
        minutes=_numbers(parts, "BYMINUTE", 0, 59),
        seconds=_numbers(parts, "BYSECOND", 0, 60),
        positions=_signed(parts, "BYSETPOS", 366 * MOST_A_DAY),
    )
    if any(not name.startswith("X-") for name in parts):
        raise ValueError("unknown part")
    return replace(rule, seconds=tuple(second for second in rule.seconds if second < 60)) if 60 in rule.seconds else rule


def _number(text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[+-]?\d{1,10}", text, re.ASCII) or not low <= int(text) <= high:
        raise ValueError(text)
    return int(text)


def _numbers(parts: dict[str, str], name: str, low: int, high: int) -> tuple[int, ...]:
    text = parts.pop(name, "")
    return tuple(sorted({_number(item.strip(), low, high) for item in text.split(",")})) if text else ()


def _signed(parts: dict[str, str], name: str, high: int) -> tuple[int, ...]:
    numbers = _numbers(parts, name, -high, high)
    if 0 in numbers:
        raise ValueError(name)
    return numbers


def _weekdays(text: str, frequency: str) -> tuple[tuple[int, int], ...]:
    found = []
    for item in text.split(",") if text else ():
        match = re.fullmatch(r"([+-]?\d{1,2})?([A-Z]{2})", item.strip(), re.ASCII)
        if not match:
            raise ValueError(item)
        ordinal = _number(match[1], -53, 53) if match[1] else 0
        if match[1] and (ordinal == 0 or frequency not in ("MONTHLY", "YEARLY")):
            raise ValueError(item)
        found.append((ordinal, _WEEKDAYS[match[2]]))
    return tuple(found)


def instances(rule: Rule, start: datetime, first: datetime, last: datetime, allowance: Allowance) -> Iterator[datetime]:
    """Wall times of the rule from `start` on, in order, at least all of those within first..last.

    With COUNT all from the start on are given, for the caller counts: only it knows which of them exist in the zone.
    `last` bounds the search; UNTIL and COUNT are not looked at.
    """
    whole = _completed(rule, start)
    begin = start if rule.count is not None else max(start, first)
    if rule.frequency in _UNITS:
        yield from _within_days(whole, start, begin.date(), last.date(), allowance)
        return
    times = [time(h, m, s) for h, m, s in product(whole.hours, whole.minutes, whole.seconds)]
    for period in _periods(whole, start.date(), begin.date(), last.date()):
        dates = _dates(whole, period)
        allowance.spend(1 + len(dates) * len(times) + (31 if whole.frequency == "YEARLY" else 0))
        moments = [datetime.combine(day, clock) for day in dates for clock in times]
        if whole.positions:
            moments = _at_positions(moments, whole.positions)
        for moment in moments:
            if moment >= start:
                yield moment


def _completed(rule: Rule, start: datetime) -> Rule:
    """What the rule does not say comes from the start (RFC 5545: "derived from DTSTART")."""
    days: dict[str, tuple[int, ...] | tuple[tuple[int, int], ...]] = {}
    if not (rule.year_days or rule.month_days or rule.weekdays):
        if rule.frequency == "WEEKLY" or rule.week_numbers:
            days["weekdays"] = ((0, start.weekday()),)
        elif rule.frequency == "MONTHLY":
            days["month_days"] = (start.day,)
        elif rule.frequency == "YEARLY":
            days["month_days"] = (start.day,)
            days["months"] = rule.months or (start.month,)
    unit = _UNITS.get(rule.frequency, _DAY)
    return replace(
        rule,
        hours=rule.hours or ((start.hour,) if unit == _DAY else ()),
        minutes=rule.minutes or ((start.minute,) if unit > _UNITS["MINUTELY"] else ()),
        seconds=rule.seconds or ((start.second,) if unit > _UNITS["SECONDLY"] else ()),
        **days,  # type: ignore[arg-type]
    )


def _within_days(rule: Rule, start: datetime, first: date, last: date, allowance: Allowance) -> Iterator[datetime]:
    """Moments of a rule that repeats by the hour, minute or second."""
    unit = _UNITS[rule.frequency]
    given = (rule.hours, rule.minutes, rule.seconds)
    level = list(_UNITS).index(rule.frequency) + 1
    origin = datetime.combine(start.date(), time()) + (start - datetime.combine(start.date(), time())) // unit * unit
    for day in (first + timedelta(days=n) for n in range((min(last, date(MAXYEAR - 1, 12, 31)) - first).days + 1)):
        allowance.spend(1)
        if not _fits(rule, day):
            continue
        midnight = datetime.combine(day, time())
        numbers = _numbers_of_day(given[:level], (midnight - origin) // unit, rule.interval, _DAY // unit)
        within = [timedelta(minutes=m, seconds=s) for m, s in _below(given, level)]
        allowance.spend(len(numbers) * len(within))
        for number in numbers:
            moments = [midnight + number * unit + more for more in within]
            for moment in _at_positions(moments, rule.positions) if rule.positions else moments:
                if moment >= start:
                    yield moment


def _numbers_of_day(given: tuple[tuple[int, ...], ...], base: int, interval: int, units: int) -> list[int]:
    """Which hours, minutes or seconds of a day are meant: every `interval`th, and as the rule's lists say.

    base: the number of the day's first one, counted from that of the start.
    """
    steps = range(-base % interval, units, interval)
    if prod(len(values) or len(whole) for values, whole in zip(given, _OF_A_DAY, strict=False)) < len(steps):
        chosen = product(*(values or whole for values, whole in zip(given, _OF_A_DAY, strict=False)))
        return [number for number in map(_number_of, chosen) if (base + number) % interval == 0]
    return [number for number in steps if _is_listed(given, number)]


def _number_of(values: tuple[int, ...]) -> int:
    number = 0
    for value in values:
        number = number * 60 + value
    return number


def _is_listed(given: tuple[tuple[int, ...], ...], number: int) -> bool:
    for values in reversed(given[1:]):
        number, value = divmod(number, 60)
        if values and value not in values:
            return False
    return not given[0] or number in given[0]


def _below(given: tuple[tuple[int, ...], ...], level: int) -> list[tuple[int, int]]:
    """The minutes and seconds within one hour or minute."""
    minutes = given[1] if level < 2 else (0,)
    return list(product(minutes, given[2] if level < 3 else (0,)))


def _periods(rule: Rule, start: date, first: date, last: date) -> Iterator[date]:
    """First days of the rule's periods, from the one that holds `first`, or the one before it, until `last`."""
    last = min(last, date(MAXYEAR - 1, 12, 31))
    if rule.frequency in ("DAILY", "WEEKLY"):
        step = timedelta(days=rule.interval * (7 if rule.frequency == "WEEKLY" else 1))
        period = start if rule.frequency == "DAILY" else _week_of(start, rule.week_start)
        period += step * max((first - period) // step, 0)
        while period <= last:
            yield period
            period += step
        return
    months = rule.interval * (12 if rule.frequency == "YEARLY" else 1)
    number = start.year * 12 + (0 if rule.frequency == "YEARLY" else start.month - 1)
    number += months * max((first.year * 12 + first.month - 1 - number) // months, 0)
    while number <= last.year * 12 + last.month - 1:
        yield date(number // 12, number % 12 + 1, 1)
        number += months


def _week_of(day: date, week_start: int) -> date:
    back = (day.weekday() - week_start) % 7
    return day - timedelta(days=back) if day.toordinal() > back else day


def _dates(rule: Rule, period: date) -> list[date]:
    return [day for day in _candidates(rule, period) if _fits(rule, day)]


def _candidates(rule: Rule, period: date) -> Iterator[date]:
    if rule.frequency == "DAILY":
        yield period
    elif rule.frequency == "WEEKLY":
        yield from (period + timedelta(days=n) for n in range(7))
    elif rule.frequency == "MONTHLY":
        yield from _days_of_month(rule, period)
    else:
        for month in rule.months or range(1, 13):
            yield from _days_of_month(rule, period.replace(month=month))


def _days_of_month(rule: Rule, first: date) -> Iterator[date]:
    length = _month_length(first)
    wanted = sorted({n if n > 0 else length + 1 + n for n in rule.month_days})
    days = wanted or range(1, length + 1)
    yield from (first.replace(day=day) for day in days if 1 <= day <= length)


def _month_length(day: date) -> int:
    return ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day


def _fits(rule: Rule, day: date) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not _counts(rule.month_days, day.day, _month_length(day)):
        return False
    if rule.weekdays and not _fits_weekday(rule, day):
        return False
    if rule.year_days and not _counts(rule.year_days, *_day_of_year(day)):
        return False
    return not rule.week_numbers or _counts(rule.week_numbers, *_week_number(day, rule.week_start))


def _counts(numbers: tuple[int, ...], forward: int, length: int) -> bool:
    return forward in numbers or forward - length - 1 in numbers


def _fits_weekday(rule: Rule, day: date) -> bool:
    weekday = day.weekday()
    for ordinal, wanted in rule.weekdays:
        if wanted != weekday:
            continue
        if not ordinal:
            return True
        number, length = _day_of_year(day) if rule.frequency == "YEARLY" and not rule.months else (day.day, _month_length(day))
        if ordinal in ((number - 1) // 7 + 1, -((length - number) // 7 + 1)):
            return True
    return False


def _day_of_year(day: date) -> tuple[int, int]:
    return day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday


def _week_number(day: date, week_start: int) -> tuple[int, int]:
    """The number of the day's week and of the last week of that year; a week belongs to the year of its fourth day."""
    fourth = _week_of(day, week_start) + timedelta(days=3)
    last = _week_of(date(fourth.year, 12, 28), week_start) + timedelta(days=3)
    return (fourth.timetuple().tm_yday - 1) // 7 + 1, (last.timetuple().tm_yday - 1) // 7 + 1


def _at_positions(moments: list[datetime], positions: tuple[int, ...]) -> list[datetime]:
    chosen = {n - 1 if n > 0 else len(moments) + n for n in positions}
    return [moments[n] for n in sorted(chosen) if 0 <= n < len(moments)]
