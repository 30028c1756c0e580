"""What people do, carried to the controller: judged there by the facts of that very moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from api.faults import Forbidden, Unknown
from api.port import Decide, Desk
from api.scope import require_room
from api.sessions import View
from edge.events import Event
from edge.facts import Facts
from edge.site import Site
from rooms import desk as rooms
from rooms.needs import Broken
from rooms.stays import LocalBookingMade

Tap = Callable[[Facts, Site, datetime, str, str], Event]
"""What one tap at a room asks for, such as `rooms.desk.keep`; given the room and the person last."""

Said = Callable[[Facts, Site, datetime, str, str, Broken], Event]
"""What is said of something broken in a room: that it is, or that it is mended."""


class Actions:
    """read_only_reason: why nobody may act through this side of the controller; None when they may."""

    def __init__(self, desk: Desk, read_only_reason: str | None = None) -> None:
        self._desk = desk
        self.read_only_reason = read_only_reason

    # --- rooms ----------------------------------------------------------------------------------------------------

    async def tap(self, tap: Tap, room: str, by: str, view: View) -> None:
        await self._act_in(room, view, lambda facts, at: tap(facts, self._desk.site, at, room, by))

    async def fault(self, said: Said, room: str, by: str, what: Broken, view: View) -> None:
        await self._act_in(room, view, lambda facts, at: said(facts, self._desk.site, at, room, by, what))

    async def allow(self, room: str, by: str, uid: str, rid: str, view: View) -> None:
        await self._act_in(room, view, lambda facts, at: rooms.allow(facts, self._desk.site, at, room, by, uid, rid))

    async def move(self, room: str, by: str, uid: str, rid: str, to: str, view: View) -> None:
        require_room(self._desk.site, view, to)
        await self._act_in(room, view, lambda facts, at: rooms.move(facts, self._desk.site, at, room, by, uid, rid, to))

    async def book(
        self, room: str, by: str, start: datetime | None, until: datetime | int, agency: str | None, view: View
    ) -> LocalBookingMade:
        """start: None for now. until: an instant, or minutes from the start."""

        def decide(facts: Facts, at: datetime) -> Event:
            begins = start or at
            end = begins + timedelta(minutes=until) if isinstance(until, int) else until
            return rooms.book(facts, self._desk.site, at, room, by, start=begins, end=end, agency=agency)

        if agency is not None and agency not in self._desk.site.agencies:
            raise Unknown("this site has no agency of that id")
        return cast("LocalBookingMade", await self._act_in(room, view, decide))

    async def cancel(self, room: str, by: str, uid: str, view: View) -> None:
        await self._act_in(room, view, lambda facts, at: rooms.cancel(facts, self._desk.site, at, room, by, uid))

    async def _act_in(self, room: str, view: View, decide: Decide) -> Event:
        """view: of whoever asks; a room that they do not see is none."""
        require_room(self._desk.site, view, room)
        return await self.act(decide)

    # --- all of it ------------------------------------------------------------------------------------------------------

    async def act(self, decide: Decide) -> Event:
        """Judged in the controller by the facts of that moment."""
        if self.read_only_reason is not None:
            raise Forbidden(self.read_only_reason)
        return await self._desk.act(decide)
