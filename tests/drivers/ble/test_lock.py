"""A door lock and other GATT devices, connected to through a real D-Bus and bleak's own BlueZ backend."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.ble import session
from drivers.virtual.device import Behaviour
from edge.errors import IllegalCommand, Unreachable
from edge.problems import NONSENSE
from edge.profiles.ble_mapping import number_of
from tests.broker import until_async
from tests.drivers.ble.air import DEVICES, FAN, LOCK, Bench, air, site_with

STATE, ORDER = "7a1e0002-5b1c-4c0e-9d3a-6f2b8c5d4e10", "7a1e0003-5b1c-4c0e-9d3a-6f2b8c5d4e10"


async def confirmed(bench: Bench, device: str, point: str, after: int, value: object) -> None:
    """The value was told again after so many tellings."""
    await until_async(lambda: len(bench.heard.values(device, point)) > after and bench.heard.last(device, point) == value)


async def test_unlocked_confirmed_renewed_and_locked_when_the_lease_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(LOCK), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        assert bench.gatt().peripheral.paired, "it asks for a bond"
        bench.send(LOCK, "unlocked", 1.5)
        await bench.hears(LOCK, "lock", "unlocked")
        told = len(bench.heard.values(LOCK, "lock"))
        bench.send(LOCK, "unlocked", 1.5)
        await confirmed(bench, LOCK, "lock", told, "unlocked")
        began = asyncio.get_running_loop().time()
        await bench.hears(LOCK, "lock", "locked")  # by itself, and it says so
        assert asyncio.get_running_loop().time() - began < 2
        assert bench.host(LOCK).state("lock") == "locked"
        assert bench.heard.garbage(LOCK) == []


async def test_what_the_lock_tells_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(LOCK), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        for point, value in (("contact", "open"), ("exit-request", True), ("tamper", True), ("lock", "unlocked")):
            bench.host(LOCK).set(point, value)
            await until_async(lambda: value in bench.heard.values(LOCK, point))  # noqa: B023 (awaited here)
        assert bench.heard.values(LOCK, "contact") == ["closed", "open"]


async def test_an_older_order_is_void_on_both_sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(LOCK), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        bench.send(LOCK, "unlocked", 60, epoch=8)
        await bench.hears(LOCK, "lock", "unlocked")
        bench.send(LOCK, "locked", epoch=7)
        written = next(c for c in bench.gatt().peripheral.characteristics if c.uuid == ORDER).written
        assert written is not None
        written(number_of(7, 99) + b"\0\0")
        assert bench.gatt().ignored == 1
        told = len(bench.heard.values(LOCK, "lock"))
        bench.send(LOCK, "unlocked", 60, epoch=8)
        await confirmed(bench, LOCK, "lock", told, "unlocked")
        assert "locked" not in bench.heard.values(LOCK, "lock")[1:]
        assert bench.gatt().ignored == 1, "the driver itself writes no older order"


@pytest.mark.parametrize("behaviour", [Behaviour.JAMMED, Behaviour.MUTE])
async def test_a_lock_that_does_not_follow_confirms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    async with air(site_with(LOCK), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        bench.host(LOCK).behave(behaviour)
        told = len(bench.heard.values(LOCK, "lock"))
        bench.send(LOCK, "unlocked", 60)
        await confirmed(bench, LOCK, "lock", told, "locked")
        assert "unlocked" not in bench.heard.values(LOCK, "lock")


async def test_a_lock_that_shows_another_order_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(LOCK), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        bench.gatt()._obeyed = (2**32 - 1, 1)
        bench.send(LOCK, "unlocked", 60)
        await until_async(lambda: bench.heard.garbage(LOCK) == ["shows another order than the one given"])
        assert bench.heard.last(LOCK, "lock") == "locked"


async def test_a_device_of_the_site_files_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(FAN), tmp_path, monkeypatch) as bench:
        await bench.hears(FAN, "on", False)
        bench.send(FAN, True, point="on")
        await bench.hears(FAN, "on", True)
        assert bench.host(FAN).state("on") is True
        bench.send(FAN, False, point="on")
        await bench.hears(FAN, "on", False)
        bench.send(FAN, True, 0.7, point="on")  # nobody renews it, and the device would keep it
        await bench.hears(FAN, "on", True)
        await bench.hears(FAN, "on", False)
        assert bench.host(FAN).state("on") is False
        with pytest.raises(IllegalCommand):
            bench.send(FAN, "on", point="on")


async def test_octets_that_make_no_sense_are_no_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(LOCK, FAN), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        await bench.hears(FAN, "on", False)
        said = {LOCK: b"\x01", FAN: b"??"}
        for device, octets in said.items():
            twin = bench.gatt(device)
            characteristic = twin.peripheral.characteristics[0]
            characteristic.read = returning(octets)
            bench.radio.bluez.notify(twin.peripheral, characteristic)
        await until_async(lambda: bench.heard.told(LOCK, "battery")[-1].bad == NONSENSE)
        await until_async(lambda: bench.heard.told(FAN, "on")[-1].bad == NONSENSE)
        assert bench.heard.garbage(LOCK) == ["1 octets where at least 2 belong"]
        assert bench.heard.last(LOCK, "lock") == "unlocked", "what can be read is"


def returning(octets: bytes) -> Callable[[], bytes]:
    return lambda: octets


async def test_a_dropped_connection_comes_back_and_is_no_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(LOCK), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        for contact in ("open", "closed", "open"):
            bench.radio.bluez.drop(bench.gatt().peripheral)
            bench.host(LOCK).set("contact", contact)
            await bench.hears(LOCK, "contact", contact)
        told = len(bench.heard.values(LOCK, "lock"))
        bench.send(LOCK, "unlocked", 60)
        await confirmed(bench, LOCK, "lock", told, "unlocked")
        assert bench.heard.values(LOCK, "link") == [True]


async def test_a_lock_that_is_gone_is_lost_and_said_anew_when_it_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LOST_AFTER_S", 0.3)
    async with air(site_with(LOCK), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        bench.host(LOCK).unplug()
        await bench.hears(LOCK, "link", False)
        with pytest.raises(Unreachable):
            bench.send(LOCK, "unlocked", 60)
        told = len(bench.heard.values(LOCK, "lock"))
        bench.host(LOCK).plug()
        await bench.hears(LOCK, "link", True)
        await confirmed(bench, LOCK, "lock", told, "locked")


async def test_a_lock_that_does_not_let_itself_be_paired_with_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dbus_fast import DBusError

    async def refuse(_: object) -> tuple[str, list[object]]:
        raise DBusError("org.bluez.Error.AuthenticationFailed", "Authentication Failed")

    async with air(site_with(LOCK), tmp_path, monkeypatch, start=False) as bench:
        bench.radio.bluez._methods["org.bluez.Device1", "Pair"] = refuse  # type: ignore[assignment]
        bench.start()
        await until_async(lambda: bench.heard.garbage(LOCK) == ["refuses (AuthenticationFailed)"])
        assert bench.heard.values(LOCK, "link") == []


async def test_a_lock_without_its_bond_may_be_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(LOCK), tmp_path, monkeypatch) as bench:
        await bench.hears(LOCK, "lock", "locked")
        bench.gatt().peripheral.paired = False
        bench.radio.bluez.drop(bench.gatt().peripheral)
        told = "asks to be paired with anew: it has lost the bond, or is another device"
        await until_async(lambda: bench.heard.garbage(LOCK) == [told])


async def test_there_are_never_more_connections_than_places_and_commands_go_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {f"lock-{n}": {**DEVICES[LOCK], "at": f"C0:98:E5:49:00:1{n}", "door": f"front{n}"} for n in range(2, 6)}
    monkeypatch.setattr("drivers.ble.slots.REFRESH_S", 0.3)
    monkeypatch.setattr("drivers.ble.slots.STAY_S", 0.1)
    async with air(site_with(LOCK, slots=2, **more), tmp_path, monkeypatch) as bench:
        for device in (LOCK, *more):
            await bench.hears(device, "lock", "locked")
        idle = [device for device in more if bench.gatt(device).peripheral.connected_to is None]
        assert len(idle) >= 2
        for device in idle:
            began = asyncio.get_running_loop().time()
            bench.send(device, "unlocked", 60)
            await bench.hears(device, "lock", "unlocked")
            assert asyncio.get_running_loop().time() - began < 5
        assert bench.radio.bluez.adapters["hci0"].most_connected == 2
        assert {value for device in (LOCK, *more) for value in bench.heard.values(device, "link")} == {True}
