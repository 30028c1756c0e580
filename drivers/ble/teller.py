"""What the controller hears of one radio: devices and their points, presses, nonsense, the radio itself."""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.port import Inbox
from drivers.telling import LineTeller
from edge.clock import Clock
from edge.points import DEVICE_TYPES, PointId, PointKind, Value
from edge.problems import Reason
from edge.profiles import PROFILES
from edge.site.device import Device
from edge.site.model import Site

BEAT_S = 10.0
"""What has not changed is said again after so long, if it was heard again."""
_OF_HEARTBEAT = 0.1
"""Or after this share of its heartbeat, if that is sooner: silence counts from what was told last."""


@dataclass(slots=True)
class _Told:
    value: Value
    bad: Reason
    at: float


@dataclass(slots=True)
class _Presence:
    kinds: dict[str, PointKind]
    beat_s: float
    link: bool | None = None
    linked_at: float = 0.0
    said: dict[str, _Told] = field(default_factory=dict)


class Teller(LineTeller):
    """now: monotonic seconds. Only from the thread of the radio."""

    def __init__(self, connection: str, site: Site, inbox: Inbox, clock: Clock) -> None:
        super().__init__(connection, inbox, clock)
        self._presences = {
            name: _Presence(DEVICE_TYPES[device.type], _beat_of(device))
            for name, device in site.devices.items()
            if device.connection == connection
        }

    @property
    def up(self) -> bool:
        return self._line is not None and self._line[0]

    def link(self, device: str) -> bool | None:
        return self._presences[device].link

    def heard(self, device: str, now: float) -> None:
        presence = self._presences[device]
        if not presence.link or now - presence.linked_at >= presence.beat_s:
            self._link(device, True, now)

    def lost(self, device: str, now: float) -> None:
        presence = self._presences[device]
        if presence.link is not False:
            presence.said.clear()
            self._link(device, False, now)

    def value(self, device: str, point: str, value: Value, now: float, *, anew: bool = False) -> None:
        """anew: also when it is the same as before, since it answers a command."""
        self._say(device, point, value, "", now, anew=anew)

    def bad(self, device: str, point: str, why: Reason, now: float) -> None:
        self._say(device, point, None, why, now)

    def press(self, device: str, point: str, press: str, on_durable: Callable[[], None]) -> None:
        self._tell_press(PointId(device, point), press, on_durable)

    def nonsense(self, device: str, channel: str, problem: str, octets: bytes = b"") -> None:
        self._tell_nonsense(device, channel, problem, octets.hex().encode())

    def _say(self, device: str, point: str, value: Value, bad: Reason, now: float, *, anew: bool = False) -> None:
        presence = self._presences[device]
        told = presence.said.get(point)
        if not anew and told is not None and (told.value, told.bad) == (value, bad) and now - told.at < presence.beat_s:
            return
        presence.said[point] = _Told(value, bad, now)
        self._tell_value(PointId(device, point), value, bad, durable=presence.kinds[point].durable)

    def _link(self, device: str, up: bool, now: float) -> None:
        presence = self._presences[device]
        presence.link, presence.linked_at = up, now
        self._tell_link(device, up)


def _beat_of(device: Device) -> float:
    heartbeat = device.heartbeat or PROFILES[device.profile].heartbeat
    return BEAT_S if heartbeat is None else min(BEAT_S, _OF_HEARTBEAT * heartbeat.total_seconds())
