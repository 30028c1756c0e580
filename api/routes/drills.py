"""Walk tests of the panic buttons, and their reports."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.alarm_actions import AlarmActions
from api.alarm_truth import AlarmTruth
from api.faults import ACTING, READING
from api.gate import caller_of
from api.models_alarms import Acting, Drills, Testing
from api.past_reading import PastReading
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer
from security import drills as reports
from security.drills import Drill

_BEGINNING = """Of the buttons named, or of all. A press during it raises its alarm at once, as ever; for half a minute the press
can be confirmed as one of the test, which resolves the alarm."""


def router(desk: Desk, readers: Readers, actions: AlarmActions, past_reading: PastReading) -> APIRouter:
    routes = APIRouter()
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    async def told(renderer: Renderer) -> Drills:
        truth = Truth(desk, renderer)
        found = await past_reading.of(drills_of, desk)
        report = AlarmTruth(truth)
        return Drills(
            at=truth.now,
            seq=truth.seq,
            drills=[report.drill(drill) for drill in reversed(found)],
            buttons=list(report.buttons()),
        )

    @routes.get("/drills", summary="Walk tests with their results, and the last test of each button", responses=READING)
    async def drills(renderer: Reader) -> Drills:
        return await told(renderer)

    @routes.post("/drills", summary="Begin a walk test", description=_BEGINNING, responses=ACTING)
    async def begin(body: Testing, caller: From, renderer: Reader) -> Drills:
        await actions.begin_test(caller.actor(body.by), body.buttons, body.minutes)
        return await told(renderer)

    @routes.post("/drills/end", summary="End the walk test before its time", responses=ACTING)
    async def end(body: Acting, caller: From, renderer: Reader) -> Drills:
        await actions.end_test(caller.actor(body.by))
        return await told(renderer)

    @routes.post("/drills/{button}/confirm", summary="The last press of this button was the test's", responses=ACTING)
    async def confirm(button: str, body: Acting, caller: From, renderer: Reader) -> Drills:
        await actions.confirm_test(button, caller.actor(body.by))
        return await told(renderer)

    return routes


def drills_of(desk: Desk) -> list[Drill]:
    """Blocking; call it in a thread."""
    return reports.drills(line.event for line in reversed(list(desk.journal_back(reports.KINDS))))
