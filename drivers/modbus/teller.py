"""What the controller hears of a line: points that changed, devices heard and lost, nonsense, the line itself."""

from drivers.garbage import GarbageReports
from drivers.modbus.unit import Presence, Route
from drivers.port import Inbox
from edge.clock import Clock
from edge.events import ConnectionChanged, Observed
from edge.points import Value
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

    def missed(self, presence: Presence, now: float) -> None:
        """It was not, or nobody asked."""
        if presence.link is not False and now - presence.heard_at >= LOST_AFTER_S:
            presence.said.clear()
            self._link(presence, False, now)

    def value(self, presence: Presence, route: Route, value: Value, *, anew: bool) -> None:
        """anew: also when it is the same as before, since it answers a command."""
        name = route.point.point
        if not anew and name in presence.said and presence.said[name] == value:
            return
        presence.said[name] = value
        event = Observed(at=self._clock.now(), device=presence.name, point=name, value=value)
        (self._inbox.event if route.kind.durable else self._inbox.telemetry)(event)

    def nonsense(self, device: str, unit: int, span: Span, problem: str, raw: object = "") -> None:
        channel = f"{self._connection} unit {unit} {span}"
        event = self._garbage.of_device(device, channel, problem, str(raw).encode(), self._clock.now())
        if event is not None:
            self._inbox.event(event)

    def _link(self, presence: Presence, up: bool, now: float) -> None:
        presence.link, presence.told_at = up, now
        self._inbox.event(Observed(at=self._clock.now(), device=presence.name, point="link", value=up))
