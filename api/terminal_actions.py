"""What people do with payment terminals, carried to the controller."""

from datetime import datetime, timedelta

from api.actions import Actions
from api.faults import Unknown
from api.sessions import Actor
from edge.events import Event
from edge.facts import Facts
from edge.site import Site
from rooms import terminal_lending
from security import roles


class TerminalActions:
    def __init__(self, site: Site, actions: Actions) -> None:
        self._site = site
        self._actions = actions

    async def lend(self, terminal: str, who: Actor, minutes: int) -> None:
        def decide(facts: Facts, at: datetime) -> Event:
            until = at + timedelta(minutes=minutes)
            return terminal_lending.lend(self._site, facts, at, terminal, who.name, until)

        self._require(terminal, who)
        await self._actions.act(decide)

    async def take_back(self, terminal: str, who: Actor) -> None:
        self._require(terminal, who)
        await self._actions.act(lambda facts, at: terminal_lending.take_back(self._site, facts, at, terminal, who.name))

    def _require(self, terminal: str, who: Actor) -> None:
        if terminal not in self._site.terminals:
            raise Unknown("this site has no payment terminal of that id")
        roles.require(who.role, "lend-terminal")
