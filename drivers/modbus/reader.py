"""From what was read of a unit to what the controller is told: values, bad values, presses, and whether a device lives."""

from collections.abc import Callable, Sequence
from functools import partial

from drivers.modbus.orders import Orders
from drivers.modbus.teller import Teller
from drivers.modbus.unit import Block, Route, Unit
from edge.errors import Garbled
from edge.points import Value
from edge.problems import NONSENSE, Reason
from edge.profiles.codecs import NoValue
from edge.profiles.modbus_table import Latch

_STOPPED = "the unit's heartbeat stands still"


class Reader:
    """Times are of one monotonic clock, in seconds. on_owed: called from any thread when a unit may forget presses."""

    def __init__(self, teller: Teller, orders: Orders, on_owed: Callable[[], None]) -> None:
        self._teller = teller
        self._orders = orders
        self._on_owed = on_owed

    def take(self, unit: Unit, read: Sequence[tuple[Block, tuple[int, ...]]], answering: Route | None, now: float) -> None:
        """answering: the point that was just commanded."""
        self._feel_pulse(unit, read, now)
        if unit.pulse is not None and unit.pulse.stands_still(now):
            self._stopped(unit, now)
            return
        for block, raw in read:
            self._presses(unit, block, raw)
        for presence in unit.presences.values():
            if not presence.failing and any(presence.name in block.devices for block, _ in read):
                self._teller.heard(presence, now)
        for block, raw in read:
            if raw != block.raw or answering in block.routes:
                block.raw = raw if self._values(unit, block, raw, answering) else None

    def unreadable(self, unit: Unit, block: Block, problem: Reason) -> None:
        """What stands in a block is not known; the unit answers, and says so."""
        block.raw = None
        for route in block.routes:
            presence = unit.presences[route.point.device]
            presence.failing.add(block.span)
            if not route.kind.momentary and presence.link:
                self._teller.value(presence, route, None, problem, anew=False)

    def missed(self, unit: Unit, now: float) -> None:
        """To be called again and again: what has not been heard for too long is lost."""
        for presence in unit.presences.values():
            if self._teller.missed(presence, now):
                unit.say_anew(presence.name)

    def _feel_pulse(self, unit: Unit, read: Sequence[tuple[Block, tuple[int, ...]]], now: float) -> None:
        if unit.pulse is None:
            return
        span = unit.pulse.described.span
        for block, raw in read:
            if block.holds(span):
                unit.pulse.heard(block.part(raw, span), now)

    def _stopped(self, unit: Unit, now: float) -> None:
        for presence in unit.presences.values():
            if self._teller.lost(presence, now):
                unit.say_anew(presence.name)
                assert unit.pulse is not None  # noqa: S101 (whose standing still it is)
                self._teller.nonsense(presence.name, unit.number, unit.pulse.described.span, _STOPPED, unit.pulse.raw)

    def _presses(self, unit: Unit, block: Block, raw: tuple[int, ...]) -> None:
        for route in block.routes:
            presence = unit.presences[route.point.device]
            presence.failing.discard(block.span)
            if route.point not in unit.latches:
                continue
            _, described, latch = unit.latches[route.point]
            said = described.read(block.part(raw, route.span))
            try:
                new = latch.new(said)
            except Garbled as error:
                presence.failing.add(block.span)
                self._teller.nonsense(presence.name, unit.number, route.span, str(error), said)
                continue
            for count, press in new:
                self._teller.press(route, press, partial(self._on_disk, partial(latch.on_disk, said.series, count)))

    def _on_disk(self, note: Callable[[], None]) -> None:
        note()
        self._on_owed()

    def _values(self, unit: Unit, block: Block, raw: tuple[int, ...], answering: Route | None) -> bool:
        """Whether all of them were told."""
        complete = True
        for route in block.routes:
            presence = unit.presences[route.point.device]
            if isinstance(route.described, Latch):
                continue
            # What a waiting order is about to change must not be taken for the answer to it.
            if not presence.link or self._orders.waits(route.point):
                complete = False
                continue
            value, bad = self._value(unit, route, block.part(raw, route.span))
            self._teller.value(presence, route, value, bad, anew=route is answering)
        return complete

    def _value(self, unit: Unit, route: Route, raw: tuple[int, ...]) -> tuple[Value, Reason]:
        assert not isinstance(route.described, Latch)  # noqa: S101 (the caller has left those out)
        try:
            value = route.described.codec.read(raw)
            if problem := route.kind.problem_with(value):
                raise Garbled(f"{value!r} is {problem}")
        except NoValue as error:
            return None, error.reason
        except Garbled as error:
            self._teller.nonsense(route.point.device, unit.number, route.span, str(error), raw)
            return None, NONSENSE
        return value, ""
