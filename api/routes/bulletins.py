"""The internal bulletin line."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.bulletin_truth import BulletinTruth
from api.faults import ACTING, READING
from api.gate import caller_of
from api.line_actions import LineActions
from api.models_alarms import Acting
from api.models_bulletins import Bulletins, Posting
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer

Number = Annotated[int, Path(ge=1, le=2**53, description="Number of the bulletin")]
_POSTING = "At most 500 characters, for at most 7 days; 20 stand at a time. It ends by itself."


def router(desk: Desk, readers: Readers, actions: LineActions) -> APIRouter:
    routes = APIRouter(tags=["bulletins"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    def now(renderer: Renderer, caller: Caller) -> Bulletins:
        truth = Truth(desk, renderer)
        told = BulletinTruth(truth, caller.view)
        return Bulletins(at=truth.now, seq=truth.seq, bulletins=told.bulletins(caller.name))

    @routes.get("/bulletins", summary="What staff should know of, and who has read it", responses=READING)
    async def bulletins(renderer: Reader, caller: From) -> Bulletins:
        return now(renderer, caller)

    @routes.post("/bulletins", summary="Write a bulletin", description=_POSTING, responses=ACTING)
    async def post(body: Posting, caller: From, renderer: Reader) -> Bulletins:
        await actions.post(caller.actor(body.by), body.level, body.text, body.end or 0, body.to)
        return now(renderer, caller)

    @routes.post("/bulletins/{number}/end", summary="End a bulletin before its time", responses=ACTING)
    async def end(number: Number, body: Acting, caller: From, renderer: Reader) -> Bulletins:
        await actions.end(number, caller.actor(body.by))
        return now(renderer, caller)

    @routes.post("/bulletins/{number}/read", summary="Somebody has read it", responses=ACTING)
    async def read(number: Number, body: Acting, caller: From, renderer: Reader) -> Bulletins:
        await actions.read(number, caller.actor(body.by), caller.agency)
        return now(renderer, caller)

    return routes
