"""The displays for everybody, and the page on which staff see them all and put notices on them."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request, Response

from api.console.display_sections import NOTICES_SHOWN, display_list
from api.console.forms import Forms, person
from api.console.pages import Pages
from api.console.roles import allowed
from api.display_actions import DisplayActions
from api.gate import caller_of
from api.models_displays import NoticeText
from api.port import Desk
from api.readers import Readers
from edge.site.fields import Language
from edge.text import say
from rooms.public_notices import LONGEST_TEXT, SENTENCES, Ready

DISPLAYS: Final = "/displays"
HOURS: Final = (1, 4, 8, 24, 72, 168)
"""How long a notice can stand."""

Number = Annotated[int, Path(ge=1, le=2**53)]
Text = Annotated[NoticeText, Form()]


def router(desk: Desk, readers: Readers, pages: Pages, actions: DisplayActions) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms = Forms(pages, readers)
    languages = desk.site.public_languages

    @routes.get(DISPLAYS)
    async def displays(request: Request) -> Response:
        renderer = readers.of_page(request)
        return pages.live(
            "displays.html",
            request,
            (NOTICES_SHOWN,),
            may=allowed(caller_of(request).role),
            displays={name: renderer.name(name) for name in desk.site.displays},
            ready={name: renderer.text(sentence) for name, sentence in SENTENCES.items()},
            in_languages=languages,
            spans=[(hours * 60, renderer.say("{hours} h", hours=hours)) for hours in HOURS],
            most=LONGEST_TEXT,
        )

    @routes.get("/displays/{display}")
    async def display(request: Request, display: str) -> Response:
        caller = caller_of(request)
        if display not in desk.site.displays or caller.display not in (None, display):
            return forms.refused(request, say("There is no display of that name."), 404, caller.home)
        return pages.for_everybody("display.html", request, (display_list(display),), display=display, site_id=desk.site.site.id)

    # --- forms ----------------------------------------------------------------------------------------------------

    @routes.post("/console/public-notices")
    async def post(
        request: Request,
        minutes: Annotated[int, Form(ge=1, le=HOURS[-1] * 60)],
        ready: Annotated[Ready | None, Form()] = None,
        fi: Text = "",
        sv: Text = "",
        en: Text = "",
    ) -> Response:
        texts: dict[Language, str] = {"fi": fi, "sv": sv, "en": en}
        return await forms.after(request, DISPLAYS, actions.post(person(request), minutes, ready, texts))

    @routes.post("/console/public-notices/{number}/end")
    async def end(request: Request, number: Number) -> Response:
        return await forms.after(request, DISPLAYS, actions.end(number, person(request)))

    return routes
