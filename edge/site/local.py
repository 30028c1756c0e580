"""The local calendar of a site: which date it is there, and which instant a local time is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from edge.errors import IllegalInput


@dataclass(frozen=True, slots=True, eq=False)
class LocalCalendar:
    """holidays: whether a local date is a public holiday."""

    zone: ZoneInfo
    holidays: Callable[[date], bool]

    def date_of(self, t: datetime) -> date:
        """The local date at t. Raises IllegalInput when t carries no zone."""
        if t.tzinfo is None:
            raise IllegalInput("an instant needs a time zone")
        return t.astimezone(self.zone).date()

    def instant(self, day: date, minute: int = 0) -> datetime:
        """The first UTC instant at which the local clock shows this minute of the day (0..1440) or a later one.

        So a time in the hour that spring skips is the moment of the change, a time in the hour that autumn repeats is its
        first pass, and times in order stay in order.
        """
        wall = datetime.combine(day, time()) + timedelta(minutes=minute)
        first, second = (wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        # PEP 495: only in a gap does the later fold give the earlier instant.
        return first if second >= first else self._change_between(second, first)

    def _change_between(self, before: datetime, after: datetime) -> datetime:
        """The second at which the offset changes, somewhere in (before, after]."""
        offset = after.astimezone(self.zone).utcoffset()
        while after - before > timedelta(seconds=1):
            middle = before + timedelta(seconds=(after - before) // timedelta(seconds=1) // 2)
            if middle.astimezone(self.zone).utcoffset() == offset:
                after = middle
            else:
                before = middle
        return after
