"""A radio that goes deaf, a D-Bus that ends, a computer without any: the driver says so in one sentence and goes on."""

import asyncio
from pathlib import Path

import pytest

from drivers.ble import session
from drivers.virtual.air import Advert, Peripheral
from drivers.virtual.bluez import Bluez
from drivers.virtual.private_bus import PrivateBus
from edge.errors import Unreachable
from edge.problems import RECEIVER_SILENT
from tests.broker import until_async
from tests.drivers.ble.air import DOCK_1, FOB, LOCK, SENSOR, Bench, Heard, air, site_with, with_patience

NO_SERVICE = "no Bluetooth service runs on this computer: install and start bluez"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Watchdogs and docks that wait for less long."""
    monkeypatch.setattr("drivers.ble.watchdog._MISSED", 0)
    monkeypatch.setattr("drivers.ble.watchdog._LEAST_S", 0.5)
    monkeypatch.setattr("drivers.ble.watchdog._FIRST_AGAIN_S", 0.8)
    with_patience(monkeypatch, 0.5)
    return monkeypatch


async def test_a_deaf_adapter_is_switched_off_and_on(tmp_path: Path, quick: pytest.MonkeyPatch) -> None:
    async with air(site_with(SENSOR, LOCK), tmp_path, quick) as bench:
        await bench.hears(SENSOR, "present", False)
        await bench.hears(LOCK, "lock", "locked")
        adapter = bench.radio.bluez.adapters["hci0"]
        adapter.deaf = True
        await until_async(lambda: adapter.restarts == 1)
        bench.host(SENSOR).set("present", True)
        await bench.hears(SENSOR, "present", True)
        await until_async(lambda: bench.gatt().peripheral.connected_to is not None)
        assert [up for up, _ in bench.heard.lines()] == [True], "it helped, so nobody is told"


async def test_an_adapter_that_stays_deaf_is_an_alarm_until_it_hears(tmp_path: Path, quick: pytest.MonkeyPatch) -> None:
    async with air(site_with(SENSOR, DOCK_1), tmp_path, quick) as bench:
        await bench.hears(SENSOR, "present", False)
        await until_async(lambda: bench.heard.last(DOCK_1, "terminal") is not None)
        adapter = bench.radio.bluez.adapters["hci0"]
        adapter.dead = True
        told = "nothing is heard on hci0 any more, also after it was switched off and on"
        await until_async(lambda: bench.heard.lines()[-1] == (False, told))
        assert adapter.restarts == 1
        assert bench.heard.told(DOCK_1, "terminal")[-1].bad == RECEIVER_SILENT
        await until_async(lambda: adapter.restarts >= 2)  # it goes on trying
        assert bench.heard.lines()[-1] == (False, told)
        adapter.dead = False
        await until_async(lambda: bench.heard.lines()[-1] == (True, ""))
        await until_async(lambda: not bench.heard.told(DOCK_1, "terminal")[-1].bad)


async def test_an_adapter_that_hears_strangers_is_left_alone(tmp_path: Path, quick: pytest.MonkeyPatch) -> None:
    async with air(site_with(SENSOR, LOCK), tmp_path, quick) as bench:
        await bench.hears(SENSOR, "present", False)
        bench.host(SENSOR).unplug()
        bench.host(LOCK).unplug()
        stranger = bench.radio.bluez.add(Peripheral("C2:FF:00:00:00:01", {"hci0": -90}))
        for n in range(15):
            bench.radio.bluez.advertise(stranger, Advert(manufacturer_data={0xFFFF: bytes([n])}))
            await asyncio.sleep(0.1)
        assert bench.radio.bluez.adapters["hci0"].restarts == 0


async def test_an_adapter_that_somebody_switched_off_is_switched_on_again(tmp_path: Path, quick: pytest.MonkeyPatch) -> None:
    async with air(site_with(SENSOR, LOCK), tmp_path, quick) as bench:
        await bench.hears(LOCK, "lock", "locked")
        adapter = bench.radio.bluez.adapters["hci0"]
        bench.radio.bluez._power(adapter, False)
        await until_async(lambda: adapter.powered)
        await until_async(lambda: bench.heard.lines()[-1] == (True, ""))
        bench.host(SENSOR).set("present", True)
        await bench.hears(SENSOR, "present", True)


async def test_an_adapter_that_is_pulled_out_and_put_in_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(SENSOR, LOCK), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        adapter = bench.radio.bluez.pull("hci0")
        await until_async(lambda: bench.heard.lines()[-1] == (False, "this computer has no Bluetooth adapter hci0"))
        bench.radio.bluez.push(adapter)
        await until_async(lambda: bench.heard.lines()[-1] == (True, ""))
        bench.host(SENSOR).set("present", True)
        await bench.hears(SENSOR, "present", True)
        await until_async(lambda: bench.gatt().peripheral.connected_to is not None)


async def test_a_d_bus_that_was_killed_and_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LOST_AFTER_S", 0.5)
    async with air(site_with(SENSOR, LOCK, FOB), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        await bench.radio.kill()
        await until_async(lambda: not bench.heard.lines()[-1][0])
        await bench.hears(LOCK, "link", False)
        with pytest.raises(Unreachable):
            bench.send(LOCK, "unlocked", 60)
        await until_async(lambda: bench.heard.lines()[-1][1].startswith("there is no D-Bus on this computer"))
        await bench.radio.revive()
        await until_async(lambda: bench.heard.lines()[-1] == (True, ""))
        await bench.hears(LOCK, "link", True)
        bench.send(LOCK, "unlocked", 60)
        await bench.hears(LOCK, "lock", "unlocked")
        press = bench.fob().press()
        await until_async(lambda: bench.heard.presses == [press])


async def test_a_bluetooth_service_that_ends_and_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(SENSOR, LOCK), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        await bench.radio.bluez.stop()
        await until_async(lambda: bench.heard.lines()[-1] == (False, NO_SERVICE))
        await bench.radio.bluez.start(bench.radio.address)
        await until_async(lambda: bench.heard.lines()[-1] == (True, ""))
        bench.host(SENSOR).set("present", True)
        await bench.hears(SENSOR, "present", True)
        await until_async(lambda: bench.gatt().peripheral.connected_to is not None)


async def without_a_radio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> tuple[bool, str]:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    site, heard = site_with(SENSOR, FOB, LOCK), Heard(commits=False)
    bench = Bench(site, None, heard, tmp_path)  # type: ignore[arg-type]
    began = asyncio.get_running_loop().time()
    bench.start()
    assert asyncio.get_running_loop().time() - began < 0.5, "it returns at once"
    await until_async(heard.lines)
    await bench.stop()
    assert len(heard.lines()) == 1, "said once"
    return heard.lines()[0]


async def test_a_computer_without_d_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    told = await without_a_radio(tmp_path, monkeypatch, f"unix:path={tmp_path}/nothing")
    assert told == (False, "there is no D-Bus on this computer that answers, and Bluetooth needs it: install and start bluez")
    assert "Traceback" not in caplog.text


async def test_a_computer_without_bluez_or_without_the_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bus, bluez = PrivateBus(tmp_path), Bluez(["hci7"])
    await bus.start()
    try:
        assert await without_a_radio(tmp_path, monkeypatch, bus.address) == (False, NO_SERVICE)
        await bluez.start(bus.address)
        told = await without_a_radio(tmp_path, monkeypatch, bus.address)
        assert told == (False, "this computer has no Bluetooth adapter hci0")
    finally:
        await bluez.stop()
        await bus.stop()
