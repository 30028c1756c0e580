"""How devices behave, without any line: commands and hands go in, reports come out. Time is told, never asked."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal, NamedTuple, Protocol, get_args

from edge.errors import IllegalInput
from edge.points import DEVICE_TYPES, Value
from edge.profiles import PROFILES, Lease, Sense
from edge.site.model import Site

WATCHDOG = timedelta(seconds=60)
"""A door with a watchdog falls back when no command has come for so long."""
_PULSE = timedelta(seconds=1)


class Report(NamedTuple):
    """What a device says. id: of a press, for the acknowledgement."""

    point: str
    value: Value
    id: str | None = None


class Order(Protocol):
    """What a device needs of a command; `edge.commands.Command` is one."""

    @property
    def value(self) -> Value: ...
    @property
    def epoch(self) -> int: ...
    @property
    def seq(self) -> int: ...
    @property
    def for_s(self) -> float | None: ...


class Behaviour(Enum):
    OBEDIENT = "does and says"
    JAMMED = "does nothing, and says so"
    MUTE = "does, and says nothing"
    LYING = "does nothing, and says that it did"


class VirtualDevice:
    """Any device whose points simply hold their values.

    fallbacks: what a commanded point becomes when its lease ends; the points not named keep their value. blind: points of which it
    knows its orders and not how they really are. silent: points of which it never says anything.
    """

    def __init__(
        self,
        kind: str,
        initial: Mapping[str, Value],
        fallbacks: Mapping[str, Value] | None = None,
        *,
        blind: Collection[str] = (),
        silent: Collection[str] = (),
    ) -> None:
        self.type = kind
        self.behaviour = Behaviour.OBEDIENT
        self._kinds = DEVICE_TYPES[kind]
        self._ordered: dict[str, Value] = {point: initial[point] for point in blind}
        self._silent = frozenset(silent)
        self._state: dict[str, Value] = dict(initial)
        self._lies: dict[str, Value] = {}
        self._fallbacks = fallbacks or {}
        self._newest: dict[str, tuple[int, int]] = {}
        self._ends: dict[str, tuple[datetime, Value]] = {}

    def state(self, point: str) -> Value:
        """How it really is, whatever the device says."""
        return self._state.get(point)

    def reports(self) -> list[Report]:
        """Everything, as when it has just connected."""
        lies = self._lies if self.behaviour is Behaviour.LYING else {}
        return self._said(Report(point, lies.get(point, value)) for point, value in {**self._state, **self._ordered}.items())

    def receive(self, point: str, order: Order, now: datetime) -> list[Report]:
        """Obey a command, unless an equal or newer one was obeyed before."""
        kind = self._kinds.get(point)
        if kind is None or not kind.commanded or kind.problem_with(order.value):
            return []
        if (order.epoch, order.seq) <= self._newest.get(point, (-1, -1)):
            return []
        self._newest[point] = (order.epoch, order.seq)
        if point in self._ordered:
            self._ordered[point] = order.value
        if self.behaviour is Behaviour.LYING:
            self._lies[point] = order.value
            return self._said([Report(point, order.value)])
        if self.behaviour is not Behaviour.JAMMED:
            self._lies.pop(point, None)
            self._state[point] = order.value
            self._lease(point, order.for_s, now)
        return self._said([Report(point, self._known(point))])

    def set(self, point: str, value: Value, now: datetime) -> list[Report]:
        """A hand, a key or the world changes a point. Raises IllegalInput."""
        self._check(point, value)
        self._state[point] = value
        if point == "exit-request" and value:
            self._ends[point] = (now + _PULSE, False)
        return self._said([] if point in self._ordered else [Report(point, value)])

    def tick(self, now: datetime) -> list[Report]:
        """Whatever time alone does: leases that end, pulses that are over."""
        over = [point for point, (end, _) in self._ends.items() if end <= now]
        for point in over:
            self._fall_back(point, self._ends.pop(point)[1])
        return self._said(Report(point, self._known(point)) for point in over)

    def starve(self, now: datetime) -> None:
        """Nobody feeds the watchdog of the unit that it is part of: whatever it keeps for a time ends with the next tick."""
        for point, fallback in self._fallbacks.items():
            if point in self._ends:
                self._ends[point] = (now, fallback)

    @property
    def next_tick(self) -> datetime | None:
        return min((end for end, _ in self._ends.values()), default=None)

    def _known(self, point: str) -> Value:
        """How a point is as far as the device itself knows."""
        return self._ordered.get(point, self._state.get(point))

    def _fall_back(self, point: str, value: Value) -> None:
        self._state[point] = value
        if point in self._ordered:
            self._ordered[point] = value

    def _lease(self, point: str, for_s: float | None, now: datetime) -> None:
        self._ends.pop(point, None)
        if for_s is not None and point in self._fallbacks:
            self._ends[point] = (now + timedelta(seconds=for_s), self._fallbacks[point])

    def _check(self, point: str, value: Value) -> None:
        kind = self._kinds.get(point)
        problem = f"a {self.type} has no such point" if kind is None else kind.problem_with(value)
        if problem:
            raise IllegalInput(f"{point}: {problem}")

    def _said(self, reports: Iterable[Report]) -> list[Report]:
        return [] if self.behaviour is Behaviour.MUTE else [report for report in reports if report.point not in self._silent]


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
    ) -> None:
        initial = {"lock": fail, "contact": "closed", "exit-request": False, "tamper": False}
        super().__init__(
            "door-controller",
            initial,
            {"lock": fail},
            blind=["lock"] if "read-back" in lacks else (),
            silent=["contact"] if "contact" in lacks else (),
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


class VirtualPanicButton(VirtualDevice):
    """Repeats each press until the controller has answered it. boot: makes its press ids differ from those of earlier runs."""

    def __init__(self, boot: str) -> None:
        super().__init__("panic-button", {"tamper": False, "battery": 100.0})
        self._boot = boot
        self._count = 0
        self._unanswered: dict[str, datetime] = {}

    @property
    def unanswered(self) -> tuple[str, ...]:
        return tuple(self._unanswered)

    def press(self, now: datetime) -> list[Report]:
        self._count += 1
        press_id = f"{self._boot}-{self._count}"
        self._unanswered[press_id] = now + _PULSE
        return self._said([Report("pressed", True, press_id)])

    def answered(self, press_id: str) -> None:
        self._unanswered.pop(press_id, None)

    def reports(self) -> list[Report]:
        return super().reports() + self._said(Report("pressed", True, press_id) for press_id in self._unanswered)

    def tick(self, now: datetime) -> list[Report]:
        due = [press_id for press_id, at in self._unanswered.items() if at <= now]
        self._unanswered.update(dict.fromkeys(due, now + _PULSE))
        return super().tick(now) + self._said(Report("pressed", True, press_id) for press_id in due)

    @property
    def next_tick(self) -> datetime | None:
        return min((*self._unanswered.values(), *filter(None, [super().next_tick])), default=None)


_INITIAL: dict[str, dict[str, Value]] = {
    "fire-input": {"fire": False, "tamper": False},
    "alarm-input": {"active": False, "tamper": False},
    "occupancy-sensor": {"present": False, "count": 0, "tamper": False, "battery": 100.0},
    "masking-unit": {"level": 40.0, "ambient": 36.0, "muted": False, "tamper": False},
    "ambient-sensor": {"ambient": 36.0, "tamper": False, "battery": 100.0},
    "terminal-dock": {"terminal": "terminal-1", "release": False, "tamper": False},
    "relay": {"on": False, "tamper": False},
    "sign": {"text": None, "tamper": False},
}
_FALLBACKS: dict[str, dict[str, Value]] = {"terminal-dock": {"release": False}, "relay": {"on": False}}


_SENSES: frozenset[Sense] = frozenset(get_args(Sense))


def virtual_device(site: Site, device: str, boot: str, stretch: float = 1.0) -> VirtualDevice:
    """The model that behaves as the site file describes the device. boot: see VirtualPanicButton.

    stretch: how many times faster than real time the instants run that it is told; spans of its own, such as a pulse, grow by it.
    """
    described = site.devices[device]
    if described.type == "panic-button":
        return VirtualPanicButton(boot)
    if described.type == "door-controller":
        return _virtual_door(site, device, stretch)
    initial = dict(_INITIAL[described.type])
    if described.type == "terminal-dock":
        initial["terminal"] = f"terminal-{device}"
    return VirtualDevice(described.type, initial, _FALLBACKS.get(described.type))


def _virtual_door(site: Site, device: str, stretch: float) -> VirtualDoor:
    described = site.devices[device]
    door = site.doors.get(described.door or "")
    senses = PROFILES[described.profile].senses - {*described.lacks}
    return VirtualDoor(
        door.fail if door else "locked",
        site.lease_of(device),
        pulse=described.pulse * stretch,
        watchdog=WATCHDOG * stretch,
        lacks=_SENSES - senses,
    )
