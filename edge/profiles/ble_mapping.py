"""What a profile says of a make that speaks Bluetooth Low Energy: what it advertises, or what is read and written of it.

Pure; codecs refuse on both sides. Characteristics are UUIDs in full, in small letters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from edge.errors import Garbled, IllegalCommand, IllegalInput
from edge.points import PointKind, Value
from edge.profiles.protocol import Protocol

BeaconFormat = Literal["ibeacon", "eddystone"]


@dataclass(frozen=True, slots=True)
class Bthome:
    """Messages in the BTHome format, version 2. points: by type of device and point, the objects that tell it, the best first.

    sealed: only messages encrypted with the device's key count. begins_anew: whether their counter may, after a change of battery.
    fault: the object with which it says that none of its values can be used; not of a type that has it for a point.
    """

    points: Mapping[str, Mapping[str, tuple[str, ...]]]
    sealed: bool = False
    begins_anew: bool = True
    fault: str = "problem"

    @property
    def types(self) -> frozenset[str] | None:
        return frozenset(self.points)


@dataclass(frozen=True, slots=True)
class Beacon:
    """Things that are carried about and say who they are. points: by type of device, the one that tells which of them is nearest.

    near_dbm: how loud one at the receiver is. margin_db: how much louder it must be heard elsewhere to be there instead, and how
    much fainter to have left. patience_s: how long it may be silent and still be there.
    """

    format: BeaconFormat
    points: Mapping[str, str]
    near_dbm: float = -70.0
    margin_db: float = 6.0
    patience_s: float = 10.0

    @property
    def types(self) -> frozenset[str] | None:
        return frozenset(self.points)


@dataclass(frozen=True, slots=True)
class Part:
    """A whole number in some octets of a value, the lowest octet first. bit: only that bit of it, the lowest is 0.

    values: what the number means, from 0 on; empty: itself.
    """

    start: int = 0
    length: int = 1
    bit: int | None = None
    values: tuple[Value, ...] = ()

    def read(self, raw: bytes) -> Value:
        """Raises Garbled."""
        octets = raw[self.start : self.start + self.length]
        if len(octets) < self.length:
            raise Garbled(f"{len(raw)} octets where at least {self.start + self.length} belong")
        number = int.from_bytes(octets, "little")
        number = number if self.bit is None else number >> self.bit & 1
        if self.values and number >= len(self.values):
            raise Garbled(f"{number} is none of 0 to {len(self.values) - 1}")
        return self.values[number] if self.values else number


@dataclass(frozen=True, slots=True)
class Said:
    """A whole value as the site file tells it. values: what the device says, and which value of the point that is.

    What a device says is written as a number (octets with the lowest first), as 0x and octets in their order, or as its text.
    Where nothing is told, numbers stand as they are, lowest octet first and without a sign, and text in UTF-8.
    """

    kind: PointKind
    values: Mapping[str, Value]
    scale: float = 1.0
    offset: float = 0.0

    def read(self, raw: bytes) -> Value:
        """None: the device has no value at present. Raises Garbled."""
        value = self._meant(raw)
        if value is not None and (problem := self.kind.problem_with(value)):
            raise Garbled(problem)
        return value

    def write(self, value: Value) -> bytes:
        """Raises IllegalCommand."""
        for said, meant in self.values.items():
            if meant == value and type(meant) is type(value):
                return self._octets(said)
        if self.values or value is None:
            raise IllegalCommand(f"{value!r} is none of {', '.join(map(str, self.values.values()))}")
        if isinstance(value, str):
            return value.encode()
        number = round((value - self.offset) / self.scale)
        if number < 0:
            raise IllegalCommand(f"{value!r} cannot be written without a sign")
        return _number(number)

    def _meant(self, raw: bytes) -> Value:
        for said, value in self.values.items():
            if self._fits(said, raw):
                return value
        if self.values:
            raise Garbled("a value that the site file does not know")
        if not raw:
            raise Garbled("no octets")
        if self.kind.type is str:
            try:
                return raw.decode()
            except UnicodeDecodeError as error:
                raise Garbled("no text in UTF-8") from error
        number = int.from_bytes(raw, "little")
        if self.kind.type is bool:
            if number > 1:
                raise Garbled("neither 0 nor 1")
            return number == 1
        scaled = number * self.scale + self.offset
        return round(scaled) if self.kind.type is int else scaled

    @staticmethod
    def _fits(said: str, raw: bytes) -> bool:
        if said.isdecimal():
            return bool(raw) and int.from_bytes(raw, "little") == int(said)
        return raw == Said._octets(said)

    @staticmethod
    def _octets(said: str) -> bytes:
        if said.isdecimal():
            return _number(int(said))
        return bytes.fromhex(said[2:]) if is_octets(said) else said.encode()


def is_octets(said: str) -> bool:
    digits = said[2:].lower()
    return said[:2] == "0x" and bool(digits) and len(digits) % 2 == 0 and not digits.strip("0123456789abcdef")


def _number(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "little")


@dataclass(frozen=True, slots=True)
class GattPoint:
    """A point and the characteristic that tells it."""

    name: str
    characteristic: str
    codec: Part | Said


@dataclass(frozen=True, slots=True)
class PlainOrder:
    """A characteristic that keeps what is written to it."""

    falls_back: ClassVar[bool] = False
    characteristic: str
    codec: Said

    def write(self, value: Value, epoch: int, seq: int, for_s: float | None) -> bytes | None:  # noqa: ARG002
        """Raises IllegalCommand."""
        return self.codec.write(value)


class Echo(NamedTuple):
    """Where a device then shows epoch and sequence of the last order that it obeyed."""

    characteristic: str
    start: int


@dataclass(frozen=True, slots=True)
class TimedOrder:
    """Ten octets: epoch and sequence, four each, then for how many seconds, two; of each the lowest first.

    timed: the value that lasts for those seconds and then ends by itself; the other one is written as 0 seconds, and lasts.
    """

    falls_back: ClassVar[bool] = True
    characteristic: str
    timed: Value
    echo: Echo | None = None

    def write(self, value: Value, epoch: int, seq: int, for_s: float | None) -> bytes | None:
        """None: the time is shorter than the device can count."""
        seconds = 0 if value != self.timed else _MOST_S if for_s is None else min(int(for_s), _MOST_S)
        if value == self.timed and seconds == 0:
            return None
        return number_of(epoch, seq) + seconds.to_bytes(2, "little")


_MOST_S = 0xFFFF


def number_of(epoch: int, seq: int) -> bytes:
    """An order's number on the line."""
    return (epoch & 0xFFFFFFFF).to_bytes(4, "little") + (seq & 0xFFFFFFFF).to_bytes(4, "little")


Order = PlainOrder | TimedOrder


@dataclass(frozen=True, slots=True)
class Gatt:
    """What is connected to. points: by type of device; empty: the site file tells them, for any type. orders: by point.

    bonds: whether it is paired with when it asks for that; it then does so without a code. service: which it advertises, if that is
    a sign of its make.
    """

    points: Mapping[str, tuple[GattPoint, ...]]
    orders: Mapping[str, Order]
    bonds: bool = False
    service: str | None = None

    @property
    def types(self) -> frozenset[str] | None:
        return frozenset(self.points) or None


@dataclass(frozen=True, slots=True)
class BleMapping:
    protocol: ClassVar[Protocol] = "ble"
    table: Bthome | Beacon | Gatt

    @property
    def types(self) -> frozenset[str] | None:
        """Of the devices that it describes; None: every type."""
        return self.table.types


_BASE = "-0000-1000-8000-00805f9b34fb"
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def address_of(at: str) -> str:
    """A Bluetooth address as the radio says it. Raises IllegalInput."""
    address = at.upper().replace("-", ":")
    if not re.fullmatch(r"([0-9A-F]{2}:){5}[0-9A-F]{2}", address):
        raise IllegalInput(f"{at!r} is no Bluetooth address")
    return address


def uuid_of(characteristic: str) -> str:
    """In full; the short form of four digits is that of the Bluetooth SIG's own. Raises IllegalInput."""
    uuid = characteristic.lower()
    if re.fullmatch(r"[0-9a-f]{4}", uuid):
        return f"0000{uuid}{_BASE}"
    if not re.fullmatch(_UUID, uuid):
        raise IllegalInput(f"{characteristic!r} is no UUID of a characteristic")
    return uuid


def beacon_of(form: BeaconFormat, at: str) -> tuple[str, ...]:
    """The parts of a beacon's identity that must fit, the whole first. Raises IllegalInput."""
    parts = tuple(at.lower().split("/"))
    if form == "ibeacon":
        good = re.fullmatch(_UUID, parts[0]) and len(parts) <= 3 and all(_is_16_bit(part) for part in parts[1:])
    else:
        good = len(parts) <= 2 and all(re.fullmatch(f"[0-9a-f]{{{n}}}", part) for n, part in zip((20, 12), parts, strict=False))
    if not good:
        raise IllegalInput(f"{at!r} names no beacon")
    return parts


def _is_16_bit(part: str) -> bool:
    return bool(re.fullmatch(r"0|[1-9][0-9]{0,4}", part)) and int(part) <= 0xFFFF
