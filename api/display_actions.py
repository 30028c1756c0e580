"""What people put on the displays for everybody."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from api.actions import Actions
from edge.events import Event
from edge.facts import Facts
from edge.site import Site
from edge.site.fields import Language
from rooms import public_notices
from rooms.public_notices import Ready


class DisplayActions:
    def __init__(self, site: Site, actions: Actions) -> None:
        self._site = site
        self._act = actions.act

    async def post(self, by: str, end: datetime | int, ready: Ready | None, texts: Mapping[Language, str]) -> None:
        """end: an instant, or minutes from now."""

        def decide(facts: Facts, at: datetime) -> Event:
            until = at + timedelta(minutes=end) if isinstance(end, int) else end
            return public_notices.post(self._site, facts, at, by, until, ready=ready, texts=texts)

        await self._act(decide)

    async def end(self, number: int, by: str) -> None:
        await self._act(lambda facts, at: public_notices.end(facts, at, by, number))
