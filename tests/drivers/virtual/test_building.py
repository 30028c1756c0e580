"""The virtual devices of a site on a real broker, alone and with the driver."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from drivers.modbus.link import ModbusDriver
from drivers.mosquitto import Broker, free_port
from drivers.virtual.building import VirtualBuilding
from drivers.virtual.device import Behaviour
from edge.clock import FastClock, SystemClock
from edge.commands import Command
from edge.errors import IllegalInput
from edge.events import Observed
from edge.points import PointId, Value
from edge.site.model import Site
from edge.text import say
from tests.broker import Controller, Plain, Running, small_site, until_async
from tests.drivers.modbus.line import FRONT, Heard
from tests.drivers.modbus.line import site_at as modbus_site_at

UNLOCK = Command(PointId("door-controller", "lock"), "unlocked", 1, 1, datetime.now(UTC), 60.0, "x", say("Open"))  # noqa: TID251


@asynccontextmanager
async def building_of(site: Site, **more: float) -> AsyncIterator[VirtualBuilding]:
    clock = FastClock(more["speed"], SystemClock().now()) if more else SystemClock()
    building = VirtualBuilding(site, clock)
    await building.start()
    try:
        yield building
    finally:
        await building.stop()


@pytest.fixture(params=["5", "3.1.1"])
def site(request: pytest.FixtureRequest, broker: Broker) -> Site:
    return small_site(f"site-{uuid4().hex[:8]}", broker.port, request.param)


def said(device: str, point: str, value: Value) -> Callable[[Controller], bool]:
    return lambda c: any((o.device, o.point, o.value) == (device, point, value) for o in c.of(Observed))


def lock_said(controller: Controller) -> Value:
    return [o.value for o in controller.of(Observed) if o.point == "lock"][-1]


async def test_the_controller_hears_all_that_the_devices_say_and_they_obey(site: Site) -> None:
    async with building_of(site) as building:
        with Running(site) as running:
            for device in site.devices:
                await until_async(lambda d=device: said(d, "link", True)(running.controller))
            await until_async(lambda: said("relay", "on", False)(running.controller))
            running.driver.send(UNLOCK)
            running.driver.send(replace(UNLOCK, point=PointId("relay", "on"), value=True))
            await until_async(lambda: said("door-controller", "lock", "unlocked")(running.controller))
            await until_async(lambda: said("relay", "on", True)(running.controller))
            building.set("door-controller", "contact", "open")
            await until_async(lambda: said("door-controller", "contact", "open")(running.controller))


async def test_a_press_is_repeated_until_the_controller_answers(site: Site) -> None:
    async with building_of(site) as building:
        press = building.press("panic")
        assert building.unanswered("panic") == (press,)
        with Running(site) as running:
            await until_async(lambda: not building.unanswered("panic"))
            assert set(running.controller.presses) == {press}


async def test_nothing_comes_of_a_button_that_is_stuck(site: Site) -> None:
    async with building_of(site) as building:
        building.behave("panic", Behaviour.JAMMED)
        assert (building.press("panic"), building.unanswered("panic")) == ("", ())
        building.behave("panic", Behaviour.OBEDIENT)
        assert building.press("panic")


async def test_an_unlocked_door_locks_itself_when_the_controller_falls_silent(site: Site) -> None:
    async with building_of(site, speed=120) as building:
        with Running(site) as running:
            running.driver.send(UNLOCK)
            await until_async(lambda: building.state("door-controller", "lock") == "unlocked")
        await until_async(lambda: building.state("door-controller", "lock") == "locked", within_s=3)


async def test_a_lease_ends_also_when_the_door_is_cut_off(site: Site) -> None:
    async with building_of(site, speed=120) as building:
        with Running(site) as running:
            running.driver.send(UNLOCK)
            await until_async(lambda: building.state("door-controller", "lock") == "unlocked")
            building.unplug("door-controller")
            await until_async(lambda: said("door-controller", "link", False)(running.controller))
            await until_async(lambda: building.state("door-controller", "lock") == "locked", within_s=3)
            building.plug("door-controller")
            await until_async(lambda: lock_said(running.controller) == "locked")


async def test_nobody_acts_on_a_retained_command(broker: Broker, site: Site) -> None:
    topic = f"talonmies/{site.site.id}/door-controller/lock/set"
    left = '{"value": "unlocked", "for_s": 60, "epoch": 99, "seq": 1}'
    with Plain(broker.port) as somebody:
        await asyncio.to_thread(somebody.publish, topic, left, retain=True)
        async with building_of(site) as building:
            await until_async(lambda: building.ignored("door-controller") == 1)
            assert building.state("door-controller", "lock") == "locked"
            if site.connections["broker"].version == "5":
                await asyncio.to_thread(somebody.publish, topic, left, retain=True)
                await until_async(lambda: building.ignored("door-controller") == 2)
                assert building.state("door-controller", "lock") == "locked"
        await asyncio.to_thread(somebody.publish, topic, "", retain=True)


async def test_a_device_that_vanishes_leaves_its_will_and_a_mute_one_nothing(broker: Broker, site: Site) -> None:
    link = f"talonmies/{site.site.id}/sensor/link"
    async with building_of(site) as building:
        with Plain(broker.port) as listener:
            await asyncio.to_thread(listener.subscribe, f"talonmies/{site.site.id}/#")
            building.unplug("sensor")
            await until_async(lambda: [m.payload for m in listener.messages if m.topic == link] == [b"true", b"false"])
            building.behave("masking", Behaviour.MUTE)
            building.set("masking", "level", 50.0)
            building.set("door-controller", "contact", "open")
            await until_async(lambda: b'"open"' in [m.payload for m in listener.messages])
            assert b"50.0" not in [m.payload for m in listener.messages]


async def test_a_battery_runs_empty_is_told_and_then_the_device_is_gone_until_it_is_changed(site: Site) -> None:
    async with building_of(site, speed=120) as building:
        with Running(site) as running:
            await until_async(lambda: said("sensor", "link", True)(running.controller))
            building.behave("sensor", Behaviour.DRAINED)
            await until_async(lambda: said("sensor", "link", False)(running.controller))
            assert building.host("sensor").model.says["battery"] == 2
            building.behave("sensor", Behaviour.OBEDIENT)
            await until_async(lambda: charges(running.controller)[-1] == 100)
            assert 14 in charges(running.controller)


def charges(controller: Controller) -> list[Value]:
    return [observed.value for observed in controller.telemetry_seen if observed.point == "battery"]


async def test_a_slow_device_obeys_and_says_so_later(site: Site) -> None:
    async with building_of(site, speed=20) as building:
        with Running(site) as running:
            await until_async(lambda: said("door-controller", "link", True)(running.controller))
            building.behave("door-controller", Behaviour.SLOW)
            running.driver.send(UNLOCK)
            await until_async(lambda: said("door-controller", "lock", "unlocked")(running.controller))
            assert building.state("door-controller", "lock") == "unlocked"


async def test_what_a_hand_has_changed_stays_as_it_is_although_people_come_and_go(site: Site) -> None:
    building = VirtualBuilding(site, FastClock(600, SystemClock().now()), life=True)
    await building.start()
    building.set("door-controller", "contact", "open")
    heard = building.state("masking", "ambient")
    await until_async(lambda: building.state("masking", "ambient") != heard)  # life went on
    assert building.state("door-controller", "contact") == "open"
    building.set("door-controller", "contact", "closed")
    building.set("door-controller", "lock", "unlocked")
    await until_async(lambda: building.state("door-controller", "contact") == "open")
    await building.stop()


async def test_a_panic_button_beats_every_two_seconds(broker: Broker, site: Site) -> None:
    link = f"talonmies/{site.site.id}/panic/link"
    async with building_of(site):
        with Plain(broker.port) as listener:
            await asyncio.to_thread(listener.subscribe, link)
            await until_async(lambda: len([m for m in listener.messages if not m.retain]) == 1, within_s=3)


async def test_what_a_building_does_not_have(site: Site) -> None:
    async with building_of(site) as building:
        with pytest.raises(IllegalInput):
            building.press("sensor")
        with pytest.raises(IllegalInput):
            building.set("nothing", "lock", "locked")


async def test_the_devices_come_back_after_the_broker_was_away(own_broker: Broker) -> None:
    site = small_site("back", own_broker.port)
    async with building_of(site) as building:
        own_broker.kill()
        press = building.press("panic")
        await asyncio.to_thread(own_broker.start)
        with Running(site) as running:
            await until_async(lambda: not building.unanswered("panic"))
            assert set(running.controller.presses) == {press}


async def test_a_hundred_and_twenty_devices_connect_and_are_heard(own_broker: Broker) -> None:
    small = small_site("large", own_broker.port)
    devices = {
        f"{device}-{number}": described.model_copy(update={"points": {}})
        for device, described in small.devices.items()
        for number in range(24)
    }
    site = small.model_copy(update={"devices": devices})
    building = VirtualBuilding(site, SystemClock())
    await building.start()
    with Plain(own_broker.port) as listener:
        await asyncio.to_thread(listener.subscribe, "talonmies/large/+/link")
        await until_async(lambda: len({message.topic for message in listener.messages}) == len(devices))
    await building.stop()


async def test_as_a_process_of_its_own(broker: Broker, tmp_path: Path) -> None:
    site = small_site("process", broker.port)
    file = tmp_path / "site.yaml"  # JSON is YAML
    file.write_text(site.model_dump_json(by_alias=True, exclude_defaults=True))
    options = ["--line", f"broker={broker.address}", "--speed", "60", "--origin", SystemClock().now().isoformat(), "--life"]
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "drivers.virtual", str(file), *options,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdin
    assert child.stdout
    assert json.loads(await child.stdout.readline()) == {"ready": 5, "control": None, "bus": None}
    with Running(site) as running:
        child.stdin.write(b'{"press": "panic"}\n{"device": "sensor", "point": "count", "value": 9}\n?\n{"press": "sensor"}\n')
        answers = [json.loads(await child.stdout.readline()) for _ in range(4)]
        assert answers[1] == {"done": True}
        assert "problem" in answers[2]
        assert "problem" in answers[3]
        await until_async(lambda: answers[0]["pressed"] in running.controller.presses)
        child.stdin.close()
        assert await asyncio.wait_for(child.wait(), 5) == 0
        await until_async(lambda: said("sensor", "link", False)(running.controller))


async def test_a_building_with_doors_on_a_modbus_line() -> None:
    site = modbus_site_at(free_port())
    async with building_of(site) as building:
        assert (building.state(FRONT, "lock"), building.ignored(FRONT), building.unanswered(FRONT)) == ("locked", 0, ())
        building.set(FRONT, "contact", "open")
        heard = Heard(commits=False)
        driver = ModbusDriver("line", site, heard, SystemClock())
        driver.start()
        await until_async(lambda: heard.last(FRONT, "contact") == "open")
        building.unplug(FRONT)
        await until_async(lambda: heard.last(FRONT, "link") is False)
        building.plug(FRONT)
        await until_async(lambda: heard.last(FRONT, "link") is True)
        await asyncio.to_thread(driver.stop)
        with pytest.raises(IllegalInput):
            building.press(FRONT)
