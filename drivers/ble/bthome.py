"""The BTHome format, version 2: one message as its octets came, to what it tells. Pure; the objects are read by bthome-ble.

The library forgives much (a counter that begins anew, a message that breaks off, a key that does not fit): what nobody may rely on
is refused here, before and after it. Source: BTHome, format and encryption of version 2 (bthome.io).
"""

import logging
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from edge.errors import Garbled, StartRefused

if TYPE_CHECKING:
    from habluetooth import BluetoothServiceInfoBleak

UUID = "0000fcd2-0000-1000-8000-00805f9b34fb"
_VERSION = 2
_ENCRYPTED, _WITH_ADDRESS = 0x01, 0x02
_ADDRESS_OCTETS, _SEAL_OCTETS = 6, 8
_LET_GO = "hold_release"
_FOR_LONG = ("long_", "hold_")
_TEXTS = ("raw", "string", "command")

logging.getLogger("bthome_ble").setLevel(logging.CRITICAL)  # what it warns of is told as an event


class Message(NamedTuple):
    """numbers, flags: by name of the object; of several numbers the first, of several flags whether any is true.

    pressed: whether any button was; held: for long. packet: the number that repeats of a message share. counter: of an encrypted
    message.
    """

    numbers: Mapping[str, float]
    flags: Mapping[str, bool]
    pressed: bool
    held: bool
    packet: int | None
    counter: int | None


def key_of(secret: str) -> bytes:
    """Raises StartRefused."""
    digits = secret.replace("-", "").replace(" ", "")
    if not re.fullmatch("[0-9A-Fa-f]{32}", digits):
        raise StartRefused("The key of a Bluetooth device is 32 hexadecimal digits; the secret that the site file names is not.")
    return bytes.fromhex(digits)


def key_mark(key: bytes) -> str:
    """Tells one key from another, and nobody what it is."""
    return sha256(b"talonmies-ble" + key).hexdigest()[:8]


def press_id(address: str, mark: str, counter: int) -> str:
    """Never the same for two presses, also when a new key lets the counter begin anew."""
    return f"{address.replace(':', '').lower()}-{mark}-{counter}"


def counter_of(octets: bytes) -> int | None:
    """The counter that an encrypted message carries in the clear; nobody vouches for it yet."""
    return int.from_bytes(octets[-8:-4], "little") if octets and octets[0] & _ENCRYPTED else None


def read(octets: bytes, address: str, key: bytes | None) -> Message:
    """octets: of the service data, behind the UUID. Raises Garbled."""
    body = _body(octets, address, key)
    from bthome_ble import BTHomeBluetoothDeviceData

    parser = BTHomeBluetoothDeviceData(key)
    try:
        update = parser.update(_as_heard(octets, address))
    except Exception as error:
        # Whatever the library makes of the octets of a stranger.
        raise Garbled(f"a message that makes no sense ({type(error).__name__})") from error
    if key is None:
        _require_whole(body)
    elif not parser.bindkey_verified:
        raise Garbled("a message that was not encrypted with its key")
    flags: dict[str, bool] = {}
    numbers: dict[str, float] = {}
    for entity, flag in update.binary_entity_values.items():
        name = _name(entity.key)
        flags[name] = flags.get(name, False) or bool(flag.native_value)
    for entity, number in update.entity_values.items():
        if isinstance(number.native_value, int | float) and entity.key != "signal_strength":
            numbers.setdefault(_name(entity.key), float(number.native_value))
    presses = [event.event_type for entity, event in update.events.items() if _name(entity.key) == "button"]
    presses = [press for press in presses if press != _LET_GO]
    held = any(press.startswith(_FOR_LONG) for press in presses)
    packet = numbers.get("packet_id")
    return Message(
        numbers, flags, bool(presses), held, None if packet is None else int(packet), counter_of(octets) if key else None
    )


def _name(entity: str) -> str:
    """The library numbers objects that a message has several of."""
    return re.sub(r"_[0-9]+$", "", str(entity))


def _body(octets: bytes, address: str, key: bytes | None) -> bytes:
    """The objects, perhaps encrypted."""
    if not octets:
        raise Garbled("an empty message")
    head = octets[0]
    if head >> 5 != _VERSION:
        raise Garbled(f"BTHome of version {head >> 5}")
    if head & _ENCRYPTED and key is None:
        raise Garbled("an encrypted message, and the site file has no key for it")
    if not head & _ENCRYPTED and key is not None:
        raise Garbled("a message that is not encrypted")
    body = octets[1:]
    if head & _WITH_ADDRESS:
        if body[:_ADDRESS_OCTETS][::-1].hex() != address.replace(":", "").lower():
            raise Garbled("a message with the address of another device")
        body = body[_ADDRESS_OCTETS:]
    least = _SEAL_OCTETS + 1 if key is not None else 1
    if len(body) < least:
        raise Garbled("a message that breaks off")
    return body


def _require_whole(body: bytes) -> None:
    """The library takes what stands before the break. An object that it does not know ends a message, and nothing after it counts.

    Raises Garbled.
    """
    from bthome_ble.const import MEAS_TYPES

    place = 0
    while place < len(body):
        kind = MEAS_TYPES.get(body[place])
        if kind is None:
            return
        if kind.data_format in _TEXTS:
            said = body[place + 1] if place + 1 < len(body) else 0
            place += 2 + (1 + (said & 0x1F) if kind.data_format == "command" else said)
        else:
            place += 1 + kind.data_length
    if place > len(body):
        raise Garbled("a message that breaks off")


def _as_heard(octets: bytes, address: str) -> "BluetoothServiceInfoBleak":
    from bleak.backends.device import BLEDevice
    from habluetooth import BluetoothServiceInfoBleak

    return BluetoothServiceInfoBleak(
        name=address,
        address=address,
        rssi=0,
        manufacturer_data={},
        service_data={UUID: octets},
        service_uuids=[],
        source="",
        device=BLEDevice(address, None, None),
        advertisement=None,
        connectable=False,
        time=0.0,
        tx_power=None,
    )
