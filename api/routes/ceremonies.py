"""Ceremonies: how far each has come, its checklist, and what hosts do about it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.ceremony_actions import CeremonyActions
from api.ceremony_truth import CeremonyTruth
from api.faults import ACTING, NAMING, READING
from api.gate import caller_of
from api.models_ceremonies import Ceremonies, Delaying, OfCeremony, OneCeremony, Ticking, Unticking
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer


def router(desk: Desk, readers: Readers, actions: CeremonyActions) -> APIRouter:
    routes = APIRouter(tags=["ceremonies"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806
    Id = Annotated[str, Path(description="Of the ceremony, as in the list")]  # noqa: N806

    def now(ceremony: str, renderer: Renderer, caller: Caller) -> OneCeremony:
        truth = Truth(desk, renderer)
        told = CeremonyTruth(truth, caller.view)
        return OneCeremony(at=truth.now, seq=truth.seq, ceremony=told.ceremony(told.known(ceremony)))

    def require(ceremony: str, renderer: Renderer, caller: Caller) -> None:
        """Raises Unknown."""
        CeremonyTruth(Truth(desk, renderer), caller.view).known(ceremony)

    @routes.get("/ceremonies", summary="The ceremonies of today, each with its checklist", responses=READING)
    async def ceremonies(renderer: Reader, caller: From) -> Ceremonies:
        truth = Truth(desk, renderer)
        return Ceremonies(at=truth.now, seq=truth.seq, ceremonies=[*CeremonyTruth(truth, caller.view).every()])

    @routes.get("/ceremonies/{ceremony}", summary="One ceremony and its checklist", responses=NAMING)
    async def ceremony(ceremony: Id, renderer: Reader, caller: From) -> OneCeremony:
        return now(ceremony, renderer, caller)

    @routes.post("/ceremonies/{ceremony}/tick", summary="A line is done, or what it says instead", responses=ACTING)
    async def tick(ceremony: Id, body: Ticking, caller: From, renderer: Reader) -> OneCeremony:
        require(ceremony, renderer, caller)
        await actions.tick(ceremony, caller.actor(body.by), body.checklist, body.item)
        return now(ceremony, renderer, caller)

    @routes.post("/ceremonies/{ceremony}/untick", summary="A line is not done after all", responses=ACTING)
    async def untick(ceremony: Id, body: Unticking, caller: From, renderer: Reader) -> OneCeremony:
        require(ceremony, renderer, caller)
        await actions.untick(ceremony, caller.actor(body.by), body.checklist, body.item, body.reason)
        return now(ceremony, renderer, caller)

    @routes.post("/ceremonies/{ceremony}/delay", summary="The couple is late", responses=ACTING)
    async def delay(ceremony: Id, body: Delaying, caller: From, renderer: Reader) -> OneCeremony:
        require(ceremony, renderer, caller)
        await actions.delay(ceremony, caller.actor(body.by), body.minutes)
        return now(ceremony, renderer, caller)

    @routes.post("/ceremonies/{ceremony}/begin", summary="The couple that was late has come", responses=ACTING)
    async def begin(ceremony: Id, body: OfCeremony, caller: From, renderer: Reader) -> OneCeremony:
        require(ceremony, renderer, caller)
        await actions.begin(ceremony, caller.actor(body.by))
        return now(ceremony, renderer, caller)

    @routes.post(
        "/ceremonies/{ceremony}/open-early", summary="Open the way of the guests until it opens by itself", responses=ACTING
    )
    async def open_early(ceremony: Id, body: OfCeremony, caller: From, renderer: Reader) -> OneCeremony:
        require(ceremony, renderer, caller)
        await actions.open_early(ceremony, caller.actor(body.by))
        return now(ceremony, renderer, caller)

    return routes
