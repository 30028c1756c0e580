"""How devices behave, without any line: commands and hands go in, reports come out. Time is told, never asked."""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol, get_args

from drivers.virtual.behaviour import EMPTY, FULL, LATE_BY, draining
from drivers.virtual.behaviour import Behaviour as Behaviour
from drivers.virtual.makes import points_of
from edge.errors import IllegalInput
from edge.points import DEVICE_TYPES, Value
from edge.profiles import PROFILES, Lease, Sense
from edge.site.model import Site

WATCHDOG = timedelta(seconds=60)
"""A door with a watchdog falls back when no command has come for so long."""
_PULSE = timedelta(seconds=1)
_OF_EVERY_DOOR = frozenset(("lock", "contact"))


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


class VirtualDevice:
    """Any device whose points simply hold their values.

    fallbacks: what a commanded point becomes when its lease ends; the points not named keep their value. blind: points of which it
    knows its orders and not how they really are. silent: points of which it never says anything. points: those of its make; None:
    the usual ones of such a device.

    says: what it last said of each point. stretch: how many times faster than real time the instants run that it is told.
    """

    def __init__(
        self,
        kind: str,
        initial: Mapping[str, Value],
        fallbacks: Mapping[str, Value] | None = None,
        *,
        blind: Collection[str] = (),
        silent: Collection[str] = (),
        points: AbstractSet[str] | None = None,
    ) -> None:
        self.type = kind
        self.behaviour = Behaviour.OBEDIENT
        self.says: dict[str, Value] = {}
        self.stretch = 1.0
        self._kinds = DEVICE_TYPES[kind]
        self._ordered: dict[str, Value] = {point: initial[point] for point in blind}
        self._unsaid = frozenset(silent)
        self._initial = _of_its_make(initial, points)
        self._state = dict(self._initial)
        self._lies: dict[str, Value] = {}
        self._fallbacks = fallbacks or {}
        self._newest: dict[str, tuple[int, int]] = {}
        self._ends: dict[str, tuple[datetime, Value]] = {}
        self._late_orders: list[tuple[datetime, str, Order]] = []
        self._late_reports: list[tuple[datetime, Report]] = []
        self._draining: list[tuple[datetime, float]] = []

    def state(self, point: str) -> Value:
        """How it really is, whatever the device says."""
        return self._state.get(point)

    def at_first(self, point: str) -> Value:
        """How it was when the device was made."""
        return self._initial.get(point)

    @property
    def points(self) -> tuple[str, ...]:
        """What there is of it, said or not."""
        return tuple(self._state)

    @property
    def empty(self) -> bool:
        """Its battery has run out: it does and says nothing any more."""
        return self._state.get("battery") == EMPTY

    @property
    def silent(self) -> bool:
        """It says nothing, not even that it is there."""
        return self.empty or self.behaviour is Behaviour.MUTE

    @property
    def fitting(self) -> tuple[Behaviour, ...]:
        """Behaviours that such a device can have: to disobey it must take orders, and to run empty it must have a battery."""
        unfit = set[Behaviour]()
        if not any(self._kinds[point].commanded for point in self._state):
            unfit |= {Behaviour.JAMMED, Behaviour.LYING}
        if "battery" not in self._state:
            unfit.add(Behaviour.DRAINED)
        return tuple(behaviour for behaviour in Behaviour if behaviour not in unfit)

    def behave(self, behaviour: Behaviour, now: datetime) -> list[Report]:
        """From now on; what was under way is done at once, a drained battery is changed. Raises IllegalInput if it cannot."""
        if behaviour not in self.fitting:
            raise IllegalInput(f"a {self.type} like this one cannot be {behaviour.name.lower()}")
        for _, point, order in self._late_orders:
            self._obey(point, order, now)
        self._late_orders, self._late_reports, self._draining, self._lies = [], [], [], {}
        if self.behaviour is Behaviour.DRAINED:
            self._state["battery"] = FULL
        self.behaviour = behaviour
        if behaviour is Behaviour.DRAINED:
            self._draining = [*draining(now, self.stretch)]
            self._drain(now)
        return self.reports()

    def reports(self) -> list[Report]:
        """Everything, as when it has just connected."""
        lies = self._lies if self.behaviour is Behaviour.LYING else {}
        kept = {report.point: self.says.get(report.point) for _, report in self._late_reports if report.point in self._state}
        meant = {**self._state, **self._ordered, **lies, **kept}
        return self._said(Report(point, value) for point, value in meant.items())

    def receive(self, point: str, order: Order, now: datetime) -> list[Report]:
        """Obey a command, unless an equal or newer one was obeyed before."""
        kind = self._kinds.get(point)
        if self.empty or kind is None or not kind.commanded or kind.problem_with(order.value):
            return []
        if (order.epoch, order.seq) <= self._newest.get(point, (-1, -1)):
            return []
        self._newest[point] = (order.epoch, order.seq)
        if self.behaviour is Behaviour.SLOW:
            self._late_orders.append((self._later(now), point, order))
            return []
        return self._obey(point, order, now)

    def set(self, point: str, value: Value, now: datetime) -> list[Report]:
        """A hand, a key or the world changes a point. Raises IllegalInput."""
        self._check(point, value)
        self._state[point] = value
        if point == "exit-request" and value:
            self._ends[point] = (now + _PULSE, False)
        return self._tell([] if point in self._ordered else [Report(point, value)], now)

    def tick(self, now: datetime) -> list[Report]:
        """Whatever time alone does: what comes late, leases that end, pulses that are over, a battery that runs empty."""
        said = self._come_late(now)
        over = [point for point, (end, _) in self._ends.items() if end <= now]
        for point in over:
            self._fall_back(point, self._ends.pop(point)[1])
        return said + self._tell([Report(point, self._known(point)) for point in over], now) + self._drain(now)

    def starve(self, now: datetime) -> None:
        """Nobody feeds the watchdog of the unit that it is part of: whatever it keeps for a time ends with the next tick."""
        for point, fallback in self._fallbacks.items():
            if point in self._ends:
                self._ends[point] = (now, fallback)

    @property
    def next_tick(self) -> datetime | None:
        if self.empty:
            return None
        late = (self._late_orders, self._late_reports, self._draining)
        return min((*(end for end, _ in self._ends.values()), *(each[0][0] for each in late if each)), default=None)

    def _obey(self, point: str, order: Order, now: datetime) -> list[Report]:
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

    def _later(self, now: datetime) -> datetime:
        return now + LATE_BY * self.stretch

    def _come_late(self, now: datetime) -> list[Report]:
        said = self._said([report for at, report in self._late_reports if at <= now])
        self._late_reports = [late for late in self._late_reports if late[0] > now]
        due = [late for late in self._late_orders if late[0] <= now]
        self._late_orders = self._late_orders[len(due) :]
        for _, point, order in due:
            said += self._obey(point, order, now)
        return said

    def _drain(self, now: datetime) -> list[Report]:
        said = list[Report]()
        while self._draining and self._draining[0][0] <= now:
            self._state["battery"] = self._draining.pop(0)[1]
            said += self._said([Report("battery", self._state["battery"])])
        if self.empty:
            self._late_orders, self._late_reports, self._ends = [], [], {}
        return said

    def _check(self, point: str, value: Value) -> None:
        kind = self._kinds.get(point)
        problem = f"a {self.type} has no such point" if kind is None else kind.problem_with(value)
        if problem:
            raise IllegalInput(f"{point}: {problem}")

    def _tell(self, reports: list[Report], now: datetime) -> list[Report]:
        """At once, or after a while when it is slow."""
        if self.behaviour is not Behaviour.SLOW:
            return self._said(reports)
        self._late_reports += [(self._later(now), report) for report in reports]
        return []

    def _said(self, reports: Iterable[Report]) -> list[Report]:
        said = [] if self.silent else [report for report in reports if report.point not in self._unsaid]
        self.says.update({report.point: report.value for report in said})
        return said


def _of_its_make(initial: Mapping[str, Value], points: AbstractSet[str] | None) -> dict[str, Value]:
    """A door has a lock and a leaf whether it says so or not; a battery is in what tells of one."""
    if points is None:
        return dict(initial)
    battery: dict[str, Value] = {"battery": FULL} if "battery" in points else {}
    return {point: value for point, value in initial.items() if point in points | _OF_EVERY_DOOR} | battery


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


class VirtualPanicButton(VirtualDevice):
    """Repeats each press until the controller has answered it. boot: makes its press ids differ from those of earlier runs."""

    def __init__(self, boot: str, points: AbstractSet[str] | None = None) -> None:
        super().__init__("panic-button", {"tamper": False, "battery": FULL}, points=points)
        self._boot = boot
        self._count = 0
        self._unanswered: dict[str, datetime] = {}

    @property
    def unanswered(self) -> tuple[str, ...]:
        return tuple(self._unanswered)

    @property
    def last_press(self) -> str:
        """The id of the newest press."""
        return f"{self._boot}-{self._count}"

    def press(self, now: datetime) -> list[Report]:
        self._count += 1
        if self.empty:
            return []
        self._unanswered[self.last_press] = now + _PULSE
        return self._tell([Report("pressed", True, self.last_press)], now)

    def answered(self, press_id: str) -> None:
        self._unanswered.pop(press_id, None)

    def reports(self) -> list[Report]:
        return super().reports() + self._said(Report("pressed", True, press_id) for press_id in self._unanswered)

    def tick(self, now: datetime) -> list[Report]:
        said = super().tick(now)
        if self.empty:
            self._unanswered.clear()
        due = [press_id for press_id, at in self._unanswered.items() if at <= now]
        self._unanswered.update(dict.fromkeys(due, now + _PULSE))
        return said + self._tell([Report("pressed", True, press_id) for press_id in due], now)

    @property
    def next_tick(self) -> datetime | None:
        return min((*self._unanswered.values(), *filter(None, [super().next_tick])), default=None)


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
_FALLBACKS: dict[str, dict[str, Value]] = {"terminal-dock": {"release": False}, "relay": {"on": False}}


_SENSES: frozenset[Sense] = frozenset(get_args(Sense))


def virtual_device(site: Site, device: str, boot: str, stretch: float = 1.0) -> VirtualDevice:
    """The model that behaves as the site file describes the device. boot: see VirtualPanicButton.

    stretch: how many times faster than real time the instants run that it is told; spans of its own, such as a pulse, grow by it.
    """
    model = _model(site, device, boot, stretch)
    model.stretch = stretch
    return model


def _model(site: Site, device: str, boot: str, stretch: float) -> VirtualDevice:
    described = site.devices[device]
    points = points_of(described)
    if described.type == "panic-button":
        return VirtualPanicButton(boot, points)
    if described.type == "door-controller":
        return _virtual_door(site, device, stretch, points)
    initial = dict(_INITIAL[described.type])
    if described.type == "terminal-dock":
        initial["terminal"] = f"terminal-{device}"
    return VirtualDevice(described.type, initial, _FALLBACKS.get(described.type), points=points)


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
