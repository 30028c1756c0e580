"""From an advertisement in the air to what the controller is told: through a real D-Bus and bleak's own BlueZ backend."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.ble.bthome import UUID
from drivers.ble.teller import Teller
from drivers.virtual.air import Advert
from drivers.virtual.ble_twins import FAR_DBM, NEAR_DBM, REPEATS, bthome_message
from edge.clock import SystemClock
from edge.errors import IllegalCommand
from edge.problems import OWN_FAULT
from tests.broker import until_async
from tests.drivers.ble.air import (
    DOCK_1,
    DOCK_2,
    FOB,
    KEY,
    OTHER_KEY,
    SEALED,
    SENSOR,
    Bench,
    Heard,
    air,
    secret,
    site_with,
    with_patience,
)

PLAYED_BACK = "a message with an old counter, as when somebody plays back a recording"
AT_SENSOR, AT_FOB = "A4:C1:38:56:53:84", "54:48:E6:8F:80:A5"


def say(bench: Bench, device: str, octets: bytes) -> None:
    bench.radio.bluez.advertise(bench.host(device).peripheral, Advert({UUID: octets}))


async def through(bench: Bench) -> None:
    """Whatever was on the air before has been looked at: it comes in order."""
    sensor = bench.host(SENSOR)
    wanted = not sensor.state("tamper")
    sensor.set("tamper", wanted)
    await bench.hears(SENSOR, "tamper", wanted)


async def test_what_sensors_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(SENSOR, SEALED), tmp_path, monkeypatch) as bench:
        await bench.hears(SENSOR, "present", False)
        bench.host(SENSOR).set("present", True)
        bench.host(SENSOR).set("count", 3)
        bench.host(SEALED).set("active", True)
        await bench.hears(SENSOR, "present", True)
        await bench.hears(SENSOR, "count", 3)
        await bench.hears(SENSOR, "battery", 100.0)
        await bench.hears(SEALED, "active", True)
        assert bench.heard.values(SENSOR, "link") == [True]
        assert bench.heard.values(SEALED, "active") == [False, True], "what is the same is not said again"
        assert bench.heard.garbage(SENSOR) == bench.heard.garbage(SEALED) == []
        with pytest.raises(IllegalCommand):
            bench.send(SENSOR, True, point="present")


@pytest.mark.parametrize(("heartbeat_s", "told_at"), [(None, [0, 1, 2, 3]), (2, [0, 0.25, 0.5, 0.75, 1, 2, 3]), (120, [0])])
def test_silence_counts_from_nearly_the_last_word(heartbeat_s: float | None, told_at: list[float]) -> None:
    site = site_with(FOB)
    heartbeat = None if heartbeat_s is None else timedelta(seconds=heartbeat_s)
    fob = site.devices[FOB].model_copy(update={"heartbeat": heartbeat})
    heard = Heard()
    teller = Teller("near", site.model_copy(update={"devices": {FOB: fob}}), heard, SystemClock())
    told: list[float] = []
    for now in (0, 0.25, 0.5, 0.75, 1, 2, 3):
        before = len(heard.told(FOB, "link"))
        teller.heard(FOB, now)
        told += [now] * (len(heard.told(FOB, "link")) - before)
    heard.end()
    assert told == told_at


async def test_a_sensor_that_reports_a_problem_has_no_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(SENSOR), tmp_path, monkeypatch, beat_s=100) as bench:
        await bench.hears(SENSOR, "present", False)
        say(bench, SENSOR, bthome_message({"occupancy": True, "problem": True, "battery": 5}, AT_SENSOR))
        await bench.hears(SENSOR, "battery", 5.0)
        last = bench.heard.told(SENSOR, "present")[-1]
        assert (last.value, last.bad) == (None, OWN_FAULT)
        say(bench, SENSOR, bthome_message({"occupancy": True, "problem": False}, AT_SENSOR))
        await bench.hears(SENSOR, "present", True)


async def test_presses_that_nobody_vouches_for_are_reported_and_raise_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with air(site_with(FOB, SENSOR), tmp_path, monkeypatch, beat_s=100) as bench:
        fob = bench.fob()
        await bench.hears(FOB, "link", True)
        first = fob.press()
        await until_async(lambda: bench.heard.presses == [first])
        assert bench.heard.urgent == bench.heard.told(FOB, "pressed")
        recorded = fob.last_said
        second = fob.press()
        await until_async(lambda: bench.heard.presses == [first, second])

        newer = fob.counter + 10
        say(bench, FOB, bthome_message({"button": 1}, AT_FOB))
        say(bench, FOB, bthome_message({"button": 1}, AT_FOB, bytes.fromhex(OTHER_KEY), newer))
        say(bench, FOB, bthome_message({"button": 1}, AT_FOB, bytes.fromhex(KEY), 3))
        bench.radio.bluez.advertise(fob.peripheral, recorded)
        await through(bench)
        assert bench.heard.presses == [first, second]
        assert bench.heard.garbage(FOB) == ["a message that is not encrypted"], "once a minute"
        assert bench.heard.values(FOB, "link") == [True]


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (bthome_message({"button": 1}, AT_FOB), "a message that is not encrypted"),
        (bthome_message({"button": 1}, AT_FOB, bytes.fromhex(OTHER_KEY), 2**31), "a message that was not encrypted with its key"),
        (bthome_message({"button": 1}, AT_FOB, bytes.fromhex(KEY), 3), PLAYED_BACK),
        (b"\x41\x00", "a message that breaks off"),
    ],
)
async def test_each_false_press_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, octets: bytes, problem: str) -> None:
    async with air(site_with(FOB, SENSOR), tmp_path, monkeypatch, beat_s=100) as bench:
        await bench.hears(FOB, "link", True)
        say(bench, FOB, octets)
        await until_async(lambda: bench.heard.garbage(FOB) == [problem])
        assert bench.heard.presses == []


async def test_a_press_counts_once_however_often_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(FOB, SENSOR), tmp_path, monkeypatch, beat_s=100) as bench:
        await bench.hears(FOB, "link", True)
        press = bench.fob().press()
        await until_async(lambda: bench.heard.presses == [press])
        for _ in range(3 * REPEATS):
            bench.radio.bluez.advertise(bench.fob().peripheral, bench.fob().last_said)
        await through(bench)
        assert bench.heard.presses == [press]
        assert bench.heard.garbage(FOB) == []


async def test_a_counter_outlasts_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with air(site_with(FOB, SENSOR), tmp_path, monkeypatch, beat_s=100) as bench:
        await bench.hears(FOB, "link", True)
        press = bench.fob().press()
        await until_async(lambda: bench.heard.presses == [press])
        recorded = bench.fob().last_said
        bench.heard.commit()
        await bench.stop()
        bench.start()
        await until_async(lambda: len([up for up, _ in bench.heard.lines() if up]) == 1)
        await through(bench)
        bench.radio.bluez.advertise(bench.fob().peripheral, recorded)
        await until_async(lambda: bench.heard.garbage(FOB) == [PLAYED_BACK])
        assert bench.heard.presses == [press]
        again = bench.fob().press()
        await until_async(lambda: bench.heard.presses == [press, again])


async def test_a_press_lost_on_its_way_to_the_disk_counts_when_it_is_said_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with air(site_with(FOB, SENSOR), tmp_path, monkeypatch, beat_s=100) as bench:
        await bench.hears(FOB, "link", True)
        press = bench.fob().press()
        await until_async(lambda: bench.heard.presses == [press])
        await bench.stop()  # nobody has committed it
        bench.start()
        await until_async(lambda: bench.drivers["near"]._teller.up)
        bench.radio.bluez.advertise(bench.fob().peripheral, bench.fob().last_said)
        await until_async(lambda: bench.heard.presses == [press, press])


async def test_a_lost_counter_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ble-near.json").write_text("{")
    async with air(site_with(FOB), tmp_path, monkeypatch) as bench:
        await until_async(lambda: any("counter was lost" in problem for problem in bench.heard.garbage(FOB)))


async def test_what_bluez_remembers_is_not_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hands out the last words of a sensor again whenever anything of the sensor changes, and the sensor says nothing."""
    from dbus_fast import Variant

    async with air(site_with(SENSOR, SEALED), tmp_path, monkeypatch) as bench:
        await bench.hears(SENSOR, "present", False)
        bluez = bench.radio.bluez
        bench.host(SENSOR).unplug()
        bench.host(SEALED).set("active", True)
        await bench.hears(SEALED, "active", True)  # and whatever was on the air before

        adapter, said = bluez.adapters["hci0"], len(bench.heard.told(SENSOR, "present"))
        path = next(path for path, (peripheral, _) in adapter.seen.items() if peripheral.address == AT_SENSOR)
        bench.drivers["near"]._teller._presences[SENSOR].said.clear()  # else what is the same would not be told anyway
        for connected in (True, False, True, False):
            bluez._change(adapter, path, Connected=Variant("b", connected))
        adapter.seen[path][1].pop("RSSI")
        bluez._changed(path, "org.bluez.Device1", {}, ["RSSI"])
        bench.host(SEALED).set("active", False)
        await bench.hears(SEALED, "active", False)
        assert len(bench.heard.told(SENSOR, "present")) == said
        bench.host(SENSOR).plug()
        await until_async(lambda: len(bench.heard.told(SENSOR, "present")) == said + 1)


async def test_terminals_are_where_they_are_loudest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_patience(monkeypatch, 1.0)
    async with air(site_with(DOCK_1, DOCK_2), tmp_path, monkeypatch, beat_s=0.05) as bench:
        first, second = bench.dock(DOCK_1), bench.dock(DOCK_2)
        four, five = first.state("terminal"), second.state("terminal")
        await bench.hears(DOCK_1, "terminal", four)
        await bench.hears(DOCK_2, "terminal", five)
        second.unplug()
        first.peripheral.rssi.update(hci0=FAR_DBM, hci1=NEAR_DBM)  # somebody carries it over
        await bench.hears(DOCK_2, "terminal", four)
        await bench.hears(DOCK_1, "terminal", None)
        assert bench.heard.values(DOCK_1, "terminal") == [four, None]


async def test_an_empty_dock_says_so_only_after_it_has_listened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_patience(monkeypatch, 1.0)
    async with air(site_with(DOCK_1), tmp_path, monkeypatch, start=False) as bench:
        bench.dock(DOCK_1).set("terminal", None)
        began = asyncio.get_running_loop().time()
        bench.start()
        await bench.hears(DOCK_1, "link", True)
        await until_async(lambda: bench.heard.values(DOCK_1, "terminal") == [None])
        assert asyncio.get_running_loop().time() - began >= 1


def test_a_key_is_asked_for_at_once(tmp_path: Path) -> None:
    from drivers.ble.link import BleDriver
    from edge.clock import SystemClock
    from edge.errors import StartRefused
    from tests.drivers.ble.air import Heard

    with pytest.raises(StartRefused, match="32 hexadecimal digits"):
        BleDriver("near", site_with(FOB), Heard(commits=False), SystemClock(), lambda _: "short", tmp_path)
    BleDriver("near", site_with(FOB), Heard(commits=False), SystemClock(), secret, tmp_path)
