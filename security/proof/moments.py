"""Which timetables are open together, and when first: so that one door's morning and another's evening are no way through both."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from edge.site import Site
from edge.site.finding import Path
from edge.site.hours import Timetable
from edge.site.week import Week

AHEAD = timedelta(days=2 * 366)
"""Dates and holidays farther ahead than this are not looked at; by then the site has been proved anew."""


@dataclass(frozen=True, slots=True)
class MomentClass:
    """All moments at which exactly these timetables are open. at: the first of them, on the local date `day`."""

    open: frozenset[str]
    day: date
    at: datetime


def moment_classes(site: Site, timetables: Collection[str], today: date) -> tuple[MomentClass, ...]:
    """In order of their first moment, from the beginning of `today` on. The days of one look are worked out once."""
    seen: dict[frozenset[str], MomentClass] = {}
    looks: set[tuple[object, ...]] = set()
    for offset in range(AHEAD.days + 1):
        day = today + timedelta(days=offset)
        hours = {name: site.hours[name].hours_on(day, site.local) for name in timetables}
        look = tuple(hours.values())
        if look in looks:
            continue
        looks.add(look)
        changes = sorted({0, *(minute for times in look for interval in times for minute in interval)} - {24 * 60})
        for minute in changes:
            open_now = frozenset(name for name, times in hours.items() if any(start <= minute < end for start, end in times))
            seen.setdefault(open_now, MomentClass(open_now, day, site.local.instant(day, minute)))
    return tuple(seen.values())


def widest(classes: Collection[MomentClass]) -> Iterator[MomentClass]:
    """Those at which no other has still more open: whatever can be open, can be open at one of them."""
    yield from (each for each in classes if not any(each.open < other.open for other in classes))


def first_when(classes: Collection[MomentClass], holds: Callable[[MomentClass], bool]) -> MomentClass | None:
    return next((each for each in classes if holds(each)), None)


def line_of(site: Site, timetable: str, day: date) -> Path:
    """Where the times of a day stand in the site file; follows `Timetable.hours_on`."""
    section, path = site.hours[timetable], ("hours", timetable)
    if day in section.dates:
        return (*path, "dates", day.isoformat())
    if site.local.holidays(day):
        return (*path, "holidays")
    if section.eves is not None and section.hours_on(day, site.local) != _usual(section, day):
        return (*path, "eves")
    for number, season in enumerate(section.seasons):
        if season.holds(day) and (key := season.key_on(day.weekday())) is not None:
            return (*path, "seasons", number, key)
    return (*path, key) if (key := section.key_on(day.weekday())) is not None else path


def _usual(section: Timetable, day: date) -> object:
    weeks: tuple[Week, ...] = (*(season for season in section.seasons if season.holds(day)), section)
    return next((times for week in weeks if (times := week.on_weekday(day.weekday())) is not None), ())
