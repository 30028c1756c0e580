"""One unit on a line as the site file describes it: which devices it is, where their points stand, what was last said of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from drivers.modbus.blocks import coalesced
from drivers.modbus.breaker import Breaker
from edge.points import DEVICE_TYPES, PointId, PointKind, Value
from edge.profiles import PROFILES
from edge.profiles.modbus_table import ModbusTable, Order, Point, Span, Write
from edge.site.model import Site


class Route(NamedTuple):
    """One point of a device and where it stands. order: how it is commanded, if it is."""

    point: PointId
    kind: PointKind
    described: Point
    span: Span
    channel: int
    order: Order | None

    @property
    def fallback(self) -> Value:
        """What a commanded point is when nobody asks for anything."""
        return self.kind.rest if self.kind.default is None else self.kind.default


@dataclass(slots=True)
class Presence:
    """Of a device on the line. said: values that the controller was told; emptied when the device is lost, to be said anew."""

    name: str
    beat_s: float
    heard_at: float
    link: bool | None = None
    told_at: float = 0.0
    said: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class Unit:
    """Times are of one monotonic clock, in seconds. leases: until when an order holds that must end."""

    number: int
    table: ModbusTable
    routes: Sequence[Route]
    blocks: Sequence[Span]
    presences: dict[str, Presence]
    breaker: Breaker = field(default_factory=Breaker)
    due_at: float = 0.0
    fed_at: float | None = None
    leases: dict[PointId, float] = field(default_factory=dict)

    def covering(self, block: Span) -> Iterator[Route]:
        """The points that a block holds."""
        area, first, length = block
        return (r for r in self.routes if r.span.area == area and first <= r.span.address < first + length)

    def food(self, now: float) -> Write | None:
        """What the watchdog is due while something must not fall back."""
        watchdog = self.table.watchdog
        if watchdog is None or not any(end > now for end in self.leases.values()):
            return None
        return watchdog.feed if self.fed_at is None or now - self.fed_at >= watchdog.every_s else None

    def forgotten(self, now: float) -> list[Route]:
        """Orders whose lease has ended without a word, and which the unit would keep. They are taken out."""
        over = [point for point, end in self.leases.items() if end <= now]
        for point in over:
            del self.leases[point]
        return [r for r in self.routes if r.point in over and r.order is not None and not r.order.falls_back]


_BEAT_S = 10.0

TABLES: Mapping[str, ModbusTable] = {
    name: profile.mapping for name, profile in PROFILES.items() if isinstance(profile.mapping, ModbusTable)
}


def units_of(site: Site, connection: str, now: float) -> list[Unit]:
    """The units of a line, in the order of the site file."""
    by_number: dict[int, list[str]] = {}
    for name, device in site.devices.items():
        if device.connection == connection and device.unit is not None:
            by_number.setdefault(device.unit, []).append(name)
    return [_unit(site, number, names, now) for number, names in by_number.items()]


def _unit(site: Site, number: int, names: Sequence[str], now: float) -> Unit:
    tables = [TABLES[site.devices[name].profile] for name in names]
    routes = [route for name, table in zip(names, tables, strict=True) for route in _routes(site, name, table)]
    presences = {}
    for name in names:
        heartbeat = site.devices[name].heartbeat
        presences[name] = Presence(name, min(heartbeat.total_seconds(), _BEAT_S) if heartbeat else _BEAT_S, now)
    # One unit is one make: what tells two tables apart (site check warns) is only its watchdog.
    table = next((table for table in tables if table.watchdog), tables[0])
    return Unit(number, table, routes, coalesced((r.span for r in routes), min(t.gap for t in tables)), presences)


def _routes(site: Site, name: str, table: ModbusTable) -> Iterator[Route]:
    device = site.devices[name]
    for point in table.points[device.type]:
        if point.name in device.lacks:
            continue
        kind = DEVICE_TYPES[device.type][point.name]
        order = table.orders.get(point.name)
        yield Route(PointId(name, point.name), kind, point, point.at(device.channel), device.channel, order)
