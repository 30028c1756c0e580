"""A whole daemon with a building on Modbus: a booking unlocks, and without the daemon the door is locked again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from drivers.modbus.link import ModbusDriver
from edge.clock import Clock, FastClock, SystemClock
from edge.daemon import Daemon
from edge.facts import READING
from edge.site import Site
from rooms.desk import book
from tests.broker import until_async
from tests.builders import HOUR, MINUTE, site_of
from tests.drivers.modbus.line import DC4, serving

SPEED = 20
LEASE = MINUTE
"""Three real seconds, of which the unit is told two whole ones."""
LOCK = "lock-front"


def site_at(port: int) -> Site:
    site = site_of(
        {"lobby": "public", "room": "semi-public"},
        {"entrance": {"from": "outside", "to": "lobby"}, "front": {"from": "lobby", "to": "room", "unlock": "booking"}},
        connections={"line": {"protocol": "modbus-tcp", "host": "127.0.0.1", "port": port}},
        calendars={"walk-ins": {"local": "room"}},
    )
    on_the_line = {"profile": DC4, "unit": 3}
    devices = {
        name: device.model_copy(update={**on_the_line, "channel": n + 1}) for n, (name, device) in enumerate(site.devices.items())
    }
    return site.model_copy(update={"devices": devices})


@asynccontextmanager
async def running(site: Site, data: Path, clock: Clock) -> AsyncIterator[tuple[Daemon, "asyncio.Task[None]"]]:
    daemon = Daemon(site, data, lambda name, inbox: ModbusDriver(name, site, inbox, clock), clock=clock)
    await daemon.start()
    turning = asyncio.create_task(daemon.run())
    try:
        yield daemon, turning
    finally:
        await daemon.stop()
        await asyncio.gather(turning, return_exceptions=True)


def says(daemon: Daemon, value: str) -> bool:
    reading = daemon.facts(READING(LOCK, "lock"))
    return reading is not None and reading.good and reading.value == value


async def test_a_booking_unlocks_and_the_end_of_the_daemon_locks(tmp_path: Path) -> None:
    clock = FastClock(SPEED, SystemClock().now())
    async with serving(site_at(1)) as (line, port):
        site = site_at(port)
        async with running(site, tmp_path, clock) as (daemon, turning):
            await until_async(lambda: says(daemon, "locked"))
            start = clock.now()
            await daemon.act(lambda facts, at: book(facts, site, at, "room", "host-1", start=start, end=start + HOUR))
            await until_async(lambda: says(daemon, "unlocked"))
            opened = clock.now()
            await until_async(lambda: clock.now() > opened + LEASE * 0.9)  # it was renewed
            assert line.state(LOCK, "lock") == "unlocked"
            turning.cancel()  # killed: nothing is said to anybody any more
            await asyncio.gather(turning, return_exceptions=True)
            for driver in daemon._drivers.values():
                await asyncio.to_thread(driver.stop)
            killed = clock.now()
            await until_async(lambda: line.state(LOCK, "lock") == "locked")
            assert clock.now() - killed < LEASE * 2
