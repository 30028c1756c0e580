"""The devices of one server as the site file describes them: where their points are, and what was last said of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from edge.points import DEVICE_TYPES, PointId, PointKind, Value
from edge.problems import Reason
from edge.profiles import PROFILES
from edge.profiles.opcua_mapping import NodePoint, NodeRef, NodeTranslation, OpcuaMapping, node_ref
from edge.site.device import Address, Device
from edge.site.model import Site


class Place(NamedTuple):
    """A node: by its id, or by the browse names that lead to it from there."""

    node: NodeRef
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "/".join((str(self.node), *self.path))


class Route(NamedTuple):
    """One point of a device. order: the node that takes commands, if any, and what is said to it."""

    point: PointId
    kind: PointKind
    place: Place
    means: NodeTranslation
    order: tuple[Place, NodeTranslation] | None


class Said(NamedTuple):
    """What the controller was told of a point; bad: instead of a value."""

    value: Value
    bad: Reason
    sent_at: datetime | None


@dataclass(slots=True)
class Presence:
    """Of a device behind the server. main: the point that it is there for: without that one, it is lost.

    good: whether the main point has a value in this session. good_at, told_at: on the monotonic clock, in seconds; said: by point.
    """

    name: str
    main: PointId
    beat_s: float
    good_at: float
    good: bool = False
    link: bool | None = None
    told_at: float = 0.0
    said: dict[PointId, Said] = field(default_factory=dict)


_BEAT_S = 10.0


def routes_of(site: Site, connection: str) -> list[Route]:
    """The points behind a server, in the order of the site file; the first of a device is its main one."""
    return [route for name, device in site.devices.items() if device.connection == connection for route in _routes(name, device)]


def presences_of(site: Site, routes: Sequence[Route], now: float) -> Mapping[str, Presence]:
    """By device."""
    found: dict[str, Presence] = {}
    for route in routes:
        name = route.point.device
        if name not in found:
            device = site.devices[name]
            heartbeat = device.heartbeat or PROFILES[device.profile].heartbeat
            found[name] = Presence(name, route.point, min(heartbeat.total_seconds(), _BEAT_S) if heartbeat else _BEAT_S, now)
    return found


def _routes(name: str, device: Device) -> Iterator[Route]:
    mapping = PROFILES[device.profile].mapping
    below = mapping.points.get(device.type, {}) if isinstance(mapping, OpcuaMapping) else {}
    for kind in DEVICE_TYPES[device.type].values():
        point = PointId(name, kind.name)
        address = device.points.get(kind.name)
        if address is not None and address.node is not None:
            yield _given(point, kind, Place(node_ref(address.node)), address)
        elif kind.name in below and device.at is not None and kind.name not in device.lacks:
            yield _found_below(point, kind, node_ref(device.at), below[kind.name])


def _given(point: PointId, kind: PointKind, place: Place, address: Address) -> Route:
    means = NodeTranslation(address.values, address.scale, address.offset)
    return Route(point, kind, place, means, (place, means) if kind.commanded else None)


def _found_below(point: PointId, kind: PointKind, base: NodeRef, described: NodePoint) -> Route:
    place = Place(base, tuple(described.path.split("/")))
    order = described.order or described
    taken = (Place(base, tuple(order.path.split("/"))), order.means) if kind.commanded else None
    return Route(point, kind, place, described.means, taken)
