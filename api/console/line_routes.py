"""The pages of bulletins and of the shift, and what their forms do."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Path, Request, Response

from api.bulletin_truth import BulletinTruth
from api.console.bulletin_sections import ALL
from api.console.forms import Forms, actor
from api.console.pages import Pages
from api.console.roles import allowed
from api.console.shift_sections import SHIFT_NOW
from api.gate import caller_of
from api.line_actions import LineActions
from api.models import PersonName
from api.models_bulletins import Addressee, BulletinText
from api.models_shift import HandOverNote
from api.port import Desk
from api.readers import Readers
from api.truth import Truth
from edge.language import Renderer
from security.bulletins import BULLETIN, LEVELS, MOST_OPEN, Level
from security.hand_over import same_person, waiting

BULLETINS: Final = "/bulletins"
SHIFT: Final = "/shift"
HOURS: Final = (1, 4, 8, 24)
DAYS: Final = (2, 7)
"""How long a bulletin can stand."""

Number = Annotated[int, Path(ge=1, le=2**53)]


def router(desk: Desk, readers: Readers, pages: Pages, actions: LineActions) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms = Forms(pages, readers)

    @routes.get(BULLETINS)
    async def bulletins(request: Request) -> Response:
        renderer, caller = readers.of_page(request), caller_of(request)
        return pages.live(
            "bulletins.html",
            request,
            (ALL,),
            may=allowed(caller.role),
            levels=LEVELS,
            spans=_spans(renderer),
            addressees=list(BulletinTruth(Truth(desk, renderer), caller.view).addressees()),
        )

    @routes.get(SHIFT)
    async def shift(request: Request) -> Response:
        caller, waits = caller_of(request), waiting(desk.facts)
        return pages.live(
            "shift.html",
            request,
            (SHIFT_NOW,),
            may=allowed(caller.role),
            handed_over_by_you=waits is not None and caller.name is not None and same_person(waits.by, caller.name),
            waits_for=None if waits is None else waits.to,
        )

    # --- forms ----------------------------------------------------------------------------------------------------

    @routes.post("/console/bulletins")
    async def post(
        request: Request,
        level: Annotated[Level, Form()],
        text: Annotated[BulletinText, Form()],
        minutes: Annotated[int, Form(ge=1, le=DAYS[-1] * 24 * 60)],
        to: Annotated[tuple[Addressee, ...], Form(max_length=MOST_OPEN)] = (),
    ) -> Response:
        return await forms.after(request, BULLETINS, actions.post(actor(request), level, text, minutes, to))

    @routes.post("/console/bulletins/{number}/end")
    async def end(request: Request, number: Number) -> Response:
        return await forms.after(request, BULLETINS, actions.end(number, actor(request)))

    @routes.post("/console/bulletins/{number}/read")
    async def read(request: Request, number: Number) -> Response:
        """Whoever taps twice has read it once."""
        back, who, found = _page_before(request), actor(request), desk.facts(BULLETIN(str(number)))
        if found is not None and found.read_by(who.name):
            return forms.done(request, back)
        return await forms.after(request, back, actions.read(number, who, caller_of(request).agency))

    @routes.post("/console/shift/hand-over")
    async def hand_over(
        request: Request, to: Annotated[PersonName, Form()], note: Annotated[HandOverNote, Form()] = ""
    ) -> Response:
        return await forms.after(request, SHIFT, actions.hand_over(actor(request), to, note))

    @routes.post("/console/shift/receive")
    async def receive(request: Request) -> Response:
        return await forms.after(request, SHIFT, actions.receive(actor(request)))

    return routes


def _spans(renderer: Renderer) -> list[tuple[int, str]]:
    """Minutes, and how long that is in words."""
    hours = [(hours * 60, renderer.say("{hours} h", hours=hours)) for hours in HOURS]
    return hours + [(days * 24 * 60, renderer.say("{days} d", days=days)) for days in DAYS]


def _page_before(request: Request) -> str:
    """The line stands on every page; whoever has read it stays where they are."""
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.headers.get("host"):
        return BULLETINS
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")
