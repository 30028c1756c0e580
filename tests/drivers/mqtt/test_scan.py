"""What is on a broker is found, and proposed as entries that a site file takes."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.mosquitto import Broker
from drivers.mqtt.announcements import Thing, things_in
from drivers.mqtt.discovery import announced
from drivers.mqtt.scan import scan
from drivers.scanning import Found, ScanOrder, proposed_lines
from edge.errors import IllegalInput, Unreachable
from edge.site.connections import ModbusTcpConnection, MqttConnection
from edge.site.model import Site
from tests.broker import Plain, small_site
from tests.builders import site_of

# zigbee2mqtt, guide/usage/mqtt_topics_and_messages: bridge/devices, shortened; exposes as its page on them has them
DEVICES = [
    {
        "ieee_address": "0x00158d00018255df", "type": "Router", "supported": True, "friendly_name": "my_plug",
        "definition": {
            "model": "ZNCZ02LM", "vendor": "Xiaomi", "description": "Mi power plug ZigBee",
            "exposes": [{"type": "switch", "features": [{"type": "binary", "name": "state", "property": "state"}]}],
        },
        "power_source": "Mains (single phase)",
    },
    {"type": "Router", "supported": False, "friendly_name": "my_sensor", "definition": None, "model_id": None},
    {
        "type": "EndDevice", "friendly_name": "lobby/button",
        "definition": {"model": "WXKG01LM", "vendor": "Xiaomi", "exposes": [{"type": "enum", "property": "action"}]},
    },
    {"type": "Coordinator", "friendly_name": "Coordinator", "definition": None},
]  # fmt: skip

# Home Assistant, integrations/mqtt, "Discovery examples": the motion detector in the garden
GARDEN = {
    "name": None, "device_class": "motion", "state_topic": "homeassistant/binary_sensor/garden/state", "unique_id": "motion01ad",
    "device": {"identifiers": ["01ad"], "name": "Garden"},
}  # fmt: skip
# written after the same page: abbreviations, ~, templates, availability
SHORT = {
    "~": "home/7", "name": "Pump", "stat_t": "~/state", "cmd_t": "~/set", "val_tpl": "{{ value_json.out[0]['on'] }}",
    "pl_on": "1", "pl_off": "0", "avty": [{"t": "bridge/state"}, {"t": "~/status", "pl_avail": "up", "pl_not_avail": "down"}],
    "dev": {"ids": ["7"], "mf": "Acme", "mdl": "IO-7"},
}  # fmt: skip
LOCK = {
    "name": "Front",
    "stat_t": "door-node/lock/front/state",
    "cmd_t": "door-node/lock/front/command",
    "avty_t": "door-node/status",
}
ELSEWHERE = {"name": "Gate", "state_topic": "gate/state", "command_topic": "gate/set"}
# from memory
TASMOTA = {
    "t": "tasmota_9CF9D1", "ft": "%prefix%/%topic%/", "md": "Sonoff Dual", "rl": [1, 1, 0], "swc": [-1, 15, -1], "btn": [0, 0],
}  # fmt: skip


def messages(**sites: Any) -> dict[str, bytes]:
    said: dict[str, Any] = {
        "zigbee2mqtt/bridge/devices": DEVICES,
        "homeassistant/binary_sensor/garden/config": GARDEN,
        "homeassistant/switch/0x7/pump/config": SHORT,
        "homeassistant/lock/door-node/front/config": LOCK,
        "homeassistant/lock/gate/config": ELSEWHERE,
        "tasmota/discovery/9CF9D1/config": TASMOTA,
        "shellyplus1-b8d61a85a8e0/online": True,
        "shellyplus1-b8d61a85a8e0/status/switch:0": {"id": 0, "output": False},
        "shellypro4pm-f008d1d8b8b8/online": False,
        **sites,
    }
    return {topic: json.dumps(payload).encode() for topic, payload in said.items()}


def entry_of(address: str) -> Thing:
    (found,) = (thing for thing in things_in(messages()) if thing.address == address)
    return found


@pytest.mark.parametrize(
    ("address", "type_", "more"),
    [
        ("zigbee2mqtt/my_plug", "relay", {"at": "zigbee2mqtt/my_plug"}),
        ("zigbee2mqtt/lobby/button", "panic-button", {"at": "zigbee2mqtt/lobby/button"}),
        ("zigbee2mqtt/my_sensor", None, {}),
        ("shellyplus1-b8d61a85a8e0 switch:0", "relay", {"at": "shellyplus1-b8d61a85a8e0"}),
        ("shellypro4pm-f008d1d8b8b8", None, {}),
        ("tasmota_9CF9D1 relay 2", "relay", {"at": "tasmota_9CF9D1", "channel": 2}),
        ("tasmota_9CF9D1 alarm-input 2", "alarm-input", {"at": "tasmota_9CF9D1", "channel": 2}),
        ("door-node/lock/front/state", "door-controller", {"at": "door-node/lock/front"}),
    ],
)
def test_makes_that_have_a_profile(address: str, type_: str | None, more: dict[str, Any]) -> None:
    thing = entry_of(address)
    assert (thing.type, dict(thing.more)) == (type_, more)


def test_discovery_becomes_points() -> None:
    garden = {"topic": "homeassistant/binary_sensor/garden/state", "values": {"ON": True, "OFF": False}}
    assert entry_of(garden["topic"])[1:5] == (
        "Garden motion01ad (binary_sensor)",
        "mqtt.json",
        "occupancy-sensor",
        {"points": {"present": garden}},
    )
    pump = entry_of("home/7/state").more["points"]
    assert pump["on"] == {
        "topic": "home/7/state", "field": "out.0.on", "values": {"1": True, "0": False}, "set": "home/7/set", "command": "{value}",
    }  # fmt: skip
    assert pump["link"] == {"topic": "home/7/status", "values": {"up": True, "down": False}}
    gate = entry_of("gate/state").more
    assert gate["lease"] == "latch"
    assert [*gate["points"]["lock"]["values"]] == ["LOCK", "UNLOCK", "LOCKED", "UNLOCKED"]


def test_a_device_may_announce_all_of_itself_at_once() -> None:
    whole = {
        "dev": {"mf": "Acme"}, "~": "x", "stat_t": "~/state",
        "cmps": {"a": {"p": "binary_sensor", "dev_cla": "moisture", "val_tpl": "{{ value_json.leak }}"}, "b": {"p": "sensor"}},
    }  # fmt: skip
    leak, other = announced("homeassistant/device/x/config", whole)
    assert (leak.type, leak.points["active"]["topic"], leak.points["active"]["field"]) == ("alarm-input", "x/state", "leak")
    assert other.type is None


@pytest.mark.parametrize(
    "template", ["{{ value_json.t | float / 10 }}", "{% if value %}ON{% endif %}", "{{ value_json['a.b'] }}", 5]
)
def test_a_template_that_does_more_is_not_guessed_at(template: object) -> None:
    (found,) = announced("homeassistant/binary_sensor/x/config", {**GARDEN, "value_template": template})
    assert found.type is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*SHORT, *GARDEN, *DEVICES[0], *TASMOTA]), inner, max_size=6)
    ),
    max_leaves=30,
)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from([*messages(), "talonmies/a/b/c", "x/status/switch:x", "homeassistant/device/x/config"]), json_values
    )
)
def test_whatever_is_announced_nothing_breaks(said: dict[str, Any]) -> None:
    for thing in things_in({topic: json.dumps(value).encode() for topic, value in said.items()}):
        assert isinstance(thing.address, str)
        assert isinstance(thing.what, str)


async def found_by(site: Site | None, port: int) -> list[Found]:
    order = ScanOrder("broker", MqttConnection(protocol="mqtt", port=port), site, str, listen_s=0.5)
    return [found async for found in scan(order)]


async def test_a_scan_proposes_lines_that_a_site_file_takes(own_broker: Broker) -> None:
    name = f"site-{uuid4().hex[:8]}"
    native = {f"talonmies/{name}/{device}/{point}": True for device in ("masking", "new-one") for point in ("muted", "link")}
    with Plain(own_broker.port) as devices:
        for topic, payload in messages(**native).items():
            devices.publish(topic, payload, retain=True)
        devices.subscribe("shellyplus1-b8d61a85a8e0/command")
        site = small_site(name, own_broker.port)
        found = await found_by(site, own_broker.port)
        assert devices.wait_for("shellyplus1-b8d61a85a8e0/command")[0].payload == b"status_update"
    assert {each.id: each.known_as for each in found if each.id} == {"masking": "masking", "new-one": None}
    places = {
        "relay": {}, "alarm-input": {"alarm": "leak"}, "door-controller": {"door": "door"}, "panic-button": {"space": "room"},
        "occupancy-sensor": {"space": "room"}, "masking-unit": {"space": "room"},
    }  # fmt: skip
    proposed = {f"d{number}": {**each.entry, **places[each.entry["type"]]} for number, each in enumerate(found) if each.entry}
    assert len(proposed) >= 10
    whole = site_of(
        {"room": "internal"}, {}, connections={"broker": {"protocol": "mqtt"}}, devices=proposed,
        alarms={"leak": {"name": "Leak", "level": 2, "response": ["Close it."], "clears": "When dry."}},
    )  # fmt: skip
    assert {device.profile for device in whole.devices.values()} >= {"mqtt.json", "mqtt.shelly", "mqtt.tasmota", "mqtt.zigbee2mqtt"}
    assert sum(line.startswith("  #") for line in proposed_lines(found)) == len(found) - len(
        [f for f in found if f.entry and not f.known_as]
    )


async def test_a_broker_that_is_not_there() -> None:
    with pytest.raises(Unreachable, match="nothing listens"):
        await found_by(None, 1)


async def test_a_line_of_another_kind() -> None:
    order = ScanOrder("bus", ModbusTcpConnection(protocol="modbus-tcp", host="x"), None, str)
    with pytest.raises(IllegalInput):
        await anext(scan(order))
    await asyncio.sleep(0)
