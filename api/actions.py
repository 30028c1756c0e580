"""What people do, carried to the controller: judged there by the facts of that very moment."""

from datetime import datetime, timedelta

from api.faults import Conflict, Forbidden, Unknown
from api.port import Decide, Desk
from edge.events import Event
from edge.facts import Facts
from security import alarms, releases
from security.releases import RELEASE


class Actions:
    """read_only_reason: why nobody may act through this side of the controller; None when they may."""

    def __init__(self, desk: Desk, read_only_reason: str | None = None) -> None:
        self._desk = desk
        self.read_only_reason = read_only_reason

    async def acknowledge(self, number: int, by: str, version: int) -> None:
        await self._act(lambda facts, at: alarms.acknowledge(facts, at, number, by, version))

    async def claim(self, number: int, by: str) -> None:
        await self._act(lambda facts, at: alarms.claim(facts, at, number, by))

    async def note(self, number: int, by: str, text: str) -> None:
        await self._act(lambda facts, at: alarms.note(facts, at, number, by, text))

    async def resolve(self, number: int, by: str, reason: str, version: int) -> None:
        await self._act(lambda facts, at: alarms.resolve(facts, at, number, by, reason, version))

    async def release(self, door: str, by: str, span: timedelta, reason: str) -> None:
        self._require_lock(door)
        await self._act(lambda _, at: releases.release(self._desk.site, at, door, by, span, reason))

    async def end_release(self, door: str, by: str) -> None:
        self._require_lock(door)

        def decide(facts: Facts, at: datetime) -> Event:
            if facts(RELEASE(door)) is None:
                raise Conflict("this door has not been released")
            return releases.end_release(self._desk.site, facts, at, door, by)

        await self._act(decide)

    def _require_lock(self, door: str) -> None:
        if self._desk.site.device_at(door) is None:
            raise Unknown("this site has no door of that id with a controller")

    async def _act(self, decide: Decide) -> None:
        if self.read_only_reason is not None:
            raise Forbidden(self.read_only_reason)
        await self._desk.act(decide)
