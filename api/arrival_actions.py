"""What customers, machines and staff say of those who wait."""

from datetime import datetime
from typing import cast

from api.actions import Actions
from api.arrival_truth import sees_arrival
from api.sessions import View
from edge.events import Event
from edge.facts import Facts
from edge.refusal import Refusal
from edge.site import Site
from rooms import arrivals
from rooms.arrivals import WAITING, Answer, By, CustomerArrived


class ArrivalActions:
    def __init__(self, site: Site, actions: Actions) -> None:
        self._site = site
        self._act = actions.act

    async def check_in(self, number: str, by: By) -> CustomerArrived:
        return cast("CustomerArrived", await self._act(lambda facts, at: arrivals.check_in(self._site, facts, at, number, by)))

    async def queue_up(self, number: str, agency: str | None) -> CustomerArrived:
        return cast("CustomerArrived", await self._act(lambda facts, at: arrivals.queue_up(self._site, facts, at, number, agency)))

    async def answer(self, arrival: int, said: Answer, by: str, view: View) -> None:
        def decide(facts: Facts, at: datetime) -> Event:
            self._require_seen(facts, arrival, view)
            return arrivals.answer(facts, at, arrival, said, by)

        await self._act(decide)

    async def met(self, arrival: int, by: str, view: View) -> None:
        def decide(facts: Facts, at: datetime) -> Event:
            self._require_seen(facts, arrival, view)
            return arrivals.met(facts, at, arrival, by)

        await self._act(decide)

    def _require_seen(self, facts: Facts, arrival: int, view: View) -> None:
        """Refuses as if nobody waited for a customer of others: to a clerk they are not there."""
        waiting = (facts(WAITING()) or {}).get(arrival)
        if waiting is not None and not sees_arrival(self._site, view, waiting.arrived):
            raise Refusal(arrivals.GONE)
