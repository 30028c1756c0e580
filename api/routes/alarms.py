"""Alarms and what people do with them; notices, for which nobody has to act at once."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.actions import Actions
from api.alarm_actions import AlarmActions
from api.faults import ACTING, NAMING, READING
from api.gate import caller_of
from api.models import Acknowledging, AlarmNow, AlarmOut, Alarms, Claiming, Notices, Noting, Resolving
from api.models_alarms import Transferring
from api.past_reading import PastReading
from api.port import Desk
from api.readers import Readers
from api.routes import drills, escalation, past_alarms, quiet_alarms
from api.routes.numbers import Number
from api.sessions import Caller
from api.truth import Truth
from api.unseen import require_told, told_alarm, told_alarms
from edge.language import Renderer
from security.alarms import ALARM, NoSuchAlarm


def router(desk: Desk, readers: Readers, actions: Actions, past_reading: PastReading) -> APIRouter:
    routes, acting = APIRouter(tags=["alarms"]), AlarmActions(desk.site, actions)
    # Before the routes of one alarm, whose number would otherwise be asked of these words.
    routes.include_router(past_alarms.router(desk, readers, past_reading))
    routes.include_router(quiet_alarms.router(desk, readers, acting))
    routes.include_router(drills.router(desk, readers, acting, past_reading))
    routes.include_router(escalation.router(desk, readers, actions))
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    @routes.get("/alarms", summary="Open alarms, the most urgent first", responses=READING)
    async def alarms(renderer: Reader, caller: From) -> Alarms:
        truth = Truth(desk, renderer)
        told = [truth.alarm(alarm) for alarm in told_alarms(desk.facts, caller.view)]
        return Alarms(at=truth.now, seq=truth.seq, alarms=told)

    @routes.get("/alarms/{number}", summary="One open alarm", responses=NAMING)
    async def alarm(number: Number, renderer: Reader, caller: From) -> AlarmOut:
        found = told_alarm(desk.facts, number, caller.view)
        if found is None:
            raise NoSuchAlarm(number)
        return Truth(desk, renderer).alarm(found)

    @routes.post("/alarms/{number}/acknowledge", summary="Somebody has seen it", responses=ACTING)
    async def acknowledge(number: Number, body: Acknowledging, caller: From, renderer: Reader) -> AlarmNow:
        require_told(desk.facts, number, caller.view)
        await acting.acknowledge(number, caller.actor(body.by), body.version)
        return now(number, renderer)

    @routes.post("/alarms/{number}/claim", summary="Somebody takes care of it", responses=ACTING)
    async def claim(number: Number, body: Claiming, caller: From, renderer: Reader) -> AlarmNow:
        require_told(desk.facts, number, caller.view)
        await acting.claim(number, caller.actor(body.by), body.version)
        return now(number, renderer)

    @routes.post("/alarms/{number}/note", summary="Somebody writes something down about it", responses=ACTING)
    async def note(number: Number, body: Noting, caller: From, renderer: Reader) -> AlarmNow:
        require_told(desk.facts, number, caller.view)
        await acting.note(number, caller.actor(body.by), body.text)
        return now(number, renderer)

    @routes.post("/alarms/{number}/resolve", summary="It was attended to and is over", responses=ACTING)
    async def resolve(number: Number, body: Resolving, caller: From, renderer: Reader) -> AlarmNow:
        require_told(desk.facts, number, caller.view)
        await acting.resolve(number, caller.actor(body.by), body.reason, body.version)
        return now(number, renderer)

    @routes.post("/alarms/{number}/transfer", summary="Somebody else takes care of it from now on", responses=ACTING)
    async def transfer(number: Number, body: Transferring, caller: From, renderer: Reader) -> AlarmNow:
        require_told(desk.facts, number, caller.view)
        await acting.transfer(number, caller.actor(body.by), body.to, body.version)
        return now(number, renderer)

    def now(number: int, renderer: Renderer) -> AlarmNow:
        truth, found = Truth(desk, renderer), desk.facts(ALARM(str(number)))
        return AlarmNow(at=truth.now, seq=truth.seq, number=number, alarm=truth.alarm(found) if found else None)

    @routes.get("/notices", summary="What the facility manager should know of", responses=READING)
    async def notices(renderer: Reader) -> Notices:
        truth = Truth(desk, renderer)
        return Notices(at=truth.now, seq=truth.seq, notices=truth.notices())

    return routes
