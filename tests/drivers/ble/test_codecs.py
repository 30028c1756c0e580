"""What a GATT device says and is told, octet by octet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ble.gatt import gatt_of
from edge.errors import Garbled, IllegalCommand, IllegalInput
from edge.points import DEVICE_TYPES, Value
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import BleMapping, Gatt, Part, Said, TimedOrder, uuid_of
from tests.drivers.ble.air import FAN, LOCK, ON, site_with

ON_KIND, LOCK_KIND = DEVICE_TYPES["relay"]["on"], DEVICE_TYPES["door-controller"]["lock"]
BATTERY, COUNT, TEXT = (
    DEVICE_TYPES["relay"]["battery"],
    DEVICE_TYPES["occupancy-sensor"]["count"],
    DEVICE_TYPES["sign"]["text"],
)


def lock_table() -> Gatt:
    return gatt_of(site_with(LOCK).devices[LOCK])


def test_the_worked_values_of_the_lock() -> None:
    """The BL-1 as docs/ble.md has it: unlocked, leaf closed, exit button pressed, 87 per cent, order 7, 41 obeyed."""
    state = bytes.fromhex("05" + "57" + "07000000" + "29000000")
    told = {point.name: point.codec.read(state) for point in lock_table().points["door-controller"]}
    assert told == {"lock": "unlocked", "contact": "closed", "exit-request": True, "tamper": False, "battery": 87}


def test_the_worked_order_of_the_lock() -> None:
    order = lock_table().orders["lock"]
    assert isinstance(order, TimedOrder)
    assert order.write("unlocked", 7, 41, 60.9) == bytes.fromhex("07000000" + "29000000" + "3c00")
    assert order.write("locked", 7, 42, None) == bytes.fromhex("07000000" + "2a000000" + "0000")
    assert order.write("unlocked", 7, 43, 0.9) is None, "it counts whole seconds"
    assert order.write("unlocked", 7, 44, 1e9) == bytes.fromhex("07000000" + "2c000000" + "ffff")


@given(st.binary(max_size=24))
def test_any_octets_of_the_lock_are_a_state_or_refused(raw: bytes) -> None:
    for point in lock_table().points["door-controller"]:
        try:
            value = point.codec.read(raw)
        except Garbled:
            assert len(raw) < 2
            continue
        assert value in ("locked", "unlocked", "closed", "open", True, False) or point.name == "battery"


@pytest.mark.parametrize(
    ("codec", "raw", "value"),
    [
        (Said(ON_KIND, {}), "01", True),
        (Said(ON_KIND, {}), "00", False),
        (Said(ON_KIND, {"0x4f4e": True, "0x4f4646": False}), "4f4e", True),
        (Said(ON_KIND, {"ON": True, "OFF": False}), "4f4646", False),
        (Said(LOCK_KIND, {"1": "locked", "2": "unlocked"}), "0200", "unlocked"),
        (Said(LOCK_KIND, {"1": "locked", "255": None}), "ff", None),
        (Said(BATTERY, {}), "57", 87.0),
        (Said(BATTERY, {}, scale=0.5), "57", 43.5),
        (Said(BATTERY, {}, offset=-10), "57", 77.0),
        (Said(COUNT, {}), "0201", 258),
        (Said(TEXT, {}), "c3a46974", "äit"),
    ],
)
def test_what_the_site_file_tells_is_read(codec: Said, raw: str, value: Value) -> None:
    assert codec.read(bytes.fromhex(raw)) == value
    assert type(codec.read(bytes.fromhex(raw))) is type(value)


@pytest.mark.parametrize(
    ("codec", "raw"),
    [
        (Said(ON_KIND, {}), ""),
        (Said(ON_KIND, {}), "02"),
        (Said(ON_KIND, {"0x01": True}), "0100"),
        (Said(LOCK_KIND, {"1": "locked"}), "02"),
        (Said(BATTERY, {}), "65"),
        (Said(TEXT, {}), "ff"),
    ],
)
def test_what_is_neither_is_refused(codec: Said, raw: str) -> None:
    with pytest.raises(Garbled):
        codec.read(bytes.fromhex(raw))


def test_what_is_written_is_what_would_be_read() -> None:
    for codec, value in [
        (Said(ON_KIND, {"0x4f4e": True, "0x4f4646": False}), True),
        (Said(LOCK_KIND, {"1": "locked", "2": "unlocked"}), "unlocked"),
        (Said(TEXT, {}), "Avoinna"),
        (Said(BATTERY, {}, scale=0.5, offset=3), 80.5),
    ]:
        assert codec.read(codec.write(value)) == value
    for codec, value in [
        (Said(LOCK_KIND, {"1": "locked"}), "unlocked"),
        (Said(BATTERY, {}, offset=50), 20.0),
        (Said(TEXT, {}), None),
    ]:
        with pytest.raises(IllegalCommand):
            codec.write(value)


@given(st.binary(max_size=12), st.sampled_from([ON_KIND, LOCK_KIND, BATTERY, COUNT, TEXT]))
def test_any_octets_are_a_value_of_the_point_or_refused(raw: bytes, kind: object) -> None:
    codec = Said(kind, {})  # type: ignore[arg-type]
    try:
        value = codec.read(raw)
    except Garbled:
        return
    assert codec.kind.problem_with(value) is None


def test_characteristics_in_full_and_short() -> None:
    assert uuid_of("2A56") == ON == uuid_of(ON.upper())
    assert gatt_of(site_with(FAN).devices[FAN]).orders["on"].characteristic == ON
    for wrong in ("", "2a", "2a561", "00002a56"):
        with pytest.raises(IllegalInput):
            uuid_of(wrong)


def test_what_a_door_lacks_is_not_asked_for() -> None:
    device = site_with(LOCK).devices[LOCK].model_copy(update={"lacks": ("contact",)})
    assert "contact" not in {point.name for point in gatt_of(device).points["door-controller"]}


def test_profiles_say_what_they_can() -> None:
    profiles = {name: profile for name, profile in PROFILES.items() if isinstance(profile.mapping, BleMapping)}
    assert set(profiles) == {
        "ble.bthome",
        "ble.panic_fob",
        "ble.relief_button",
        "ble.ibeacon_dock",
        "ble.eddystone_dock",
        "ble.lock",
        "ble.gatt",
    }
    assert not any(profile.answers for profile in profiles.values()), "nothing here hears an answer"
    assert (profiles["ble.lock"].lease, profiles["ble.gatt"].lease) == ("timed", "latch")


@pytest.mark.parametrize("part", [Part(1), Part(0, 2), Part(1, bit=0, values=("unlocked", "locked"))])
def test_octets_that_are_missing_are_no_zeros(part: Part) -> None:
    with pytest.raises(Garbled, match="1 octets where at least 2 belong"):
        part.read(b"\x01")
