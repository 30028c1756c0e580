"""What bits and registers mean; pure, and refusing on both sides. A register is 16 bits, 0 to 65535, in the order of the wire."""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from edge.errors import DeviceFault, Garbled, IllegalCommand
from edge.points import Value
from edge.text import Text

Raw = tuple[int, ...]


class NoValue(DeviceFault):
    """It answered that it has no value, and why (a word of edge.problems)."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.message)
        self.reason = reason


class Codec(Protocol):
    """words: how many bits or registers in a row carry the value."""

    @property
    def words(self) -> int: ...

    def read(self, raw: Raw) -> Value:
        """Raises Garbled, or NoValue."""
        ...

    def write(self, value: Value) -> Raw:
        """Raises IllegalCommand."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values: the first is written 0, the next 1, and so on. none: numbers that say why there is no value."""

    values: tuple[Value, ...]
    none: Mapping[int, Text] = field(default_factory=dict)
    words: int = 1

    def read(self, raw: Raw) -> Value:
        (number,) = raw
        if number in self.none:
            raise NoValue(self.none[number])
        if not 0 <= number < len(self.values):
            raise Garbled(f"{number} is none of 0 to {len(self.values) - 1}")
        return self.values[number]

    def write(self, value: Value) -> Raw:
        if value not in self.values:
            raise IllegalCommand(f"{value!r} is none of {', '.join(map(str, self.values))}")
        return (self.values.index(value),)


FLAG = Choice((False, True))


@dataclass(frozen=True, slots=True)
class BitsOf:
    """Some bits of a register that carries more than one thing. first: the lowest of them, from 0."""

    first: int
    codec: Choice
    width: int = 1
    words: int = 1

    def read(self, raw: Raw) -> Value:
        return self.codec.read((raw[0] >> self.first & (1 << self.width) - 1,))

    def write(self, value: Value) -> Raw:
        """The other bits are 0: for the far end of the line; nobody commands a part of a register."""
        return (self.codec.write(value)[0] << self.first,)


Kind = Literal["u16", "s16", "u32", "s32", "f32"]
_FORMATS: Mapping[Kind, str] = {"u16": ">H", "s16": ">h", "u32": ">I", "s32": ">i", "f32": ">f"}
Order = Literal["high first", "low first"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number in one register, or in two of which either may come first.

    step: what a step is in the unit of the point; 1 with whole=True for what is counted. low, high: what can be said and taken, in
    the unit of the point; or_zero: and 0, although that is outside. none: bit patterns, as unsigned numbers, that say why there is
    no value. octets: the order within a register; the standard has the high one first.
    """

    kind: Kind
    step: float = 1.0
    low: float = -math.inf
    high: float = math.inf
    or_zero: bool = False
    whole: bool = False
    none: Mapping[int, Text] = field(default_factory=dict)
    registers: Order = "high first"
    octets: Order = "high first"

    @property
    def words(self) -> int:
        return struct.calcsize(_FORMATS[self.kind]) // 2

    def read(self, raw: Raw) -> Value:
        octets = b"".join(word.to_bytes(2, "big" if self.octets == "high first" else "little") for word in self._ordered(raw))
        pattern = int.from_bytes(octets, "big")
        if pattern in self.none:
            raise NoValue(self.none[pattern])
        number: float = struct.unpack(_FORMATS[self.kind], octets)[0]
        if not math.isfinite(number):
            raise Garbled(f"{number} is no number")
        value = number * self.step
        if not self._takes(value):
            raise Garbled(f"{value:g} is outside {self.low:g}..{self.high:g}")
        # 423 steps of 0.1 are 42.3, and not a hair more.
        return round(value) if self.whole else round(value, 6)

    def write(self, value: Value) -> Raw:
        if isinstance(value, bool) or not isinstance(value, int | float) or not self._takes(value):
            raise IllegalCommand(f"{value!r} is not a number in {self.low:g}..{self.high:g}")
        number = value / self.step if self.kind == "f32" else round(value / self.step)
        try:
            octets = struct.pack(_FORMATS[self.kind], number)
        except (struct.error, OverflowError) as error:
            raise IllegalCommand(f"{value!r} does not fit into {self.kind}") from error
        order: Literal["big", "little"] = "big" if self.octets == "high first" else "little"
        return self._ordered(tuple(int.from_bytes(octets[at : at + 2], order) for at in range(0, len(octets), 2)))

    def _takes(self, value: float) -> bool:
        return self.low <= value <= self.high or (self.or_zero and value == 0)

    def _ordered(self, words: Raw) -> Raw:
        return words if self.registers == "high first" else words[::-1]


@dataclass(frozen=True, slots=True)
class Characters:
    """ASCII, two characters a register, filled up with zeros. Nothing at all is None. none: first registers that say why not."""

    words: int
    none: Mapping[int, Text] = field(default_factory=dict)

    def read(self, raw: Raw) -> Value:
        if raw[0] in self.none:
            raise NoValue(self.none[raw[0]])
        octets = b"".join(word.to_bytes(2, "big") for word in raw).rstrip(b"\0")
        text = octets.decode("ascii", errors="replace")
        if not text.isascii() or not text.isprintable():
            raise Garbled(f"{octets!r} is no text")
        return text or None

    def write(self, value: Value) -> Raw:
        octets = b"" if value is None else str(value).encode("ascii", errors="replace")
        if len(octets) > 2 * self.words:
            raise IllegalCommand(f"{value!r} is longer than {2 * self.words} characters")
        filled = octets.ljust(2 * self.words, b"\0")
        return tuple(int.from_bytes(filled[at : at + 2], "big") for at in range(0, len(filled), 2))
