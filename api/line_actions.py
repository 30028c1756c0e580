"""What people do on the bulletin line and with the shift, each in a role that `security.roles` judges."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from api.actions import Actions
from api.sessions import Actor
from edge.events import Event
from edge.facts import Facts
from edge.site import Site
from security import bulletins, hand_over
from security.bulletins import Level


class LineActions:
    def __init__(self, site: Site, actions: Actions) -> None:
        self._site = site
        self._act = actions.act

    async def post(self, who: Actor, level: Level, text: str, end: datetime | int, to: Sequence[str]) -> None:
        """end: an instant, or minutes from now."""

        def decide(facts: Facts, at: datetime) -> Event:
            until = at + timedelta(minutes=end) if isinstance(end, int) else end
            return bulletins.post(self._site, facts, at, who.name, who.role, level, text, until, to)

        await self._act(decide)

    async def end(self, number: int, who: Actor) -> None:
        await self._act(lambda facts, at: bulletins.end(facts, at, number, who.name, who.role))

    async def read(self, number: int, who: Actor, agency: str | None) -> None:
        await self._act(lambda facts, at: bulletins.read(facts, at, number, who.name, who.role, agency))

    async def hand_over(self, who: Actor, to: str, note: str) -> None:
        await self._act(lambda facts, at: hand_over.hand_over(self._site, facts, at, who.name, who.role, to, note))

    async def receive(self, who: Actor) -> None:
        await self._act(lambda facts, at: hand_over.receive(facts, at, who.name, who.role))
