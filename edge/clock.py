"""The one place that asks what time it is. Everything else is told."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC."""
        ...

    def seconds_until(self, t: datetime) -> float:
        """Real seconds from now to t; negative when t has passed."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251

    def seconds_until(self, t: datetime) -> float:
        return (t - self.now()).total_seconds()


@dataclass(frozen=True, slots=True)
class FastClock:
    """A clock that runs `speed` times as fast since `origin`; two processes with the same values agree on the time."""

    speed: float
    origin: datetime

    def now(self) -> datetime:
        real = datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251
        return self.origin + (real - self.origin) * self.speed

    def seconds_until(self, t: datetime) -> float:
        return (t - self.now()) / timedelta(seconds=1) / self.speed
