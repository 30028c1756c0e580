"""Bad weather between MQTT clients and a broker: a proxy that knows packets, with all its chances from one seed."""

import asyncio
import random
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Self

HOST = "127.0.0.1"
_NAMES = (
    "", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE", "SUBACK", "UNSUBSCRIBE",
    "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
)  # fmt: skip


@dataclass
class Weather:
    """What happens to packets of one direction. drop, duplicate: chance by the name of the packet. reset_after: each connection
    is reset after so many packets. bytes_per_s: 0 is no limit."""

    drop: dict[str, float] = field(default_factory=dict)
    duplicate: dict[str, float] = field(default_factory=dict)
    delay_s: float = 0.0
    bytes_per_s: float = 0.0
    reset_after: int = 0
    blackhole: bool = False


class Proxy:
    """up: from clients to the broker; down: back. seen: packets that came, passed: that were handed on, by direction and name."""

    def __init__(self, broker_port: int, seed: int = 0) -> None:
        self.port = 0
        self.up = Weather()
        self.down = Weather()
        self.refuse = False
        self.seen: Counter[tuple[str, str]] = Counter()
        self.passed: Counter[tuple[str, str]] = Counter()
        self._broker_port = broker_port
        self._seed = seed
        self._connections = 0
        self._writers: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._abandoned: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        self.reset()
        for client in self._abandoned:
            _reset(client)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def heal(self) -> None:
        """Good weather from now on; connections that lost packets stay as they are."""
        self.up, self.down, self.refuse = Weather(), Weather(), False

    def reset(self) -> None:
        """RST every connection, on both sides."""
        for client, broker in tuple(self._writers):
            _reset(client)
            _reset(broker)

    def half_open(self) -> None:
        """The broker's side is gone, and the client is not told."""
        for client, broker in tuple(self._writers):
            self._writers.discard((client, broker))
            self._abandoned.append(client)
            _reset(broker)

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self.refuse:
            _reset(client)
            return
        try:
            from_broker, broker = await asyncio.open_connection(HOST, self._broker_port)
        except OSError:
            _reset(client)
            return
        self._connections += 1
        self._writers.add((client, broker))
        chances = [random.Random(f"{self._seed}:{self._connections}:{way}") for way in ("up", "down")]
        try:
            await asyncio.gather(
                self._carry("up", reader, broker, (client, broker), chances[0]),
                self._carry("down", from_broker, client, (client, broker), chances[1]),
            )
        except asyncio.CancelledError:  # the end of the test; the streams of Python 3.11 would report it as an error
            return

    async def _carry(
        self,
        way: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        both: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
        chance: random.Random,
    ) -> None:
        count = 0
        try:
            async for packet in _packets(reader):
                weather: Weather = getattr(self, way)
                name = _NAMES[packet[0] >> 4]
                count += 1
                self.seen[way, name] += 1
                if weather.reset_after and count > weather.reset_after:
                    break
                if weather.blackhole or both not in self._writers or chance.random() < weather.drop.get(name, 0):
                    continue
                copies = 2 if chance.random() < weather.duplicate.get(name, 0) else 1
                await self._hand_on(weather, writer, packet * copies)
                self.passed[way, name] += copies
        except OSError:
            pass
        if both in self._writers:
            self._writers.discard(both)
            for side in both:
                _reset(side)

    async def _hand_on(self, weather: Weather, writer: asyncio.StreamWriter, data: bytes) -> None:
        if weather.delay_s:
            await asyncio.sleep(weather.delay_s)
        if weather.bytes_per_s:
            await asyncio.sleep(len(data) / weather.bytes_per_s)
        writer.write(data)
        await writer.drain()


async def _packets(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while True:
        try:
            head = await reader.readexactly(1)
            length, digits = 0, b""
            while not digits or digits[-1] & 128:
                digits += await reader.readexactly(1)
                length |= (digits[-1] & 127) << 7 * (len(digits) - 1)
            yield head + digits + await reader.readexactly(length)
        except asyncio.IncompleteReadError:
            return


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    if not writer.transport.is_closing():
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
