"""What a profile says of a make that speaks Modbus: where each point stands in a unit's tables, and how a unit is told things.

Addresses are counted from 0, as on the wire, and are those of the first channel; `step` leads from one channel to the next.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple

from edge.points import Value
from edge.profiles.codecs import Choice, Codec, Number
from edge.profiles.protocol import Protocol

Area = Literal["coil", "discrete", "input", "holding"]


class Span(NamedTuple):
    """Some registers or bits in a row."""

    area: Area
    address: int
    length: int = 1

    def __str__(self) -> str:
        return f"{self.area} {self.address}" if self.length == 1 else f"{self.area} {self.address}-{self.address + self.length - 1}"


class Write(NamedTuple):
    """One coil, or registers in a row, written in one request. echo: where the unit then shows the first of them."""

    area: Literal["coil", "holding"]
    address: int
    values: tuple[int, ...]
    echo: Span | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A point that the unit reports. every_s: how often it need be read; 0 is as often as the line is."""

    name: str
    area: Area
    address: int
    codec: Codec
    step: int = 1
    every_s: float = 0.0

    def at(self, channel: int) -> Span:
        return Span(self.area, self.address + self.step * (channel - 1), self.codec.words)


@dataclass(frozen=True, slots=True)
class Presses:
    """What a unit says of a button. series: another one whenever the counts began anew. taken: up to which count it was told
    that the presses are kept."""

    series: int
    count: int
    taken: int


@dataclass(frozen=True, slots=True)
class Latch:
    """A button whose presses the unit counts and keeps, so that none is missed between two looks or while nobody looks.

    Four input registers from address on: the series (high word first), the count (16 bits, after 65535 comes 0), what was taken.
    taken: the holding register in which the unit is told up to which count presses are on disk; the button's lamp is then lit.
    """

    name: str
    address: int
    taken: int
    step: int = 4
    taken_step: int = 1
    every_s: float = 0.0

    def at(self, channel: int) -> Span:
        return Span("input", self.address + self.step * (channel - 1), 4)

    def read(self, raw: tuple[int, ...]) -> Presses:
        high, low, count, taken = raw
        return Presses(high << 16 | low, count, taken)

    def take(self, channel: int, count: int) -> Write:
        return Write("holding", self.taken + self.taken_step * (channel - 1), (count,))


@dataclass(frozen=True, slots=True)
class CoilOrder:
    """A coil that keeps what it is told."""

    address: int
    codec: Choice
    step: int = 1
    falls_back: bool = False
    """Whether the unit ends a lease by itself."""

    def write(self, channel: int, value: Value, epoch: int, seq: int, for_s: float | None) -> Write:  # noqa: ARG002
        """Raises IllegalCommand."""
        return Write("coil", self.address + self.step * (channel - 1), self.codec.write(value))


@dataclass(frozen=True, slots=True)
class RegisterOrder:
    """Holding registers that keep the number that they are told; they are read back."""

    address: int
    codec: Number
    step: int = 1
    falls_back: bool = False

    def write(self, channel: int, value: Value, epoch: int, seq: int, for_s: float | None) -> Write:  # noqa: ARG002
        """Raises IllegalCommand."""
        values = self.codec.write(value)
        address = self.address + self.step * (channel - 1)
        return Write("holding", address, values, Span("holding", address, len(values)))


@dataclass(frozen=True, slots=True)
class TimedOrder:
    """Five holding registers that are written at once: epoch and sequence, high word first, then for how many seconds.

    timed: the value that lasts for those seconds; the other one is written as 0 seconds, and lasts. echo: the input register from
    which on the unit shows epoch and sequence of the last order that it obeyed.
    """

    address: int
    timed: Value
    echo: int
    step: int = 1
    falls_back: bool = True

    def write(self, channel: int, value: Value, epoch: int, seq: int, for_s: float | None) -> Write | None:
        """None: the time is shorter than the unit can count."""
        seconds = 0 if value != self.timed else _MOST if for_s is None else min(int(for_s), _MOST)
        if value == self.timed and seconds == 0:
            return None
        offset = self.step * (channel - 1)
        number = (epoch >> 16 & _MOST, epoch & _MOST, seq >> 16 & _MOST, seq & _MOST)
        return Write("holding", self.address + offset, (*number, seconds), Span("input", self.echo + offset, len(number)))


_MOST = 0xFFFF

Order = CoilOrder | TimedOrder | RegisterOrder


@dataclass(frozen=True, slots=True)
class Watchdog:
    """A holding register in which the unit counts seconds down; when it comes to 0, all of the unit's outputs fall back."""

    address: int
    seconds: int

    @property
    def every_s(self) -> float:
        """Two feedings may be lost."""
        return self.seconds * 0.3

    @property
    def feed(self) -> Write:
        return Write("holding", self.address, (self.seconds,))


@dataclass(frozen=True, slots=True)
class OurHeartbeat:
    """A holding register in which the unit wants another number at least so often, or it takes the controller for dead."""

    address: int
    every_s: float

    def beat(self, number: int) -> Write:
        return Write("holding", self.address, (number & _MOST,))


@dataclass(frozen=True, slots=True)
class ItsHeartbeat:
    """Registers that change while the unit works. If they stand still for so long, nothing that it says is taken for fresh."""

    area: Area
    address: int
    length: int = 1
    within_s: float = 3.0

    @property
    def span(self) -> Span:
        return Span(self.area, self.address, self.length)


class Identity(NamedTuple):
    """What the make says of itself to function 43/14: objects 0 and 1."""

    vendor: str
    product: str


@dataclass(frozen=True, slots=True)
class ModbusTable:
    """points: by type of device. orders: by point. gap: how many registers or bits between two points may be read along."""

    protocol: ClassVar[Protocol] = "modbus"
    points: Mapping[str, tuple[Point | Latch, ...]]
    orders: Mapping[str, Order] = field(default_factory=dict)
    watchdog: Watchdog | None = None
    our_heartbeat: OurHeartbeat | None = None
    its_heartbeat: ItsHeartbeat | None = None
    identity: Identity | None = None
    gap: int = 0

    @property
    def types(self) -> frozenset[str] | None:
        """Of the devices that it describes."""
        return frozenset(self.points)

    def taken(self, device_type: str, channel: int, lacks: Collection[str] = ()) -> Iterator[tuple[str, int]]:
        """The bits and registers in which such a device stands; two devices have none in common. lacks: points that it has not."""
        for point in self.points[device_type]:
            if point.name in lacks:
                continue
            span = point.at(channel)
            yield from ((span.area, span.address + n) for n in range(span.length))
            if (order := self.orders.get(point.name)) is not None:
                yield "written", order.address + order.step * (channel - 1)
