"""Where each topic of a connection leads: worked out once from the site file, then looked up for each message."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from drivers.mqtt.makes import Manner, manner_of
from drivers.mqtt.native import command_topic, state_topic
from edge.errors import IllegalInput
from edge.points import DEVICE_TYPES, PointId, PointKind
from edge.profiles import PROFILES
from edge.profiles.mqtt_mapping import MqttMapping, MqttPoint, Question
from edge.site.connections import MqttConnection
from edge.site.device import Address, Device
from edge.site.model import Site

PANIC = "panic-button"


class Route(NamedTuple):
    """One point behind a topic. make, manner: how another make says it; None for the native payload.

    topic: empty where nothing is heard of it. set_topic: empty where the point takes no commands. expected: the site file itself
    says that the value is there, so that a message without it is a fault; other makes say many things on one topic.
    """

    point: PointId
    kind: PointKind
    topic: str
    set_topic: str
    make: MqttPoint | None
    manner: Manner | None
    panic: bool
    expected: bool = True


@dataclass(frozen=True, slots=True)
class Routes:
    """panic, rest: the state topics of the two lanes. orders: how each point is commanded. questions: by device."""

    panic: dict[str, tuple[Route, ...]] = field(default_factory=dict)
    rest: dict[str, tuple[Route, ...]] = field(default_factory=dict)
    orders: dict[PointId, Route] = field(default_factory=dict)
    questions: dict[str, tuple[Question, ...]] = field(default_factory=dict)

    @property
    def commands(self) -> dict[PointId, str]:
        """The topic that takes the commands of a point."""
        return {point: route.set_topic for point, route in self.orders.items()}


def routes_of(site: Site, connection: str) -> Routes:
    """None for a line of another kind."""
    routes = Routes()
    if not isinstance(site.connections.get(connection), MqttConnection):
        return routes
    for device, described in site.devices.items():
        if described.connection != connection:
            continue
        if questions := questions_of_device(site, device):
            routes.questions[device] = questions
        for route in routes_of_device(site, device):
            lane = routes.panic if route.panic else routes.rest
            if route.topic:
                lane[route.topic] = (*lane.get(route.topic, ()), route)
            if route.set_topic:
                routes.orders.setdefault(route.point, route)
    return routes


def routes_of_device(site: Site, device: str) -> Iterator[Route]:
    described = site.devices[device]
    panic = described.type == PANIC
    for name, kind in DEVICE_TYPES[described.type].items():
        point = PointId(device, name)
        if address := described.points.get(name):
            yield _addressed(site, point, kind, address, panic=panic)
        elif mapping_of(described).native:
            topic = state_topic(site.site.id, device, name)
            yield Route(point, kind, topic, command_topic(topic) if kind.commanded else "", None, None, panic)
        else:
            for make in _points_of(described, name):
                set_topic = make.set if kind.commanded else ""
                yield Route(point, kind, make.topic, set_topic, make, manner_of(make), panic, expected=False)


def questions_of_device(site: Site, device: str) -> tuple[Question, ...]:
    described = site.devices[device]
    asked = mapping_of(described).questions.get(described.type, ())
    return tuple(question.of(described.at or "", described.channel) for question in asked)


def mapping_of(described: Device) -> MqttMapping:
    """Raises IllegalInput for a device whose profile speaks something else."""
    mapping = PROFILES[described.profile].mapping
    if not isinstance(mapping, MqttMapping):
        raise IllegalInput(f"the profile {described.profile} does not speak MQTT")
    return mapping


def _points_of(described: Device, name: str) -> Iterator[MqttPoint]:
    for make in mapping_of(described).points.get(described.type, ()):
        if make.name == name:
            yield make.of(described.at or "", described.channel)


def _addressed(site: Site, point: PointId, kind: PointKind, address: Address, *, panic: bool) -> Route:
    native = mapping_of(site.devices[point.device]).native
    topic = address.topic or state_topic(site.site.id, *point)
    set_topic = address.set or (command_topic(topic) if native else "")
    make = MqttPoint(
        point.point,
        topic,
        field=address.field or "",
        values=address.values,
        scale=address.scale,
        offset=address.offset,
        set=set_topic,
        command=address.command or "",
    )
    commanded = set_topic if kind.commanded else ""
    if native and make == MqttPoint(point.point, topic, set=set_topic):
        return Route(point, kind, topic, commanded, None, None, panic)
    return Route(point, kind, topic, commanded, make, manner_of(make), panic)


def connection_of(site: Site, connection: str) -> MqttConnection:
    """Raises IllegalInput for a connection that the site file does not have, or that is no MQTT."""
    found = site.connections.get(connection)
    if not isinstance(found, MqttConnection):
        raise IllegalInput(f"the site file has no MQTT connection {connection!r}")
    return found
