"""Doors on a real Modbus line on loopback, the driver on the other end of it, and an inbox that remembers."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from typing import Any

from drivers.modbus.link import ModbusDriver
from drivers.virtual.modbus import VirtualModbusLine
from edge.clock import SystemClock
from edge.commands import Command
from edge.events import ConnectionChanged, GarbageReceived, Observed
from edge.points import PointId, Value
from edge.problems import Reason
from edge.site import Site
from edge.text import say
from tests.broker import Controller, until_async

DC4, RB8 = "modbus.timed_door", "modbus.relay_board"
FRONT, BACK, STORE, FAN = "lock-front", "lock-back", "lock-store", "fan"


def site_at(port: int = 1, **connection: Any) -> Site:
    """Two doors of a DC-4 (unit 3), a door and a fan of an RB-8 (unit 9). connection: in place of the line over TCP."""
    line = connection or {"protocol": "modbus-tcp", "host": "127.0.0.1", "port": port}
    return Site.model_validate(
        {
            "site": {"id": "bus", "name": "Bus"},
            "spaces": {"lobby": {"zone": "public"}, "room": {"zone": "internal"}, "store": {"zone": "internal"}},
            "doors": {
                "front": {"from": "lobby", "to": "room"},
                "back": {"from": "lobby", "to": "room"},
                "store": {"from": "room", "to": "store"},
            },
            "connections": {"line": line},
            "devices": {
                FRONT: {"type": "door-controller", "connection": "line", "profile": DC4, "unit": 3, "door": "front"},
                BACK: {"type": "door-controller", "connection": "line", "profile": DC4, "unit": 3, "channel": 2, "door": "back"},
                STORE: {"type": "door-controller", "connection": "line", "profile": RB8, "unit": 9, "channel": 3, "door": "store"},
                FAN: {"type": "relay", "connection": "line", "profile": RB8, "unit": 9, "channel": 8},
            },
        }
    )


class Heard(Controller):
    """What the driver told, by device and point."""

    def values(self, device: str, point: str) -> list[Value]:
        """The usable ones."""
        return [e.value for e in self._seen(device, point) if not e.bad]

    def last(self, device: str, point: str) -> Value:
        return (self.values(device, point) or [None])[-1]

    def bad(self, device: str, point: str) -> list[Reason]:
        """Why there was no usable value, each time that was said."""
        return [e.bad for e in self._seen(device, point) if e.bad]

    def presses_of(self, device: str) -> list[str | None]:
        return [e.press for e in self._seen(device, "pressed")]

    def _seen(self, device: str, point: str) -> list[Observed]:
        seen = [*self.of(Observed), *self.telemetry_seen]
        return [e for e in seen if (e.device, e.point) == (device, point)]

    def garbage(self, device: str) -> list[str]:
        return [e.problem for e in self.of(GarbageReceived) if e.device == device]

    def lines(self) -> list[bool]:
        return [e.up for e in self.of(ConnectionChanged)]


class Bench:
    """The line, the driver and what was heard."""

    def __init__(self, line: VirtualModbusLine, driver: ModbusDriver, heard: Heard) -> None:
        self.line, self.driver, self.heard = line, driver, heard
        self._seq = count(1)

    def send(self, device: str, value: Value, for_s: float | None = None, point: str = "lock", epoch: int = 7) -> Command:
        command = self.command(device, value, for_s, point, epoch)
        self.driver.send(command)
        return command

    def command(self, device: str, value: Value, for_s: float | None = None, point: str = "lock", epoch: int = 7) -> Command:
        return Command(PointId(device, point), value, epoch, next(self._seq), now(), for_s, "test", say("A test"))

    async def hears(self, device: str, point: str, value: Value) -> None:
        await until_async(lambda: self.heard.last(device, point) == value)


def now() -> datetime:
    return SystemClock().now()


@asynccontextmanager
async def serving(site: Site, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[VirtualModbusLine, int]]:
    """The virtual devices of the site on a free port."""
    line = VirtualModbusLine(site, "line", "boot", ("127.0.0.1", 0), tls=tls)
    await line.start()
    try:
        yield line, int(line.serve_at[1])
    finally:
        await line.stop()


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    """Started, and every device heard."""
    async with serving(site_at()) as (line, port), driving(line, site_at(port)) as found:
        yield found


@asynccontextmanager
async def driving(line: VirtualModbusLine, site: Site, *, commits: bool = False) -> AsyncIterator[Bench]:
    """Started, and every device heard."""
    heard = Heard(commits=commits)
    driver = ModbusDriver("line", site, heard, SystemClock())
    driver.start()
    try:
        found = Bench(line, driver, heard)
        for device in site.devices:
            await found.hears(device, "link", True)
        yield found
    finally:
        await asyncio.to_thread(driver.stop)
        heard.end()


BUTTON, MASKING, BAY, STRIKE, SENSOR = "panic-desk", "masking", "bay", "lock-strike", "sensor"


def makes_at(port: int = 1, line: dict[str, Any] | None = None) -> Site:
    """One of each of the other makes: PB-8 (unit 20), SM-8 (unit 7), TD-4 (unit 12), SB-2 (unit 14), an input of an RB-8 (unit 9).
    line: in place of the one over TCP."""
    devices = {
        BUTTON: {"type": "panic-button", "profile": "modbus.panic_latched", "unit": 20, "channel": 2, "space": "lobby"},
        MASKING: {"type": "masking-unit", "profile": "modbus.masking_unit", "unit": 7, "channel": 3, "space": "lobby"},
        BAY: {"type": "terminal-dock", "profile": "modbus.dock_4", "unit": 12, "channel": 3, "space": "lobby"},
        STRIKE: {
            "type": "door-controller",
            "profile": "modbus.strike_board",
            "unit": 14,
            "channel": 2,
            "pulse": "1 s",
            "door": "front",
        },
        SENSOR: {"type": "occupancy-sensor", "profile": RB8, "unit": 9, "channel": 6, "space": "lobby"},
    }
    return Site.model_validate(
        {
            "site": {"id": "makes", "name": "Makes"},
            "spaces": {"lobby": {"zone": "public"}, "room": {"zone": "internal"}},
            "doors": {"front": {"from": "lobby", "to": "room"}},
            "connections": {"line": line or {"protocol": "modbus-tcp", "host": "127.0.0.1", "port": port}},
            "devices": {name: {"connection": "line", **device} for name, device in devices.items()},
        }
    )
