"""The registers of docs/modbus.md as any Modbus client sees them, number by number."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymodbus.client import AsyncModbusTcpClient

from drivers.virtual.modbus import VirtualModbusLine
from tests.drivers.modbus.line import BACK, STORE, serving, site_at


@asynccontextmanager
async def client() -> AsyncIterator[tuple[VirtualModbusLine, AsyncModbusTcpClient]]:
    async with serving(site_at()) as (line, port):
        found = AsyncModbusTcpClient("127.0.0.1", port=port)
        await found.connect()
        try:
            yield line, found
        finally:
            found.close()


async def test_the_timed_door() -> None:
    async with client() as (line, c):
        await c.write_registers(100, [30], device_id=3)
        await c.write_registers(16, [0, 7, 0, 41, 60], device_id=3)  # door 2: epoch 7, sequence 41, 60 seconds
        assert (await c.read_discrete_inputs(8, count=4, device_id=3)).bits[:4] == [True, False, False, False]
        assert (await c.read_input_registers(16, count=4, device_id=3)).registers == [0, 7, 0, 41]
        assert 28 <= (await c.read_holding_registers(100, count=1, device_id=3)).registers[0] <= 30
        line.set(BACK, "contact", "open")
        line.set(BACK, "tamper", True)
        assert (await c.read_discrete_inputs(8, count=4, device_id=3)).bits[:4] == [True, True, False, True]
        for older in ([0, 7, 0, 41, 0], [0, 7, 0, 40, 0], [0, 6, 0, 99, 0]):
            await c.write_registers(16, older, device_id=3)
            assert line.state(BACK, "lock") == "unlocked"
        await c.write_registers(16, [0, 7, 0, 42, 0], device_id=3)
        assert line.state(BACK, "lock") == "locked"
        assert (await c.write_registers(17, [1], device_id=3)).exception_code == 2
        assert (await c.write_registers(16, [0, 8, 0, 1], device_id=3)).exception_code == 3


async def test_without_its_watchdog_a_timed_door_opens_for_nobody() -> None:
    async with client() as (line, c):
        await c.write_registers(16, [0, 7, 0, 41, 60], device_id=3)
        assert line.state(BACK, "lock") == "locked"
        await c.write_registers(100, [1], device_id=3)
        await c.write_registers(16, [0, 7, 0, 42, 60], device_id=3)
        assert line.state(BACK, "lock") == "unlocked"
        async with asyncio.timeout(5):
            while (await c.read_discrete_inputs(8, count=1, device_id=3)).bits[0]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert line.state(BACK, "lock") == "locked"


async def test_the_relay_board() -> None:
    async with client() as (line, c):
        await c.write_coil(2, True, device_id=9)
        assert (await c.read_coils(0, count=8, device_id=9)).bits == [False, False, True, *[False] * 5]
        assert line.state(STORE, "lock") == "unlocked"
        assert (await c.read_discrete_inputs(0, count=8, device_id=9)).bits[2]  # a closed leaf closes the circuit
        line.set(STORE, "contact", "open")
        assert not (await c.read_discrete_inputs(0, count=8, device_id=9)).bits[2]
