"""The worked values of the BTHome pages, and whatever else could come in their place.

Source: bthome.io, "Format" and "Encryption" of version 2.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ble.bthome import counter_of, key_mark, key_of, press_id, read
from drivers.virtual.ble_twins import bthome_message
from edge.errors import Garbled, StartRefused

ADDRESS = "54:48:E6:8F:80:A5"
KEY = key_of("231d39c1d7cc1ab1aee224cd096db932")
SEALED = bytes.fromhex("41a47266c95f730011223378237214")
"""Temperature 25.06, humidity 50.55, as the page on encryption has it."""


def test_the_example_of_the_format() -> None:
    message = read(bytes.fromhex("4002C40903BF13"), ADDRESS, None)
    assert message.numbers == {"temperature": 25.0, "humidity": 50.55}
    assert message.counter is None


def test_the_example_of_the_encryption() -> None:
    message = read(SEALED, ADDRESS, KEY)
    assert message.numbers == {"temperature": 25.06, "humidity": 50.55}
    assert message.counter == counter_of(SEALED) == 0x33221100


NUMBERS = [
    ("0161", "battery", 97),
    ("0960", "count", 96),
    ("3D0960", "count", 24585),
    ("2E23", "humidity", 35),
    ("59EA", "count", -22),
]
FLAGS = [
    ("1101", "opening"),
    ("1A01", "door"),
    ("1C01", "gas"),
    ("2001", "moisture"),
    ("2101", "motion"),
    ("2301", "occupancy"),
    ("2501", "presence"),
    ("2901", "smoke"),
    ("2B01", "tamper"),
    ("2D01", "window"),
]


@pytest.mark.parametrize(("said", "name", "value"), NUMBERS)
def test_numbers_of_the_format(said: str, name: str, value: float) -> None:
    assert read(bytes.fromhex("40" + said), ADDRESS, None).numbers == {name: value}


@pytest.mark.parametrize(("said", "name"), FLAGS)
def test_flags_of_the_format(said: str, name: str) -> None:
    assert read(bytes.fromhex("40" + said), ADDRESS, None).flags == {name: True}
    assert read(bytes.fromhex("40" + said[:2] + "00"), ADDRESS, None).flags == {name: False}


@pytest.mark.parametrize(
    ("event", "pressed"), [("00", False), ("01", True), ("02", True), ("04", True), ("80", True), ("81", False)]
)
def test_buttons_of_the_format(event: str, pressed: bool) -> None:
    assert read(bytes.fromhex("403A" + event), ADDRESS, None).pressed is pressed


def test_any_of_several_buttons_and_flags() -> None:
    assert read(bytes.fromhex("403A003A04"), ADDRESS, None).pressed
    assert read(bytes.fromhex("4021002101"), ADDRESS, None).flags == {"motion": True}


def test_the_packet_number_and_what_follows_an_unknown_object() -> None:
    message = read(bytes.fromhex("40000921" + "01" + "EE0161"), ADDRESS, None)
    assert (message.packet, message.flags) == (9, {"motion": True})
    assert "battery" not in message.numbers


@pytest.mark.parametrize(
    ("octets", "key", "problem"),
    [
        ("", None, "an empty message"),
        ("40", None, "a message that breaks off"),
        ("402", None, "a message that breaks off"),
        ("4021", None, "a message that breaks off"),
        ("40210102CA", None, "a message that breaks off"),
        ("405305", None, "a message that breaks off"),
        ("202101", None, "BTHome of version 1"),
        ("602101", None, "BTHome of version 3"),
        ("402101", KEY, "a message that is not encrypted"),
        (SEALED.hex(), None, "an encrypted message, and the site file has no key for it"),
        (SEALED.hex(), bytes(16), "a message that was not encrypted with its key"),
        (SEALED[:8].hex(), KEY, "a message that breaks off"),
        ("42" + "000000000000" + "2101", None, "a message with the address of another device"),
    ],
)
def test_what_is_refused(octets: str, key: bytes | None, problem: str) -> None:
    with pytest.raises(Garbled, match=problem):
        read(bytes.fromhex(octets if len(octets) % 2 == 0 else octets[:-1]), ADDRESS, key)


def test_a_message_with_its_own_address_inside() -> None:
    assert read(bytes.fromhex("42" + "A5808FE64854" + "2101"), ADDRESS, None).flags == {"motion": True}


def test_a_sealed_message_is_of_one_address() -> None:
    with pytest.raises(Garbled, match="not encrypted with its key"):
        read(SEALED, "54:48:E6:8F:80:A6", KEY)


@given(st.binary(max_size=64), st.sampled_from([None, KEY]))
def test_any_octets_are_read_or_refused(octets: bytes, key: bytes | None) -> None:
    try:
        message = read(octets, ADDRESS, key)
    except Garbled:
        return
    assert key is None, "nobody guesses a seal"
    assert octets[0] >> 5 == 2
    assert message.counter is None


@given(st.data())
def test_no_changed_octet_of_a_sealed_message_passes(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(SEALED) - 1))
    changed = bytearray(SEALED)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Garbled):
        read(bytes(changed), ADDRESS, KEY)


@given(st.integers(0, 2**32 - 1), st.booleans(), st.integers(0, 100))
def test_what_virtual_sensors_say_is_read(counter: int, pressed: bool, battery: int) -> None:
    octets = bthome_message({"button": pressed, "battery": battery, "tamper": False}, ADDRESS, KEY, counter)
    message = read(octets, ADDRESS, KEY)
    assert (message.pressed, message.numbers, message.flags, message.counter) == (
        pressed,
        {"battery": battery},
        {"tamper": False},
        counter,
    )


def test_keys_and_what_tells_them_apart() -> None:
    assert key_of("231D39C1-D7CC1AB1-AEE224CD-096DB932") == KEY
    assert key_mark(KEY) != key_mark(bytes(16))
    assert press_id(ADDRESS, key_mark(KEY), 7) == f"5448e68f80a5-{key_mark(KEY)}-7"
    assert KEY.hex()[:8] not in key_mark(KEY)


@pytest.mark.parametrize("secret", ["", "12", "g" * 32, "231d39c1d7cc1ab1aee224cd096db93", "231d39c1d7cc1ab1aee224cd096db9320"])
def test_what_is_no_key(secret: str) -> None:
    with pytest.raises(StartRefused, match="32 hexadecimal digits"):
        key_of(secret)
