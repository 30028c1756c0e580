"""What people do with alarms at the console: the forms, and the small pages that hold them, which the console shows as dialogs."""

from collections.abc import Coroutine
from contextlib import closing
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.actions import Actions
from api.alarm_actions import AlarmActions
from api.alarm_truth import AlarmTruth, unspoken
from api.console.forms import Forms, actor, person, told_of
from api.console.pages import Pages
from api.console.roles import allowed
from api.escalation_truth import escalation_of
from api.faults import status_of
from api.gate import caller_of
from api.models import FreeText, PersonName
from api.port import Desk
from api.readers import Readers
from api.truth import Truth
from api.unseen import require_told, told_alarm
from edge.errors import IllegalCommand
from edge.refusal import Refusal
from edge.text import Text, say
from security import escalation_acts, roles
from security.alarms import ALARM, Alarm
from security.consoles import SoundTested
from security.roles import NotAllowed

Number = Annotated[int, Path(ge=1, le=2**53)]
Version = Annotated[int, Form(ge=1, le=2**31)]
Back = Annotated[str, Form()]
SHELVES: Final = (15, 60, 120, 240, 480)
"""Minutes that people choose from."""
DEEDS: Final = ("transfer", "shelve", "resolve")


def router(desk: Desk, readers: Readers, pages: Pages, actions: Actions) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms, acting = Forms(pages, readers), AlarmActions(desk.site, actions)

    # --- pages ----------------------------------------------------------------------------------------------------

    @routes.get("/alarms/{number}")
    async def alarm(request: Request, number: Number) -> Response:
        """Where other pages lead to."""
        if told_alarm(desk.facts, number, caller_of(request).view) is None:
            return gone(request)
        return RedirectResponse(f"/?alarm={number}", 303)

    @routes.get("/alarms/{number}/{deed}")
    async def deed(request: Request, number: Number, deed: str) -> Response:
        caller, renderer = caller_of(request), readers.of_page(request)
        found = told_alarm(desk.facts, number, caller.view)
        if found is None or deed not in DEEDS:
            return gone(request)
        truth = Truth(desk, renderer)
        shown = truth.alarm(found)
        longest = int((shown.longest_shelf_s or 0) // 60)
        return pages.answer(
            "deed.html",
            request,
            deed=deed,
            alarm=shown,
            escalation=escalation_of(desk.facts, renderer, truth.now, found),
            contacts=[(id_, renderer.name(id_)) for id_ in desk.site.contacts],
            shelves=[minutes for minutes in SHELVES if minutes <= longest] or [longest],
            may=allowed(caller.role),
        )

    @routes.get("/quiet")
    async def quiet(request: Request) -> Response:
        caller = caller_of(request)
        told = AlarmTruth(Truth(desk, readers.of_page(request)), unspoken(caller.view)).quiet()
        return pages.answer("quiet.html", request, quiet=told, may=allowed(caller.role))

    def gone(request: Request) -> Response:
        return forms.refused(request, say("This alarm is no longer open."), 404)

    # --- forms ----------------------------------------------------------------------------------------------------

    @routes.post("/console/alarms/acknowledge")
    async def acknowledge_all(request: Request, seen: Annotated[list[str], Form(max_length=1000)]) -> Response:
        """seen: NUMBER:VERSION of each alarm of a group. Those that have changed since are left, and that is said."""
        changed = 0
        for number, version in map(_seen, seen):
            try:
                await both(request, number, version)
            except Refusal:
                changed += 1
            except IllegalCommand as error:
                return forms.refused(request, told_of(error), status_of(error))
        if changed:
            return forms.refused(request, say("Changed since you saw them: {count}. Look at them again.", count=changed), 409)
        return forms.done(request, "/")

    @routes.post("/console/alarms/{number}/acknowledge")
    async def acknowledge(request: Request, number: Number, version: Version, back: Back = "/") -> Response:
        return await done(request, number, back, both(request, number, version), seen_before=True)

    async def both(request: Request, number: int, version: int) -> None:
        """Who acknowledges also takes care of it: nobody should see "seen by somebody, done by nobody"."""
        require_told(desk.facts, number, caller_of(request).view)
        await acting.acknowledge(number, actor(request), version)
        if desk.facts(ALARM(str(number))) is not None:
            await acting.claim(number, actor(request))

    @routes.post("/console/alarms/{number}/claim")
    async def claim(request: Request, number: Number, version: Version, back: Back = "/") -> Response:
        return await done(request, number, back, acting.claim(number, actor(request), version))

    @routes.post("/console/alarms/{number}/note")
    async def note(request: Request, number: Number, text: Annotated[FreeText, Form()], back: Back = "/") -> Response:
        return await done(request, number, back, acting.note(number, actor(request), text))

    @routes.post("/console/alarms/{number}/resolve")
    async def resolve(
        request: Request, number: Number, reason: Annotated[FreeText, Form()], version: Version, back: Back = "/"
    ) -> Response:
        return await done(request, number, back, acting.resolve(number, actor(request), reason, version))

    @routes.post("/console/alarms/{number}/transfer")
    async def transfer(request: Request, number: Number, to: Annotated[PersonName, Form()], version: Version) -> Response:
        return await done(request, number, f"/?alarm={number}", acting.transfer(number, actor(request), to, version))

    @routes.post("/console/alarms/{number}/shelve")
    async def shelve(
        request: Request,
        number: Number,
        minutes: Annotated[int, Form(ge=1, le=24 * 60)],
        reason: Annotated[FreeText, Form()],
        version: Version,
    ) -> Response:
        return await done(request, number, "/", acting.shelve(number, actor(request), minutes, reason, version))

    @routes.post("/console/alarms/{number}/escalate")
    async def escalate(request: Request, number: Number, version: Version) -> Response:
        who = actor(request)
        roles.require(who.role, "escalate")
        step = actions.act(lambda facts, at: escalation_acts.escalate(facts, at, number, who.name, version))
        return await done(request, number, f"/?alarm={number}", step)

    @routes.post("/console/alarms/{number}/call")
    async def call(request: Request, number: Number, to: Annotated[str, Form(max_length=100)], version: Version) -> Response:
        who = actor(request)
        roles.require(who.role, "escalate")
        calling = actions.act(lambda facts, at: escalation_acts.call(desk.site, facts, at, number, [to], who.name, version))
        return await done(request, number, f"/?alarm={number}", calling)

    @routes.post("/console/unshelve")
    async def unshelve(
        request: Request, kind: Annotated[str, Form(max_length=100)], subject: Annotated[str, Form(max_length=1024)]
    ) -> Response:
        try:
            await acting.unshelve(kind, subject, actor(request))
        except IllegalCommand as error:
            return forms.refused(request, told_of(error), status_of(error), "/quiet")
        return forms.done(request, "/quiet")

    @routes.post("/console/sound-test")
    async def sound_test(request: Request) -> Response:
        by = person(request)
        await actions.act(lambda _, at: SoundTested(at=at, by=by))
        return forms.done(request, "/")

    async def done(
        request: Request, number: int, back: str, action: Coroutine[Any, Any, object], *, seen_before: bool = False
    ) -> Response:
        try:
            with closing(action):
                require_told(desk.facts, number, caller_of(request).view)
                await action
        except NotAllowed as error:
            return forms.refused(request, told_of(error), status_of(error))
        except IllegalCommand as error:
            found = told_alarm(desk.facts, number, caller_of(request).view)
            told = Text(str(error)) if actions.read_only_reason else why_not(found, error, seen_before)
            return forms.refused(request, told, status_of(error), f"/?alarm={number}")
        still_open = desk.facts(ALARM(str(number))) is not None
        return forms.done(request, back if still_open else "/")

    return routes


def _seen(written: str) -> tuple[int, int]:
    number, _, version = written.partition(":")
    if not (number.isdecimal() and version.isdecimal() and len(written) < 30):
        raise Refusal(say("This form is not of this page. Load the page again."))
    return int(number), int(version)


def why_not(alarm: Alarm | None, error: IllegalCommand, seen_before: bool) -> Text:
    """Why what somebody asked of an alarm does not fit what it has become, in words for that person.

    seen_before: whether it is an obstacle that somebody has acknowledged it.
    """
    if alarm is None:
        return say("This alarm is no longer open.")
    if seen_before and alarm.acknowledged_by is not None:
        return say("{by} has already acknowledged this alarm.", by=alarm.acknowledged_by)
    return told_of(error)
