"""All figures of one month, as they may be shown; in no language yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from acoustics.words import Class
from api.reports.month import Month
from api.reports.suppression import Shown
from edge.journal import Head
from security.alarm_figures import Figures


@dataclass(frozen=True, slots=True)
class Hours:
    """booked: as the calendars had it. held: by bookings that were used or of which nothing is known, over time included. seen:
    with somebody there. unknown: nobody knows; None where that would tell a hidden count of such bookings."""

    booked: float
    held: float
    seen: float
    unknown: float | None


@dataclass(frozen=True, slots=True)
class UseRow:
    """counts: by column of `suppression.COLUMNS`. hours: None where they would give a hidden count away."""

    counts: Mapping[str, Shown]
    over: Shown
    released: Shown
    terminal: Shown | None
    hours: Hours | None


@dataclass(frozen=True, slots=True)
class Use:
    """rows: by agency, room and kind, each by id; empty ids for what has none. None where nothing of a breakdown may be shown."""

    total: UseRow
    rows: Mapping[str, Mapping[str, UseRow] | None]


@dataclass(frozen=True, slots=True)
class Sharing:
    """percent: by agency, to one decimal, 100.0 together; empty where no agency used anything. unowned: held hours without agency,
    which are shared like the others."""

    percent: Mapping[str, float]
    unowned_h: float


@dataclass(frozen=True, slots=True)
class WalkTest:
    """latency_s: the longest that a press took to arrive; None where devices give no time."""

    began_at: datetime
    buttons: int
    pressed: int
    confirmed: int
    latency_s: float | None


@dataclass(frozen=True, slots=True)
class Masking:
    """talked: hours of talk by room and class. reliefs: presses, by unit; None where nothing may be shown. reliefs_total: of all
    desks. loud_h: above 45 dB(A), by unit. faults: by unit."""

    talked: Mapping[str, Mapping[Class, float]]
    reliefs_total: Shown
    reliefs: Mapping[str, Shown] | None
    loud_h: Mapping[str, float]
    faults: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DeviceTime:
    """known_h: while a controller ran to hear it. lost: how often."""

    type: str
    known_h: float
    lost_h: float
    lost: int

    @property
    def percent(self) -> float | None:
        """To two decimals and never rounded up to 100."""
        if self.known_h <= 0:
            return None
        share = 100 * (1 - self.lost_h / self.known_h)
        return min(round(share, 2), 99.99) if self.lost else 100.0


@dataclass(frozen=True, slots=True)
class Report:
    """until: the end of the month, or of what is known of it. head: the last entry of the journal before then. known_from: since
    when the journal tells; later than the month's beginning where it does not tell of all of it. away_h: no controller ran."""

    site: str
    month: Month
    start: datetime
    until: datetime
    complete: bool
    head: Head | None
    known_from: datetime | None
    away_h: float
    use: Use
    sharing: Sharing
    alarms: Figures
    days_above: int
    shifts_above: int
    walk_tests: tuple[WalkTest, ...]
    untested: tuple[str, ...]
    masking: Masking | None
    devices: Mapping[str, DeviceTime]
