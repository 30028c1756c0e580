"""A proxy on a Modbus TCP line that knows frames, and does to the answers of one unit what a fault says."""

import asyncio
import random
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Self

Frames = Iterable[tuple[float, bytes | None]]
"""Octets, each after a pause in seconds; None ends the connection hard."""


@dataclass
class Exchange:
    """One request and its answer, whole frames. before: answers of the same unit to earlier requests, the newest last."""

    request: bytes
    answer: bytes
    before: list[bytes] = field(default_factory=list)

    @property
    def pdu(self) -> bytes:
        return self.answer[7:]

    def with_pdu(self, pdu: bytes) -> bytes:
        return self.answer[:4] + struct.pack(">H", len(pdu) + 1) + self.answer[6:7] + pdu


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
    return [(0, exchange.answer[:6] + bytes([exchange.answer[6] + 1]) + exchange.answer[7:])]


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


def exception(code: int) -> Fault:
    def fault(exchange: Exchange, _: random.Random) -> Frames:
        return [(0, exchange.with_pdu(bytes([exchange.request[7] | 0x80, code])))]

    return fault


class Weather:
    """faults: what is done to the answers of a unit; the others are well."""

    def __init__(self, server_port: int, seed: int = 0) -> None:
        self.faults: dict[int, Fault] = {}
        self.port = 0
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
                request = await _frame(reader)
                up_writer.write(request)
                await self._answer(Exchange(request, await _frame(up_reader)), writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            for end in (writer, up_writer):
                end.close()

    async def _answer(self, exchange: Exchange, writer: asyncio.StreamWriter) -> None:
        unit = exchange.request[6]
        before = self._before.setdefault(unit, [])
        exchange.before = list(before)
        before[:] = [*before[-3:], exchange.answer]
        for pause_s, octets in self.faults.get(unit, well)(exchange, self._chance):
            if octets is None:
                writer.transport.abort()
                return
            if pause_s:
                # Meanwhile the other units are asked, on the same connection.
                asyncio.get_running_loop().call_later(pause_s, writer.write, octets)
            else:
                writer.write(octets)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(6)
    return head + await reader.readexactly(int.from_bytes(head[4:6], "big"))
