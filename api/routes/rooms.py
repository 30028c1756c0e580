"""Rooms that calendars book: how they stand, and what people do in them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.actions import Actions
from api.faults import ACTING, NAMING, READING
from api.gate import caller_of
from api.models_rooms import Allowing, BookingHere, BookingMade, Cancelling, Moving, Reporting, RoomOut, Rooms, Tapping
from api.port import Desk
from api.readers import Readers
from api.room_truth import RoomTruth
from api.scope import require_room, rooms_of
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer
from rooms import desk as asked
from rooms import needs


def router(desk: Desk, readers: Readers, actions: Actions) -> APIRouter:
    routes = APIRouter(tags=["rooms"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806
    Uid = Annotated[str, Path(description="Of the booking in its calendar")]  # noqa: N806

    def now(room: str, renderer: Renderer, caller: Caller) -> RoomOut:
        return RoomTruth(Truth(desk, renderer), caller.view).room(room)

    @routes.get("/rooms", summary="Every space that a calendar books: how it stands, and why", responses=READING)
    async def rooms(caller: From, renderer: Reader) -> Rooms:
        truth = Truth(desk, renderer)
        told = RoomTruth(truth, caller.view)
        return Rooms(at=truth.now, seq=truth.seq, rooms=[told.room(room) for room in rooms_of(desk.site, caller.view)])

    @routes.get("/rooms/{room}", summary="One room: how it stands, and why", responses=NAMING)
    async def room(room: str, caller: From, renderer: Reader) -> RoomOut:
        require_room(desk.site, caller.view, room)
        return now(room, renderer, caller)

    @routes.post("/rooms/{room}/arrive", summary="The official is there", responses=ACTING)
    async def arrive(room: str, body: Tapping, caller: From, renderer: Reader) -> RoomOut:
        await actions.tap(asked.arrive, room, caller.acting(body.by), caller.view)
        return now(room, renderer, caller)

    @routes.post("/rooms/{room}/keep", summary="Somebody is there, although no sensor sees anybody", responses=ACTING)
    async def keep(room: str, body: Tapping, caller: From, renderer: Reader) -> RoomOut:
        await actions.tap(asked.keep, room, caller.acting(body.by), caller.view)
        return now(room, renderer, caller)

    @routes.post("/rooms/{room}/release", summary="The rest of the present booking is given free", responses=ACTING)
    async def release(room: str, body: Tapping, caller: From, renderer: Reader) -> RoomOut:
        await actions.tap(asked.release, room, caller.acting(body.by), caller.view)
        return now(room, renderer, caller)

    @routes.post("/rooms/{room}/extend", summary="The present booking lasts longer, by what its policy adds", responses=ACTING)
    async def extend(room: str, body: Tapping, caller: From, renderer: Reader) -> RoomOut:
        await actions.tap(asked.extend, room, caller.acting(body.by), caller.view)
        return now(room, renderer, caller)

    @routes.post("/rooms/{room}/help", summary="Somebody there asks for help; it is no emergency", responses=ACTING)
    async def ask_help(room: str, body: Tapping, caller: From, renderer: Reader) -> RoomOut:
        await actions.tap(needs.ask_help, room, caller.acting(body.by), caller.view)
        return now(room, renderer, caller)

    @routes.post("/rooms/{room}/help/answer", summary="Somebody of the house goes there", responses=ACTING)
    async def answer_help(room: str, body: Tapping, caller: From, renderer: Reader) -> RoomOut:
        await actions.tap(needs.answer_help, room, caller.acting(body.by), caller.view)
        return now(room, renderer, caller)

    @routes.post("/rooms/{room}/help/end", summary="Help is needed no longer", responses=ACTING)
    async def end_help(room: str, body: Tapping, caller: From, renderer: Reader) -> RoomOut:
        await actions.tap(needs.end_help, room, caller.acting(body.by), caller.view)
        return now(room, renderer, caller)

    @routes.post("/rooms/{room}/faults", summary="Something there is broken", responses=ACTING)
    async def report(room: str, body: Reporting, caller: From, renderer: Reader) -> RoomOut:
        await actions.fault(needs.report_fault, room, caller.acting(body.by), body.what, caller.view)
        return now(room, renderer, caller)

    @routes.post("/rooms/{room}/faults/mended", summary="It works again", responses=ACTING)
    async def mended(room: str, body: Reporting, caller: From, renderer: Reader) -> RoomOut:
        await actions.fault(needs.mend_fault, room, caller.acting(body.by), body.what, caller.view)
        return now(room, renderer, caller)

    @routes.post("/rooms/{room}/allow", summary="A flagged or pending booking may open its room", responses=ACTING)
    async def allow(room: str, body: Allowing, caller: From, renderer: Reader) -> RoomOut:
        await actions.allow(room, caller.acting(body.by), body.uid, body.rid, caller.view)
        return now(room, renderer, caller)

    @routes.post("/rooms/{room}/move", summary="A booking takes place in another room of its calendar", responses=ACTING)
    async def move(room: str, body: Moving, caller: From, renderer: Reader) -> RoomOut:
        await actions.move(room, caller.acting(body.by), body.uid, body.rid, body.to, caller.view)
        return now(body.to, renderer, caller)

    @routes.post("/rooms/{room}/bookings", summary="Book a room in its calendar at this controller", responses=ACTING)
    async def book(room: str, body: BookingHere, caller: From, renderer: Reader) -> BookingMade:
        made = await actions.book(room, caller.acting(body.by), body.start, body.until, body.agency, caller.view)
        truth = Truth(desk, renderer)
        return BookingMade(at=truth.now, seq=truth.seq, booking=RoomTruth(truth, caller.view).booking(made.booking))

    @routes.delete("/rooms/{room}/bookings/{uid}", summary="Take back a booking that was made here", responses=ACTING)
    async def cancel(room: str, uid: Uid, body: Cancelling, caller: From, renderer: Reader) -> RoomOut:
        await actions.cancel(room, caller.acting(body.by), uid, caller.view)
        return now(room, renderer, caller)

    return routes
