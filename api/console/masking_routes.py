"""The page of masking and privacy, the forms that change masking for a while, and the links of desks."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response

from acoustics.asked import LONGEST_ASKED, DeskLinkMade, DeskLinkRevoked
from api.actions import Actions
from api.console import masking_sections as shown
from api.console.forms import Forms, person, told_of
from api.console.pages import Pages
from api.console.roles import allowed
from api.desk_links import DeskLinks
from api.faults import status_of
from api.gate import LOOPBACK_HOSTS, caller_of
from api.masking_actions import MaskingActions
from api.masking_truth import MaskingTruth
from api.models_masking import Steps
from api.port import Desk
from api.readers import Readers
from api.truth import Truth
from edge.errors import IllegalCommand
from edge.language import LANGUAGES
from edge.people.desk_links import drawn
from edge.text import say

MASKING: Final = "/masking"
CHANGE: Final = f"{MASKING}/change"
MINUTES: Final = (30, 60, 120, 240, 480, 720)
STICKER: Final = say("Too much masking noise here? Turn it down with your phone. Nobody asks why.")
"""To be read at the desk, in all languages at once."""

Minutes = Annotated[int, Form(ge=1, le=round(LONGEST_ASKED.total_seconds() / 60))]
Place = Annotated[str, Form(max_length=100)]


def router(desk: Desk, readers: Readers, pages: Pages, actions: Actions, acting: MaskingActions, links: DeskLinks) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms = Forms(pages, readers)

    def shared(request: Request) -> dict[str, Any]:
        renderer = readers.of_page(request)
        told = MaskingTruth(Truth(desk, renderer), acting.zones)
        return {
            "told": told,
            "units": told.units(),
            "name": renderer.name,
            "number": renderer.number,
            "may": allowed(caller_of(request).role),
        }

    @routes.get(MASKING)
    async def masking(request: Request, week: Annotated[str | None, Query(max_length=10)] = None) -> Response:
        values, renderer = shared(request), readers.of_page(request)
        told: MaskingTruth = values["told"]
        pairs, chosen = told.pairs(), week if week in told.weeks else told.weeks[0]
        return pages.answer(
            "masking.html",
            request,
            **values,
            bar=shown.level_bar,
            width=shown.WIDTH,
            rooms=shown.rooms(pairs, renderer),
            missing=shown.missing(pairs),
            week=chosen,
            weeks=[(each, shown.named_week(each, renderer)) for each in told.weeks],
            rooms_of_week=shown.rooms_of_week(told, chosen, renderer),
            units_of_week=shown.units_of_week(values["units"], chosen),
        )

    @routes.get(CHANGE)
    async def change(request: Request) -> Response:
        values = shared(request)
        spans, zones = shown.spans(MINUTES, readers.of_page(request)), values["told"].zones
        quiet, supported = shown.quiet_spaces(zones), shown.supported_spaces(zones)
        return pages.answer(
            "masking_change.html", request, **values, spans=spans, quiet=quiet, supported=supported, links=links.made()
        )

    # --- forms --------------------------------------------------------------------------------------------------------

    @routes.post("/console/masking/quiet")
    async def quiet(request: Request, space: Place, minutes: Minutes) -> Response:
        return await forms.after(request, MASKING, acting.quiet(space, person(request), minutes))

    @routes.post("/console/masking/hearing")
    async def hearing(request: Request, space: Place, minutes: Minutes) -> Response:
        return await forms.after(request, MASKING, acting.hearing(space, person(request), minutes))

    @routes.post("/console/masking/spaces/{room}/end")
    async def end_of_space(request: Request, room: str) -> Response:
        return await forms.after(request, MASKING, acting.end_of_space(room, person(request)))

    @routes.post("/console/masking/level")
    async def level(
        request: Request, unit: Place, level: Annotated[float, Form(ge=0, le=100, allow_inf_nan=False)], minutes: Minutes
    ) -> Response:
        return await forms.after(request, MASKING, acting.level(unit, level, person(request), minutes))

    @routes.post("/console/masking/units/{device}/end")
    async def end_of_unit(request: Request, device: str) -> Response:
        return await forms.after(request, MASKING, acting.end_of_unit(device, person(request)))

    @routes.post("/console/masking/relief")
    async def relieve(request: Request, place: Place, less: Annotated[Steps, Form()]) -> Response:
        return await forms.after(request, MASKING, acting.relieve(place, less))

    @routes.post("/console/masking/desks/{desk}/end")
    async def end_relief(request: Request, desk: str) -> Response:
        return await forms.after(request, MASKING, acting.end_relief(desk))

    # --- links of desks -----------------------------------------------------------------------------------------------

    @routes.post("/console/masking/desks/{desk}/link")
    async def make_link(request: Request, desk: str) -> Response:
        """The one answer in which the address stands: of it only a digest is kept."""
        try:
            place = acting.desk(desk)
            links.require_list()
            await actions.act(lambda _, at: DeskLinkMade(at=at, desk=place, by=person(request)))
            path = await links.make(place, pages.now())
        except IllegalCommand as error:
            return forms.refused(request, told_of(error), status_of(error), CHANGE)
        address = f"{request.url.scheme}://{request.url.netloc}{path}"
        return pages.answer(
            "masking_link.html",
            request,
            place=place,
            names={language: readers.of(language).name(place) for language in LANGUAGES},
            told={language: readers.of(language).text(STICKER) for language in LANGUAGES},
            address=address,
            code=drawn(address),
            only_here=(request.url.hostname or "") in LOOPBACK_HOSTS,
            back=CHANGE,
        )

    @routes.post("/console/masking/desks/{desk}/link/end")
    async def revoke_link(request: Request, desk: str) -> Response:
        async def revoke() -> None:
            links.require_link(desk)
            await actions.act(lambda _, at: DeskLinkRevoked(at=at, desk=desk, by=person(request)))
            await links.revoke(desk)

        return await forms.after(request, CHANGE, revoke())

    return routes
