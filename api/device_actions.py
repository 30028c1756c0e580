"""What people do with devices while they are connected: tests of points, and walks."""

from datetime import datetime, timedelta

from api.actions import Actions
from api.faults import Unknown
from api.sessions import Actor
from edge.events import Event
from edge.facts import Facts
from edge.points import DEVICE_TYPES, Value
from edge.site import Site
from security import device_walks, point_tests


class DeviceActions:
    def __init__(self, site: Site, actions: Actions) -> None:
        self._site = site
        self._act = actions.act

    async def test(self, device: str, point: str, who: Actor, value: Value, hold: timedelta) -> None:
        def decide(facts: Facts, at: datetime) -> Event:
            return point_tests.begin(self._site, facts, at, device, point, who.name, who.role, value, hold)

        self.require_point(device, point)
        await self._act(decide)

    async def end_test(self, device: str, point: str, who: Actor) -> None:
        self.require_point(device, point)
        await self._act(lambda facts, at: point_tests.stop(self._site, facts, at, device, point, who.name, who.role))

    async def begin_walk(self, who: Actor, devices: list[str], length: timedelta) -> None:
        await self._act(lambda facts, at: device_walks.begin(self._site, facts, at, who.name, who.role, devices, length))

    async def end_walk(self, who: Actor) -> None:
        await self._act(lambda facts, at: device_walks.end(facts, at, who.name, who.role))

    def require_point(self, device: str, point: str) -> None:
        section = self._site.devices.get(device)
        if section is None:
            raise Unknown("this site has no device of that id")
        if point not in DEVICE_TYPES[section.type]:
            raise Unknown("this device has no point of that name")
