"""Every make has a virtual twin: the examples that its file gives come up on a real line and misbehave as they are told."""

import os
import textwrap
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from drivers.mosquitto import Broker, free_port
from drivers.virtual.building import VirtualBuilding
from edge.clock import SystemClock
from edge.profiles import PROFILES
from edge.site.document import plain
from edge.site.model import Site
from edge.site.reading import build_tree

MAKES = [name for name in PROFILES if name != "native"]


def documented(name: str) -> dict[str, Any]:
    """The lines of a site file that the file of the make shows."""
    told = import_module(f"edge.profiles.{name}").__doc__ or ""
    root = build_tree(textwrap.dedent(told.split("Site file:\n", 1)[1])).root
    assert root is not None
    found: dict[str, Any] = plain(root)
    return found


def lines(broker: Broker) -> dict[str, dict[str, Any]]:
    return {
        "mqtt": {"protocol": "mqtt", "host": broker.host, "port": broker.port},
        "modbus": {"protocol": "modbus-tcp", "host": broker.host, "port": free_port()},
        "ble": {"protocol": "ble"},
        "opcua": {"protocol": "opcua", "url": f"opc.tcp://{broker.host}:{free_port()}", "security": "none"},
    }


def site_of(name: str, broker: Broker) -> Site:
    devices = documented(name)
    doors = {device["door"] for device in devices.values() if "door" in device}
    spaces = {device["space"] for device in devices.values() if "space" in device}
    for device in devices.values():
        device["connection"] = "line"
    raised = {device["alarm"]: {"level": 2, "name": "Alarm"} for device in devices.values() if "alarm" in device}
    return Site.model_validate(
        {
            "site": {"id": f"twin-{os.getpid()}", "name": "Twin"},
            "spaces": {"lobby": {"zone": "public"}, **{space: {"zone": "internal"} for space in {"inside", *spaces}}},
            "doors": {door: {"from": "lobby", "to": "inside"} for door in doors},
            "alarms": raised,
            "connections": {"line": lines(broker)[PROFILES[name].mapping.protocol]},
            "devices": devices,
        }
    )


def buttons(building: VirtualBuilding) -> Iterator[str]:
    return (device for device, described in building.site.devices.items() if described.type == "panic-button")


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.soak) if "opcua" in name else name for name in MAKES])
async def test_the_examples_of_a_make_are_there_and_misbehave(name: str, broker: Broker) -> None:
    building = VirtualBuilding(site_of(name, broker), SystemClock(), secret=lambda _: "231d39c1d7cc1ab1aee224cd096db932")
    await building.start()
    assert {*building.hosts} == {*documented(name)}
    for device, host in building.hosts.items():
        for behaviour in reversed(host.model.fitting):
            building.behave(device, behaviour)
            assert host.model.behaviour is behaviour
        assert host.model.says or not host.model.points or not PROFILES[name].masking.reads_back
        building.unplug(device)
        assert not host.plugged
        building.plug(device)
        assert host.plugged
    for button in buttons(building):
        assert building.press(button)
    await building.stop()
