"""Virtual devices behind a real Modbus server: TCP with or without TLS, RTU on a serial port or over TCP.

A device here counts real seconds, whatever the speed of the controller's clock, since its registers carry seconds.
"""

import asyncio
import ssl
from typing import TYPE_CHECKING, cast

from drivers.modbus.unit import units_of
from drivers.virtual.device import Behaviour, VirtualButton, VirtualDevice, virtual_device
from drivers.virtual.modbus_unit import VirtualUnit
from edge.clock import Clock, SystemClock
from edge.errors import IllegalInput, StartRefused
from edge.points import Value
from edge.profiles.modbus_table import Area, Identity
from edge.site.connections import ModbusRtuConnection, ModbusRtuTcpConnection
from edge.site.model import Site

if TYPE_CHECKING:
    from pymodbus.pdu import ModbusPDU
    from pymodbus.server import ModbusSerialServer, ModbusTcpServer
    from pymodbus.simulator import SimDevice

_SIZE = 256
"""Registers and bits of each table, from 0 on."""
_AREAS: dict[int, Area] = {1: "coil", 5: "coil", 15: "coil", 2: "discrete", 3: "holding", 6: "holding", 16: "holding", 4: "input"}


class VirtualModbusLine:
    """The units of one line, served at serve_at: host and port (0 takes a free one), or a serial port for an RTU line.

    tls: to serve a line of the site file that is secured; without it such a line is served in the clear.
    """

    def __init__(
        self,
        site: Site,
        connection: str,
        boot: str,
        serve_at: tuple[str, int] | str,
        clock: Clock | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.serve_at = serve_at
        self._tls = tls
        self._clock = clock or SystemClock()
        self._described = site.connections[connection]
        self.units: dict[int, VirtualUnit] = {}
        self.models: dict[str, VirtualDevice] = {}
        self.unit_of: dict[str, VirtualUnit] = {}
        for unit in units_of(site, connection, 0.0):
            models = {name: virtual_device(site, name, boot) for name in unit.presences}
            virtual = VirtualUnit(unit, models, self._clock, f"{boot}-{connection}")
            self.units[unit.number] = virtual
            self.models.update(models)
            self.unit_of.update(dict.fromkeys(models, virtual))
        self._server: ModbusTcpServer | ModbusSerialServer | None = None

    async def start(self) -> None:
        """Returns when the line takes requests. Raises StartRefused."""
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

    @property
    def hosts(self) -> dict[str, "OnALine"]:
        return {device: OnALine(self, device) for device in self.models}

    def _build(self) -> "ModbusTcpServer | ModbusSerialServer":
        from pymodbus import FramerType
        from pymodbus.server import ModbusSerialServer, ModbusTcpServer, ModbusTlsServer

        from drivers.modbus.clients import PARITY

        devices = [_device(number, unit) for number, unit in self.units.items()]
        described = self._described
        if isinstance(self.serve_at, tuple):
            if self._tls is not None:
                return ModbusTlsServer(
                    devices, framer=FramerType.SOCKET, address=self.serve_at, sslctx=self._tls, trace_pdu=self._answer
                )
            framer = FramerType.RTU if isinstance(described, ModbusRtuTcpConnection) else FramerType.SOCKET
            return ModbusTcpServer(devices, framer=framer, address=self.serve_at, trace_pdu=self._answer)
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
        if sending and (unit is None or unit.silent):
            # None is not sent: as a unit that is without power, or not there.
            return None  # type: ignore[return-value]
        return _identified(pdu, unit.identity) if sending and unit is not None else pdu


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

    def press(self, way: str = "") -> str:
        if not isinstance(self.model, VirtualButton):
            raise IllegalInput(f"a {self.model.type} is not pressed")
        return self._line.unit_of[self._device].press(self._device, way)

    @property
    def plugged(self) -> bool:
        return not self._line.unit_of[self._device].silent

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


def _identified(pdu: "ModbusPDU", identity: Identity | None) -> "ModbusPDU":
    """The server has one identity for all units; each of ours has its own, or none."""
    from pymodbus.pdu import ExceptionResponse
    from pymodbus.pdu.mei_message import ReadDeviceInformationResponse

    if isinstance(pdu, ReadDeviceInformationResponse):
        if identity is None:
            return ExceptionResponse(pdu.function_code, 1, device_id=pdu.dev_id, transaction=pdu.transaction_id)
        pdu.information = {0: identity.vendor, 1: identity.product, 2: "1.0"}
    return pdu
