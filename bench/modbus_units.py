"""`python -m bench.modbus_units PORT… --silent N`: Modbus units that answer at once, as the other end of a measurement.

Each port is a line. All bits and registers are 0 but for one bit that each unit of function 2 shows changed now and then, and one
register that counts the requests, as a heartbeat. Ends with its standard input; then says, as JSON, when each change was made, and
how long it was from one read of the same inputs to the next. Instants are of the machine's monotonic clock, in nanoseconds.
"""

import argparse
import asyncio
import json
import random
import sys
import time

HOST = "127.0.0.1"
_CHANGES_EVERY_S = 1.0


class Units(asyncio.Protocol):
    """One connection to a line. silent: unit numbers above it never answer."""

    changes: list[tuple[int, int, int]] = []  # noqa: RUF012 (of all lines together)
    cycles_ms: list[float] = []  # noqa: RUF012

    def __init__(self, line: int, silent_above: int) -> None:
        self._line = line
        self._silent_above = silent_above
        self._chance = random.Random(line)
        self._rest = b""
        self._bit: dict[int, int] = {}
        self._change_at: dict[int, int] = {}
        self._asked_at: dict[tuple[int, bytes], int] = {}
        self._count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while len(self._rest) >= 12:
            length = 6 + int.from_bytes(self._rest[4:6], "big")
            request, self._rest = self._rest[:length], self._rest[length:]
            if request[6] <= self._silent_above:
                self._transport.write(self._answer(request))

    def _answer(self, request: bytes) -> bytes:
        unit, function = request[6], request[7]
        if function > 4:
            return request[:4] + b"\0\6" + request[6:12]
        length = int.from_bytes(request[10:12], "big")
        if function == 2:
            values = self._inputs(unit, request[8:12], -(-length // 8))
        else:
            self._count = (self._count + 1) & 0xFFFF
            values = self._count.to_bytes(2, "big") * length if length == 1 else bytes(2 * length)
        body = bytes([unit, function, len(values)]) + values
        return request[:4] + len(body).to_bytes(2, "big") + body

    def _inputs(self, unit: int, asked: bytes, octets: int) -> bytes:
        now = time.perf_counter_ns()
        before = self._asked_at.get((unit, asked))
        if before is not None:
            self.cycles_ms.append((now - before) / 1e6)
        self._asked_at[unit, asked] = now
        if now >= self._change_at.setdefault(unit, now + self._pause_ns()):
            # It changed at a moment since, which nobody saw; the worst is right after the last look.
            self._bit[unit] = self._bit.get(unit, 0) ^ 2
            self._change_at[unit] = now + self._pause_ns()
            self.changes.append((self._line, unit, before or now))
        return bytes([self._bit.get(unit, 0)]) + bytes(octets - 1)

    def _pause_ns(self) -> int:
        return int(self._chance.expovariate(1 / _CHANGES_EVERY_S) * 1e9)


async def serve(ports: list[int], silent_above: int) -> None:
    loop = asyncio.get_running_loop()
    for line, port in enumerate(ports):
        await loop.create_server(lambda line=line: Units(line, silent_above), HOST, port)  # type: ignore[misc]
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps({"changes": Units.changes, "cycles_ms": Units.cycles_ms}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("ports", type=int, nargs="+")
    parser.add_argument("--silent-above", type=int, default=247)
    wish = parser.parse_args()
    asyncio.run(serve(wish.ports, wish.silent_above))
