"""Rooms that calendars book: how they stand, and what people do in them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.actions import Actions
from api.faults import ACTING, NAMING, READING, Unknown
from api.models_rooms import Allowing, BookingHere, BookingMade, Cancelling, RoomOut, Rooms, Tapping
from api.port import Desk
from api.readers import Readers
from api.room_truth import RoomTruth
from api.truth import Truth
from edge.language import Renderer
from rooms import desk as asked


def router(desk: Desk, readers: Readers, actions: Actions) -> APIRouter:
    routes = APIRouter(tags=["rooms"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    Uid = Annotated[str, Path(description="Of the booking in its calendar")]  # noqa: N806

    def now(room: str, renderer: Renderer) -> RoomOut:
        return RoomTruth(Truth(desk, renderer)).room(room)

    @routes.get("/rooms", summary="Every space that a calendar books: how it stands, and why", responses=READING)
    async def rooms(renderer: Reader) -> Rooms:
        truth = Truth(desk, renderer)
        told = RoomTruth(truth)
        return Rooms(at=truth.now, seq=truth.seq, rooms=[told.room(room) for room in desk.site.bookable])

    @routes.get("/rooms/{room}", summary="One room: how it stands, and why", responses=NAMING)
    async def room(room: str, renderer: Reader) -> RoomOut:
        if room not in desk.site.bookable:
            raise Unknown("no calendar of this site books a space of that id")
        return now(room, renderer)

    @routes.post("/rooms/{room}/arrive", summary="The official is there", responses=ACTING)
    async def arrive(room: str, body: Tapping, renderer: Reader) -> RoomOut:
        await actions.tap(asked.arrive, room, body.by)
        return now(room, renderer)

    @routes.post("/rooms/{room}/keep", summary="Somebody is there, although no sensor sees anybody", responses=ACTING)
    async def keep(room: str, body: Tapping, renderer: Reader) -> RoomOut:
        await actions.tap(asked.keep, room, body.by)
        return now(room, renderer)

    @routes.post("/rooms/{room}/release", summary="The rest of the present booking is given free", responses=ACTING)
    async def release(room: str, body: Tapping, renderer: Reader) -> RoomOut:
        await actions.tap(asked.release, room, body.by)
        return now(room, renderer)

    @routes.post("/rooms/{room}/extend", summary="The present booking lasts longer, by what its policy adds", responses=ACTING)
    async def extend(room: str, body: Tapping, renderer: Reader) -> RoomOut:
        await actions.tap(asked.extend, room, body.by)
        return now(room, renderer)

    @routes.post("/rooms/{room}/allow", summary="A flagged or pending booking may open its room", responses=ACTING)
    async def allow(room: str, body: Allowing, renderer: Reader) -> RoomOut:
        await actions.allow(room, body.by, body.uid, body.rid)
        return now(room, renderer)

    @routes.post("/rooms/{room}/bookings", summary="Book a room in its calendar at this controller", responses=ACTING)
    async def book(room: str, body: BookingHere, renderer: Reader) -> BookingMade:
        made = await actions.book(room, body.by, body.start, body.until, body.agency)
        truth = Truth(desk, renderer)
        return BookingMade(at=truth.now, seq=truth.seq, booking=RoomTruth(truth).booking(made.booking))

    @routes.delete("/rooms/{room}/bookings/{uid}", summary="Take back a booking that was made here", responses=ACTING)
    async def cancel(room: str, uid: Uid, body: Cancelling, renderer: Reader) -> RoomOut:
        await actions.cancel(room, body.by, uid)
        return now(room, renderer)

    return routes
