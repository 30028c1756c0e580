"""What the controller hears of a line: points that changed, presses, devices heard and lost, nonsense, the line itself."""

from collections.abc import Callable

from drivers.garbage import GarbageReports
from drivers.modbus.unit import Presence, Route, Said
from drivers.port import Inbox
from edge.clock import Clock
from edge.events import ConnectionChanged, Observed
from edge.points import Value
from edge.problems import Reason
from edge.profiles.modbus_table import Span

LOST_AFTER_S = 2.0
"""A device is lost when it has not been read in full for so long."""


class Teller:
    def __init__(self, connection: str, inbox: Inbox, clock: Clock) -> None:
        self._connection = connection
        self._inbox = inbox
        self._clock = clock
        self._garbage = GarbageReports()
        self._line: tuple[bool, str] | None = None

    def line(self, up: bool, problem: str = "") -> None:
        if self._line != (up, problem):
            self._line = (up, problem)
            now = self._clock.now()
            self._inbox.event(ConnectionChanged(at=now, connection=self._connection, up=up, problem=problem))

    def heard(self, presence: Presence, now: float) -> None:
        """The device was read in full."""
        presence.heard_at = now
        if not presence.link or now - presence.told_at >= presence.beat_s:
            self._link(presence, True, now)

    def missed(self, presence: Presence, now: float) -> bool:
        """It was not, or nobody asked. Whether it has just been lost."""
        return now - presence.heard_at >= LOST_AFTER_S and self.lost(presence, now)

    def lost(self, presence: Presence, now: float) -> bool:
        """Whether it has just been lost."""
        if presence.link is False:
            return False
        self._link(presence, False, now)
        return True

    def value(self, presence: Presence, route: Route, value: Value, bad: Reason = "", *, anew: bool) -> None:
        """anew: also when it is the same as before, since it answers a command. bad: why there is no usable value."""
        name, said = route.point.point, Said(value, bad)
        if not anew and presence.said.get(name) == said:
            return
        presence.said[name] = said
        event = Observed(at=self._clock.now(), device=presence.name, point=name, value=value, bad=bad)
        (self._inbox.event if route.kind.durable else self._inbox.telemetry)(event)

    def press(self, route: Route, press: str, on_disk: Callable[[], None]) -> None:
        device, point = route.point
        event = Observed(at=self._clock.now(), device=device, point=point, value=True, press=press)
        self._inbox.event(event, on_disk, urgent=True)

    def nonsense(self, device: str, unit: int, span: Span, problem: str, raw: object = "") -> None:
        channel = f"{self._connection} unit {unit} {span}"
        event = self._garbage.of_device(device, channel, problem, str(raw).encode(), self._clock.now())
        if event is not None:
            self._inbox.event(event)

    def _link(self, presence: Presence, up: bool, now: float) -> None:
        presence.link, presence.told_at = up, now
        self._inbox.event(Observed(at=self._clock.now(), device=presence.name, point="link", value=up))
