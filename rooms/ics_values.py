# ruff: noqa: DTZ001 -- wall times have no zone of their own
"""Times, durations and lengths of events.

Source: RFC 5545, 3.3.4 to 3.3.6 and 3.8.2.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from edge.text import say
from rooms.ics_lines import Unreadable, time_parameters
from rooms.ics_zones import Zones, instant

DAY = timedelta(days=1)
_NOTHING = timedelta()
_MIDNIGHT = time()
MOST_VALUES = 20_000
_TIME = re.compile(r"(\d{8})(?:[Tt](\d\d)(\d\d)(\d\d)?([Zz])?)?", re.ASCII)
_DURATION = re.compile(
    r"([+-])?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?", re.ASCII | re.IGNORECASE
)


Floating = tzinfo | Callable[[], tzinfo]
"""The zone of times that name none; asked for only by those, for nobody may know it."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date (midnight, all_day) or a time of the wall in a zone.

    utc: kept apart, for a time written in UTC and shown in another zone may be the second of two equal wall times.
    """

    local: datetime
    zone: tzinfo
    utc: datetime
    all_day: bool = False

    @property
    def date(self) -> date:
        return self.local.date()


@dataclass(frozen=True, slots=True)
class Length:
    """How long an event lasts: first along the wall clock, then in real time.

    DTEND and days count along the wall clock (a night booking from 22 to 6 ends at 6 also when the clocks change, as calendars show
    it, although RFC 5545, 3.8.5.3 asks for the first instance's exact length); hours of a DURATION are real ones.
    """

    wall: timedelta
    exact: timedelta = _NOTHING

    def end(self, local: datetime, zone: tzinfo) -> datetime:
        end = instant(local + self.wall, zone)
        if self.wall > _NOTHING and end <= (start := instant(local, zone)):
            # The start is a time that the clocks skip, so it counts as a later one, perhaps later than the end.
            end = start + self.wall
        return end + self.exact

    @property
    def nominal(self) -> timedelta:
        return self.wall + self.exact


def at(local: datetime, zone: tzinfo) -> Stamp:
    return Stamp(local, zone, instant(local, zone))


def on(day: date, zone: tzinfo) -> Stamp:
    midnight = datetime(day.year, day.month, day.day)
    return Stamp(midnight, zone, instant(midnight, zone), all_day=True)


def stamp(line: bytes, zones: Zones, floating: Floating) -> Stamp:
    """One DATE or DATE-TIME property. floating: zone of a time that names none."""
    values = stamps(line, zones, floating)
    if len(values) != 1:
        raise Unreadable(say("Event {uid} has a time that cannot be read: {value}", value=time_parameters(line)[1][:60]))
    return values[0]


def stamps(line: bytes, zones: Zones, floating: Floating) -> list[Stamp]:
    """The times of a property that may list several."""
    named, value = time_parameters(line)
    return [_stamp(item, named, zones, floating) for item in _items(value)]


def periods(line: bytes, zones: Zones, floating: Floating) -> list[tuple[Stamp, Length | None]]:
    """The times of an RDATE, with their own length where they are periods."""
    named, value = time_parameters(line)
    found: list[tuple[Stamp, Length | None]] = []
    for item in _items(value):
        first, slash, last = item.partition("/")
        start = _stamp(first, named, zones, floating)
        if not slash:
            found.append((start, None))
        elif last[:1] in "+-Pp":
            found.append((start, duration(last)))
        else:
            found.append((start, between(start, _stamp(last, named, zones, floating))))
    return found


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


def _stamp(item: str, named: dict[str, str], zones: Zones, floating: Floating) -> Stamp:
    tzid = named.get("TZID")
    try:
        local, is_date, is_utc = _written(item)
        if is_date or named.get("VALUE", "").upper() == "DATE":
            return on(local.date(), zones.site)
        if is_utc:
            utc = local.replace(tzinfo=UTC)
            zone = zones.named(tzid) if tzid else UTC
            return Stamp(utc.astimezone(zone).replace(tzinfo=None), zone, utc)
        return at(local, _zone(tzid, zones, floating))
    except (ValueError, OverflowError) as error:
        raise Unreadable(say("Event {uid} has a time that cannot be read: {value}", value=item[:60])) from error


def _zone(tzid: str | None, zones: Zones, floating: Floating) -> tzinfo:
    if tzid:
        return zones.named(tzid)
    return floating if isinstance(floating, tzinfo) else floating()


def _written(value: str) -> tuple[datetime, bool, bool]:
    """The wall time, whether it is only a date, and whether it is marked as UTC. Raises ValueError."""
    match = _TIME.fullmatch(value)
    if not match:
        raise ValueError(value)
    day = datetime(int(value[:4]), int(value[4:6]), int(value[6:8]))
    if match[2] is None:
        return day, True, False
    # A leap second is the second before it.
    return day.replace(hour=int(match[2]), minute=int(match[3]), second=min(int(match[4] or 0), 59)), False, bool(match[5])


def duration(value: str) -> Length:
    match = _DURATION.fullmatch(value.strip())
    if not match or not any(match.groups()[1:]):
        raise Unreadable(say("Event {uid} has a duration that cannot be read: {value}", value=value[:60]))
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups()[1:])
    sign = -1 if match[1] == "-" else 1
    return Length(sign * timedelta(weeks=weeks, days=days), sign * timedelta(hours=hours, minutes=minutes, seconds=seconds))


def between(start: Stamp, end: Stamp) -> Length:
    if start.all_day and not end.all_day:
        # The midnight of its day, in its own zone or in UTC, is a date too.
        local = end.local if end.local.time() == _MIDNIGHT else end.utc.astimezone(start.zone).replace(tzinfo=None)
        end = on(local.date(), start.zone) if local.time() == _MIDNIGHT else end
    if start.all_day != end.all_day:
        raise Unreadable(say("Event {uid} begins with a date and ends with a time, or the other way round"))
    if start.zone == end.zone:
        return Length(end.local - start.local)
    return Length(_NOTHING, end.utc - start.utc)


def read_until(value: str, start: Stamp, site: tzinfo) -> datetime | date:
    """What an UNTIL means for a series with this start: an instant, or a last day.

    A local time, which the RFC does not allow beside a start with a zone, is one of that zone; the day of an all-day series is
    that of the building, for some write its midnight in UTC.
    """
    try:
        local, is_date, is_utc = _written(value)
        if is_date:
            return local.date()
        if start.all_day:
            return local.replace(tzinfo=UTC).astimezone(site).date() if is_utc else local.date()
        return local.replace(tzinfo=UTC) if is_utc else instant(local, start.zone)
    except (ValueError, OverflowError) as error:
        raise Unreadable(say("Event {uid} has a time that cannot be read: {value}", value=value[:60])) from error
