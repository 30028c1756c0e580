"""The test of a point over its line while no controller runs: written, confirmed, and put back whatever happens.

Nothing watches over it: no zoning guard, no other claim. So a door is tested only where its controller locks by itself, and only
this device is heard and commanded. Ctrl-C and every fault put the former value back; what nobody can put back after the power
has gone is said beforehand.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Condition
from types import FrameType

from drivers.port import Driver, Inbox
from edge.clock import Clock
from edge.commands import Command
from edge.errors import Unreachable
from edge.events import ConnectionChanged, Event, Observed
from edge.points import PointId, PointKind, Value
from edge.refusal import Refusal
from edge.site import Site
from edge.site.frozen import FrozenDict
from edge.text import Ref, say
from security import point_tests
from security.at_door import require_unlockable
from security.point_tests import LOCK

HEARD_WITHIN_S = 15.0
GIVEN_WITHIN_S, GIVEN_TRIES = 3.0, 10
RESTORE_TRIES = 5
RESTORED_WITHIN_S = 3.0

MakeDriver = Callable[[Site, Inbox], Driver]


@dataclass(frozen=True, slots=True)
class Tested:
    """answered_s, restored_s: how long it took; None where it did not come."""

    value: Value
    before: Value
    answered_s: float | None
    restored_s: float | None


class _Heard:
    """Implements drivers.port.Inbox. Presses are never answered: nobody here could raise their alarm."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._said: dict[PointId, tuple[int, Observed]] = {}
        self._count = 0
        self._problem = ""

    def telemetry(self, event: Observed) -> None:
        self.event(event)

    def event(self, event: Event, on_durable: Callable[[], None] | None = None, *, urgent: bool = False) -> None:  # noqa: ARG002
        with self._changed:
            match event:
                case Observed():
                    self._count += 1
                    self._said[PointId(event.device, event.point)] = (self._count, event)
                case ConnectionChanged():
                    self._problem = "" if event.up else event.problem
                case _:
                    return
            self._changed.notify_all()

    @property
    def count(self) -> int:
        """Of what has been heard; what comes later has a higher one."""
        with self._changed:
            return self._count

    def wait(self, point: PointId, wanted: Callable[[Value], bool], after: int, within_s: float) -> Observed | None:
        """The first good report of the point after `after` that is as wanted; None when none comes in time."""

        def found() -> Observed | None:
            count, event = self._said.get(point, (0, None))
            return event if event is not None and count > after and not event.bad and wanted(event.value) else None

        with self._changed:
            return self._changed.wait_for(found, within_s)

    def problem(self) -> str:
        with self._changed:
            return self._problem


def require_safe(site: Site, device: str, point: str) -> PointKind:
    """Raises Refusal where a fault in the wrong moment would leave a door unlocked."""
    kind = point_tests.commanded(site, device, point)
    if point == LOCK:
        if site.devices[device].door is not None:
            require_unlockable(site, site.devices[device].door or "")
        if site.lease_of(device) == "latch":
            told = say(
                "{device} stays unlocked until it is told to lock. Test it through a running controller.", device=Ref(device)
            )
            raise Refusal(told)
    return kind


def tested_directly(site: Site, device: str, point: str, value: Value, hold: timedelta, make: MakeDriver, clock: Clock) -> Tested:
    """value: None for another than the present one. Blocks.

    Raises Refusal, Unreachable; KeyboardInterrupt only when the former value is back, or everything was tried.
    """
    kind, place, heard = require_safe(site, device, point), PointId(device, point), _Heard()
    alone = site.model_copy(update={"devices": FrozenDict({device: site.devices[device]})})
    driver = make(alone, heard)
    driver.start()
    try:
        said = heard.wait(place, lambda _: True, 0, HEARD_WITHIN_S)
        if said is None:
            raise Unreachable(heard.problem() or f"{device} says nothing of its {point}: is it connected, and is its line free?")
        wanted = point_tests.another_value(kind, said.value) if value is None else value
        point_tests.require_sense(kind, device, wanted, said.value)
        orders = _Orders(driver, place, clock, hold if point == LOCK else None)
        with _interruptible():
            return _carried_out(orders, heard, kind, wanted, said.value, hold)
    finally:
        driver.stop()


def _carried_out(orders: "_Orders", heard: _Heard, kind: PointKind, wanted: Value, before: Value, hold: timedelta) -> Tested:
    answered: Observed | None = None
    sent = heard.count
    restored_s: float | None = None
    try:
        asked_at = _taken(orders, heard, wanted)
        answered = heard.wait(orders.place, lambda value: value == wanted, sent, hold.total_seconds())
        if answered is not None:
            heard.wait(orders.place, lambda _: False, heard.count, hold.total_seconds() / 2)
    finally:
        restored_s = _put_back(orders, heard, kind.rest if before is None else before, wanted)
    return Tested(wanted, before, None if answered is None else (answered.at - asked_at).total_seconds(), restored_s)


def _taken(orders: "_Orders", heard: _Heard, value: Value) -> datetime:
    """When the line took it. A device may be heard before commands can go to it. Raises Unreachable."""
    for _ in range(GIVEN_TRIES):
        try:
            return orders.give(value)
        except Unreachable:
            heard.wait(orders.place, lambda _: False, heard.count, GIVEN_WITHIN_S / GIVEN_TRIES)
    return orders.give(value)


def _put_back(orders: "_Orders", heard: _Heard, before: Value, wanted: Value) -> float | None:
    """Not interrupted by anything: a second Ctrl-C waits."""
    with _uninterruptible():
        for _ in range(RESTORE_TRIES):
            sent = heard.count
            try:
                asked_at = orders.give(before)
            except Unreachable:
                heard.wait(orders.place, lambda _: False, sent, RESTORED_WITHIN_S)
                continue
            back = heard.wait(orders.place, lambda value: value != wanted, sent, RESTORED_WITHIN_S)
            if back is not None:
                return (back.at - asked_at).total_seconds()
    return None


class _Orders:
    """hold: of a lock, after which it locks by itself."""

    def __init__(self, driver: Driver, place: PointId, clock: Clock, hold: timedelta | None) -> None:
        self.place = place
        self._driver = driver
        self._clock = clock
        self._hold = hold
        self._epoch = int(clock.now().timestamp())
        self._seq = 0

    def give(self, value: Value) -> datetime:
        now = self._clock.now()
        self._seq += 1
        for_s = self._hold.total_seconds() if self._hold is not None and value == "unlocked" else None
        self._driver.send(Command(self.place, value, self._epoch, self._seq, now, for_s, "test", say("Test")))
        return now


@contextmanager
def _interruptible() -> Iterator[None]:
    """To be told to stop is the same as Ctrl-C: what is written is put back."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _uninterruptible() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
