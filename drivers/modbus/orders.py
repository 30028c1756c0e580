"""Commands on their way to the line: the newest of each point, with the time until which it still means something."""

from threading import Lock
from typing import NamedTuple

from edge.commands import Command
from edge.points import PointId

_STALE_S = 2.0
"""A command that could not be written for so long is left to the controller, which asks again."""


class Pending(NamedTuple):
    """Times are of one monotonic clock, in seconds. lease_until: None where the value lasts."""

    command: Command
    since: float
    lease_until: float | None


class Orders:
    """From any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[PointId, Pending] = {}
        self._newest: dict[PointId, tuple[int, int]] = {}

    def put(self, command: Command, now: float, lease_until: float | None) -> None:
        """A command that is not newer than the last one of its point is void."""
        number = (command.epoch, command.seq)
        with self._lock:
            if number > self._newest.get(command.point, (-1, -1)):
                self._newest[command.point] = number
                self._waiting[command.point] = Pending(command, now, lease_until)

    def waits(self, point: PointId) -> bool:
        """Whether what the point is now is about to change."""
        return point in self._waiting

    def ready(self, now: float) -> list[Pending]:
        """What waits, oldest first; what waited for too long is gone."""
        with self._lock:
            self._waiting = {point: p for point, p in self._waiting.items() if now - p.since < _STALE_S}
            return sorted(self._waiting.values(), key=lambda pending: pending.since)

    def take(self, pending: Pending) -> bool:
        """Whether it is still the newest; it waits no more."""
        with self._lock:
            if self._waiting.get(pending.command.point) is not pending:
                return False
            del self._waiting[pending.command.point]
            return True
