"""How a virtual device on an MQTT line speaks: natively or as a make does, by the same mapping as the driver reads it with."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from drivers.mqtt.makes import parsed, path_of, with_value, written
from drivers.mqtt.native import Order, ack_topic, check, read_command, write_state
from drivers.mqtt.routes import Route
from drivers.virtual.device import Report
from edge.errors import Garbled, IllegalCommand
from edge.points import Value
from edge.profiles.message_template import FOR_S, VALUE, recognised
from edge.profiles.mqtt_mapping import MqttPoint


class Said(NamedTuple):
    topic: str
    payload: bytes
    qos: int
    retained: bool


class Tongue:
    """Of the topics on which a make says the same, it uses the first in the mapping.

    keeps: whether the broker keeps states for those who come later; a make that can be asked need not.
    """

    def __init__(self, routes: Iterable[Route], *, keeps: bool = True) -> None:
        self._routes: dict[str, Route] = {}
        for route in routes:
            self._routes.setdefault(route.point.point, route)
        self._keeps = keeps
        self._orders = [route for route in self._routes.values() if route.set_topic]
        self._objects: dict[str, Any] = {}
        self._seq = 0
        self.native = any(route.make is None for route in self._routes.values())
        self.command_topics = {route.set_topic for route in self._orders}
        self.answer_topics = {ack_topic(r.topic) for r in self._routes.values() if r.kind.momentary and r.make is None}

    def link(self, *, up: bool) -> Said | None:
        """What says that the device is there, or is not."""
        return next(self.spoken(Report("link", up), None), None)

    def spoken(self, report: Report, now: datetime | None) -> Iterator[Said]:
        """Nothing for a point that the make does not have, or a value for which it has no word."""
        route = self._routes.get(report.point)
        if route is None or not route.topic:
            return
        lasting = not route.kind.momentary
        kept = lasting and (self._keeps or report.point == "link")
        if route.make is None:
            payload = write_state(report.value, now if report.id else None, report.id)
        elif (said := self._in_words(route.make, report.value)) is None:
            return
        else:
            bare = not route.make.field
            whole = with_value({} if bare else self._objects.get(route.topic, {}), path_of(route.make.field), said)
            if lasting and not bare:
                self._objects[route.topic] = whole
            payload = written(whole, bare=bare)
        yield Said(route.topic, payload, int(route.kind.durable), kept)

    def understood(self, topic: str, payload: bytes) -> tuple[str, Order] | None:
        """The point that a message commands, and how. Raises Garbled."""
        for route in self._orders:
            if route.set_topic != topic:
                continue
            if route.make is None or not route.make.command:
                return route.point.point, read_command(payload, route.kind)
            found = recognised(route.make.command, parsed(payload))
            if found is not None:
                return route.point.point, self._order(route, route.make, found)
        return None

    def _in_words(self, make: MqttPoint, value: Value) -> Value:
        try:
            return make.heard.write(value)
        except IllegalCommand:
            return None

    def _order(self, route: Route, make: MqttPoint, found: dict[str, Value]) -> Order:
        said = found.get(VALUE)
        if isinstance(said, str) and route.kind.type is not str and said not in make.said.values:
            said = parsed(said.encode())
        value, for_s = make.said.read(said), found.get(FOR_S)
        check(route.kind, value)
        if for_s is not None and (isinstance(for_s, bool | str) or not 0 < for_s < 1e6):
            raise Garbled("a lease out of range")
        self._seq += 1
        return Order(value, 0, self._seq, for_s)
