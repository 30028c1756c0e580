"""What the drivers of all buses tell alike: the line itself, devices that are there or not, values, and what cannot be read."""

from collections.abc import Callable
from datetime import datetime

from drivers.garbage import GarbageReports
from drivers.port import Inbox
from edge.clock import Clock
from edge.events import ConnectionChanged, Observed
from edge.points import PointId, Value
from edge.problems import Reason


class LineTeller:
    """Of one connection of the site file."""

    def __init__(self, connection: str, inbox: Inbox, clock: Clock) -> None:
        self._connection = connection
        self._inbox = inbox
        self._clock = clock
        self._garbage = GarbageReports()
        self._line: tuple[bool, str] | None = None

    def line(self, up: bool, problem: str = "") -> None:
        if self._line != (up, problem):
            self._line = (up, problem)
            event = ConnectionChanged(at=self._clock.now(), connection=self._connection, up=up, problem=problem)
            self._inbox.event(event)

    def _tell_link(self, device: str, up: bool) -> None:
        self._inbox.event(Observed(at=self._clock.now(), device=device, point="link", value=up))

    def _tell_value(self, point: PointId, value: Value, bad: Reason, *, durable: bool, sent_at: datetime | None = None) -> None:
        """sent_at: by the device's own clock."""
        device, name = point
        event = Observed(at=self._clock.now(), device=device, point=name, value=value, sent_at=sent_at, bad=bad)
        (self._inbox.event if durable else self._inbox.telemetry)(event)

    def _tell_press(self, point: PointId, press: str, on_durable: Callable[[], None]) -> None:
        device, name = point
        event = Observed(at=self._clock.now(), device=device, point=name, value=True, press=press)
        self._inbox.event(event, on_durable, urgent=True)

    def _tell_nonsense(self, device: str, place: object, problem: str, octets: bytes) -> None:
        """place: on the line."""
        event = self._garbage.of_device(device, f"{self._connection} {place}", problem, octets, self._clock.now())
        if event is not None:
            self._inbox.event(event)
