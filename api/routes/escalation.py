"""Who is told of an alarm besides the console: how far that has come, and what people do about it."""

import contextlib
from typing import Annotated

from fastapi import APIRouter, Depends

from api.actions import Actions
from api.escalation_truth import escalation_of
from api.faults import ACTING, NAMING
from api.gate import caller_of
from api.models_escalation import Calling, Escalating, EscalationOut, Showing
from api.port import Desk
from api.readers import Readers
from api.routes.numbers import Number
from api.sessions import Caller
from api.unseen import require_told, told_alarm
from edge.language import Renderer
from security import escalation_acts, roles
from security.alarms import NoSuchAlarm

_SHOWN = """A page says so once it has painted an alarm. A critical alarm that no page has shown within three seconds goes on to the
next step of its escalation at once."""


def router(desk: Desk, readers: Readers, actions: Actions) -> APIRouter:
    routes = APIRouter()
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    def now(number: int, renderer: Renderer, caller: Caller) -> EscalationOut | None:
        alarm = told_alarm(desk.facts, number, caller.view)
        if alarm is None:
            raise NoSuchAlarm(number)
        return escalation_of(desk.facts, renderer, desk.clock.now(), alarm)

    @routes.get("/alarms/{number}/escalation", summary="Who was told of an alarm, and who will be", responses=NAMING)
    async def escalation(number: Number, caller: From, renderer: Reader) -> EscalationOut | None:
        return now(number, renderer, caller)

    @routes.post("/alarms/{number}/shown", summary="A page shows it", description=_SHOWN, responses=ACTING)
    async def shown(number: Number, body: Showing, caller: From, renderer: Reader) -> EscalationOut | None:
        roles.require(caller.role, "acknowledge")
        if told_alarm(desk.facts, number, caller.view) is None:
            raise NoSuchAlarm(number)
        by = caller.name or caller.via or caller.role
        with contextlib.suppress(escalation_acts.ShownBefore):  # a page repeats itself when an answer of ours was lost
            await actions.act(lambda facts, at: escalation_acts.shown(facts, at, number, body.version, body.view, by))
        return now(number, renderer, caller)

    @routes.post("/alarms/{number}/escalate", summary="Make the next step at once", responses=ACTING)
    async def escalate(number: Number, body: Escalating, caller: From, renderer: Reader) -> EscalationOut | None:
        require_told(desk.facts, number, caller.view)
        who = caller.actor(body.by)
        roles.require(who.role, "escalate")
        await actions.act(lambda facts, at: escalation_acts.escalate(facts, at, number, who.name, body.version))
        return now(number, renderer, caller)

    @routes.post("/alarms/{number}/call", summary="Turn to contacts besides what is planned", responses=ACTING)
    async def call(number: Number, body: Calling, caller: From, renderer: Reader) -> EscalationOut | None:
        require_told(desk.facts, number, caller.view)
        who = caller.actor(body.by)
        roles.require(who.role, "escalate")
        await actions.act(lambda facts, at: escalation_acts.call(desk.site, facts, at, number, body.to, who.name, body.version))
        return now(number, renderer, caller)

    return routes
