"""Devices that are there only if several topics say so: a sensor and the bridge that it is behind."""

from collections.abc import Iterable

from drivers.mqtt.routes import Route
from edge.points import Value

_LINK = "link"


class Presences:
    """The routes of a device are all of one lane, so that no two threads come here for the same one."""

    def __init__(self, routes: Iterable[Route]) -> None:
        topics: dict[str, set[str]] = {}
        for route in routes:
            if route.point.point == _LINK:
                topics.setdefault(route.point.device, set()).add(route.topic)
        self._said: dict[str, dict[str, Value]] = {device: {} for device, of in topics.items() if len(of) > 1}

    def combined(self, route: Route, value: Value) -> Value:
        """The value of a point, in the light of what the other topics of its device said last."""
        device, point = route.point
        if point != _LINK or device not in self._said:
            return value
        said = self._said[device]
        said[route.topic] = value
        return all(each is not False for each in said.values())
