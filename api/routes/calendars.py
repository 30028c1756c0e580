"""Bookings, without their titles, and the health of the calendars they come from."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.faults import READING
from api.gate import caller_of
from api.models_rooms import Bookings, Calendars
from api.port import Desk
from api.readers import Readers
from api.room_truth import RoomTruth
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer


def router(desk: Desk, readers: Readers) -> APIRouter:
    routes = APIRouter(tags=["calendars"], responses=READING)
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    @routes.get("/bookings", summary="Bookings that have not ended, by start")
    async def bookings(
        caller: From, renderer: Reader, room: Annotated[str | None, Query(description="Only this space")] = None
    ) -> Bookings:
        truth = Truth(desk, renderer)
        told = RoomTruth(truth, caller.view)
        found = [told.booking(booking) for booking in told.coming() if room is None or booking.room == room]
        return Bookings(at=truth.now, seq=truth.seq, bookings=found)

    @routes.get("/calendars", summary="How old what is known of each calendar is, and what was wrong with it")
    async def calendars(caller: From, renderer: Reader) -> Calendars:
        truth = Truth(desk, renderer)
        told = RoomTruth(truth, caller.view)
        return Calendars(at=truth.now, seq=truth.seq, calendars=[told.calendar(feed) for feed in desk.site.feeds])

    return routes
