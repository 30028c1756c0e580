"""The models of all types of device, as a site file describes them."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Literal, get_args

from drivers.virtual.behaviour import FULL
from drivers.virtual.behaviour import Behaviour as Behaviour
from drivers.virtual.makes import points_of
from drivers.virtual.model import PULSE
from drivers.virtual.model import Order as Order
from drivers.virtual.model import Report as Report
from drivers.virtual.model import VirtualDevice as VirtualDevice
from edge.errors import IllegalInput
from edge.points import DEVICE_TYPES, Value
from edge.profiles import PROFILES, Lease, Sense
from edge.site.model import Site
from edge.site.terminals import called_at

WATCHDOG = timedelta(seconds=60)
"""A door with a watchdog falls back when no command has come for so long."""


class VirtualDoor(VirtualDevice):
    """A door controller. At power-up, and when no unlock is renewed, the lock is in its fail state; after a pulse it is locked."""

    def __init__(
        self,
        fail: Literal["locked", "unlocked"] = "locked",
        lease: Lease = "timed",
        *,
        pulse: timedelta = timedelta(seconds=5),
        watchdog: timedelta = WATCHDOG,
        lacks: Collection[Sense] = (),
        points: AbstractSet[str] | None = None,
    ) -> None:
        initial = {"lock": fail, "contact": "closed", "exit-request": False, "tamper": False}
        super().__init__(
            "door-controller",
            initial,
            {"lock": fail},
            blind=["lock"] if "read-back" in lacks else (),
            silent=["contact"] if "contact" in lacks else (),
            points=points,
        )
        self._kind_of_lease = lease
        self._spans: Mapping[Lease, tuple[timedelta, Value]] = {"pulse": (pulse, "locked"), "watchdog": (watchdog, fail)}

    def _lease(self, point: str, for_s: float | None, now: datetime) -> None:
        if self._kind_of_lease == "timed":
            super()._lease(point, for_s, now)
            return
        self._ends.pop(point, None)
        if self._kind_of_lease in self._spans and self._state[point] == "unlocked":
            span, fallback = self._spans[self._kind_of_lease]
            self._ends[point] = (now + span, fallback)


class VirtualButton(VirtualDevice):
    """Repeats each press until the controller has answered it. boot: makes its press ids differ from those of earlier runs."""

    def __init__(self, boot: str, points: AbstractSet[str] | None = None, kind: str = "panic-button") -> None:
        super().__init__(kind, {"tamper": False, "battery": FULL}, points=points)
        self._ways = ways_to_press(kind)
        self._boot = boot
        self._count = 0
        self._unanswered: dict[str, tuple[str, datetime]] = {}

    @property
    def unanswered(self) -> tuple[str, ...]:
        return tuple(self._unanswered)

    @property
    def last_press(self) -> str:
        """The id of the newest press."""
        return f"{self._boot}-{self._count}"

    def press(self, now: datetime, way: str = "") -> list[Report]:
        """way: the point that tells it; empty for the usual one. Raises IllegalInput."""
        way = way or self._ways[0]
        if way not in self._ways:
            raise IllegalInput(f"a {self.type} cannot be {way}")
        self._count += 1
        if self.empty:
            return []
        self._unanswered[self.last_press] = (way, now + PULSE)
        return self._tell([Report(way, True, self.last_press)], now)

    def answered(self, press_id: str) -> None:
        self._unanswered.pop(press_id, None)

    def reports(self) -> list[Report]:
        return super().reports() + self._said(Report(way, True, press_id) for press_id, (way, _) in self._unanswered.items())

    def tick(self, now: datetime) -> list[Report]:
        said = super().tick(now)
        if self.empty:
            self._unanswered.clear()
        due = {press_id: way for press_id, (way, at) in self._unanswered.items() if at <= now}
        self._unanswered.update({press_id: (way, now + PULSE) for press_id, way in due.items()})
        return said + self._tell([Report(way, True, press_id) for press_id, way in due.items()], now)

    @property
    def next_tick(self) -> datetime | None:
        return min((*(at for _, at in self._unanswered.values()), *filter(None, [super().next_tick])), default=None)


def ways_to_press(kind: str) -> tuple[str, ...]:
    """The points of a type that tell a press, the usual one first; none for what is no button."""
    return tuple(point.name for point in DEVICE_TYPES[kind].values() if point.momentary)


_INITIAL: dict[str, dict[str, Value]] = {
    "fire-input": {"fire": False, "tamper": False},
    "alarm-input": {"active": False, "tamper": False},
    "occupancy-sensor": {"present": False, "count": 0, "tamper": False, "battery": FULL},
    "masking-unit": {"level": 40.0, "ambient": 36.0, "muted": False, "tamper": False},
    "ambient-sensor": {"ambient": 36.0, "tamper": False, "battery": FULL},
    "terminal-dock": {"terminal": "terminal-1", "release": False, "tamper": False},
    "relay": {"on": False, "tamper": False},
    "sign": {"text": None, "tamper": False},
}
_OF_MASKING = ("level", "muted", "ambient")
_FALLBACKS: dict[str, dict[str, Value]] = {"terminal-dock": {"release": False}, "relay": {"on": False}}


_SENSES: frozenset[Sense] = frozenset(get_args(Sense))


def virtual_device(site: Site, device: str, boot: str, stretch: float = 1.0) -> VirtualDevice:
    """The model that behaves as the site file describes the device. boot: see VirtualButton.

    stretch: how many times faster than real time the instants run that it is told; spans of its own, such as a pulse, grow by it.
    """
    model = _model(site, device, boot, stretch)
    model.stretch = stretch
    return model


def _model(site: Site, device: str, boot: str, stretch: float) -> VirtualDevice:
    described = site.devices[device]
    points = points_of(described)
    if ways_to_press(described.type):
        return VirtualButton(boot, points, described.type)
    if described.type == "door-controller":
        return _virtual_door(site, device, stretch, points)
    initial = dict(_INITIAL[described.type])
    if described.type == "terminal-dock":
        initial["terminal"] = _terminal_in(site, device)
    silent = () if PROFILES[described.profile].masking.reads_back else _OF_MASKING
    return VirtualDevice(described.type, initial, _FALLBACKS.get(described.type), silent=silent, points=points)


def _terminal_in(site: Site, dock: str) -> str | None:
    """The one that belongs there; where the site file names none at all, a made-up one."""
    if not site.terminals:
        return f"terminal-{dock}"
    described = site.devices[dock]
    return next((called_at(id_, terminal, described) for id_, terminal in site.terminals.items() if terminal.dock == dock), None)


def _virtual_door(site: Site, device: str, stretch: float, points: AbstractSet[str] | None) -> VirtualDoor:
    described = site.devices[device]
    door = site.doors.get(described.door or "")
    senses = PROFILES[described.profile].senses - {*described.lacks}
    return VirtualDoor(
        door.fail if door else "locked",
        site.lease_of(device),
        pulse=described.pulse * stretch,
        watchdog=WATCHDOG * stretch,
        lacks=_SENSES - senses,
        points=points,
    )
