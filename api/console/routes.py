"""The first pages: the guard console, the overview of the building, and the stream behind every open page."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api import stream
from api.console import live
from api.console.bulletin_sections import may_follow
from api.console.forms import person
from api.console.guard_sections import TOP, chosen_list
from api.console.pages import STATIC, Pages, guard_script, stylesheet
from api.console.plan_marks import marks_list, plan_list
from api.console.roles import allowed
from api.console.sections import CONSOLE, OVERVIEW
from api.gate import caller_of
from api.port import Desk
from api.readers import Readers
from api.unseen import told_alarm, told_alarms
from security.alarms import Alarm
from security.consoles import SOUND_TEST


def router(desk: Desk, readers: Readers, pages: Pages) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    async def console(request: Request, alarm: int | None = None, storey: str | None = None) -> Response:
        """alarm: the one that is shown in full; absent: one that the reader takes care of, or the most urgent."""
        caller, renderer = caller_of(request), readers.of_page(request)
        told = told_alarms(desk.facts, caller.view)
        asked = told_alarm(desk.facts, alarm, caller.view) if alarm is not None and 0 < alarm < 2**53 else None
        chosen = asked or _owned(told, person(request))
        chosen_in = chosen_list(chosen.number) if chosen else TOP
        plans = pages.pictures.of(renderer.language)
        base = next((plan for plan in plans if plan.storey == storey), plans[0] if plans else None)
        follows = (*CONSOLE, chosen_in, *([plan_list(base.storey), marks_list(base.storey)] if base else []))
        tested = desk.facts(SOUND_TEST())
        return pages.live(
            "guard.html",
            request,
            follows,
            unseen=sum(each.acknowledged_at is None for each in told),
            may=allowed(caller.role),
            chosen=chosen.number if chosen else None,
            chosen_list=chosen_in,
            base=base,
            storey=base.storey if base else None,
            storeys=[plan.storey for plan in plans],
            commanded=len(desk.site.controllers),
            tested=tested.at if tested else None,
        )

    @routes.get("/overview")
    async def overview(request: Request) -> Response:
        return pages.live("overview.html", request, OVERVIEW, may=allowed(caller_of(request).role))

    @routes.get("/keys")
    async def keys(request: Request) -> Response:
        return pages.answer("keys.html", request)

    @routes.get("/console/events")
    async def events(
        request: Request, lists: str = "", after: str = "", last_event_id: Annotated[str | None, Header()] = None
    ) -> Response:
        """lists: their names, with commas."""
        renderer, caller = readers.of_page(request), caller_of(request)
        messages = live.messages(
            desk,
            pages,
            renderer,
            caller,
            [list_id for list_id in lists.split(",") if may_follow(caller, list_id)],
            last_event_id or after,
        )
        return stream.EventStream(messages)

    return routes


def _owned(told: list[Alarm], name: str) -> Alarm | None:
    """Of the alarms that this person takes care of, the first: what somebody works on is not changed under their hands."""
    return next((alarm for alarm in told if alarm.owner == name), None)


class KeptFiles(StaticFiles):
    """Files whose address carries their version: kept by the browser for ever. Styles and scripts of several parts come as one."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)
        self._joined = {
            "console.css": (stylesheet(of_the_guard=True), "text/css"),
            "house.css": (stylesheet(of_the_guard=False), "text/css"),
            "guard-console.js": (guard_script(), "text/javascript"),
        }

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope) if path not in self._joined else self._of_parts(path)
        if answer.status_code == 200 and b"v=" in scope.get("query_string", b""):
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer

    def _of_parts(self, path: str) -> Response:
        content, media_type = self._joined[path]
        return Response(content, media_type=media_type)
