"""The registers of docs/modbus.md, number by number, as mbpoll sees them: a client of another make (libmodbus)."""

import asyncio
from functools import partial
from typing import Any

import pytest

from drivers.virtual.modbus import VirtualModbusLine
from edge.errors import IllegalInput
from edge.points import Value
from tests.drivers.modbus.line import BACK, BAY, BUTTON, FRONT, MASKING, SENSOR, STORE, STRIKE, makes_at, serving, site_at
from tests.drivers.modbus.other import mbpoll


class Map:
    """What mbpoll reads and writes on the virtual line, in a thread of its own."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def read(self, unit: int, kind: str, first: int, count: int = 1) -> list[int]:
        return await self._ask(unit, kind, first, count)

    async def write(self, unit: int, kind: str, first: int, *values: int) -> None:
        await self._ask(unit, kind, first, write=values)

    async def refuses(self, unit: int, kind: str, first: int, *values: int) -> None:
        with pytest.raises(AssertionError, match="Illegal data"):
            await self.write(unit, kind, first, *values)

    async def _ask(self, unit: int, *asked: Any, **more: Any) -> list[int]:
        return await asyncio.to_thread(partial(mbpoll, self._port, unit, *asked, **more))


COIL, DISCRETE, INPUT, HOLDING = "0", "1", "3", "4"


async def test_the_timed_door() -> None:
    async with serving(site_at()) as (line, port):
        m = Map(port)
        await m.write(3, HOLDING, 100, 30)
        await m.write(3, HOLDING, 16, 0, 7, 0, 41, 60)  # door 2: epoch 7, sequence 41, 60 seconds
        assert await m.read(3, DISCRETE, 8, 4) == [1, 0, 0, 0]
        assert await m.read(3, INPUT, 16, 4) == [0, 7, 0, 41]
        assert 20 <= (await m.read(3, HOLDING, 100))[0] <= 30
        line.set(BACK, "contact", "open")
        line.set(BACK, "tamper", True)
        assert await m.read(3, DISCRETE, 8, 4) == [1, 1, 0, 1]
        for older in ((0, 7, 0, 41, 0), (0, 7, 0, 40, 0), (0, 6, 0, 99, 0)):
            await m.write(3, HOLDING, 16, *older)
            assert line.state(BACK, "lock") == "unlocked"
        await m.write(3, HOLDING, 16, 0, 7, 0, 42, 0)
        assert line.state(BACK, "lock") == "locked"
        await m.refuses(3, HOLDING, 17, 1, 2)
        await m.refuses(3, HOLDING, 16, 0, 8, 0, 1)


async def test_without_its_watchdog_a_timed_door_opens_for_nobody() -> None:
    async with serving(site_at()) as (line, port):
        m = Map(port)
        await m.write(3, HOLDING, 16, 0, 7, 0, 41, 60)
        assert line.state(BACK, "lock") == "locked"
        await m.write(3, HOLDING, 100, 1)
        await m.write(3, HOLDING, 16, 0, 7, 0, 42, 60)
        async with asyncio.timeout(10):
            while (await m.read(3, DISCRETE, 8)) != [0]:
                pass
        assert line.state(BACK, "lock") == "locked"
        assert line.state(FRONT, "lock") == "locked"


async def test_the_relay_board() -> None:
    async with serving(site_at()) as (line, port):
        m = Map(port)
        await m.write(9, COIL, 2, 1)
        assert await m.read(9, COIL, 0, 8) == [0, 0, 1, 0, 0, 0, 0, 0]
        assert line.state(STORE, "lock") == "unlocked"
        assert (await m.read(9, DISCRETE, 0, 8))[2] == 1  # a closed leaf closes the circuit
        line.set(STORE, "contact", "open")
        assert (await m.read(9, DISCRETE, 0, 8))[2] == 0


async def test_the_other_makes() -> None:
    async with serving(makes_at()) as (line, port):
        m = Map(port)
        await _strike(line, m)
        await _panic(line, m)
        await _masking(line, m)
        await _dock(line, m)
        line.set(SENSOR, "present", True)
        assert await m.read(9, DISCRETE, 5) == [1]


async def _strike(line: VirtualModbusLine, m: Map) -> None:
    await m.write(14, COIL, 1, 1)
    line.set(STRIKE, "contact", "open")
    assert await m.read(14, INPUT, 1) in ([0b11], [0b10])  # the pulse of a second may be over
    line.set(STRIKE, "tamper", True)
    async with asyncio.timeout(10):
        while (await m.read(14, INPUT, 1)) != [0b1010]:
            pass
    assert line.state(STRIKE, "lock") == "locked"


async def _panic(line: VirtualModbusLine, m: Map) -> None:
    host = line.hosts[BUTTON]
    presses = [host.press(), host.press()]
    assert line.models[BUTTON].unanswered == tuple(presses)  # type: ignore[attr-defined]
    series = await m.read(20, INPUT, 14, 2)
    assert series != [0, 0]
    assert await m.read(20, INPUT, 14, 4) == [*series, 2, 0]
    await m.write(20, HOLDING, 11, 1)
    assert await m.read(20, INPUT, 14, 4) == [*series, 2, 1]
    assert line.models[BUTTON].unanswered == tuple(presses[1:])  # type: ignore[attr-defined]
    line.set(BUTTON, "tamper", True)
    assert await m.read(20, DISCRETE, 1) == [1]
    with pytest.raises(IllegalInput):
        line.hosts[MASKING].press()


async def _masking(line: VirtualModbusLine, m: Map) -> None:
    await m.write(7, HOLDING, 0, 17)
    assert await m.read(7, HOLDING, 0) == [17]
    await m.write(7, HOLDING, 140, 425)
    assert await m.read(7, HOLDING, 140) == [425]
    assert await m.read(7, INPUT, 141) == [425]
    await m.refuses(7, HOLDING, 140, 299, 1)
    assert await m.read(7, HOLDING, 140) == [425]
    await m.write(7, COIL, 12, 1)
    assert await m.read(7, INPUT, 143) == [3]
    line.set(MASKING, "ambient", 36.1)
    assert await m.read(7, INPUT, 145) == [361]
    before = (await m.read(7, INPUT, 3, 2))[1]
    async with asyncio.timeout(10):
        while (await m.read(7, INPUT, 3, 2)) in ([0, before], [0, before + 1]):
            pass
    assert line.state(MASKING, "level") == 42.5


async def _dock(line: VirtualModbusLine, m: Map) -> None:
    values: tuple[Value, ...] = ("T-17", None)
    for terminal, registers in zip(values, ([21549, 12599], [0, 0]), strict=True):
        line.set(BAY, "terminal", terminal)
        assert await m.read(12, INPUT, 30, 8) == [*registers, 0, 0, 0, 0, 0, 0]
    line.set(BAY, "tamper", True)
    assert await m.read(12, INPUT, 38) == [0b100]
    await m.write(12, COIL, 2, 1)
    assert line.state(BAY, "release") is True
