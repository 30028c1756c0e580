"""The pages of rooms, for the lobby host and beside each door, and what their forms do."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Request, Response

from api.actions import Actions, Tap
from api.console.forms import Forms, person, told_of
from api.console.pages import Pages
from api.console.panel_sections import panel_list
from api.console.room_sections import HOST_LISTS
from api.console.sections import LOBBY
from api.faults import status_of
from api.gate import caller_of
from api.models_rooms import LONGEST_MIN, SHORTEST_MIN, Uid
from api.policy import MINDS_ROOMS
from api.port import Desk
from api.readers import Readers
from api.room_truth import RoomTruth
from api.scope import sees
from api.truth import Truth
from edge.errors import IllegalCommand
from edge.site import Site
from edge.text import say
from rooms import desk as asked
from rooms import needs, remote

RoomTap = Literal["arrive", "keep", "release", "extend", "session-begin", "session-end", "help", "help-answer", "help-end"]
TAPS: Final[dict[RoomTap, Tap]] = {
    "arrive": asked.arrive,
    "keep": asked.keep,
    "release": asked.release,
    "extend": asked.extend,
    "session-begin": remote.begin,
    "session-end": remote.end,
    "help": needs.ask_help,
    "help-answer": needs.answer_help,
    "help-end": needs.end_help,
}
LENGTHS: Final = (15, 30, 45, 60, 90, 120, 180)
"""Minutes that the lobby host chooses from."""
ROOMS: Final = "/rooms"

Back = Annotated[str, Form()]
Minutes = Annotated[int, Form(ge=SHORTEST_MIN, le=LONGEST_MIN)]
LocalTime = Annotated[str | None, Form(pattern=r"^([01]?[0-9]|2[0-3])[:.][0-5][0-9]$")]


def router(desk: Desk, readers: Readers, pages: Pages, actions: Actions) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms = Forms(pages, readers)
    site = desk.site
    bookable_here = [room for room in site.bookable if any(site.feeds[feed].local for feed in site.feeds_of(room))]

    @routes.get("/host")
    async def host(request: Request) -> Response:
        return pages.live("host.html", request, LOBBY, ceremonies=any(scene.prepare for scene in site.scenes.values()))

    @routes.get(ROOMS)
    async def rooms(request: Request) -> Response:
        renderer, caller = readers.of_page(request), caller_of(request)
        here = bookable_here if caller.role in MINDS_ROOMS else []
        return pages.live(
            "rooms.html",
            request,
            HOST_LISTS,
            bookable_here={room: renderer.name(room) for room in here},
            agencies={agency: renderer.name(agency) for agency in site.agencies},
            lengths=LENGTHS,
        )

    @routes.get("/rooms/{room}")
    async def room(request: Request, room: str) -> Response:
        if not sees(site, caller_of(request).view, room):
            return forms.refused(request, say("No calendar books a room of that name."), 404, ROOMS)
        return pages.for_everybody("room.html", request, (panel_list(room),), room=room)

    @routes.get("/rooms/{room}/move")
    async def where_to(request: Request, room: str, uid: str = "", rid: str = "") -> Response:
        """The rooms that are free for one booking."""
        renderer, view, now = readers.of_page(request), caller_of(request).view, pages.now()
        told = RoomTruth(Truth(desk, renderer), view)
        booking = next((b for b in told.coming(room) if (b.uid, b.rid) == (uid, rid)), None) if sees(site, view, room) else None
        if booking is None:
            return forms.refused(request, say("There is no such booking any more."), 404, ROOMS)
        free = {each: renderer.name(each) for each in asked.free_rooms(desk.facts, site, now, booking) if sees(site, view, each)}
        return pages.answer("move.html", request, booking=told.booking(booking), free=free)

    # --- forms ----------------------------------------------------------------------------------------------------

    @routes.post("/console/rooms/book")
    async def book(
        request: Request,
        room: Annotated[str, Form()],
        minutes: Minutes,
        start: LocalTime = None,
        agency: Annotated[str | None, Form()] = None,
        back: Back = ROOMS,
    ) -> Response:
        begins = _today_at(site, desk.clock.now(), start) if start else None
        return await done(request, back, actions.book(room, person(request), begins, minutes, agency, caller_of(request).view))

    @routes.post("/console/rooms/{room}/allow")
    async def allow(
        request: Request, room: str, uid: Annotated[Uid, Form()], rid: Annotated[str, Form()] = "", back: Back = ROOMS
    ) -> Response:
        return await done(request, back, actions.allow(room, person(request), uid, rid, caller_of(request).view))

    @routes.post("/console/rooms/{room}/cancel")
    async def cancel(request: Request, room: str, uid: Annotated[Uid, Form()], back: Back = ROOMS) -> Response:
        return await done(request, back, actions.cancel(room, person(request), uid, caller_of(request).view))

    @routes.post("/console/rooms/{room}/faults")
    async def report(request: Request, room: str, what: Annotated[needs.Broken, Form()], back: Back = ROOMS) -> Response:
        return await done(request, back, actions.fault(needs.report_fault, room, person(request), what, caller_of(request).view))

    @routes.post("/console/rooms/{room}/mended")
    async def mended(request: Request, room: str, what: Annotated[needs.Broken, Form()], back: Back = ROOMS) -> Response:
        return await done(request, back, actions.fault(needs.mend_fault, room, person(request), what, caller_of(request).view))

    @routes.post("/console/rooms/{room}/move")
    async def move(
        request: Request,
        room: str,
        uid: Annotated[Uid, Form()],
        to: Annotated[str, Form(max_length=64)],
        rid: Annotated[str, Form()] = "",
    ) -> Response:
        return await done(request, ROOMS, actions.move(room, person(request), uid, rid, to, caller_of(request).view))

    @routes.post("/console/rooms/{room}/{tap}")
    async def tap(
        request: Request,
        room: str,
        tap: RoomTap,
        back: Back = ROOMS,
    ) -> Response:
        return await done(request, back, actions.tap(TAPS[tap], room, person(request), caller_of(request).view))

    async def done(request: Request, back: str, action: Awaitable[object]) -> Response:
        try:
            await action
        except IllegalCommand as error:
            return forms.refused(request, told_of(error), status_of(error), caller_of(request).home if back == "/" else back)
        return forms.done(request, back)

    return routes


def _today_at(site: Site, now: datetime, written: str) -> datetime:
    """The instant of a local time of day, such as 13:30."""
    hours, minutes = map(int, written.replace(".", ":").split(":"))
    return site.local.instant(site.local.date_of(now), hours * 60 + minutes)
