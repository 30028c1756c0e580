"""What docs/ble.md shows is true: its lines load, its table works, its octets and numbers are those of the code."""

import re
from pathlib import Path
from typing import Any

import yaml

from drivers.ble import session, slots
from edge.profiles import PROFILES, Profile
from edge.profiles.ble_mapping import Beacon, BleMapping, Bthome, Gatt, GattPoint, Part, TimedOrder
from tests.builders import site_of
from tests.docs.snippets import code_blocks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ble.md"
TEXT = PAGE.read_text(encoding="utf-8")
TABLES = {name: profile.mapping.table for name, profile in PROFILES.items() if isinstance(profile.mapping, BleMapping)}


def test_the_lines_of_the_page_load() -> None:
    (text,) = code_blocks(PAGE, "yaml")
    sections: dict[str, Any] = yaml.safe_load(text.replace("{on:", "{'on':"))  # a word of YAML 1.1, which site files are not in
    devices = sections["devices"]
    devices["door-shed"].pop("alarm")
    doors = {"store": {"from": "lobby", "to": "room"}}
    devices["lock-store"] = {**devices["lock-store"], "door": "store"}
    site = site_of(
        {"lobby": "public", "room": "internal"},
        doors,
        connections=sections["connections"] | {"line": {"protocol": "mqtt"}},
        devices=devices,
    )
    assert {device.profile for device in site.devices.values()} - {"native"} == set(TABLES)


def test_the_table_of_the_page_is_one() -> None:
    (text,) = code_blocks(PAGE, "python")
    scope: dict[str, Any] = {kind.__name__: kind for kind in (Profile, BleMapping, Gatt, GattPoint, Part, TimedOrder)}
    exec(text, scope)  # noqa: S102
    table = scope["PROFILE"].mapping.table
    assert table.points["door-controller"][0].codec.read(b"\x01") == "locked"
    assert table.orders["lock"].write("unlocked", 1, 2, 3.0) == bytes.fromhex("01000000020000000300")


def test_the_octets_of_the_page_are_those_of_the_lock() -> None:
    table = TABLES["ble.lock"]
    assert isinstance(table, Gatt)
    order, state = (bytes.fromhex(octets) for octets in re.findall(r"`([0-9a-f]{2}[0-9a-f ]{10,})`", TEXT)[-2:])
    assert table.orders["lock"].write("unlocked", 7, 41, 60) == order
    told = {point.name: point.codec.read(state) for point in table.points["door-controller"]}
    assert (told["lock"], told["battery"]) == ("unlocked", 87)
    for uuid in {point.characteristic for point in table.points["door-controller"]} | {table.orders["lock"].characteristic}:
        assert f"| `{uuid}` |" in TEXT


def test_every_profile_and_number_is_on_the_page() -> None:
    for name in TABLES:
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}`"))
        profile = PROFILES[name]
        types = profile.mapping.types
        assert types is None or all(kind in row for kind in types)
        if profile.heartbeat is not None:
            assert f"| {profile.heartbeat.total_seconds():g} s |" in row
        if isinstance(TABLES[name], Gatt):
            assert row.endswith(f"| `{profile.lease}` |")
    beacon = TABLES["ble.ibeacon_dock"]
    assert isinstance(beacon, Beacon)
    assert f"from {beacon.near_dbm:g} dBm on" in TEXT
    assert f"hears it {beacon.margin_db:g} dB louder" in TEXT
    assert f"not heard for {beacon.patience_s:g} s" in TEXT
    assert f"every {slots.REFRESH_S:g} s in turn" in TEXT
    assert f"any other is read every {session.POLL_S:g} s" in TEXT
    assert f"after {session.LOST_AFTER_S:g} s its `link` is false" in TEXT


def test_every_object_of_a_sensor_is_on_the_page() -> None:
    table = TABLES["ble.bthome"]
    assert isinstance(table, Bthome)
    for points in table.points.values():
        for names in points.values():
            for name in names:
                assert name.replace("_", " ") in TEXT
