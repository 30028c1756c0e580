"""What people do with alarms, their sources and walk tests, each in a role that `security.roles` judges."""

from datetime import datetime, timedelta

from api.actions import Actions
from api.faults import Unknown
from api.sessions import Actor
from edge.events import Event
from edge.facts import Facts
from edge.site import Site
from security import alarms, roles, shelving, sources, walk_tests

End = datetime | int
"""An instant, or minutes from now."""


class AlarmActions:
    def __init__(self, site: Site, actions: Actions) -> None:
        self._site = site
        self._act = actions.act

    async def acknowledge(self, number: int, who: Actor, version: int) -> None:
        roles.require(who.role, "acknowledge")
        await self._act(lambda facts, at: alarms.acknowledge(facts, at, number, who.name, version))

    async def claim(self, number: int, who: Actor, version: int | None = None) -> None:
        roles.require(who.role, "claim")
        await self._act(lambda facts, at: alarms.claim(facts, at, number, who.name, version))

    async def note(self, number: int, who: Actor, text: str) -> None:
        roles.require(who.role, "note")
        await self._act(lambda facts, at: alarms.note(facts, at, number, who.name, text))

    async def transfer(self, number: int, who: Actor, to: str, version: int) -> None:
        roles.require(who.role, "transfer")
        await self._act(lambda facts, at: alarms.transfer(facts, at, number, who.name, to, version))

    async def resolve(self, number: int, who: Actor, reason: str, version: int) -> None:
        roles.require(who.role, "resolve")
        await self._act(lambda facts, at: alarms.resolve(facts, at, number, who.name, reason, version))

    # --- off the list -------------------------------------------------------------------------------------------------

    async def shelve(self, number: int, who: Actor, end: End, reason: str, version: int) -> None:
        def decide(facts: Facts, at: datetime) -> Event:
            until = _instant(end, at)
            return shelving.shelve(self._site, facts, at, number, who.name, who.role, until, reason, version)

        await self._act(decide)

    async def unshelve(self, kind: str, subject: str, who: Actor) -> None:
        await self._act(lambda facts, at: shelving.unshelve(facts, at, kind, subject, who.name, who.role))

    async def take_out(self, device: str, who: Actor, end: End | None, reason: str) -> None:
        def decide(_: Facts, at: datetime) -> Event:
            until = None if end is None else _instant(end, at)
            return sources.take_out(self._site, at, device, who.name, who.role, reason, until)

        self._require_device(device)
        await self._act(decide)

    async def take_back(self, device: str, who: Actor) -> None:
        self._require_device(device)
        await self._act(lambda facts, at: sources.take_back(self._site, facts, at, device, who.name, who.role))

    # --- walk tests ---------------------------------------------------------------------------------------------------

    async def begin_test(self, who: Actor, buttons: list[str], minutes: int) -> None:
        length = timedelta(minutes=minutes)
        await self._act(lambda facts, at: walk_tests.begin(self._site, facts, at, who.name, who.role, buttons, length))

    async def end_test(self, who: Actor) -> None:
        await self._act(lambda facts, at: walk_tests.end(facts, at, who.name, who.role))

    async def confirm_test(self, button: str, who: Actor) -> None:
        self._require_device(button)
        await self._act(lambda facts, at: walk_tests.confirm(facts, at, button, who.name, who.role))

    def _require_device(self, device: str) -> None:
        if device not in self._site.devices:
            raise Unknown("this site has no device of that id")


def _instant(end: End, at: datetime) -> datetime:
    return at + timedelta(minutes=end) if isinstance(end, int) else end
