"""The shift at the desk: who has it, and how it goes over."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.faults import ACTING, READING
from api.gate import caller_of
from api.line_actions import LineActions
from api.models_alarms import Acting
from api.models_shift import HandingOver, ShiftOut
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.shift_truth import ShiftTruth
from api.truth import Truth
from edge.language import Renderer

_HANDING = """Acknowledged alarms go over at once. One that nobody has acknowledged escalates on, and goes over when the shift is
received. What stood is kept in the journal."""
_RECEIVING = "By whoever is named, by somebody in their place, or back by whoever handed it over."


def router(desk: Desk, readers: Readers, actions: LineActions) -> APIRouter:
    routes = APIRouter(prefix="/shift", tags=["shift"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    def now(renderer: Renderer) -> ShiftOut:
        return ShiftTruth(Truth(desk, renderer)).shift()

    @routes.get("", summary="Who has the shift, the last hand-over, and what stands", responses=READING)
    async def shift(renderer: Reader) -> ShiftOut:
        return now(renderer)

    @routes.post("/hand-over", summary="Hand the shift over", description=_HANDING, responses=ACTING)
    async def hand_over(body: HandingOver, caller: From, renderer: Reader) -> ShiftOut:
        await actions.hand_over(caller.actor(body.by), body.to, body.note)
        return now(renderer)

    @routes.post("/receive", summary="Receive the shift", description=_RECEIVING, responses=ACTING)
    async def receive(body: Acting, caller: From, renderer: Reader) -> ShiftOut:
        await actions.receive(caller.actor(body.by))
        return now(renderer)

    return routes
