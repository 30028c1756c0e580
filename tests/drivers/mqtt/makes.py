"""Devices of other makes for tests: a site with one, what is heard of a message, what is sent to it."""

from datetime import UTC, datetime
from typing import Any

from drivers.mqtt.native import Reading
from drivers.mqtt.payloads import hear, write_order
from drivers.mqtt.routes import Routes, questions_of_device, routes_of
from edge.commands import Command
from edge.points import PointId, Value
from edge.site.model import Site
from edge.text import Text, say
from tests.builders import site_of

T = datetime(2026, 11, 27, 7, tzinfo=UTC)
_IN_A_SPACE = ("panic-button", "relief-button", "occupancy-sensor", "masking-unit", "ambient-sensor", "terminal-dock")
_PLACES = {
    "door-controller": {"door": "front"},
    "alarm-input": {"alarm": "leak"},
    **{key: {"space": "room"} for key in _IN_A_SPACE},
}


def site_with(type_: str, profile: str, port: int = 1883, site: str | None = None, **device: Any) -> Site:
    """One device, `x`; what its type needs besides is there."""
    described = {"type": type_, "connection": "broker", "profile": profile, **_PLACES.get(type_, {}), **device}
    leak = {"name": "Water leak", "level": 2, "response": ["Close the valve."], "clears": "When the floor is dry."}
    return site_of(
        {"room": "internal"},
        {},
        site={"id": site or "makes", "name": "Makes"},
        connections={"broker": {"protocol": "mqtt", "port": port}},
        devices={"x": described},
        alarms={"leak": leak} if type_ == "alarm-input" else {},
    )


class Make:
    """One device as the driver sees it, without a line."""

    def __init__(self, type_: str, profile: str, **device: Any) -> None:
        self.site = site_with(type_, profile, **device)
        self.routes: Routes = routes_of(self.site, "broker")

    def says(self, topic: str, payload: str | bytes) -> dict[str, Value]:
        """What one message means, by point; a fault under the name `fault`, what is no value as its reason."""
        routes = self.routes.rest.get(topic) or self.routes.panic.get(topic)
        assert routes, f"nothing is heard on {topic}; only on {[*self.routes.rest, *self.routes.panic]}"
        heard, faults = hear(routes, payload if isinstance(payload, bytes) else payload.encode())
        found: dict[str, Value] = {route.point.point: _value_of(reading) for route, reading in heard}
        return {**found, "fault": faults[0][1]} if faults else found

    def hears(self, point: str, value: Value, for_s: float | None = None) -> tuple[str, str]:
        """Topic and payload of a command."""
        route = self.routes.orders[PointId("x", point)]
        command = Command(PointId("x", point), value, 3, 7, T, for_s, "test", say("Test"))
        return route.set_topic, write_order(route, command).decode()

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(question.topic, question.payload) for question in questions_of_device(self.site, "x")]


def _value_of(reading: Reading) -> Value:
    if not isinstance(reading.bad, Text):
        return reading.value
    return f"it says {reading.bad.values['word']}" if "word" in reading.bad.values else reading.bad.message
