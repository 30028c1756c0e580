"""The pages of walk tests: one that goes on, for the phone of whoever walks; those that were, with a report on paper."""

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request, Response

from api import drill_truth
from api.actions import Actions
from api.alarm_actions import AlarmActions
from api.console.forms import Forms, actor
from api.console.pages import Pages
from api.console.past_words import PastWords
from api.console.roles import allowed
from api.gate import caller_of
from api.past_reading import PastReading
from api.port import Desk
from api.readers import Readers
from edge.errors import DeviceFault
from edge.site.fields import Id
from edge.text import say
from security.walk_tests import CONFIRM_WITHIN, LONGEST, TEST, USUAL_LENGTH

DRILLS: Final = "/drills"
LENGTHS: Final = tuple(minutes for minutes in (5, 15, 30, 45, 60) if timedelta(minutes=minutes) <= LONGEST)


def router(desk: Desk, readers: Readers, pages: Pages, actions: Actions, past_reading: PastReading) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms, acting = Forms(pages, readers), AlarmActions(desk.site, actions)

    def now_of(request: Request) -> dict[str, Any]:
        """What the part of the page shows that follows a test."""
        renderer = readers.of_page(request)
        return {
            "test": desk.facts(TEST()),
            "trials": drill_truth.trials(desk.facts, pages.now()),
            "name": renderer.name,
            "words": PastWords(renderer),
            "may": allowed(caller_of(request).role),
            "within_s": round(CONFIRM_WITHIN.total_seconds()),
        }

    @routes.get(DRILLS)
    async def drills(request: Request) -> Response:
        try:
            past = await past_reading.of(drill_truth.past_drills, desk)
        except DeviceFault:
            return forms.unread(request, "/")
        lasts = drill_truth.last_tests(desk.site, desk.facts, pages.now())
        return pages.answer(
            "drills.html",
            request,
            **now_of(request),
            lengths=LENGTHS,
            usual=int(USUAL_LENGTH / timedelta(minutes=1)),
            past=[each for each in past if each.drill.ended_at is not None],
            lasts=lasts,
        )

    @routes.get("/drills/now")
    async def now(request: Request) -> Response:
        """What the page's own module asks for each second."""
        return pages.answer("drills_now.html", request, **now_of(request))

    @routes.get("/drills/{began}/report")
    async def report(request: Request, began: Annotated[int, Path(ge=1, le=2**53)]) -> Response:
        """began: number of the entry with which the test began."""
        try:
            every = await past_reading.of(drill_truth.past_drills, desk)
        except DeviceFault:
            return forms.unread(request, DRILLS)
        found = next((each for each in every if each.began == began), None)
        if found is None:
            return forms.refused(request, say("The journal holds no walk test of this number."), 404, DRILLS)
        renderer = readers.of_page(request)
        places = drill_truth.places_of(desk.site, found.drill.results)
        return pages.answer(
            "drill_report.html",
            request,
            found=found,
            drill=found.drill,
            outcome_of=drill_truth.outcome_of,
            where={button: renderer.name(space) if space else "–" for button, space in places.items()},
            name=renderer.name,
            number=renderer.number,
            words=PastWords(renderer),
            lasts={each.button: each for each in drill_truth.last_tests(desk.site, desk.facts, pages.now())},
            site_id=desk.site.site.id,
            program=desk.status().version,
            within_s=round(CONFIRM_WITHIN.total_seconds()),
        )

    # --- forms ----------------------------------------------------------------------------------------------------

    @routes.post("/console/drills")
    async def begin(
        request: Request,
        minutes: Annotated[int, Form(ge=1, le=int(LONGEST / timedelta(minutes=1)))],
        buttons: Annotated[list[Id] | None, Form(max_length=1000)] = None,
    ) -> Response:
        """buttons: none for all."""
        return await forms.after(request, DRILLS, acting.begin_test(actor(request), buttons or [], minutes))

    @routes.post("/console/drills/end")
    async def end(request: Request) -> Response:
        return await forms.after(request, DRILLS, acting.end_test(actor(request)))

    @routes.post("/console/drills/{button}/confirm")
    async def confirm(request: Request, button: str) -> Response:
        return await forms.after(request, DRILLS, acting.confirm_test(button, actor(request)))

    return routes
