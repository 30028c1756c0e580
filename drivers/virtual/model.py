"""How a device behaves, without any line: commands and hands go in, reports come out. Time is told, never asked."""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from drivers.virtual.behaviour import EMPTY, FULL, LATE_BY, Behaviour, draining
from edge.errors import IllegalInput
from edge.points import DEVICE_TYPES, Value

PULSE = timedelta(seconds=1)
_OF_EVERY_DOOR = frozenset(("lock", "contact"))
_SENSED = frozenset(("present", "fire", "active"))
"""Of what takes no orders: points of which a lie is the opposite."""


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
        self._noticed: dict[str, Value] = {}

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
        """Behaviours that such a device can have: to lie it needs something to lie about, and to run empty a battery."""
        unfit = set[Behaviour]()
        if not self._takes_orders and not _SENSED & self._state.keys():
            unfit.add(Behaviour.LYING)
        if "battery" not in self._state:
            unfit.add(Behaviour.DRAINED)
        return tuple(behaviour for behaviour in Behaviour if behaviour not in unfit)

    @property
    def stuck(self) -> bool:
        """It takes no orders and is jammed: it notices nothing any more."""
        return self.behaviour is Behaviour.JAMMED and not self._takes_orders

    @property
    def _takes_orders(self) -> bool:
        return any(self._kinds[point].commanded for point in self._state)

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
        self._noticed = dict(self._state) if self.stuck else {}
        if behaviour is Behaviour.DRAINED:
            self._draining = [*draining(now, self.stretch)]
            self._drain(now)
        return self.reports()

    def reports(self) -> list[Report]:
        """Everything, as when it has just connected."""
        lies = self._lies if self.behaviour is Behaviour.LYING else {}
        kept = {report.point: self.says.get(report.point) for _, report in self._late_reports if report.point in self._state}
        meant = {**self._state, **self._ordered, **lies, **kept, **self._noticed}
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
            self._ends[point] = (now + PULSE, False)
        return self._tell([] if point in self._ordered or self.stuck else [Report(point, value)], now)

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
        said = [] if self.silent else [self._lied(report) for report in reports if report.point not in self._unsaid]
        self.says.update({report.point: report.value for report in said})
        return said

    def _lied(self, report: Report) -> Report:
        if self.behaviour is Behaviour.LYING and report.point in _SENSED:
            return report._replace(value=not report.value)
        return report


def _of_its_make(initial: Mapping[str, Value], points: AbstractSet[str] | None) -> dict[str, Value]:
    """A door has a lock and a leaf whether it says so or not; a battery is in what tells of one."""
    if points is None:
        return dict(initial)
    battery: dict[str, Value] = {"battery": FULL} if "battery" in points else {}
    return {point: value for point, value in initial.items() if point in points | _OF_EVERY_DOOR} | battery
