"""Timetables: when a site, a door or a room is open, in local time, answered in UTC instants."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self, cast

from pydantic import Field, PrivateAttr, model_validator

from edge.site.frozen import Table
from edge.site.local import LocalCalendar
from edge.site.week import Interval, IsoDate, MonthDay, SeasonDay, Times, Week
from edge.site.wrong import Wrong
from edge.text import say

__all__ = ["Interval", "LocalCalendar", "Opening", "Season", "Timetable"]

LOOK = timedelta(days=14)
"""How far openings are followed in either direction."""

_REMEMBERED_DAYS = 400


class Opening(NamedTuple):
    """A time of being open without a break, aware UTC, end excluded; cut where it goes on for more than `LOOK`."""

    start: datetime
    end: datetime


class _Stretch(NamedTuple):
    """The answer for every instant from start until end, asked with this calendar."""

    local: LocalCalendar
    start: datetime
    end: datetime
    opening: Opening | None
    change: datetime | None


class Season(Week):
    """A part of each year, or of one, both days included, whose times replace those of the days that it names."""

    from_: SeasonDay = Field(alias="from", description="First day: month and day of every year, or a date")
    to: SeasonDay = Field(description="Last day, written alike; without a year it may lie in the next one")

    @model_validator(mode="after")
    def _is_one_stretch(self) -> Self:
        if isinstance(self.from_, date) != isinstance(self.to, date):
            raise Wrong(say("One day of the season has a year and the other has none. Write both alike."), "to")
        if isinstance(self.from_, date) and isinstance(self.to, date) and self.to < self.from_:
            raise Wrong(say("The season ends before it starts."), "to")
        return self

    def holds(self, day: date) -> bool:
        if isinstance(self.from_, date) and isinstance(self.to, date):
            return self.from_ <= day <= self.to
        first, last, today = cast("MonthDay", self.from_), cast("MonthDay", self.to), (day.month, day.day)
        return first <= today <= last if first <= last else today >= first or today <= last


class Timetable(Week):
    """Opening times by day, in local time. A day that is not named is closed.

    A date goes before a public holiday, a holiday before an eve, an eve before a season, a season before the week.
    """

    holidays: Times = Field((), description="Public holidays; closed unless said", json_schema_extra={"default": "closed"})
    eves: Times | None = Field(None, description="Days before a public holiday that would be open; absent: as any other day")
    dates: Table[IsoDate, Times] = Field({}, description="Single dates: 2026-12-24")
    seasons: tuple[Season, ...] = Field((), description="The first season that names the day applies")

    _days: dict[tuple[LocalCalendar, date], tuple[Opening, ...]] = PrivateAttr(default_factory=dict)
    _latest: _Stretch | None = PrivateAttr(default=None)

    def __eq__(self, other: object) -> bool:
        """As written: what one of them has worked out meanwhile makes no difference."""
        return isinstance(other, Timetable) and dict(self) == dict(other)

    def hours_on(self, day: date, local: LocalCalendar) -> tuple[Interval, ...]:
        """The opening times of a local date, as written on the door."""
        if day in self.dates:
            return self.dates[day]
        if local.holidays(day):
            return self.holidays
        weeks: Iterable[Week] = (*(season for season in self.seasons if season.holds(day)), self)
        usual = next((times for week in weeks if (times := week.on_weekday(day.weekday())) is not None), ())
        # The Saturday before Easter is an eve too, and no reason to open an office.
        return self.eves if self.eves is not None and usual and local.holidays(day + timedelta(days=1)) else usual

    @property
    def opens(self) -> bool:
        """Whether it is ever open."""
        return any((*self.week.values(), self.holidays, *self.dates.values(), *(t for s in self.seasons for t in s.week.values())))

    def opening_at(self, t: datetime, local: LocalCalendar) -> Opening | None:
        """The opening that t lies in; None when closed. t is aware."""
        return self._stretch_at(t, local).opening

    def next_change(self, t: datetime, local: LocalCalendar) -> datetime | None:
        """The next instant after t at which it opens or closes; None when it does neither within `LOOK`."""
        return self._stretch_at(t, local).change

    def _stretch_at(self, t: datetime, local: LocalCalendar) -> _Stretch:
        latest = self._latest
        if latest is None or latest.local is not local or not latest.start <= t < latest.end:
            latest = self._latest = self._look_around(t, local)
        return latest

    def _look_around(self, t: datetime, local: LocalCalendar) -> _Stretch:
        today = local.date_of(t)
        start, end = local.instant(today), local.instant(today + timedelta(days=1))
        horizon = local.instant(today + LOOK + timedelta(days=1))
        opening, change = None, None
        for each in self._openings(today, local):
            if each.end <= t:
                start = max(start, each.end)
            elif each.start <= t:
                opening = each
                change = each.end if each.end < horizon else None
            else:
                change = change or each.start
                break
        ends = [end, *([change] if change else [])]
        starts = [start, *([opening.start] if opening else [])]
        return _Stretch(local, max(starts), min(ends), opening, change)

    def _openings(self, around: date, local: LocalCalendar) -> list[Opening]:
        """Openings of the days within `LOOK`, in order; those that touch at midnight are one."""
        merged: list[Opening] = []
        for offset in range(-LOOK.days, LOOK.days + 1):
            for each in self._openings_of(around + timedelta(days=offset), local):
                if merged and merged[-1].end >= each.start:
                    merged[-1] = Opening(merged[-1].start, each.end)
                else:
                    merged.append(each)
        return merged

    def _openings_of(self, day: date, local: LocalCalendar) -> tuple[Opening, ...]:
        known = self._days.get((local, day))
        if known is None:
            if len(self._days) >= _REMEMBERED_DAYS:
                self._days.clear()
            spans = (Opening(local.instant(day, start), local.instant(day, end)) for start, end in self.hours_on(day, local))
            # Times inside the hour that spring skips never come.
            known = self._days[local, day] = tuple(span for span in spans if span.start < span.end)
        return known
