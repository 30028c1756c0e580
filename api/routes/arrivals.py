"""Customers who have come: for check-in and queue-number machines, and for the agencies' own messengers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.arrival_actions import ArrivalActions
from api.arrival_truth import ArrivalTruth
from api.faults import ACTING, READING
from api.gate import caller_of
from api.models_alarms import Acting
from api.models_arrivals import Answering, Arrivals, CheckingIn, QueueingUp
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer

Number = Annotated[int, Path(ge=1, le=2**53, description="Of the arrival, not of the booking")]


def router(desk: Desk, readers: Readers, actions: ArrivalActions) -> APIRouter:
    routes = APIRouter(tags=["arrivals"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    def now(renderer: Renderer, caller: Caller) -> Arrivals:
        truth = Truth(desk, renderer)
        told = ArrivalTruth(truth, caller.view)
        return Arrivals(at=truth.now, seq=truth.seq, arrivals=[told.arrival(waiting) for waiting in told.seen()])

    @routes.get("/arrivals", summary="Who waits, for what, and for how long", responses=READING)
    async def arrivals(renderer: Reader, caller: From) -> Arrivals:
        return now(renderer, caller)

    @routes.post("/arrivals", summary="A customer has come, by booking number; said twice, it is one arrival", responses=ACTING)
    async def check_in(body: CheckingIn, renderer: Reader, caller: From) -> Arrivals:
        await actions.check_in(body.number, body.by)
        return now(renderer, caller)

    @routes.post("/arrivals/queue", summary="A machine gave a queue number", responses=ACTING)
    async def queue_up(body: QueueingUp, renderer: Reader, caller: From) -> Arrivals:
        await actions.queue_up(body.number, body.agency)
        return now(renderer, caller)

    @routes.post("/arrivals/{arrival}/answer", summary="What the customer is to do", responses=ACTING)
    async def answer(arrival: Number, body: Answering, renderer: Reader, caller: From) -> Arrivals:
        await actions.answer(arrival, body.answer, caller.acting(body.by), caller.view)
        return now(renderer, caller)

    @routes.post("/arrivals/{arrival}/met", summary="They wait no longer", responses=ACTING)
    async def met(arrival: Number, body: Acting, renderer: Reader, caller: From) -> Arrivals:
        await actions.met(arrival, caller.acting(body.by), caller.view)
        return now(renderer, caller)

    return routes
