"""Bluetooth devices in a virtual radio, the driver on the other side of a real D-Bus and of bleak, and an inbox that remembers."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from drivers.ble.link import BleDriver
from drivers.virtual.ble import VirtualRadio
from drivers.virtual.ble_twins import BeaconTwin, BleTwin, BthomeTwin, GattTwin
from edge.clock import SystemClock
from edge.commands import Command
from edge.events import ConnectionChanged, GarbageReceived, Observed
from edge.points import PointId, Value
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import Beacon, BleMapping
from edge.site import Site
from edge.text import say
from tests.broker import Controller, until_async

KEY = "231d39c1d7cc1ab1aee224cd096db932"
OTHER_KEY = "00112233445566778899aabbccddeeff"
FOB, SENSOR, SEALED, DOCK_1, DOCK_2, LOCK, FAN = "fob", "sensor", "sealed", "dock-1", "dock-2", "lock", "fan"
TERMINALS = "f7826da6-4fa2-4e98-8024-bc5b71e0893e/17"
ON = "00002a56-0000-1000-8000-00805f9b34fb"

DEVICES: Mapping[str, Mapping[str, Any]] = {
    FOB: {"type": "panic-button", "profile": "ble.panic_fob", "at": "54:48:E6:8F:80:A5", "key": "env:FOB", "space": "lobby"},
    SENSOR: {"type": "occupancy-sensor", "profile": "ble.bthome", "at": "A4:C1:38:56:53:84", "space": "room"},
    SEALED: {"type": "alarm-input", "profile": "ble.bthome", "at": "A4:C1:38:56:53:85", "key": "env:FOB", "alarm": "water"},
    DOCK_1: {"type": "terminal-dock", "profile": "ble.ibeacon_dock", "at": TERMINALS, "space": "lobby"},
    DOCK_2: {"type": "terminal-dock", "profile": "ble.ibeacon_dock", "at": TERMINALS, "space": "room", "connection": "far"},
    LOCK: {"type": "door-controller", "profile": "ble.lock", "at": "C0:98:E5:49:00:01", "door": "front"},
    FAN: {
        "type": "relay",
        "profile": "ble.gatt",
        "at": "C0:98:E5:49:00:02",
        "points": {"on": {"characteristic": "2A56", "values": {"0x4f4e": True, "0x4f4646": False}}},
    },
}


def site_with(*devices: str, slots: int = 3, **more: Mapping[str, Any]) -> Site:
    """Some of the devices above, on the radio `near` (hci0); the second dock is on `far` (hci1). more: further devices."""
    wanted = {**{name: DEVICES[name] for name in devices}, **more}
    return Site.model_validate(
        {
            "site": {"id": "air", "name": "Air"},
            "spaces": {"lobby": {"zone": "public"}, "room": {"zone": "internal"}},
            "doors": {f"front{n}": {"from": "lobby", "to": "room"} for n in ("", *range(2, 6))},
            "connections": {
                "near": {"protocol": "ble", "slots": slots},
                **({"far": {"protocol": "ble", "adapter": "hci1"}} if any("connection" in d for d in wanted.values()) else {}),
            },
            "devices": {name: {"connection": "near", **device} for name, device in wanted.items()},
        }
    )


class Heard(Controller):
    """What the drivers told, by device and point."""

    def told(self, device: str, point: str) -> list[Observed]:
        said = [*self.of(Observed), *self.telemetry_seen]
        return sorted((e for e in said if (e.device, e.point) == (device, point)), key=lambda e: e.at)

    def values(self, device: str, point: str) -> list[Value]:
        return [e.value for e in self.told(device, point) if not e.bad]

    def last(self, device: str, point: str) -> Value:
        return (self.values(device, point) or [None])[-1]

    def garbage(self, device: str) -> list[str]:
        return [e.problem for e in self.of(GarbageReceived) if e.device == device]

    def lines(self) -> list[tuple[bool, str]]:
        return [(e.up, e.problem) for e in self.of(ConnectionChanged)]


def secret(_: str) -> str:
    return KEY


class Bench:
    """The radio, what was heard, and the drivers of a site, which can be stopped and begun anew."""

    def __init__(self, site: Site, radio: VirtualRadio, heard: Heard, folder: Path) -> None:
        self.site, self.radio, self.heard, self.folder = site, radio, heard, folder
        self.drivers: dict[str, BleDriver] = {}
        self._seq = count(1)

    def start(self) -> None:
        for connection in self.site.connections:
            self.drivers[connection] = BleDriver(connection, self.site, self.heard, SystemClock(), secret, self.folder)
            self.drivers[connection].start()

    async def stop(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(driver.stop) for driver in self.drivers.values()))

    async def until_up(self) -> None:
        await until_async(lambda: sum(up for up, _ in self.heard.lines()) >= len(self.drivers))

    def fob(self, device: str = FOB) -> BthomeTwin:
        twin = self.radio.hosts[device]
        assert isinstance(twin, BthomeTwin)
        return twin

    def dock(self, device: str) -> BeaconTwin:
        twin = self.radio.hosts[device]
        assert isinstance(twin, BeaconTwin)
        return twin

    def gatt(self, device: str = LOCK) -> GattTwin:
        twin = self.radio.hosts[device]
        assert isinstance(twin, GattTwin)
        return twin

    def host(self, device: str) -> BleTwin:
        return self.radio.hosts[device]

    def send(self, device: str, value: Value, for_s: float | None = None, point: str = "lock", epoch: int = 7) -> Command:
        at = now()
        command = Command(PointId(device, point), value, epoch, next(self._seq), at, for_s, "test", say("A test"))
        self.drivers["near"].send(command)
        return command

    async def hears(self, device: str, point: str, value: Value) -> None:
        await until_async(lambda: self.heard.last(device, point) == value)


def with_patience(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Docks that wait for less long, and believe sooner."""
    monkeypatch.setattr("drivers.ble.nearest._SETTLED_S", seconds / 5)
    for name, profile in list(PROFILES.items()):
        if isinstance(profile.mapping, BleMapping) and isinstance(profile.mapping.table, Beacon):
            quick = replace(profile, mapping=BleMapping(replace(profile.mapping.table, patience_s=seconds)))
            monkeypatch.setitem(PROFILES, name, quick)  # type: ignore[arg-type]


def now() -> datetime:
    return SystemClock().now()


@asynccontextmanager
async def air(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch, *, beat_s: float = 0.1, start: bool = True
) -> AsyncIterator[Bench]:
    """Everything on the air, and drivers that listen and are quick to try again."""
    monkeypatch.setattr("drivers.ble.radio.TICK_S", 0.05)
    monkeypatch.setattr("drivers.ble.radio._FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr("drivers.ble.session._FIRST_PAUSE_S", 0.05)
    radio = VirtualRadio(site, secret=secret, beat_s=beat_s)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", radio.address)
    heard = Heard(commits=False)
    bench = Bench(site, radio, heard, folder)
    await radio.start()
    try:
        if start:
            bench.start()
            await bench.until_up()
        yield bench
    finally:
        await bench.stop()
        await radio.stop()
