"""What people do at doors and with the whole building, each in a role: the role is judged where the rest is judged."""

from datetime import datetime, timedelta

from api.actions import Actions
from api.faults import Unknown
from api.port import Decide
from api.sessions import Actor
from edge.events import Event
from edge.facts import Facts
from edge.site import Site
from rooms import scenes
from security import modes, overrides, releases, roles
from security.modes import SITE, ZONES, Mode, door_scope, zone_scope
from security.overrides import DoorValue

End = datetime | int
"""An instant, or minutes from now."""


def scopes_of(site: Site) -> list[str]:
    """What a lockdown may be of: the site, a zone that it has, a door with a controller."""
    zones = [zone for zone in ZONES if any(space.zone == zone for space in site.spaces.values())]
    return [SITE, *map(zone_scope, zones), *map(door_scope, site.controllers)]


class DoorActions:
    def __init__(self, site: Site, actions: Actions) -> None:
        self._site = site
        self._act = actions.act

    async def release(self, door: str, who: Actor, span: timedelta, reason: str) -> None:
        self._require_lock(door)
        await self._act(lambda facts, at: releases.release(self._site, facts, at, door, who.name, who.role, span, reason))

    async def end_release(self, door: str, who: Actor) -> None:
        self._require_lock(door)
        await self._act(lambda facts, at: releases.end_release(self._site, facts, at, door, who.name, who.role))

    async def override(self, door: str, who: Actor, value: DoorValue, end: End, reason: str) -> None:
        def decide(facts: Facts, at: datetime) -> Event:
            return overrides.override(self._site, facts, at, door, value, who.name, who.role, _instant(end, at), reason)

        self._require_lock(door)
        await self._act(decide)

    async def end_override(self, door: str, who: Actor) -> None:
        self._require_lock(door)
        await self._act(lambda facts, at: overrides.end_override(self._site, facts, at, door, who.name, who.role))

    async def take_out(self, door: str, who: Actor, end: End | None, reason: str) -> None:
        def decide(facts: Facts, at: datetime) -> Event:
            until = None if end is None else _instant(end, at)
            return overrides.out_of_service(self._site, facts, at, door, who.name, who.role, reason, until)

        self._require_lock(door)
        await self._act(decide)

    async def take_back(self, door: str, who: Actor) -> None:
        self._require_lock(door)
        await self._act(lambda facts, at: overrides.back_in_service(self._site, facts, at, door, who.name, who.role))

    def _require_lock(self, door: str) -> None:
        if self._site.device_at(door) is None:
            raise Unknown("this site has no door of that id with a controller")

    # --- modes ----------------------------------------------------------------------------------------------------

    async def begin(self, mode: Mode, scope: str, who: Actor, reason: str) -> None:
        self.require_scope(scope)
        await self._act(lambda facts, at: modes.begin(self._site, facts, at, mode, scope, who.name, who.role, reason))

    async def ask_end(self, mode: Mode, scope: str, who: Actor) -> None:
        await self._act(lambda facts, at: modes.ask_end(self._site, facts, at, mode, scope, who.name, who.role))

    async def end(self, mode: Mode, scope: str, who: Actor, reason: str) -> None:
        await self._act(lambda facts, at: modes.end(self._site, facts, at, mode, scope, who.name, who.role, reason))

    def require_scope(self, scope: str) -> None:
        if scope not in scopes_of(self._site):
            raise Unknown("this site has nothing of that scope; it is one of the `scopes` of /modes")

    # --- scenes ---------------------------------------------------------------------------------------------------

    async def play(self, scene: str, who: Actor, minutes: int) -> None:
        def decide(facts: Facts, at: datetime) -> Event:
            return scenes.play(self._site, facts, at, scene, who.name, _instant(minutes, at))

        await self._act_in_scene(scene, who, decide)

    async def stop(self, scene: str, who: Actor) -> None:
        await self._act_in_scene(scene, who, lambda facts, at: scenes.stop(self._site, facts, at, scene, who.name))

    async def _act_in_scene(self, scene: str, who: Actor, decide: Decide) -> None:
        if scene not in self._site.scenes:
            raise Unknown("this site has no scene of that id")
        roles.require(who.role, "play-scene")
        await self._act(decide)


def _instant(end: End, at: datetime) -> datetime:
    return at + timedelta(minutes=end) if isinstance(end, int) else end
