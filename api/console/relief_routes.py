"""Relief on the phone of whoever sits at a desk: an address of its own, without a name, a password or a script."""

import math
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import told_of
from api.console.pages import Pages
from api.console.sign_in import address_of
from api.desk_links import DeskLinks
from api.faults import status_of
from api.masking_actions import MaskingActions
from api.masking_truth import MaskingTruth
from api.models_masking import Steps
from api.port import Desk
from api.readers import Readers
from api.truth import Truth
from edge.errors import IllegalCommand
from edge.people.desk_links import RELIEF
from edge.text import Text, say

Token = Annotated[str, Path(max_length=200)]
Choice = Steps | Literal["none"]

_NO_LINK: Final = say("This link no longer holds. Ask the facility manager for a new one.")


def router(desk: Desk, readers: Readers, pages: Pages, links: DeskLinks, actions: MaskingActions) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    def refused(request: Request, why: Text, status: int) -> Response:
        told = readers.of_page(request).text(why, pages.now())
        return pages.answer("relief_refused.html", request, status, why=told)

    def waiting(request: Request, wait_s: float) -> Response:
        seconds = math.ceil(wait_s)
        answer = refused(request, say("Too many tries: wait {seconds} seconds.", seconds=seconds), 429)
        answer.headers["Retry-After"] = str(seconds)
        return answer

    def stranger(request: Request) -> Response:
        wait_s = links.wait_s(address_of(request))
        return waiting(request, wait_s) if wait_s else refused(request, _NO_LINK, 404)

    def desk_at(request: Request, token: str) -> str | None:
        """None too for a desk that the site no longer has, or for which no masking is meant any more."""
        found = links.desk_of(token, address_of(request))
        return found if found in actions.desks else None

    @routes.get(f"{RELIEF}/{{token}}")
    async def relief(request: Request, token: Token) -> Response:
        place = desk_at(request, token)
        if place is None:
            return stranger(request)
        renderer = readers.of_page(request)
        told = MaskingTruth(Truth(desk, renderer), actions.zones)
        units = told.units_of_desk(place)
        return pages.answer(
            "relief.html",
            request,
            place_name=renderer.name(place),
            relief=told.relief(place),
            units=units,
            number=renderer.number,
            cost=told.cost(place),
        )

    @routes.post(f"{RELIEF}/{{token}}")
    async def choose(request: Request, token: Token, less: Annotated[Choice, Form()]) -> Response:
        place = desk_at(request, token)
        if place is None:
            return stranger(request)
        if wait_s := links.press(place):
            return waiting(request, wait_s)
        try:
            await (actions.back_to_usual(place) if less == "none" else actions.relieve(place, less))
        except IllegalCommand as error:
            return refused(request, told_of(error), status_of(error))
        return RedirectResponse(f"{RELIEF}/{token}", 303)

    return routes
