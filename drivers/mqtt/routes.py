"""Where each topic of a connection leads: worked out once from the site file, then looked up for each message."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from drivers.mqtt.native import command_topic, state_topic
from edge.errors import IllegalInput
from edge.points import DEVICE_TYPES, PointId, PointKind
from edge.site.connections import MqttConnection
from edge.site.model import Site

PANIC = "panic-button"


class Route(NamedTuple):
    """One point behind a topic. path: where its value is inside an object of another make; empty for the native payload."""

    point: PointId
    kind: PointKind
    topic: str
    set_topic: str
    path: tuple[str, ...]
    panic: bool


@dataclass(frozen=True, slots=True)
class Routes:
    """panic, rest: the state topics of the two lanes. commands: the topic that takes the commands of a point."""

    panic: dict[str, tuple[Route, ...]]
    rest: dict[str, tuple[Route, ...]]
    commands: dict[PointId, str]


def routes_of(site: Site, connection: str) -> Routes:
    panic: dict[str, tuple[Route, ...]] = {}
    rest: dict[str, tuple[Route, ...]] = {}
    commands: dict[PointId, str] = {}
    for device in site.devices:
        if site.devices[device].connection != connection:
            continue
        for route in routes_of_device(site, device):
            lane = panic if route.panic else rest
            lane[route.topic] = (*lane.get(route.topic, ()), route)
            if route.kind.commanded:
                commands[route.point] = route.set_topic
    return Routes(panic, rest, commands)


def routes_of_device(site: Site, device: str) -> Iterator[Route]:
    described = site.devices[device]
    for point, kind in DEVICE_TYPES[described.type].items():
        address = described.points.get(point)
        topic = (address and address.topic) or state_topic(site.site.id, device, point)
        set_topic = (address and address.set) or command_topic(topic)
        path = tuple(address.field.split(".")) if address and address.field else ()
        yield Route(PointId(device, point), kind, topic, set_topic, path, described.type == PANIC)


def connection_of(site: Site, connection: str) -> MqttConnection:
    """Raises IllegalInput for a connection that the site file does not have, or that is no MQTT."""
    found = site.connections.get(connection)
    if not isinstance(found, MqttConnection):
        raise IllegalInput(f"the site file has no MQTT connection {connection!r}")
    return found
