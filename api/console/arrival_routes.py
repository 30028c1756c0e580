"""The page on which customers say that they have come, and the one on which staff see who waits."""

import time
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.arrival_actions import ArrivalActions
from api.arrival_truth import ArrivalTruth
from api.console.arrival_sections import ARRIVALS
from api.console.forms import Forms, person, told_of
from api.console.pages import Pages
from api.console.sign_in import address_of
from api.faults import status_of
from api.gate import caller_of
from api.models_arrivals import ArrivalOut, BookingNumber
from api.policy import MEETS_CUSTOMERS
from api.port import Desk
from api.readers import Readers
from api.sessions import View
from api.tries import Tries
from api.truth import Truth
from edge.errors import IllegalCommand
from rooms.arrivals import Answer

WAITS: Final = "/arrivals"
MOST_WRONG: Final = 20
"""Numbers that are none, from one address within a quarter of an hour: nobody looks for others' bookings."""

Arrival = Annotated[int, Path(ge=1, le=2**53)]
Number = Annotated[BookingNumber, Form()]


def router(desk: Desk, readers: Readers, pages: Pages, actions: ArrivalActions) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms = Forms(pages, readers)
    tries = Tries(time.monotonic, most=MOST_WRONG, free=5, longest_pause_s=30.0)

    # --- customers ------------------------------------------------------------------------------------------------

    def asking(request: Request, status: int = 200, number: str = "", why: str = "", *, over: bool = False) -> Response:
        return pages.answer("arrive.html", request, status, waits=None, number=number, why=why, over=over)

    @routes.get("/arrive")
    async def arrive(request: Request, number: str = "") -> Response:
        """number: as a code on the confirmation brings it."""
        return asking(request, number=number[:20])

    @routes.post("/arrive")
    async def arrived(request: Request, number: Number) -> Response:
        renderer, place = readers.of_page(request), address_of(request)
        if tries.wait_s(place):
            return asking(request, 429, number, _too_many(request))
        tries.note(place)
        try:
            made = await actions.check_in(number, "phone")
        except IllegalCommand as error:
            return asking(request, status_of(error), number, renderer.text(told_of(error), pages.now()))
        tries.take_back(place)
        return RedirectResponse(f"/arrive/{quote(made.number)}", 303)

    @routes.get("/arrive/{number}")
    async def waits(request: Request, number: str) -> Response:
        """How it stands, for whoever knows the number. Numbers that are none count as tries, too."""
        place = address_of(request)
        if tries.wait_s(place):
            return asking(request, 429, why=_too_many(request))
        shown = _waits(number, request)
        if shown is None:
            tries.note(place)
            return asking(request, over=True)
        return pages.answer("arrive.html", request, waits=shown, number=number, why="", over=False)

    def _too_many(request: Request) -> str:
        return readers.of_page(request).say("Too many numbers were tried. Wait for half a minute, or ask in the lobby.")

    def _waits(number: str, request: Request) -> ArrivalOut | None:
        told = ArrivalTruth(Truth(desk, readers.of_page(request)), View("lobby-host"))
        same = (w for w in told.seen() if w.arrived.booking is not None and w.arrived.number.casefold() == number.casefold())
        found = next(same, None)
        return None if found is None else told.arrival(found)

    # --- staff ----------------------------------------------------------------------------------------------------

    @routes.get(WAITS)
    async def arrivals(request: Request) -> Response:
        return pages.live("arrivals.html", request, (ARRIVALS,), may=caller_of(request).role in MEETS_CUSTOMERS)

    @routes.post("/console/arrivals")
    async def come(request: Request, number: Number) -> Response:
        return await forms.after(request, WAITS, actions.check_in(number, "host"))

    @routes.post("/console/arrivals/{arrival}/answer")
    async def answer(request: Request, arrival: Arrival, answer: Annotated[Answer, Form()]) -> Response:
        return await forms.after(request, WAITS, actions.answer(arrival, answer, person(request), caller_of(request).view))

    @routes.post("/console/arrivals/{arrival}/met")
    async def met(request: Request, arrival: Arrival) -> Response:
        return await forms.after(request, WAITS, actions.met(arrival, person(request), caller_of(request).view))

    return routes
