"""A whole daemon with a fob: a press is an alarm, a recording of it is none, also after a restart that lost the counters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.ble.link import BleDriver
from drivers.virtual.ble import VirtualRadio
from drivers.virtual.ble_twins import BthomeTwin
from edge.clock import SystemClock
from edge.conditions import DEVICE_GARBAGE, PANIC
from edge.daemon import Daemon
from edge.facts import ACTIVE, ONLINE
from edge.site import Site
from security.alarms import ALARM
from tests.broker import until_async
from tests.drivers.ble.air import FOB, secret, site_with


@asynccontextmanager
async def running(site: Site, data: Path) -> AsyncIterator[Daemon]:
    clock = SystemClock()
    daemon = Daemon(site, data, lambda name, inbox: BleDriver(name, site, inbox, clock, secret, data), clock=clock)
    await daemon.start()
    turning = asyncio.create_task(daemon.run())
    try:
        yield daemon
    finally:
        for driver in daemon._drivers.values():
            await asyncio.to_thread(driver.stop)  # the radio is in this loop, and has to answer meanwhile
        await daemon.stop()
        await turning


def panics(daemon: Daemon) -> list[str | None]:
    return [alarm.press for _, alarm in daemon.facts.of(ALARM) if alarm.type == PANIC]


async def test_a_press_a_recording_and_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = site_with(FOB)
    radio = VirtualRadio(site, secret=secret, beat_s=100)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", radio.address)
    await radio.start()
    fob = radio.hosts[FOB]
    assert isinstance(fob, BthomeTwin)
    data = tmp_path / "data"
    async with running(site, data) as daemon:
        await until_async(lambda: radio.bluez.adapters["hci0"].hears)
        press = fob.press()
        recorded = fob.last_said
        await until_async(lambda: panics(daemon) == [press])
        assert daemon.facts(ONLINE(FOB))
        driver = daemon._drivers["near"]
        assert isinstance(driver, BleDriver)
        await until_async(lambda: not any(driver._counters._under_way.values()))
    assert (data / "ble-near.json").exists()

    async with running(site, data) as daemon:
        await until_async(lambda: radio.bluez.adapters["hci0"].hears)
        radio.bluez.advertise(fob.peripheral, recorded)
        await until_async(lambda: daemon.facts(ACTIVE(DEVICE_GARBAGE, FOB)) is not None)
        assert panics(daemon) == [press]

    (data / "ble-near.json").unlink()
    async with running(site, data) as daemon:
        await until_async(lambda: radio.bluez.adapters["hci0"].hears)
        radio.bluez.advertise(fob.peripheral, recorded)
        again = fob.press()
        await until_async(lambda: panics(daemon) == [press, again])
    await radio.stop()
