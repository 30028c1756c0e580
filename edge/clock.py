"""The one place that asks what time it is. Everything else is told."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC; never goes backward."""
        ...

    def seconds_until(self, t: datetime) -> float:
        """Real seconds from now to t; negative when t has passed."""
        ...

    def take_jump(self) -> float | None:
        """Seconds by which the computer's clock has jumped, once per jump; None when it has not."""
        ...


_Source = Callable[[], float]


def _wall() -> float:
    return time.time()  # noqa: TID251


def _steady() -> float:
    """Counts on through changes of the wall clock and through a suspended machine."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SystemClock:
    """The computer's clock, but not its jumps (docs/decisions/0005).

    It follows small corrections. A jump forward is believed only when it has lasted a minute, so that a wrong time server opens no
    door; a jump backward is not believed until the next start, so that no ended booking opens again: the time counts on meanwhile.
    """

    FOLLOWED_S = 2.0
    BELIEVED_AFTER_S = 60.0

    def __init__(self, wall: _Source = _wall, steady: _Source = _steady) -> None:
        self._wall, self._steady = wall, steady
        self._offset = wall() - steady()
        self._last = wall()
        self._doubted: tuple[float, float] | None = None  # offset of the jump, steady time at which it was seen
        self._jump: float | None = None

    def now(self) -> datetime:
        self._last = max(self._last, self._seconds())
        return datetime.fromtimestamp(self._last, UTC)

    def _seconds(self) -> float:
        steady = self._steady()
        offset = self._wall() - steady
        ahead = offset - self._offset
        if abs(ahead) <= self.FOLLOWED_S:
            self._offset, self._doubted = offset, None
        elif self._doubted is None or abs(self._doubted[0] - offset) > self.FOLLOWED_S:
            self._doubted, self._jump = (offset, steady), ahead
        elif ahead > 0 and steady - self._doubted[1] >= self.BELIEVED_AFTER_S:
            self._offset, self._doubted = offset, None
        return steady + self._offset

    def seconds_until(self, t: datetime) -> float:
        return (t - self.now()).total_seconds()

    def take_jump(self) -> float | None:
        jump, self._jump = self._jump, None
        return jump


@dataclass(frozen=True, slots=True)
class FastClock:
    """A clock that runs `speed` times as fast since `origin`; two processes with the same values agree on the time."""

    speed: float
    origin: datetime

    def now(self) -> datetime:
        return self.origin + (datetime.fromtimestamp(_wall(), UTC) - self.origin) * self.speed

    def seconds_until(self, t: datetime) -> float:
        return (t - self.now()) / timedelta(seconds=1) / self.speed

    def take_jump(self) -> float | None:
        return None
