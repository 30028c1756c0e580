"""What keeps alarms off the list, and which of those on it have one cause."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.alarm_actions import AlarmActions
from api.alarm_truth import AlarmTruth, unspoken
from api.faults import ACTING, READING
from api.gate import caller_of
from api.models_alarms import Acting, Groups, Quiet, Shelving, TakingSourceOut, Unshelving
from api.port import Desk
from api.readers import Readers
from api.routes.numbers import Number
from api.sessions import Caller
from api.truth import Truth
from api.unseen import require_told, told_alarms
from edge.language import Renderer

_SHELVING = """The type and the subject of this alarm are off the list until then, and return by themselves. Never a panic or a
fire; a critical alarm only once it is acknowledged."""
_TAKING_OUT = """Nobody is told that it is silent, garbled or weak; its cover stays watched. A panic button or a fire input is out
for at most eight hours, and an alarm of high level stands for as long. A press still raises its alarm."""


def router(desk: Desk, readers: Readers, actions: AlarmActions) -> APIRouter:
    routes = APIRouter()
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    @routes.get("/alarms/groups", summary="Open alarms by common cause, panics first", responses=READING)
    async def groups(renderer: Reader, caller: From) -> Groups:
        truth = Truth(desk, renderer)
        found = AlarmTruth(truth).groups(told_alarms(desk.facts, caller.view))
        return Groups(at=truth.now, seq=truth.seq, groups=list(found))

    def quiet(renderer: Renderer, caller: Caller) -> Quiet:
        return AlarmTruth(Truth(desk, renderer), unspoken(caller.view)).quiet()

    @routes.get("/alarms/quiet", summary="What is shelved, out of service, or behind a lost connection", responses=READING)
    async def what_is_quiet(renderer: Reader, caller: From) -> Quiet:
        return quiet(renderer, caller)

    @routes.post("/alarms/{number}/shelve", summary="Shelve the source of an alarm", description=_SHELVING, responses=ACTING)
    async def shelve(number: Number, body: Shelving, caller: From, renderer: Reader) -> Quiet:
        require_told(desk.facts, number, caller.view)
        await actions.shelve(number, caller.actor(body.by), body.end or 0, body.reason, body.version)
        return quiet(renderer, caller)

    @routes.post("/alarms/unshelve", summary="Take an alarm off the shelf", responses=ACTING)
    async def unshelve(body: Unshelving, caller: From, renderer: Reader) -> Quiet:
        await actions.unshelve(body.type, body.subject, caller.actor(body.by))
        return quiet(renderer, caller)

    @routes.post(
        "/devices/{device}/out-of-service", summary="Take a device out of service", description=_TAKING_OUT, responses=ACTING
    )
    async def take_out(device: str, body: TakingSourceOut, caller: From, renderer: Reader) -> Quiet:
        await actions.take_out(device, caller.actor(body.by), body.end, body.reason)
        return quiet(renderer, caller)

    @routes.delete("/devices/{device}/out-of-service", summary="Take the device back into service", responses=ACTING)
    async def take_back(device: str, body: Acting, caller: From, renderer: Reader) -> Quiet:
        await actions.take_back(device, caller.actor(body.by))
        return quiet(renderer, caller)

    return routes
