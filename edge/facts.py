"""What is believed now, and a way of looking at it that remembers what was looked at.

A policy looks at facts and at the time only through a `Look`. The look notes every key that was read and the next instant at
which an answer about time would change, so the kernel knows exactly when the policy must be asked again: nothing has to
declare its dependencies, no deadline can be forgotten, and a fact that nobody read costs nothing (docs/decisions/0002).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar, cast

from edge.claims import Decision
from edge.events import ConditionBegan
from edge.points import PointId, Value
from edge.problems import Reason

T = TypeVar("T")


class Key(tuple[str, ...], Generic[T]):
    """Names one fact; T is what it holds."""

    __slots__ = ()


class Family(Generic[T]):
    """Facts of one kind, told apart by their subject: READING("door-1", "lock")."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *subject: str) -> Key[T]:
        return Key((self.name, *subject))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a device last said of a point.

    since: when this value first came; at: when it was last heard. good: heard since this start, on a living link.
    problem: why the device has had no usable value since bad_since; value is the last good one.
    """

    value: Value
    since: datetime
    at: datetime
    good: bool = True
    problem: Reason = ""
    bad_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flight:
    """The last command of a point. first_sent_at: when this value was first asked for; tries: how often since.

    lease_until: when the device falls back by itself; None without a lease.
    """

    value: Value
    seq: int
    first_sent_at: datetime
    sent_at: datetime
    tries: int
    lease_until: datetime | None
    confirmed: bool = False
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """at: when this run of the controller began. epoch: its number."""

    at: datetime
    epoch: int


READING: Family[Reading] = Family("reading")
HEARD: Family[datetime] = Family("heard")
"""When a device last said anything; refreshed without waking readers."""
ONLINE: Family[bool] = Family("online")
"""False when a device is known to be lost, None before its first word; derived by security.supervision."""
DECISION: Family[Decision] = Family("decision")
FLIGHT: Family[Flight] = Family("flight")
ACTIVE: Family[ConditionBegan] = Family("active-condition")
"""How a condition (type, subject) that holds began."""
START: Family[Start] = Family("start")


def reading_of(point: PointId) -> Key[Reading]:
    return READING(point.device, point.point)


class Facts:
    """Facts by key. Whatever is not there is not known: None."""

    def __init__(self) -> None:
        self._values: dict[Key[Any], Any] = {}
        self._changed: dict[Key[Any], None] = {}

    def __call__(self, key: Key[T]) -> T | None:
        return cast("T | None", self._values.get(key))

    def set(self, key: Key[T], value: T | None) -> None:
        """Believe this from now on; policies that read another value will be asked again."""
        if self._values.get(key) == value:
            return
        self.refresh(key, value)
        self._changed[key] = None

    def refresh(self, key: Key[T], value: T | None) -> None:
        """Keep a newer version that means the same (only its age differs); nobody is asked again."""
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value

    def adopt(self, other: "Facts") -> None:
        """Believe all that the other does: for trying out what would follow from something."""
        for key, value in other._values.items():
            self.set(key, value)

    def take_changed(self) -> list[Key[Any]]:
        """Keys that changed since the last call, in the order of change."""
        changed = list(self._changed)
        self._changed.clear()
        return changed

    def of(self, family: Family[T]) -> Iterator[tuple[tuple[str, ...], T]]:
        """All facts of one kind with their subjects. Reads everything: for views and checkpoints, not for policies."""
        for key, value in self._values.items():
            if key[0] == family.name:
                yield key[1:], value


class Look:
    """One policy's view of the facts at one instant."""

    __slots__ = ("_facts", "now", "reads", "wake")

    def __init__(self, facts: Facts, now: datetime) -> None:
        self._facts = facts
        self.now = now
        self.reads: dict[Key[Any], None] = {}
        self.wake: datetime | None = None

    def __call__(self, key: Key[T]) -> T | None:
        self.reads[key] = None
        return self._facts(key)

    def passed(self, t: datetime) -> bool:
        """Whether t has come. If not, the policy will be asked again then."""
        if t <= self.now:
            return True
        if self.wake is None or t < self.wake:
            self.wake = t
        return False

    def lasted(self, since: datetime, span: timedelta) -> bool:
        """Whether something that began at `since` has gone on for `span`."""
        return self.passed(since + span)

    def heard(self, device: str, point: str) -> Reading | None:
        """What a device says of a point; None while it is lost, or has said nothing of it since the start."""
        reading = self(READING(device, point))
        return reading if reading is not None and reading.good and self(ONLINE(device)) is not False else None
