"""One unit on a line as the site file describes it: which devices it is, where their points stand, what was last said of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from drivers.modbus.blocks import coalesced
from drivers.modbus.breaker import Breaker
from drivers.modbus.latched import LatchedPresses
from edge.device_figures import Requests
from edge.points import DEVICE_TYPES, PointId, PointKind, Value
from edge.problems import Reason
from edge.profiles import PROFILES, Profile
from edge.profiles.modbus_table import ItsHeartbeat, Latch, ModbusTable, Order, Point, Span, Write
from edge.site.device import Device
from edge.site.model import Site


class Route(NamedTuple):
    """One point of a device and where it stands. order: how it is commanded, if it is."""

    point: PointId
    kind: PointKind
    described: Point | Latch
    span: Span
    channel: int
    order: Order | None

    @property
    def fallback(self) -> Value:
        """What a commanded point is when nobody asks for anything."""
        return self.kind.rest if self.kind.default is None else self.kind.default


class Said(NamedTuple):
    """What the controller was told of a point. bad: why there is no usable value."""

    value: Value
    bad: Reason = ""


@dataclass(slots=True)
class Presence:
    """Of a device on the line. said: emptied when the device is lost, to be said anew. failing: its blocks that cannot be read."""

    name: str
    beat_s: float
    heard_at: float
    link: bool | None = None
    told_at: float = 0.0
    said: dict[str, Said] = field(default_factory=dict)
    failing: set[Span] = field(default_factory=set)
    requests: Requests = field(default_factory=Requests)


@dataclass(slots=True)
class Block:
    """What is read in one request. raw: what it held when all of its points were last told; None to tell them anew."""

    span: Span
    every_s: float
    routes: Sequence[Route]
    devices: Sequence[str]
    due_at: float = 0.0
    raw: tuple[int, ...] | None = None

    def holds(self, span: Span) -> bool:
        return covers(self.span, span)

    def part(self, raw: tuple[int, ...], span: Span) -> tuple[int, ...]:
        first = span.address - self.span.address
        return raw[first : first + span.length]


@dataclass(slots=True)
class Pulse:
    """The unit's own heartbeat. Times are of one monotonic clock, in seconds."""

    described: ItsHeartbeat
    moved_at: float
    raw: tuple[int, ...] | None = None

    def heard(self, raw: tuple[int, ...], now: float) -> None:
        if raw != self.raw:
            self.raw, self.moved_at = raw, now

    def stands_still(self, now: float) -> bool:
        return now - self.moved_at > self.described.within_s


@dataclass(slots=True)
class Unit:
    """Times are of one monotonic clock, in seconds. leases: until when an order holds that must end."""

    number: int
    table: ModbusTable
    routes: Sequence[Route]
    blocks: Sequence[Block]
    presences: dict[str, Presence]
    latches: Mapping[PointId, tuple[Route, Latch, LatchedPresses]]
    pulse: Pulse | None
    breaker: Breaker = field(default_factory=Breaker)
    fed_at: float | None = None
    beaten_at: float | None = None
    beats: int = 0
    leases: dict[PointId, float] = field(default_factory=dict)

    @property
    def due_at(self) -> float:
        return min((block.due_at for block in self.blocks), default=0.0)

    def food(self, now: float) -> Write | None:
        """What the watchdog is due while something must not fall back."""
        watchdog = self.table.watchdog
        if watchdog is None or not any(end > now for end in self.leases.values()):
            return None
        return watchdog.feed if self.fed_at is None or now - self.fed_at >= watchdog.every_s else None

    def beat(self, now: float) -> Write | None:
        """What shows the unit that the controller lives, when that is due."""
        heartbeat = self.table.our_heartbeat
        if heartbeat is None or (self.beaten_at is not None and now - self.beaten_at < heartbeat.every_s):
            return None
        return heartbeat.beat(self.beats + 1)

    def taken(self) -> Iterator[tuple[Route, LatchedPresses, Write]]:
        """Presses that are on disk, and of which the unit does not know that."""
        for route, described, latch in self.latches.values():
            if (count := latch.owed()) is not None:
                yield route, latch, described.take(route.channel, count)

    def forgotten(self, now: float) -> list[Route]:
        """Orders whose lease has ended without a word, and which the unit would keep. They are taken out."""
        over = [point for point, end in self.leases.items() if end <= now]
        if not over:
            return []
        for point in over:
            del self.leases[point]
        return [r for r in self.routes if r.point in over and r.order is not None and not r.order.falls_back]

    def say_anew(self, device: str) -> None:
        """Whatever was said of it no longer counts."""
        self.presences[device].said.clear()
        for block in self.blocks:
            if device in block.devices:
                block.raw = None


POLL_S = 0.08
"""From one read of a point to the next, where the line allows and the point does not name a slower pace."""
_BEAT_S = 10.0
_PULSE_LOOKS = 4
"""How often a unit's own heartbeat is looked at before it is said to stand still."""

TABLES: Mapping[str, ModbusTable] = {
    name: profile.mapping for name, profile in PROFILES.items() if isinstance(profile.mapping, ModbusTable)
}


def units_of(site: Site, connection: str, now: float) -> list[Unit]:
    """The units of a line, in the order of the site file."""
    by_number: dict[int, list[str]] = {}
    for name, device in site.devices.items():
        if device.connection == connection and device.unit is not None:
            by_number.setdefault(device.unit, []).append(name)
    return [_unit(site, connection, number, names, now) for number, names in by_number.items()]


def _unit(site: Site, connection: str, number: int, names: Sequence[str], now: float) -> Unit:
    tables = [TABLES[site.devices[name].profile] for name in names]
    routes = [route for name, table in zip(names, tables, strict=True) for route in _routes(site, name, table)]
    presences = {}
    for name in names:
        device = site.devices[name]
        presences[name] = Presence(name, _beat_s(device, PROFILES[device.profile]), now)
    # One unit is one make: what tells two tables apart (site check warns) is only what they share in the whole unit.
    table = next((table for table in tables if table.watchdog or table.our_heartbeat or table.its_heartbeat), tables[0])
    pulse = Pulse(table.its_heartbeat, now) if table.its_heartbeat else None
    latches = {
        route.point: (route, route.described, LatchedPresses(_place(connection, number, route)))
        for route in routes
        if isinstance(route.described, Latch)
    }
    blocks = list(_blocks(routes, pulse, min(table.gap for table in tables)))
    return Unit(number, table, routes, blocks, presences, latches, pulse)


def _place(connection: str, number: int, route: Route) -> str:
    """Of a button that is pressed in several ways, each has counts of its own."""
    place = f"{connection}-{number}-{route.channel}"
    return place if route.point.point == "pressed" else f"{place}-{route.point.point}"


def _beat_s(device: Device, profile: Profile) -> float:
    heartbeat = device.heartbeat or profile.heartbeat
    return min(heartbeat.total_seconds(), _BEAT_S) if heartbeat else _BEAT_S


def _blocks(routes: Sequence[Route], pulse: Pulse | None, gap: int) -> Iterator[Block]:
    """Points of one pace that stand near each other are read at once."""
    by_pace: dict[float, list[Span]] = {}
    for route in routes:
        by_pace.setdefault(max(route.described.every_s, POLL_S), []).append(route.span)
    if pulse is not None:
        by_pace.setdefault(pulse.described.within_s / _PULSE_LOOKS, []).append(pulse.described.span)
    for every_s, spans in by_pace.items():
        paced = [route for route in routes if max(route.described.every_s, POLL_S) == every_s]
        for span in coalesced(spans, gap):
            within = [route for route in paced if covers(span, route.span)]
            yield Block(span, every_s, within, list(dict.fromkeys(route.point.device for route in within)))


def covers(block: Span, span: Span) -> bool:
    return block.area == span.area and block.address <= span.address < block.address + block.length


def _routes(site: Site, name: str, table: ModbusTable) -> Iterable[Route]:
    device = site.devices[name]
    for point in table.points[device.type]:
        if point.name in device.lacks:
            continue
        kind = DEVICE_TYPES[device.type][point.name]
        order = table.orders.get(point.name)
        yield Route(PointId(name, point.name), kind, point, point.at(device.channel), device.channel, order)
