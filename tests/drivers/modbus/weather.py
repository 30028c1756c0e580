"""Proxies on Modbus lines that know frames, of TCP or of RTU, and do to the answers of one unit what a fault says."""

import asyncio
import random
import struct
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

from pymodbus.framer.rtu import FramerRTU

Frames = Iterable[tuple[float, bytes | None]]
"""Octets, each after a pause in seconds; None ends the connection hard."""


@dataclass
class Exchange:
    """One request and its answer, whole frames. before: answers of the same unit to earlier requests, the newest last."""

    request: bytes
    answer: bytes
    before: list[bytes] = field(default_factory=list)

    @property
    def unit(self) -> int:
        return self.request[6]

    @property
    def function(self) -> int:
        return self.request[7]

    @property
    def pdu(self) -> bytes:
        return self.answer[7:]

    def with_pdu(self, pdu: bytes, unit: int | None = None) -> bytes:
        return self.answer[:4] + struct.pack(">HB", len(pdu) + 1, self.answer[6] if unit is None else unit) + pdu


class RtuExchange(Exchange):
    """The same of a line without transactions, whose frames have a check sum."""

    @property
    def unit(self) -> int:
        return self.request[0]

    @property
    def function(self) -> int:
        return self.request[1]

    @property
    def pdu(self) -> bytes:
        return self.answer[1:-2]

    def with_pdu(self, pdu: bytes, unit: int | None = None) -> bytes:
        body = bytes([self.answer[0] if unit is None else unit]) + pdu
        return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")


Fault = Callable[[Exchange, random.Random], Frames]


def well(exchange: Exchange, _: random.Random) -> Frames:
    return [(0, exchange.answer)]


def silent(_: Exchange, __: random.Random) -> Frames:
    return []


def wrong_transaction(exchange: Exchange, _: random.Random) -> Frames:
    """One that is not asked for soon: if it were that of the next request, and came late, nobody could tell."""
    tid = int.from_bytes(exchange.answer[:2], "big")
    return [(0, struct.pack(">H", tid + 1000) + exchange.answer[2:])]


def wrong_unit(exchange: Exchange, _: random.Random) -> Frames:
    return [(0, exchange.with_pdu(exchange.pdu, exchange.unit + 1))]


def wrong_function(exchange: Exchange, _: random.Random) -> Frames:
    return [(0, exchange.with_pdu(bytes([exchange.pdu[0] ^ 0b110]) + exchange.pdu[1:]))]


def too_late(exchange: Exchange, _: random.Random) -> Frames:
    """After the next request has been asked."""
    return [(0.4, exchange.answer)]


def answer_before(exchange: Exchange, _: random.Random) -> Frames:
    """Two answers swapped: this request gets that of the one before."""
    return [(0, exchange.before[-1])] if exchange.before else []


def twice(exchange: Exchange, _: random.Random) -> Frames:
    return [(0, exchange.answer + exchange.answer)]


def truncated(exchange: Exchange, _: random.Random) -> Frames:
    return [(0, exchange.answer[:-1]), (0.01, None)]


def short(exchange: Exchange, _: random.Random) -> Frames:
    return [(0, exchange.with_pdu(exchange.pdu[:-1]))]


def long(exchange: Exchange, _: random.Random) -> Frames:
    return [(0, exchange.with_pdu(exchange.pdu + b"\0\0"))]


def bits_flipped(exchange: Exchange, chance: random.Random) -> Frames:
    """In the head of the frame, as the body has no check sum of its own on TCP; and not where it would be the next one's number."""
    at = chance.choice((0, 2, 3, 4, 5, 6))
    flipped = bytes([exchange.answer[at] ^ 1 << chance.randrange(8)])
    return [(0, exchange.answer[:at] + flipped + exchange.answer[at + 1 :])]


def any_bits_flipped(exchange: Exchange, chance: random.Random) -> Frames:
    """Where there is a check sum: anywhere."""
    at = chance.randrange(len(exchange.answer))
    return [(0, exchange.answer[:at] + bytes([exchange.answer[at] ^ 1 << chance.randrange(8)]) + exchange.answer[at + 1 :])]


def exception(code: int) -> Fault:
    def fault(exchange: Exchange, _: random.Random) -> Frames:
        return [(0, exchange.with_pdu(bytes([exchange.function | 0x80, code])))]

    return fault


class Weather:
    """faults: what is done to the answers of a unit; the others are well. exchanges: how many there were, by unit."""

    def __init__(self, server_port: int, seed: int = 0) -> None:
        self.faults: dict[int, Fault] = {}
        self.port = 0
        self.exchanges: Counter[int] = Counter()
        self._server_port = server_port
        self._chance = random.Random(seed)
        self._before: dict[int, list[bytes]] = {}
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*self._tasks)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self._writers.add(writer)
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        try:
            while not writer.is_closing():
                await self._answer(await self._exchanged(reader, up_reader, up_writer), writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            for end in (writer, up_writer):
                end.close()

    async def _exchanged(
        self, reader: asyncio.StreamReader, up_reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter
    ) -> Exchange:
        request = await _frame(reader)
        up_writer.write(request)
        return Exchange(request, await _frame(up_reader))

    async def _answer(self, exchange: Exchange, writer: asyncio.StreamWriter) -> None:
        before = self._before.setdefault(exchange.unit, [])
        exchange.before = list(before)
        before[:] = [*before[-3:], exchange.answer]
        self.exchanges[exchange.unit] += 1
        for pause_s, octets in self.faults.get(exchange.unit, well)(exchange, self._chance):
            if octets is None:
                writer.transport.abort()
                return
            if pause_s:
                # Meanwhile the other units are asked, on the same connection.
                asyncio.get_running_loop().call_later(pause_s, writer.write, octets)
            else:
                writer.write(octets)


class RtuWeather(Weather):
    """Of a line behind a converter, which passes octets on as they are."""

    async def _exchanged(
        self, reader: asyncio.StreamReader, up_reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter
    ) -> Exchange:
        request = await reader.readexactly(8)
        if request[1] in _WRITES_MANY:
            request += await reader.readexactly(request[6] + 1)
        up_writer.write(request)
        head = await up_reader.readexactly(3)
        length = 2 if head[1] & 0x80 else 5 if head[1] in (5, 6, *_WRITES_MANY) else head[2] + 2
        return RtuExchange(request, head + await up_reader.readexactly(length))


_WRITES_MANY = (15, 16)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(6)
    return head + await reader.readexactly(int.from_bytes(head[4:6], "big"))
