"""Safety R9: what lies on a broker from before, or is put there by somebody else, opens no door, raises no press twice, passes for
no device that is gone, and hides no open door."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from drivers.mosquitto import Broker
from drivers.mqtt.link import MqttDriver
from drivers.mqtt.native import dump
from drivers.mqtt.payloads import write_order
from drivers.mqtt.routes import routes_of
from drivers.virtual.building import VirtualBuilding
from edge import conditions
from edge.clock import SystemClock
from edge.commands import Command, Timing
from edge.conditions import DEVICE_LOST, DOOR_FORCED, PANIC, PANIC_SOURCE_LOST
from edge.daemon import Daemon
from edge.facts import ACTIVE, ONLINE, READING
from edge.points import PointId, Value
from edge.site.model import Site
from edge.text import say
from security.alarms import ALARM
from tests.broker import Plain, until_async

WITHIN_S = 10.0
SEEDS = 20
MAKES = ("native", "zigbee2mqtt", "shelly", "tasmota", "esphome")
LOCKS = tuple(f"lock-{make}" for make in MAKES)
GONE, BUTTON, CLICKER, SENSOR, FIRE = "lock-gone", "button", "clicker", "sensor", "fire"
BEATS = ("native", "gone")
"""Of these a device says by itself that it lives, each second."""
SAID: tuple[str | bytes, ...] = (
    '"unlocked"', '"locked"', '"open"', '"closed"', "true", "false", "ON", "OFF", "UNLOCKED", "LOCKED", "online", "Online",
    '{"state": "UNLOCK"}', '{"state": "LOCK"}', '{"output": true}', '{"output": false}', '{"state": true}', '{"POWER": "ON"}',
    '{"params": {"switch:0": {"output": true}}}', '{"action": "single"}', '{"occupancy": true, "battery": 3}', '{"value": true}',
    "single", '{"uptime": 17}', "null", "", "{", b"\xff\xfe", "[" * 40, "1e400", "41",
)  # fmt: skip
"""What states may look like; on most topics it makes no sense."""


def site_at(port: int, name: str, version: str) -> Site:
    """A lock of each make at a door of its own, one that is there no more, and what gives alarms."""
    doors = {make: {"from": "lobby", "to": "office", "back": "credential", "dwell": "1 s"} for make in (*MAKES, "gone")}
    locks: dict[str, Any] = {
        f"lock-{make}": {
            "type": "door-controller",
            "door": make,
            **({"heartbeat": "1 s"} if make in BEATS else {"profile": f"mqtt.{make}", "at": f"{name}/a/{make}"}),
        }
        for make in doors
    }
    others = {
        BUTTON: {"type": "panic-button", "space": "lobby", "heartbeat": "1 s"},
        CLICKER: {"type": "panic-button", "space": "lobby", "profile": "mqtt.zigbee2mqtt_sensor", "at": f"{name}/a/clicker"},
        SENSOR: {"type": "occupancy-sensor", "space": "office"},
        FIRE: {"type": "fire-input"},
    }
    return Site.model_validate(
        {
            "site": {"id": name, "name": "Forged"},
            "spaces": {"lobby": {"zone": "public"}, "office": {"zone": "internal"}},
            "doors": doors,
            "connections": {"broker": {"protocol": "mqtt", "port": port, "version": version}},
            "devices": {device: {"connection": "broker", **said} for device, said in {**locks, **others}.items()},
        }
    )


class Watched(MqttDriver):
    """Remembers what it was told to command."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.commanded: list[Command] = []

    def send(self, command: Command) -> None:
        self.commanded.append(command)
        super().send(command)


@asynccontextmanager
async def controller(site: Site, data: Path) -> AsyncIterator[tuple[Daemon, Watched]]:
    clock, drivers = SystemClock(), list[Watched]()

    def driver(connection: str, inbox: Any) -> Watched:
        drivers.append(Watched(connection, site, inbox, clock, str))
        return drivers[-1]

    daemon = Daemon(site, data, driver, clock=clock)
    await daemon.start()
    turning = asyncio.create_task(daemon.run())
    try:
        yield daemon, drivers[0]
    finally:
        await daemon.stop()
        await asyncio.gather(turning, return_exceptions=True)


def forged(site: Site, chance: random.Random) -> Mapping[str, bytes]:
    """An unlock on every topic that takes commands, and any state on every topic that tells one."""
    routes = routes_of(site, "broker")
    lies: dict[str, bytes] = {}
    for topic, of in {**routes.rest, **routes.panic}.items():
        plausible = [dump(value) for route in of for value in _values(route.point)]
        said = chance.choice([*plausible, *plausible, *SAID])
        lies[topic] = said.encode() if isinstance(said, str) else said
    for point, route in routes.orders.items():
        opened: Value = "unlocked" if point.point == "lock" else True
        command = Command(point, opened, 2**40, chance.randrange(100), SystemClock().now(), 3600.0, "forged", say("Forged"))
        lies[route.set_topic] = write_order(route, command)
    for button in (BUTTON, CLICKER):
        lies.update({topic: chance.choice(PRESSES) for topic, of in routes.panic.items() if _tells_presses(of, button)})
    return {topic: said for topic, said in lies.items() if said}


PRESSES = (b'{"value": true, "id": "old-1"}', b"true", b'{"action": "single", "id": 7}', b'{"value": true}')


def _tells_presses(of: Any, button: str) -> bool:
    return any(route.point == PointId(button, "pressed") for route in of)


def _values(point: PointId) -> tuple[Value, ...]:
    return {"lock": ("unlocked", "locked"), "contact": ("open", "closed")}.get(point.point, (True, False))


def left_behind(broker: Broker, lies: Mapping[str, bytes]) -> None:
    """All of it is retained, and the broker was killed since and has begun anew."""
    with Plain(broker.port) as somebody:
        for topic, said in lies.items():
            somebody.publish(topic, said, retain=True)
    broker.stop()
    broker.start()


def presses(broker: Broker, site: Site, press: str) -> None:
    with Plain(broker.port) as somebody:
        somebody.publish(f"talonmies/{site.site.id}/{BUTTON}/pressed", json.dumps({"value": True, "id": press}))


def panics(daemon: Daemon) -> list[str | None]:
    return [alarm.press for _, alarm in daemon.facts.of(ALARM) if alarm.type == PANIC]


def told(daemon: Daemon, condition: str, subject: str) -> bool:
    return daemon.facts(ACTIVE(condition, subject)) is not None


def untrue(daemon: Daemon, building: VirtualBuilding) -> list[str]:
    """The points of devices that are there of which something else is believed than what they are."""
    found = []
    for device in building.hosts:
        for name in {report.point for report in building.host(device).model.reports()} - {"battery"}:
            reading, really = daemon.facts(READING(device, name)), building.state(device, name)
            if reading is not None and name != "pressed" and reading.value != really:
                found.append(f"{device}/{name} is {really}, and counts as {reading.value}")
    return found


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("version", "seed"),
    [
        pytest.param(version, seed, marks=[] if (version, seed) == ("5", 0) else pytest.mark.soak)
        for version in ("5", "3.1.1")
        for seed in range(SEEDS)
    ],
)
async def test_what_a_broker_kept_opens_nothing_and_passes_for_nobody(
    version: str, seed: int, own_broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What was not heard since a start counts as lost sooner.
    monkeypatch.setattr("edge.controller.Timing", lambda: Timing(settle=timedelta(seconds=2)))
    site = site_at(own_broker.port, f"forged-{uuid4().hex[:8]}", version)
    lies = forged(site, random.Random(seed))
    await asyncio.to_thread(left_behind, own_broker, lies)
    there = {device: section for device, section in site.devices.items() if device != GONE}
    building = VirtualBuilding(site.model_copy(update={"devices": there}), SystemClock())
    async with controller(site, tmp_path / "data") as (daemon, driver):
        began = time.monotonic()
        await until_async(lambda: told(daemon, PANIC_SOURCE_LOST, BUTTON), WITHIN_S)
        await until_async(lambda: told(daemon, DEVICE_LOST, GONE), WITHIN_S)
        print(f"lost ones told after {time.monotonic() - began:.1f} s")
        named = {"old-1"} if b"old-1" in lies.get(f"talonmies/{site.site.id}/{BUTTON}/pressed", b"") else set()
        assert set(panics(daemon)) == named, "a press that lay there counts by its id, or not at all"
        await building.start()
        try:
            await until_async(lambda: daemon.facts(ONLINE(BUTTON)), WITHIN_S)
            with contextlib.suppress(TimeoutError):
                await until_async(lambda: not untrue(daemon, building), WITHIN_S)
            assert untrue(daemon, building) == []
            assert told(daemon, DEVICE_LOST, GONE)
            assert {building.state(lock, "lock") for lock in LOCKS} == {"locked"}
        finally:
            await building.stop()
        assert [command for command in driver.commanded if command.value == "unlocked"] == []
        assert any(kind == conditions.RETAINED_COMMAND for kind, _ in _conditions(daemon))
        raised = panics(daemon)
    async with controller(site, tmp_path / "data") as (daemon, _):
        await asyncio.to_thread(presses, own_broker, site, "new")
        await until_async(lambda: "new" in panics(daemon), WITHIN_S)
        assert panics(daemon) == [*raised, "new"], "a press that lies there is no second alarm at the next start"


def _conditions(daemon: Daemon) -> list[tuple[str, str]]:
    return [subject for subject, _ in daemon.facts.of(ACTIVE)]  # type: ignore[misc]


async def test_a_forged_word_that_it_is_locked_hides_no_door_that_was_forced(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("security.doors.EXIT_REMEMBERED", timedelta(seconds=1))
    site = site_at(broker.port, f"forged-{uuid4().hex[:8]}", "5")
    building = VirtualBuilding(site, SystemClock())
    lock, door = "lock-native", "native"
    topic = f"talonmies/{site.site.id}/{lock}/lock"
    with Plain(broker.port) as somebody:
        async with controller(site, tmp_path / "data") as (daemon, _):
            await building.start()
            try:
                await until_async(lambda: daemon.facts(ONLINE(lock)) and daemon.facts(READING(lock, "contact")), WITHIN_S)
                building.set(lock, "lock", "unlocked")
                await until_async(lambda: _reads(daemon, lock, "unlocked"), WITHIN_S)
                forging = asyncio.create_task(_says(somebody, topic, json.dumps("locked")))
                await until_async(lambda: _reads(daemon, lock, "locked"), WITHIN_S)
                began = time.monotonic()
                await until_async(lambda: time.monotonic() > began + 1.2)  # who asked to leave has left
                building.set(lock, "contact", "open")
                began = time.monotonic()
                await until_async(lambda: told(daemon, DOOR_FORCED, door), WITHIN_S)
                assert time.monotonic() - began < 5
                forging.cancel()
                await asyncio.gather(forging, return_exceptions=True)
            finally:
                await building.stop()


def _reads(daemon: Daemon, lock: str, value: str) -> bool:
    reading = daemon.facts(READING(lock, "lock"))
    return reading is not None and reading.value == value


async def _says(somebody: Plain, topic: str, payload: str) -> None:
    while True:
        await asyncio.to_thread(somebody.publish, topic, payload)
        await asyncio.sleep(0.05)
