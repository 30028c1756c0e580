"""Virtual devices behind a real Modbus server: the same tables as the driver's, read from the other side.

A device here counts real seconds, whatever the speed of the controller's clock, since its registers carry seconds.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from drivers.modbus.unit import Route, Unit, units_of
from drivers.modbus.wire import PARITY
from drivers.virtual.device import Behaviour, Report, VirtualDevice, virtual_device
from edge.clock import Clock, SystemClock
from edge.errors import IllegalInput, StartRefused
from edge.points import Value
from edge.profiles.modbus_table import Area, CoilOrder, Span, TimedOrder
from edge.site.connections import ModbusRtuConnection
from edge.site.model import Site

if TYPE_CHECKING:
    from pymodbus.pdu import ModbusPDU
    from pymodbus.server import ModbusSerialServer, ModbusTcpServer
    from pymodbus.simulator import SimDevice

_SIZE = 256
"""Registers and bits of each table, from 0 on."""
_AREAS: dict[int, Area] = {1: "coil", 5: "coil", 15: "coil", 2: "discrete", 3: "holding", 6: "holding", 16: "holding", 4: "input"}
_ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 2, 3


class _Order(NamedTuple):
    value: Value
    epoch: int
    seq: int
    for_s: float | None


class VirtualUnit:
    """silent: it takes requests and answers none. exception: it answers each request with this exception."""

    def __init__(self, unit: Unit, models: dict[str, VirtualDevice], clock: Clock) -> None:
        self.silent = False
        self.exception = 0
        self.requests = 0
        self._unit = unit
        self._models = models
        self._clock = clock
        self._seq = 0
        self._last = {name: {report.point: report.value for report in model.reports()} for name, model in models.items()}
        self._obeyed: dict[str, tuple[int, int]] = dict.fromkeys(models, (0, 0))
        self._fed_until: datetime | None = None

    def values(self, area: Area) -> dict[int, int]:
        """What is not 0 in a table now."""
        now = self.tick()
        found = {r.span.address: r.described.codec.write(self._said(r)) for r in self._unit.routes if r.span.area == area}
        for route in self._unit.routes:
            if isinstance(route.order, TimedOrder) and area == "input":
                epoch, seq = self._obeyed[route.point.device]
                first = route.order.echo + route.order.step * (route.channel - 1)
                found.update(zip(range(first, first + 4), (epoch >> 16, epoch & 0xFFFF, seq >> 16, seq & 0xFFFF), strict=True))
        if area == "holding" and self._unit.table.watchdog and self._fed_until:
            found[self._unit.table.watchdog.address] = max(0, int((self._fed_until - now).total_seconds()))
        return found

    def write(self, area: Area, address: int, values: list[int]) -> int:
        """The exception that answers it, 0 for none."""
        now = self.tick()
        watchdog = self._unit.table.watchdog
        if watchdog and area == "holding" and address == watchdog.address:
            self._fed_until = now + timedelta(seconds=min(values[0], watchdog.seconds))
            return 0
        if area == "coil":
            results = [self._set_coil(address + n, value, now) for n, value in enumerate(values)]
            return max(results, default=0)
        return self._take_order(address, values, now)

    def tick(self) -> datetime:
        """Whatever time alone has done meanwhile."""
        now = self._clock.now()
        starved = self._unit.table.watchdog is not None and (self._fed_until is None or self._fed_until <= now)
        for name, model in self._models.items():
            if starved:
                model.starve(now)
            self._remember(name, model.tick(now))
        return now

    def _said(self, route: Route) -> Value:
        """What the unit shows: what the device last said, so that a mute one shows what was."""
        device, point = route.point
        self._remember(device, self._models[device].reports())
        return self._last[device][point]

    def _remember(self, name: str, reports: Iterable[Report]) -> None:
        self._last[name].update({report.point: report.value for report in reports})

    def _set_coil(self, address: int, value: int, now: datetime) -> int:
        for route in self._unit.routes:
            order = route.order
            if isinstance(order, CoilOrder) and route.span == Span("coil", address):
                self._seq += 1
                wish = _Order(order.codec.read(value), 0, self._seq, None)
                self._models[route.point.device].receive(route.point.point, wish, now)
                return 0
        return _ILLEGAL_ADDRESS

    def _take_order(self, address: int, values: list[int], now: datetime) -> int:
        for route in self._unit.routes:
            order = route.order
            if isinstance(order, TimedOrder) and address == order.address + order.step * (route.channel - 1):
                if len(values) != 5:
                    return _ILLEGAL_VALUE
                number = (values[0] << 16 | values[1], values[2] << 16 | values[3])
                if number > self._obeyed[route.point.device]:
                    self._obeyed[route.point.device] = number
                    wish = _Order(order.timed, *number, values[4]) if values[4] else _Order(route.fallback, *number, None)
                    self._models[route.point.device].receive(route.point.point, wish, now)
                return 0
        return _ILLEGAL_ADDRESS


class VirtualModbusLine:
    """The units of one line, served at serve_at: host and port (0 takes a free one), or a serial port for an RTU line."""

    def __init__(self, site: Site, connection: str, boot: str, serve_at: tuple[str, int] | str, clock: Clock | None = None) -> None:
        self.serve_at = serve_at
        self._clock = clock or SystemClock()
        self._described = site.connections[connection]
        self.units: dict[int, VirtualUnit] = {}
        self.models: dict[str, VirtualDevice] = {}
        self.unit_of: dict[str, VirtualUnit] = {}
        for unit in units_of(site, connection, 0.0):
            models = {name: virtual_device(site, name, boot) for name in unit.presences}
            virtual = VirtualUnit(unit, models, self._clock)
            self.units[unit.number] = virtual
            self.models.update(models)
            self.unit_of.update(dict.fromkeys(models, virtual))
        self._server: ModbusTcpServer | ModbusSerialServer | None = None

    async def start(self) -> None:
        """Returns when the line takes requests. Raises StartRefused."""
        logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)
        self._server = self._build()
        try:
            await self._server.serve_forever(background=True)
        except RuntimeError as error:
            raise StartRefused(f"no Modbus line can be served at {self.serve_at}") from error
        if isinstance(self.serve_at, tuple):
            listening = cast("asyncio.Server", self._server.transport)
            self.serve_at = listening.sockets[0].getsockname()[:2]

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.shutdown()  # type: ignore[no-untyped-call]
        self._server = None

    def state(self, device: str, point: str) -> Value:
        """How it really is, whatever the unit says."""
        self.unit_of[device].tick()
        return self.models[device].state(point)

    def set(self, device: str, point: str, value: Value) -> None:
        """A hand or the world changes a point. Raises IllegalInput."""
        self.models[device].set(point, value, self.unit_of[device].tick())

    def host(self, device: str) -> "OnALine":
        return OnALine(self, device)

    def _build(self) -> "ModbusTcpServer | ModbusSerialServer":
        from pymodbus.server import ModbusSerialServer, ModbusTcpServer

        devices = [_device(number, unit) for number, unit in self.units.items()]
        if isinstance(self.serve_at, tuple):
            return ModbusTcpServer(devices, address=self.serve_at, trace_pdu=self._answer)
        described = self._described
        if not isinstance(described, ModbusRtuConnection):
            raise IllegalInput("a serial port serves an RTU line only")
        return ModbusSerialServer(
            devices,
            port=self.serve_at,
            baudrate=described.baudrate,
            parity=PARITY[described.parity],
            stopbits=described.stop_bits,
            trace_pdu=self._answer,
        )

    def _answer(self, sending: bool, pdu: "ModbusPDU") -> "ModbusPDU":
        unit = self.units.get(pdu.dev_id)
        # None is not sent: as a unit that is without power, or not there.
        return None if sending and (unit is None or unit.silent) else pdu  # type: ignore[return-value]


class OnALine:
    """One device of a line, to be handled as one of a broker is. Unplugged, its whole unit is silent."""

    ignored = 0

    def __init__(self, line: VirtualModbusLine, device: str) -> None:
        self.model = line.models[device]
        self._line = line
        self._device = device

    def state(self, point: str) -> Value:
        return self._line.state(self._device, point)

    def set(self, point: str, value: Value) -> None:
        self._line.set(self._device, point, value)

    def behave(self, behaviour: Behaviour) -> None:
        self.model.behave(behaviour, self._line.unit_of[self._device].tick())

    def press(self) -> str:
        raise IllegalInput(f"a {self.model.type} is not pressed")

    def plug(self) -> None:
        self._line.unit_of[self._device].silent = False

    def unplug(self) -> None:
        self._line.unit_of[self._device].silent = True


def _device(number: int, unit: VirtualUnit) -> "SimDevice":
    from pymodbus.constants import ExcCodes
    from pymodbus.simulator import DataType, SimData, SimDevice

    async def act(
        function: int, start: int, address: int, _count: int, registers: list[int], values: list[int] | list[bool] | None
    ) -> ExcCodes | None:
        unit.requests += 1
        area = _AREAS.get(function)
        if area is None or unit.exception:
            return ExcCodes(unit.exception or 1)
        if values:
            problem = unit.write(area, address, [int(value) for value in values])
            return ExcCodes(problem) if problem else None
        _show(area, unit.values(area), start, registers)
        return None

    bits = [SimData(0, values=[False] * _SIZE, datatype=DataType.BITS)]
    words = [SimData(0, values=[0] * _SIZE, datatype=DataType.REGISTERS)]
    return SimDevice(number, simdata=(bits, [*bits], words, [*words]), action=act)


def _show(area: Area, values: dict[int, int], start: int, registers: list[int]) -> None:
    """Into the server's memory, which holds sixteen bits in a word."""
    for n in range(len(registers)):
        if area in ("coil", "discrete"):
            registers[n] = sum(values.get(16 * (start + n) + bit, 0) << bit for bit in range(16))
        else:
            registers[n] = values.get(start + n, 0)
