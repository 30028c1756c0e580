"""All devices of a site file as virtual ones, each on the line that it has there, in one event loop and one thread."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import uuid4

from drivers.virtual.device import Behaviour, VirtualButton, ways_to_press
from drivers.virtual.host import Host, Line
from drivers.virtual.life import Life
from drivers.virtual.modbus import VirtualModbusLine
from drivers.virtual.mqtt import VirtualMqttLine
from edge.clock import Clock
from edge.errors import IllegalInput
from edge.points import Value
from edge.site.connections import BleConnection, ModbusRtuTcpConnection, ModbusTcpConnection, MqttConnection, OpcuaConnection
from edge.site.model import Site

_LIFE_EVERY_S = 15.0
_LIFE_PAUSE_S = 0.1
_BATTERIES_EVERY_S = 0.5


def _no_secret(reference: str) -> str:
    raise IllegalInput(f"virtual devices were given no secrets, and the connection asks for {reference}")


class VirtualBuilding:
    """Modbus units are served where the site file says that they are; pulses and heartbeats are in real seconds at any speed.

    life: whether people come and go by themselves, from the seed. stretch: how many times faster than real time the clock runs.
    bus: where the D-Bus is on which Bluetooth devices are heard, once the building has started; None: there are none.
    """

    def __init__(
        self,
        site: Site,
        clock: Clock,
        *,
        seed: int = 0,
        secret: Callable[[str], str] = _no_secret,
        life: bool = False,
        stretch: float = 1.0,
    ) -> None:
        self.site = site
        self.bus: str | None = None
        self._clock = clock
        self._secret = secret
        self._stretch = stretch
        self._life = Life(site, seed) if life else None
        self._lines: list[Line] = []
        self._hosts: dict[str, Host] = {}
        self._held: set[tuple[str, str]] = set()
        self._powerless: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect every device; returns when all are there. Raises TimeoutError or StartRefused when they cannot be."""
        # Not from the seed: a press of this run must not look like a repeat of one of an earlier run.
        boot = uuid4().hex[:8]
        quick, slow = self._made(boot)
        self._lines = [*quick, *slow]
        self._hosts = {device: host for line in self._lines for device, host in line.hosts.items()}
        coming = [asyncio.create_task(line.start()) for line in slow]
        for line in quick:
            await line.start()
        await asyncio.gather(*coming)
        self._tasks.append(asyncio.create_task(self._watch_batteries()))
        if self._life:
            self._tasks.append(asyncio.create_task(self._live(self._life)))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in self._lines:
            await line.stop()

    @property
    def hosts(self) -> Mapping[str, Host]:
        """By device, those that were started."""
        return self._hosts

    def host(self, device: str) -> Host:
        """Raises IllegalInput."""
        if device not in self._hosts:
            raise IllegalInput(f"the site file has no device {device!r}")
        return self._hosts[device]

    def press(self, device: str, way: str = "") -> str:
        """Press a button; most repeat the press until it is answered. Raises IllegalInput.

        way: the point that tells it, empty for the usual one. The id of the press; empty when nothing comes of it, since the button
        is stuck or has no power.
        """
        host = self.host(device)
        return "" if ways_to_press(host.model.type) and (host.model.stuck or host.model.empty) else host.press(way)

    def unanswered(self, device: str) -> tuple[str, ...]:
        """Presses of a button that the controller has not answered yet."""
        model = self.host(device).model
        return model.unanswered if isinstance(model, VirtualButton) else ()

    def set(self, device: str, point: str, value: Value) -> None:
        """A hand or the world changes a point; while it is not as at first, no passer-by changes it. Raises IllegalInput."""
        host = self.host(device)
        host.set(point, value)
        if value == host.model.at_first(point):
            self._held.discard((device, point))
            if self._life and point == "present":
                self._life.all_leave(self.site.devices[device].space or "")
        else:
            self._held.add((device, point))

    def state(self, device: str, point: str) -> Value:
        """How it really is, whatever the device says."""
        return self.host(device).state(point)

    def behave(self, device: str, behaviour: Behaviour) -> None:
        """Raises IllegalInput when such a device cannot."""
        self.host(device).behave(behaviour)
        if device in self._powerless:
            self.plug(device)

    def unplug(self, device: str) -> None:
        self.host(device).unplug()

    def plug(self, device: str) -> None:
        self._powerless.discard(device)
        self.host(device).plug()

    def ignored(self, device: str) -> int:
        """How many messages the device did not act on: retained commands, garbage."""
        return self.host(device).ignored

    def _made(self, boot: str) -> tuple[list[Line], list[Line]]:
        """The lines that are there at once, and those that have thousands of nodes to make first. Raises IllegalInput."""
        quick, slow = list[Line](), list[Line]()
        for connection, described in self.site.connections.items():
            match described:
                case MqttConnection():
                    quick.append(VirtualMqttLine(self.site, connection, boot, self._clock, self._secret, self._stretch))
                case ModbusTcpConnection() | ModbusRtuTcpConnection():
                    quick.append(VirtualModbusLine(self.site, connection, boot, (described.host, described.port)))
                case OpcuaConnection():
                    from drivers.virtual.opcua import VirtualOpcuaLine

                    slow.append(VirtualOpcuaLine(self.site, connection, boot, self._clock, self._stretch))
                case BleConnection():
                    pass  # one radio for all of them
                case _:
                    raise IllegalInput(f"virtual devices are not on the line {connection!r}, which is {described.protocol}")
        if any(isinstance(described, BleConnection) for described in self.site.connections.values()):
            from drivers.virtual.ble import VirtualRadio

            radio = VirtualRadio(self.site, boot, secret=self._secret)
            self.bus = radio.address
            quick.append(radio)
        return quick, slow

    async def _watch_batteries(self) -> None:
        """A device whose battery is empty is gone from its line."""
        while True:
            for device, host in self._hosts.items():
                if host.model.empty and device not in self._powerless:
                    self._powerless.add(device)
                    host.unplug()
            await asyncio.sleep(_BATTERIES_EVERY_S)

    async def _live(self, life: Life) -> None:
        while True:
            now = self._clock.now()
            for device, point, value in life.step(now, self.state):
                if (device, point) not in self._held:
                    self.host(device).set(point, value)
            pause_s = self._clock.seconds_until(now + timedelta(seconds=_LIFE_EVERY_S))
            await asyncio.sleep(max(_LIFE_PAUSE_S, pause_s))
