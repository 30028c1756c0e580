"""The pages of the guard and what their forms do."""

from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Form, Header, Path, Request, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api import stream
from api.actions import Actions
from api.alarm_actions import AlarmActions
from api.console import live
from api.console.forms import Forms, actor, told_of
from api.console.pages import STATIC, Pages, stylesheet
from api.console.roles import allowed
from api.console.sections import ALARM_LISTS, LISTS
from api.faults import status_of
from api.gate import caller_of
from api.models import FreeText
from api.port import Desk
from api.readers import Readers
from api.truth import Truth
from api.unseen import told_alarm, told_alarms
from edge.errors import IllegalCommand
from edge.text import Text, say
from security.alarms import ALARM, Alarm
from security.roles import NotAllowed

Number = Annotated[int, Path(ge=1, le=2**53)]
Version = Annotated[int, Form(ge=1, le=2**31)]
Back = Annotated[str, Form()]


def router(desk: Desk, readers: Readers, pages: Pages, actions: Actions) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms, acting = Forms(pages, readers), AlarmActions(desk.site, actions)

    @routes.get("/")
    async def overview(request: Request) -> Response:
        caller = caller_of(request)
        board = pages.board(readers.of_page(request).language, caller.view, LISTS)
        lists = {list_id: board.html(list_id) for list_id in LISTS}
        unseen = sum(alarm.acknowledged_at is None for alarm in told_alarms(desk.facts, caller.view))
        return pages.answer(
            "overview.html", request, follows=LISTS, lists=lists, cursor=board.cursor, unseen=unseen, may=allowed(caller.role)
        )

    @routes.get("/alarms/{number}")
    async def alarm(request: Request, number: Number) -> Response:
        caller = caller_of(request)
        found = told_alarm(desk.facts, number, caller.view)
        if found is None:
            return forms.refused(request, say("This alarm is no longer open."), 404)
        shown = Truth(desk, readers.of_page(request)).alarm(found)
        board, may = pages.board(readers.of_page(request).language, caller.view, ALARM_LISTS), allowed(caller.role)
        return pages.answer("alarm.html", request, follows=ALARM_LISTS, alarm=shown, cursor=board.cursor, may=may)

    @routes.get("/console/events")
    async def events(
        request: Request, lists: str = "", after: str = "", last_event_id: Annotated[str | None, Header()] = None
    ) -> Response:
        """lists: their names, with commas."""
        renderer, caller = readers.of_page(request), caller_of(request)
        messages = live.messages(desk, pages, renderer, caller, lists.split(","), last_event_id or after)
        return stream.EventStream(messages)

    # --- forms ----------------------------------------------------------------------------------------------------

    @routes.post("/console/alarms/{number}/acknowledge")
    async def acknowledge(request: Request, number: Number, version: Version, back: Back = "/") -> Response:
        """Who acknowledges also takes care of it: nobody should see "seen by somebody, done by nobody"."""

        async def both() -> None:
            await acting.acknowledge(number, actor(request), version)
            if desk.facts(ALARM(str(number))) is not None:
                await acting.claim(number, actor(request))

        return await done(request, number, back, both(), seen_before=True)

    @routes.post("/console/alarms/{number}/claim")
    async def claim(request: Request, number: Number, back: Back = "/") -> Response:
        return await done(request, number, back, acting.claim(number, actor(request)))

    @routes.post("/console/alarms/{number}/note")
    async def note(request: Request, number: Number, text: Annotated[FreeText, Form()], back: Back = "/") -> Response:
        return await done(request, number, back, acting.note(number, actor(request), text))

    @routes.post("/console/alarms/{number}/resolve")
    async def resolve(
        request: Request, number: Number, reason: Annotated[FreeText, Form()], version: Version, back: Back = "/"
    ) -> Response:
        return await done(request, number, back, acting.resolve(number, actor(request), reason, version))

    async def done(request: Request, number: int, back: str, action: Awaitable[None], *, seen_before: bool = False) -> Response:
        try:
            await action
        except NotAllowed as error:
            return forms.refused(request, told_of(error), status_of(error))
        except IllegalCommand as error:
            told = (
                Text(str(error)) if actions.read_only_reason else why_not(desk.facts(ALARM(str(number))), seen_before=seen_before)
            )
            return forms.refused(request, told, status_of(error))
        still_open = desk.facts(ALARM(str(number))) is not None
        return forms.done(request, back if still_open else "/")

    return routes


def why_not(alarm: Alarm | None, *, seen_before: bool) -> Text:
    """Why what somebody asked of an alarm does not fit what it has become, in words for that person.

    seen_before: whether it is an obstacle that somebody has acknowledged it.
    """
    if alarm is None:
        return say("This alarm is no longer open.")
    if seen_before and alarm.acknowledged_by is not None:
        return say("{by} has already acknowledged this alarm.", by=alarm.acknowledged_by)
    return say("This alarm has changed since you saw it. Look at it again.")


class KeptFiles(StaticFiles):
    """Files whose address carries their version: kept by the browser for ever. The stylesheet is joined of its parts."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)
        self._stylesheet = stylesheet()

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = (
            Response(self._stylesheet, media_type="text/css") if path == "console.css" else await super().get_response(path, scope)
        )
        if answer.status_code == 200 and b"v=" in scope.get("query_string", b""):
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer
