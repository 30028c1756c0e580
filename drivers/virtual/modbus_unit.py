"""The registers of a virtual unit: the same tables as the driver's, read from the other side."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from drivers.modbus.unit import Route, Unit
from drivers.virtual.device import VirtualButton, VirtualDevice, ways_to_press
from edge.clock import Clock
from edge.errors import Garbled, IllegalCommand
from edge.points import PointId, Value
from edge.profiles.codecs import Raw
from edge.profiles.modbus_table import Area, CoilOrder, Latch, RegisterOrder, TimedOrder

_ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 2, 3
_REGISTER = 0xFFFF


class _Order(NamedTuple):
    value: Value
    epoch: int
    seq: int
    for_s: float | None


class _Button:
    """What a unit keeps of a button without power."""

    def __init__(self, model: VirtualButton, way: str) -> None:
        self.model = model
        self._way = way
        self.taken = 0
        self._presses: list[str] = []

    @property
    def count(self) -> int:
        return len(self._presses)

    def press(self, now: datetime) -> str:
        self.model.press(now, self._way)
        self._presses.append(self.model.last_press)
        return self.model.last_press

    def take(self, count: int) -> None:
        self.taken = count
        for press in self._presses[:count]:
            self.model.answered(press)


class VirtualUnit:
    """silent: it takes requests and answers none. stuck: its heartbeat stands still. exception: it answers each request
    with this one. boot: another one at each start, when the counts of presses begin anew."""

    def __init__(self, unit: Unit, models: dict[str, VirtualDevice], clock: Clock, boot: str) -> None:
        self.silent = False
        self.stuck = False
        self.exception = 0
        self.requests = 0
        self.identity = unit.table.identity
        self._unit = unit
        self._table = unit.table
        self._models = models
        self._clock = clock
        self._series = crc32(f"{boot}-{unit.number}".encode())
        self._started = clock.now()
        self._seconds = 0
        self._seq = 0
        self._obeyed: dict[str, tuple[int, int]] = dict.fromkeys(models, (0, 0))
        self._written: dict[int, int] = {}
        self._fed_until: datetime | None = None
        self._buttons = {
            PointId(name, way): _Button(model, way)
            for name, model in models.items()
            if isinstance(model, VirtualButton)
            for way in ways_to_press(model.type)
        }
        for model in models.values():
            model.reports()

    def values(self, area: Area) -> dict[int, int]:
        """What is not 0 in a table now."""
        now = self.tick()
        found: dict[int, int] = {}
        for address, words in self._shown(area, now):
            for n, word in enumerate(words):
                # Several points may share a register.
                found[address + n] = found.get(address + n, 0) | word
        return found

    def write(self, area: Area, address: int, values: list[int]) -> int:
        """The exception that answers it, 0 for none."""
        now = self.tick()
        if area == "coil":
            return max((self._set_coil(address + n, value, now) for n, value in enumerate(values)), default=0)
        watchdog, heartbeat = self._table.watchdog, self._table.our_heartbeat
        if watchdog and address == watchdog.address:
            self._fed_until = now + timedelta(seconds=min(values[0], watchdog.seconds))
            return 0
        if heartbeat and address == heartbeat.address:
            self._written[address] = values[0]
            return 0
        return self._set_registers(address, values, now)

    def press(self, device: str, way: str = "") -> str:
        return self._buttons[PointId(device, way or ways_to_press(self._models[device].type)[0])].press(self.tick())

    def tick(self) -> datetime:
        """Whatever time alone has done meanwhile."""
        now = self._clock.now()
        starved = self._table.watchdog is not None and (self._fed_until is None or self._fed_until <= now)
        for model in self._models.values():
            if starved:
                model.starve(now)
            model.tick(now)
            model.reports()
        if not self.stuck:
            self._seconds = int((now - self._started).total_seconds())
        return now

    def _shown(self, area: Area, now: datetime) -> Iterator[tuple[int, Sequence[int]]]:
        for route in self._unit.routes:
            if route.span.area == area:
                yield route.span.address, self._words(route)
            order = route.order
            if isinstance(order, TimedOrder) and area == "input":
                epoch, seq = self._obeyed[route.point.device]
                numbers = (epoch >> 16, epoch & _REGISTER, seq >> 16, seq & _REGISTER)
                yield order.echo + order.step * (route.channel - 1), numbers
        pulse, watchdog = self._table.its_heartbeat, self._table.watchdog
        if pulse and pulse.area == area:
            words = [self._seconds >> 16 * n & _REGISTER for n in reversed(range(pulse.length))]
            yield pulse.address, words
        if area == "holding":
            yield from ((address, (word,)) for address, word in self._written.items())
            if watchdog and self._fed_until:
                yield watchdog.address, (max(0, int((self._fed_until - now).total_seconds())),)

    def _words(self, route: Route) -> Raw:
        """What the unit shows: what the device last said, so that a mute one shows what was."""
        device, point = route.point
        if isinstance(route.described, Latch):
            button = self._buttons[route.point]
            return self._series >> 16, self._series & _REGISTER, button.count & _REGISTER, button.taken
        try:
            return route.described.codec.write(self._models[device].says.get(point))
        except IllegalCommand:
            # A hand may set what this make cannot say.
            return (0,) * route.span.length

    def _set_coil(self, address: int, value: int, now: datetime) -> int:
        for route in self._unit.routes:
            order = route.order
            if isinstance(order, CoilOrder) and address == order.address + order.step * (route.channel - 1):
                self._obey(route, order.codec.read((value,)), now)
                return 0
        return _ILLEGAL_ADDRESS

    def _set_registers(self, address: int, values: list[int], now: datetime) -> int:
        for route in self._unit.routes:
            order, offset = route.order, route.channel - 1
            if isinstance(route.described, Latch) and address == route.described.taken + route.described.taken_step * offset:
                self._buttons[route.point].take(values[0])
                return 0
            if order is None or address != order.address + order.step * offset:
                continue
            if isinstance(order, TimedOrder):
                return self._take_order(route, order, values, now)
            if isinstance(order, RegisterOrder):
                return self._take_number(route, order, address, values, now)
        return _ILLEGAL_ADDRESS

    def _take_number(self, route: Route, order: RegisterOrder, address: int, values: list[int], now: datetime) -> int:
        if len(values) != order.codec.words:
            return _ILLEGAL_VALUE
        try:
            value = order.codec.read(tuple(values))
        except Garbled:
            return _ILLEGAL_VALUE
        self._written.update({address + n: word for n, word in enumerate(values)})
        self._obey(route, value, now)
        return 0

    def _take_order(self, route: Route, order: TimedOrder, values: list[int], now: datetime) -> int:
        if len(values) != 5:
            return _ILLEGAL_VALUE
        number = (values[0] << 16 | values[1], values[2] << 16 | values[3])
        device, point = route.point
        if number > self._obeyed[device]:
            self._obeyed[device] = number
            wish = _Order(order.timed, *number, values[4]) if values[4] else _Order(route.fallback, *number, None)
            self._models[device].receive(point, wish, now)
        return 0

    def _obey(self, route: Route, value: Value, now: datetime) -> None:
        self._seq += 1
        self._models[route.point.device].receive(route.point.point, _Order(value, 0, self._seq, None), now)
