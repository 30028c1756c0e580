"""The pages of ceremonies: today's list with the checklist of one of them, and what their forms do."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from api.ceremony_actions import CeremonyActions
from api.ceremony_truth import CeremonyTruth
from api.console.ceremony_sections import NEXT, TODAY, checklist_list
from api.console.forms import Forms, actor, person
from api.console.pages import Pages
from api.console.roles import allowed
from api.faults import Unknown
from api.gate import caller_of
from api.models_ceremonies import LateMinutes, Reason
from api.port import Desk
from api.readers import Readers
from api.truth import Truth
from edge.site.fields import Id
from edge.text import say
from rooms.checklists import LAST_TICK, ItemTicked

PAGE: Final = "/ceremonies"
CALENDARS: Final = "calendars"
"""How old it all is: a list of rooms, too."""

Checklist = Annotated[Id, Form()]
Item = Annotated[Id, Form()]


def router(desk: Desk, readers: Readers, pages: Pages, actions: CeremonyActions) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms = Forms(pages, readers)

    def shown(request: Request, chosen: str | None) -> Response:
        list_id = checklist_list(chosen) if chosen else NEXT
        may = allowed(caller_of(request).role)
        return pages.live("ceremonies.html", request, (TODAY, CALENDARS, list_id), list_id=list_id, chosen=chosen, may=may)

    @routes.get(PAGE)
    async def today(request: Request) -> Response:
        return shown(request, None)

    @routes.get("/ceremonies/{ceremony}")
    async def one(request: Request, ceremony: str) -> Response:
        told = CeremonyTruth(Truth(desk, readers.of_page(request)), caller_of(request).view)
        if all(each.id != ceremony for each in told.today()):
            return forms.refused(request, say("This ceremony is not of today."), 404, PAGE)
        return shown(request, ceremony)

    @routes.get("/ceremonies/{ceremony}/{checklist}/{item}/untick")
    async def unticking(request: Request, ceremony: str, checklist: str, item: str) -> Response:
        told = CeremonyTruth(Truth(desk, readers.of_page(request)), caller_of(request).view)
        try:
            found = told.ceremony(told.known(ceremony))
        except Unknown:
            return forms.refused(request, say("This ceremony is not of today."), 404, PAGE)
        line = next((line for line in found.lines if line.id == item and found.checklist == checklist), None)
        if line is None or line.ticked_by is None:
            return forms.refused(request, say("It is not ticked."), 409, f"{PAGE}/{ceremony}")
        return pages.answer("ceremony_untick.html", request, ceremony=found, line=line)

    # --- forms ----------------------------------------------------------------------------------------------------

    @routes.post("/console/ceremonies/{ceremony}/tick")
    async def tick(request: Request, ceremony: str, checklist: Checklist, item: Item) -> Response:
        """Whoever taps twice has ticked it once."""
        last = desk.facts(LAST_TICK(ceremony, checklist, item))
        if isinstance(last, ItemTicked) and last.by == person(request):
            return forms.done(request, f"{PAGE}/{ceremony}")
        return await forms.after(request, f"{PAGE}/{ceremony}", actions.tick(ceremony, actor(request), checklist, item))

    @routes.post("/console/ceremonies/{ceremony}/untick")
    async def untick(
        request: Request, ceremony: str, checklist: Checklist, item: Item, reason: Annotated[Reason, Form()]
    ) -> Response:
        deed = actions.untick(ceremony, actor(request), checklist, item, reason)
        return await forms.after(request, f"{PAGE}/{ceremony}", deed)

    @routes.post("/console/ceremonies/{ceremony}/delay")
    async def delay(request: Request, ceremony: str, minutes: Annotated[LateMinutes, Form()]) -> Response:
        return await forms.after(request, f"{PAGE}/{ceremony}", actions.delay(ceremony, actor(request), minutes))

    @routes.post("/console/ceremonies/{ceremony}/begin")
    async def begin(request: Request, ceremony: str) -> Response:
        return await forms.after(request, f"{PAGE}/{ceremony}", actions.begin(ceremony, actor(request)))

    @routes.post("/console/ceremonies/{ceremony}/open-early")
    async def open_early(request: Request, ceremony: str) -> Response:
        return await forms.after(request, f"{PAGE}/{ceremony}", actions.open_early(ceremony, actor(request)))

    return routes
