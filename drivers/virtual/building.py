"""All devices of a site file as virtual ones, over real MQTT and Modbus, in one event loop and one thread."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol
from uuid import uuid4

from drivers.mqtt.routes import PANIC, connection_of, routes_of_device
from drivers.virtual.device import Behaviour, VirtualDevice, VirtualPanicButton, virtual_device
from drivers.virtual.life import Life
from drivers.virtual.modbus import VirtualModbusLine
from drivers.virtual.speaker import Speaker
from edge.clock import Clock
from edge.errors import IllegalInput
from edge.points import Value
from edge.site.connections import Connection, ModbusTcpConnection, MqttConnection
from edge.site.device import Device
from edge.site.model import Site

PANIC_HEARTBEAT = timedelta(seconds=2)
HEARTBEAT = timedelta(seconds=30)
_CONNECTED_WITHIN_S = 15.0
_LIFE_EVERY_S = 15.0
_LIFE_PAUSE_S = 0.1


def _no_secret(reference: str) -> str:
    raise IllegalInput(f"virtual devices were given no secrets, and the connection asks for {reference}")


class Host(Protocol):
    """A virtual device on its line."""

    model: VirtualDevice
    ignored: int

    def state(self, point: str) -> Value: ...
    def set(self, point: str, value: Value) -> None: ...
    def behave(self, behaviour: Behaviour) -> None: ...
    def press(self) -> str: ...
    def plug(self) -> None: ...
    def unplug(self) -> None: ...


class VirtualBuilding:
    """Modbus units are served where the site file says that they are; pulses and heartbeats are in real seconds at any speed.

    broker: host and port to use instead of those of the site file; then without user name and TLS. life: whether people come and
    go by themselves, from the seed. stretch: how many times faster than real time the clock runs.
    """

    def __init__(
        self,
        site: Site,
        clock: Clock,
        *,
        seed: int = 0,
        broker: tuple[str, int] | None = None,
        secret: Callable[[str], str] = _no_secret,
        life: bool = False,
        stretch: float = 1.0,
    ) -> None:
        self._site = site
        self._clock = clock
        self._broker = broker
        self._secret = secret
        self._stretch = stretch
        self._life = Life(site, seed) if life else None
        self._speakers: dict[str, Speaker] = {}
        self._hosts: dict[str, Host] = {}
        self._lines: list[VirtualModbusLine] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect every device; returns when all have said their state. Raises TimeoutError when they cannot."""
        # Not from the seed: a press of this run must not look like a repeat of one of an earlier run.
        boot = uuid4().hex[:8]
        for connection, line in self._site.connections.items():
            if not isinstance(line, MqttConnection):
                await self._serve(connection, line, boot)
        for device, described in self._site.devices.items():
            if device not in self._hosts:
                self._hosts[device] = self._speakers[device] = self._speaker(device, described, boot)
        for speaker in self._speakers.values():
            speaker.plug()
            await asyncio.sleep(0)
        self._tasks.append(asyncio.create_task(self._keep_alive()))
        async with asyncio.timeout(_CONNECTED_WITHIN_S):
            for speaker in self._speakers.values():
                await speaker.ready.wait()
        if self._life:
            self._tasks.append(asyncio.create_task(self._live(self._life)))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for speaker in self._speakers.values():
            speaker.leave()
        async with asyncio.timeout(_CONNECTED_WITHIN_S):
            for speaker in self._speakers.values():
                await speaker.gone.wait()
            for line in self._lines:
                await line.stop()

    def press(self, device: str) -> str:
        """Press a panic button; it repeats the press until it is answered. The id of the press. Raises IllegalInput."""
        return self._host_of(device).press()

    def unanswered(self, device: str) -> tuple[str, ...]:
        """Presses of a panic button that the controller has not answered yet."""
        model = self._host_of(device).model
        return model.unanswered if isinstance(model, VirtualPanicButton) else ()

    def set(self, device: str, point: str, value: Value) -> None:
        """A hand or the world changes a point. Raises IllegalInput."""
        self._host_of(device).set(point, value)

    def state(self, device: str, point: str) -> Value:
        """How it really is, whatever the device says."""
        return self._host_of(device).state(point)

    def behave(self, device: str, behaviour: Behaviour) -> None:
        """Raises IllegalInput when such a device cannot."""
        self._host_of(device).behave(behaviour)

    def unplug(self, device: str) -> None:
        self._host_of(device).unplug()

    def plug(self, device: str) -> None:
        self._host_of(device).plug()

    def ignored(self, device: str) -> int:
        """How many messages the device did not act on: retained commands, garbage."""
        return self._host_of(device).ignored

    def _host_of(self, device: str) -> Host:
        if device not in self._hosts:
            raise IllegalInput(f"the site file has no device {device!r}")
        return self._hosts[device]

    async def _serve(self, connection: str, described: Connection, boot: str) -> None:
        if not isinstance(described, ModbusTcpConnection):
            raise IllegalInput(f"virtual devices are not on the serial line {connection!r}")
        line = VirtualModbusLine(self._site, connection, boot, (described.host, described.port))
        await line.start()
        self._lines.append(line)
        self._hosts.update({device: line.host(device) for device in line.models})

    def _speaker(self, device: str, described: Device, boot: str) -> Speaker:
        usual = PANIC_HEARTBEAT if described.type == PANIC else HEARTBEAT
        return Speaker(
            f"{self._site.site.id}-{device}",
            virtual_device(self._site, device, boot, self._stretch),
            routes_of_device(self._site, device),
            self._line(described.connection),
            self._secret,
            self._clock,
            described.heartbeat or usual,
        )

    def _line(self, connection: str) -> MqttConnection:
        described = connection_of(self._site, connection)
        if self._broker is None:
            return described
        host, port = self._broker
        return MqttConnection(protocol="mqtt", host=host, port=port, version=described.version)

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(1)
            for speaker in self._speakers.values():
                speaker.keep_alive()

    async def _live(self, life: Life) -> None:
        while True:
            now = self._clock.now()
            for device, point, value in life.step(now, self.state):
                self.set(device, point, value)
            pause_s = self._clock.seconds_until(now + timedelta(seconds=_LIFE_EVERY_S))
            await asyncio.sleep(max(_LIFE_PAUSE_S, pause_s))
