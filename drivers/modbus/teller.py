"""What the controller hears of a line: points that changed, presses, devices heard and lost, nonsense, the line itself."""

from collections.abc import Callable

from drivers.modbus.unit import Presence, Route, Said
from drivers.telling import LineTeller
from edge.points import Value
from edge.problems import Reason
from edge.profiles.modbus_table import Span

LOST_AFTER_S = 2.0
"""A device is lost when it has not been read in full for so long."""


class Teller(LineTeller):
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
        self._tell_value(route.point, value, bad, durable=route.kind.durable)

    def press(self, route: Route, press: str, on_disk: Callable[[], None]) -> None:
        self._tell_press(route.point, press, on_disk)

    def nonsense(self, device: str, unit: int, span: Span, problem: str, raw: object = "") -> None:
        self._tell_nonsense(device, f"unit {unit} {span}", problem, str(raw).encode())

    def _link(self, presence: Presence, up: bool, now: float) -> None:
        presence.link, presence.told_at = up, now
        self._tell_link(presence.name, up)
