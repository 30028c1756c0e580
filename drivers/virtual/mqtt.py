"""The virtual devices of a connection to an MQTT broker, each with a client of its own."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta

from drivers.mqtt.routes import PANIC, connection_of, questions_of_device, routes_of_device
from drivers.virtual.device import virtual_device
from drivers.virtual.speaker import Speaker
from edge.clock import Clock
from edge.profiles import PROFILES
from edge.site.device import Device
from edge.site.model import Site

PANIC_HEARTBEAT = timedelta(seconds=2)
HEARTBEAT = timedelta(seconds=30)
_CONNECTED_WITHIN_S = 15.0


class VirtualMqttLine:
    """secret: of the connection, from its reference. stretch: how many times faster than real time the clock runs."""

    def __init__(
        self, site: Site, connection: str, boot: str, clock: Clock, secret: Callable[[str], str], stretch: float = 1.0
    ) -> None:
        self._site = site
        self._connection = connection_of(site, connection)
        self._boot = boot
        self._clock = clock
        self._secret = secret
        self._stretch = stretch
        self._keeping: asyncio.Task[None] | None = None
        of_this_line = {d: described for d, described in site.devices.items() if described.connection == connection}
        self._speakers = {device: self._speaker(device, described) for device, described in of_this_line.items()}

    @property
    def hosts(self) -> Mapping[str, Speaker]:
        return self._speakers

    async def start(self) -> None:
        for speaker in self._speakers.values():
            speaker.plug()
            await asyncio.sleep(0)
        self._keeping = asyncio.create_task(self._keep_alive())
        async with asyncio.timeout(_CONNECTED_WITHIN_S):
            for speaker in self._speakers.values():
                await speaker.ready.wait()

    async def stop(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
        for speaker in self._speakers.values():
            speaker.leave()
        async with asyncio.timeout(_CONNECTED_WITHIN_S):
            for speaker in self._speakers.values():
                await speaker.gone.wait()

    def _speaker(self, device: str, described: Device) -> Speaker:
        usual = PANIC_HEARTBEAT if described.type == PANIC else HEARTBEAT
        return Speaker(
            f"{self._site.site.id}-{device}",
            virtual_device(self._site, device, self._boot, self._stretch),
            routes_of_device(self._site, device),
            self._connection,
            self._secret,
            self._clock,
            described.heartbeat or PROFILES[described.profile].heartbeat or usual,
            questions_of_device(self._site, device),
        )

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(1)
            for speaker in self._speakers.values():
                speaker.keep_alive()
