"""Every make on a real broker: its virtual twin speaks the make's own topics and payloads, and the driver understands it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from drivers.mosquitto import Broker
from drivers.virtual.mqtt import VirtualMqttLine
from edge.clock import SystemClock
from edge.commands import Command
from edge.events import GarbageReceived, Observed, RetainedCommandFound
from edge.points import DEVICE_TYPES, PointId, Value
from edge.problems import NO_VALUE
from edge.profiles import PROFILES
from edge.profiles.mqtt_mapping import MqttMapping
from edge.site.model import Site
from edge.text import say
from tests.broker import Controller, Plain, Running, until_async
from tests.builders import site_of
from tests.drivers.mqtt.makes import T, site_with

MAKES = {name: profile.mapping for name, profile in PROFILES.items() if isinstance(profile.mapping, MqttMapping)}
NEXT: dict[str, Value] = {"lock": "unlocked", "on": True, "release": True, "level": 55.0, "muted": True, "text": "Closed"}


def everything(name: str, port: int) -> Site:
    """A device for each type of each make; natively, of each type that there is."""
    kinds = [
        (make, type_) for make, mapping in MAKES.items() for type_ in mapping.points or (DEVICE_TYPES if mapping.native else ())
    ]
    sites = {f"{make.replace('.', '-').replace('_', '-')}-{type_}": (make, type_) for make, type_ in kinds}
    devices: dict[str, Any] = {}
    for id_, (make, type_) in sites.items():
        (device,) = site_with(type_, make, **({"at": f"{name}/a/{id_}"} if MAKES[make].points else {})).devices.values()
        devices[id_] = device.model_dump(exclude_unset=True)
    return site_of(
        {"room": "internal"},
        {},
        site={"id": name},
        connections={"broker": {"protocol": "mqtt", "port": port}},
        devices=devices,
        alarms={"leak": {"name": "Leak", "level": 2, "response": ["Close it."], "clears": "When dry."}},
    )


@contextlib.asynccontextmanager
async def twins(site: Site) -> AsyncIterator[VirtualMqttLine]:
    line = VirtualMqttLine(site, "broker", uuid4().hex[:8], SystemClock(), str)
    await line.start()
    try:
        yield line
    finally:
        await line.stop()


class Heard:
    """The newest value of each point that came to the controller."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def __getitem__(self, point: PointId) -> Value:
        said = [*self._controller.of(Observed), *self._controller.telemetry_seen]
        return next((o.value for o in reversed(said) if (o.device, o.point) == point), None)


async def settled(heard: Heard, expected: Mapping[PointId, Value]) -> None:
    with contextlib.suppress(TimeoutError):
        await until_async(lambda: all(heard[point] == value for point, value in expected.items()))
    assert {point: heard[point] for point in expected} == expected


async def test_every_make_is_heard_and_obeys(broker: Broker) -> None:
    site = everything(f"site-{uuid4().hex[:8]}", broker.port)
    with Running(site) as running:
        heard = Heard(running.controller)
        async with twins(site) as line:
            known = _points(running)
            said = {PointId(id_, report.point): report.value for id_, host in line.hosts.items() for report in host.model.reports()}
            expected = {point: value for point, value in said.items() if point in known}
            assert len(expected) > 50
            await settled(heard, expected)
            orders = [*running.driver._routes.orders]
            for number, point in enumerate(orders):
                for_s = 30.0 if point.point in ("lock", "release") else None
                running.driver.send(Command(point, NEXT[point.point], 1, number, T, for_s, "test", say("Test")))
            assert {point.point for point in orders} == set(NEXT)
            await settled(heard, {point: NEXT[point.point] for point in orders if point in known})
            blind = [point for point in orders if point not in known]
            assert {point.device for point in blind} == {"mqtt-masking-gateway-masking-unit"}
            await until_async(lambda: all(line.hosts[p.device].state(p.point) == NEXT[p.point] for p in blind))
        await settled(heard, {point: False for point in known if point.point == "link"})
    assert not running.controller.of(GarbageReceived)


def _points(running: Running) -> set[PointId]:
    routes = running.driver._routes
    return {route.point for lane in (routes.rest, routes.panic) for of in lane.values() for route in of}


async def test_a_timed_unlock_ends_in_the_device_and_a_latched_one_does_not(broker: Broker) -> None:
    site = everything(f"site-{uuid4().hex[:8]}", broker.port)
    shelly, tasmota = (PointId(f"mqtt-{make}-door-controller", "lock") for make in ("shelly", "tasmota"))
    with Running(site) as running:
        heard = Heard(running.controller)
        async with twins(site):
            await until_async(lambda: heard[shelly] == heard[tasmota] == "locked")
            for point in (tasmota, shelly):
                running.driver.send(Command(point, "unlocked", 1, 1, T, 1.0, "test", say("Test")))
            await until_async(lambda: heard[shelly] == "unlocked")
            await until_async(lambda: heard[shelly] == "locked")
            assert heard[tasmota] == "unlocked"


def plug(site: str, port: int) -> Site:
    return site_with("relay", "mqtt.zigbee2mqtt", port, site, at=f"{site}/plug")


def test_what_can_be_asked_is_asked_when_the_line_comes_up_and_after_a_command(broker: Broker) -> None:
    name = f"site-{uuid4().hex[:8]}"
    with Plain(broker.port) as bridge:
        bridge.subscribe(f"{name}/plug/get", f"{name}/plug/set")
        with Running(plug(name, broker.port)) as running:
            bridge.wait_for(f"{name}/plug/get")
            running.driver.send(Command(PointId("x", "on"), True, 1, 1, T, None, "test", say("On")))
            bridge.wait_for(f"{name}/plug/get", 2)
        (order,) = bridge.wait_for(f"{name}/plug/set")
    assert json.loads(order.payload) == {"state": "ON"}
    assert order.properties is not None
    assert order.properties.MessageExpiryInterval <= 10


def test_a_retained_command_to_another_make_is_reported(broker: Broker) -> None:
    name = f"site-{uuid4().hex[:8]}"
    with Plain(broker.port) as somebody:
        somebody.publish(f"{name}/plug/set", '{"state": "ON"}', retain=True)
        with Running(plug(name, broker.port)) as running:
            (found,) = running.controller.wait_for(lambda c: c.of(RetainedCommandFound))
        somebody.publish(f"{name}/plug/set", "", retain=True)
    assert found.channel == f"{name}/plug/set"


def test_a_device_is_there_only_while_its_bridge_is(broker: Broker) -> None:
    name = f"site-{uuid4().hex[:8]}"
    availability, bridge = f"{name}/plug/availability", f"{name}/bridge/state"
    with Running(plug(name, broker.port)) as running, Plain(broker.port) as device:
        for topic, state in (
            (availability, "online"),
            (bridge, "online"),
            (bridge, "offline"),
            (availability, "online"),
            (bridge, "online"),
        ):
            device.publish(topic, json.dumps({"state": state}))
        running.controller.wait_for(lambda c: len(c.of(Observed)) == 5)
    assert [event.value for event in running.controller.of(Observed)] == [True, True, False, False, True]


def test_what_is_no_value_is_told_with_its_reason(broker: Broker) -> None:
    name = f"site-{uuid4().hex[:8]}"
    with Running(plug(name, broker.port)) as running, Plain(broker.port) as device:
        device.publish(f"{name}/plug", '{"state": null}')
        (event,) = running.controller.wait_for(lambda c: c.of(Observed))
    assert (event.point, event.value, event.bad) == ("on", None, NO_VALUE)
    assert not running.controller.of(GarbageReceived)


# --- buttons of other makes ---------------------------------------------------------------------------------------------


def button(site: str, port: int, version: str = "5") -> Site:
    found = site_with("panic-button", "mqtt.zigbee2mqtt_sensor", port, site, at=f"{site}/button")
    connection = found.connections["broker"].model_copy(update={"version": version})
    return found.model_copy(update={"connections": {"broker": connection}})


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_each_press_of_a_button_without_ids_is_one_and_a_retained_one_is_none(broker: Broker, version: str) -> None:
    name = f"site-{uuid4().hex[:8]}"
    with Plain(broker.port) as device:
        device.publish(f"{name}/button", '{"action": "single", "battery": 100}', retain=True)
        with Running(button(name, broker.port, version)) as running:
            running.controller.wait_for(lambda c: c.of(GarbageReceived))
            for action in (
                '{"action": "single"}',
                '{"action": ""}',
                '{"battery": 90}',
                '{"action": "hold"}',
                '{"action": "single"}',
            ):
                device.publish(f"{name}/button", action)
            running.controller.wait_for(lambda c: len(c.presses) == 3)
        device.publish(f"{name}/button", "", retain=True)
    (garbage,) = running.controller.of(GarbageReceived)
    assert garbage.problem == "a retained press"
    assert len(set(running.controller.presses)) == 3
    assert [event.value for event in running.controller.of(Observed) if event.point == "battery"] == [100, 90]


async def test_a_press_that_the_broker_sends_once_more_is_the_same_press(own_broker: Broker) -> None:
    """The line breaks before the commit: what comes again after it is no second press."""
    name = f"site-{uuid4().hex[:8]}"
    with Running(button(name, own_broker.port), commits=False) as running:
        with Plain(own_broker.port) as device:
            device.publish(f"{name}/button", '{"action": "single"}')
            await asyncio.to_thread(running.controller.wait_for, lambda c: len(c.presses) == 1)
        for lane in running.driver._lanes:
            lane._client.socket().shutdown(2)  # type: ignore[union-attr]
        await asyncio.to_thread(running.controller.wait_for, lambda c: len(c.presses) == 2)
        assert len(set(running.controller.presses)) == 1
        running.controller.commit()
        with Plain(own_broker.port) as device:
            device.publish(f"{name}/button", '{"action": "single"}')
            await asyncio.to_thread(running.controller.wait_for, lambda c: len(c.presses) == 3)
        assert len(set(running.controller.presses)) == 2
