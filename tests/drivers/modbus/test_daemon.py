"""A whole daemon with a building on Modbus: a booking unlocks, without the daemon the door locks; each press is one alarm."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.modbus.link import ModbusDriver
from edge.clock import Clock, FastClock, SystemClock
from edge.daemon import Daemon
from edge.facts import READING
from edge.points import PointId
from edge.site import Site
from rooms.desk import book
from security.alarms import ALARM, PRESSES
from tests.broker import until_async
from tests.builders import HOUR, MINUTE, site_of
from tests.drivers.modbus.line import BUTTON, DC4, makes_at, serving

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
            await killed(daemon, turning)
            killed_at = clock.now()
            await until_async(lambda: line.state(LOCK, "lock") == "locked")
            assert clock.now() - killed_at < LEASE * 2


async def killed(daemon: Daemon, turning: "asyncio.Task[None]") -> None:
    """Nothing is said to anybody any more."""
    turning.cancel()
    await asyncio.gather(turning, return_exceptions=True)
    for driver in daemon._drivers.values():
        await asyncio.to_thread(driver.stop)


def presses(daemon: Daemon) -> int:
    return len(daemon.facts(PRESSES(BUTTON)) or ())


async def test_a_press_is_one_alarm_also_when_the_controller_dies_before_the_unit_hears_that_it_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SystemClock()
    async with serving(makes_at()) as (line, port):
        site, button = makes_at(port), line.units[20]._buttons[PointId(BUTTON, "pressed")]
        monkeypatch.setattr(button, "take", lambda _: None)
        async with running(site, tmp_path, clock) as (daemon, turning):
            line.hosts[BUTTON].press()
            await until_async(lambda: presses(daemon) == 1)
            await killed(daemon, turning)
        assert button.taken == 0
        line.hosts[BUTTON].press()
        monkeypatch.undo()
        async with running(site, tmp_path, clock) as (daemon, _):
            await until_async(lambda: presses(daemon) == 2)
            await until_async(lambda: button.taken == 2)
            panics = [alarm for _, alarm in daemon.facts.of(ALARM) if alarm.type == "panic"]
            assert len(panics) == len({alarm.press for alarm in panics}) == presses(daemon) == 2
