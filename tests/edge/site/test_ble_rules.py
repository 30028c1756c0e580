"""Rules about Bluetooth devices: one small change to a good site, and the finding it must give."""

from typing import Any

import pytest

from tests.edge.site.small_site import found

AT = "A4:C1:38:56:53:84"
SENSOR = {"type": "occupancy-sensor", "profile": "ble.bthome", "at": AT, "space": "room"}
FOB = {"type": "panic-button", "profile": "ble.panic_fob", "at": AT, "key": "env:FOB", "space": "room"}
DOCK = {"type": "terminal-dock", "profile": "ble.ibeacon_dock", "at": "f7826da6-4fa2-4e98-8024-bc5b71e0893e/17", "space": "room"}
TAG = {"type": "terminal-dock", "profile": "ble.eddystone_dock", "at": "edd1ebeac04e5defa017", "space": "room"}
FAN = {"type": "relay", "profile": "ble.gatt", "at": AT, "points": {"on": {"characteristic": "2a56"}}}
GOOD = [
    {"a": SENSOR},
    {"a": SENSOR, "b": {**SENSOR, "type": "alarm-input", "alarm": "water"}},
    {"a": {**SENSOR, "at": "a4-c1-38-56-53-84", "key": "env:KEY"}},
    {"a": FOB},
    {"a": DOCK, "b": {**DOCK, "at": "f7826da6-4fa2-4e98-8024-bc5b71e0893e/18"}, "c": TAG},
    {"a": {**DOCK, "at": "F7826DA6-4FA2-4E98-8024-BC5B71E0893E/1/65535"}, "b": {**TAG, "at": "edd1ebeac04e5defa017/0123456789ab"}},
    {"a": FAN},
    {"a": {**FAN, "points": {"on": {"characteristic": "00002a56-0000-1000-8000-00805f9b34fb", "values": {"0x4f4e": True}}}}},
]
BAD: list[tuple[dict[str, Any], str]] = [
    ({"a": {**SENSOR, "at": None}}, "error devices.a: A Bluetooth device has an address."),
    ({"a": {**SENSOR, "at": "A4:C1:38"}}, "error devices.a.at: A Bluetooth device has an address. Write it"),
    ({"a": {**DOCK, "at": AT}}, "error devices.a.at: Beacons have a UUID."),
    ({"a": {**DOCK, "at": f"{DOCK['at']}/65536"}}, "error devices.a.at: "),
    ({"a": {**TAG, "at": "edd1"}}, "error devices.a.at: Beacons have a namespace"),
    ({"a": {**FOB, "key": None}}, "error devices.a: Without its key, anybody could send what ble.panic_fob sends."),
    ({"a": {**DOCK, "key": "env:KEY"}}, "error devices.a.key: Only messages in the BTHome format have a key."),
    ({"a": FOB, "b": {**FOB}}, "error devices.b.at: a already has this address."),
    ({"a": FAN, "b": {**FAN, "at": AT.lower()}}, "error devices.b.at: a already has this address."),
    ({"a": DOCK, "b": {**DOCK, "at": f"{DOCK['at']}/4"}}, "error devices.b.at: The same beacons are at a of this receiver."),
    (
        {"a": {**SENSOR, "points": {"present": {"characteristic": "2a56"}}}},
        "error devices.a.points: The profile ble.bthome has the",
    ),
    ({"a": {**FAN, "points": {}}}, "error devices.a: With the profile ble.gatt, points says which characteristic each point is."),
    ({"a": {**FAN, "points": {"on": {"characteristic": "2a"}}}}, 'error devices.a.points.on.characteristic: "2a" is no UUID.'),
    (
        {"a": {**FAN, "points": {"on": {"characteristic": "2a56", "values": {"1": 3}}}}},
        "error devices.a.points.on.values.1: on cannot be 3: not true or false.",
    ),
]


def on_the_air(devices: dict[str, Any], **more: Any) -> list[str]:
    told = {name: {"connection": "radio", **{k: v for k, v in device.items() if v is not None}} for name, device in devices.items()}
    return found({"connections": {"radio": {"protocol": "ble"}, **more}, "devices": told})


@pytest.mark.parametrize("devices", GOOD)
def test_good_devices(devices: dict[str, Any]) -> None:
    assert [told for told in on_the_air(devices) if ".alarm" not in told] == []


@pytest.mark.parametrize(("devices", "start"), BAD)
def test_each_fault_is_told_where_it_is(devices: dict[str, Any], start: str) -> None:
    assert any(told.startswith(start) for told in on_the_air(devices)), on_the_air(devices)


def test_an_adapter_is_of_one_connection() -> None:
    told = on_the_air({"a": SENSOR}, other={"protocol": "ble"})
    assert "error connections.other: radio already uses this adapter. One connection has all its devices." in told
    assert on_the_air({"a": SENSOR, "b": {**DOCK, "connection": "other"}}, other={"protocol": "ble", "adapter": "hci1"}) == []


def test_a_key_is_for_bluetooth_alone() -> None:
    assert any(
        told.startswith("error devices.panic.key: Only messages in the BTHome")
        for told in found({"devices": {"panic": {"key": "env:A"}}})
    )
