"""What the controller hears of a server: points that changed or have no usable value, devices found and lost, the line itself."""

from collections.abc import Mapping, Sequence

from drivers.opcua.places import Place, Presence, Route, Said
from drivers.port import Inbox
from drivers.telling import LineTeller
from edge.clock import Clock
from edge.device_figures import Requests

LOST_AFTER_S = 3.0
"""A device is lost when its main point has had no value for so long; a server, when it has been silent for so long."""


class Teller(LineTeller):
    """Times are of the monotonic clock, in seconds. requests: by device, how its writes went."""

    def __init__(
        self, connection: str, routes: Sequence[Route], presences: Mapping[str, Presence], inbox: Inbox, clock: Clock
    ) -> None:
        super().__init__(connection, inbox, clock)
        self._routes = {route.point: route for route in routes}
        self.requests = {name: Requests() for name in presences}
        self._presences = presences

    def begin(self) -> None:
        """A session began: whatever was known from the one before must be heard anew."""
        for presence in self._presences.values():
            presence.said.clear()

    def ended(self) -> None:
        """The session is over, and with it what was good in it."""
        for presence in self._presences.values():
            presence.good = False

    def heard(self, route: Route, said: Said, now: float, *, anew: bool = False) -> None:
        """anew: also when it is the same as before, since it answers a command."""
        presence = self._presences[route.point.device]
        known = presence.said.get(route.point)
        if anew and known is not None and _is_older(said, known):
            return
        presence.said[route.point] = said
        if route.point == presence.main:
            presence.good = not said.bad
            if presence.good:
                presence.good_at = now
                if not presence.link:
                    self._found(presence, now)
                    return
        # Of a device that is not there, only what is wrong with it says something.
        if (presence.link or said.bad) and (anew or known is None or (known.value, known.bad) != (said.value, said.bad)):
            self._tell(route, said)

    def alive(self, now: float) -> None:
        """The server has answered: what was good in this session still is."""
        for presence in self._presences.values():
            if presence.good:
                presence.good_at = now

    def pass_time(self, now: float) -> None:
        for presence in self._presences.values():
            if now - presence.good_at >= LOST_AFTER_S:
                if presence.link is not False and self._line is not None:  # else the line is still on its way
                    self._link(presence, False, now)
            elif presence.good and not presence.link:
                self._found(presence, now)
            elif presence.good and now - presence.told_at >= presence.beat_s:
                self._link(presence, True, now)

    def is_lost(self, device: str) -> bool:
        return self._presences[device].link is False

    def nonsense(self, device: str, place: Place, problem: str, raw: object = "") -> None:
        self._tell_nonsense(device, place, problem, str(raw).encode())

    def _found(self, presence: Presence, now: float) -> None:
        self._link(presence, True, now)
        for point, said in presence.said.items():
            self._tell(self._routes[point], said)

    def _link(self, presence: Presence, up: bool, now: float) -> None:
        presence.link, presence.told_at = up, now
        self._tell_link(presence.name, up)

    def _tell(self, route: Route, said: Said) -> None:
        self._tell_value(route.point, said.value, said.bad, durable=route.kind.durable, sent_at=said.sent_at)


def _is_older(said: Said, known: Said) -> bool:
    """Of two things that one server said of one node, which it may have sent in either order."""
    return said.sent_at is not None and known.sent_at is not None and said.sent_at < known.sent_at
