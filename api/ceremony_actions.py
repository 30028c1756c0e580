"""What people do with ceremonies, each in a role that `security.roles` judges."""

from collections.abc import Callable
from datetime import datetime, timedelta

from api.actions import Actions
from api.sessions import Actor
from edge.events import Event
from edge.facts import Facts
from edge.site import Site
from rooms import ceremonies_desk
from security import roles
from security.roles import Action


class CeremonyActions:
    def __init__(self, site: Site, actions: Actions) -> None:
        self._site = site
        self._act = actions.act

    async def tick(self, ceremony: str, who: Actor, checklist: str, item: str) -> None:
        await self._do(
            "tick", who, lambda facts, at: ceremonies_desk.tick(self._site, facts, at, ceremony, who.name, checklist, item)
        )

    async def untick(self, ceremony: str, who: Actor, checklist: str, item: str, reason: str) -> None:
        def decide(facts: Facts, at: datetime) -> Event:
            return ceremonies_desk.untick(self._site, facts, at, ceremony, who.name, checklist, item, reason)

        await self._do("tick", who, decide)

    async def delay(self, ceremony: str, who: Actor, minutes: int) -> None:
        """minutes: after the time in its calendar."""

        def decide(facts: Facts, at: datetime) -> Event:
            booked = ceremonies_desk.ceremony_of(self._site, facts, at, ceremony).booked_from
            return ceremonies_desk.delay(self._site, facts, at, ceremony, who.name, booked + timedelta(minutes=minutes))

        await self._do("play-scene", who, decide)

    async def begin(self, ceremony: str, who: Actor) -> None:
        await self._do("play-scene", who, lambda facts, at: ceremonies_desk.begin(self._site, facts, at, ceremony, who.name))

    async def open_early(self, ceremony: str, who: Actor) -> None:
        await self._do("play-scene", who, lambda facts, at: ceremonies_desk.open_early(self._site, facts, at, ceremony, who.name))

    async def _do(self, action: Action, who: Actor, decide: Callable[[Facts, datetime], Event]) -> None:
        roles.require(who.role, action)
        await self._act(decide)
