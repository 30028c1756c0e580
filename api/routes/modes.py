"""Fire, evacuation and lockdown: which hold, what one would do, and beginning and ending them."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.door_actions import DoorActions
from api.faults import ACTING, NAMING, READING
from api.gate import caller_of
from api.mode_truth import ModeTruth
from api.models_modes import AskingEnd, Beginning, Begun, EndingMode, Modes, PreviewOut, Scope
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer
from security.modes import SITE

_ASKING = "The first of the two steps that end a lockdown; it can be confirmed for a minute. The other modes end in one step."
_ENDING = "Of a lockdown, the second step, which somebody must have asked for. Fire ends only once no input says fire any more."


def router(desk: Desk, readers: Readers, actions: DoorActions) -> APIRouter:
    routes = APIRouter(tags=["modes"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    def now(renderer: Renderer) -> Modes:
        truth = Truth(desk, renderer)
        told = ModeTruth(truth)
        return Modes(at=truth.now, seq=truth.seq, modes=told.holding(), scopes=told.scopes())

    @routes.get("/modes", summary="All modes that hold: since when, by whom, and why", responses=READING)
    async def modes(renderer: Reader) -> Modes:
        return now(renderer)

    @routes.get("/modes/preview", summary="What a mode would do to the doors if it began now", responses=NAMING)
    async def preview(mode: Begun, renderer: Reader, scope: Scope = SITE) -> PreviewOut:
        actions.require_scope(scope)
        return ModeTruth(Truth(desk, renderer)).preview(mode, scope)

    @routes.post("/modes", summary="Begin an evacuation or a lockdown", responses=ACTING)
    async def begin(body: Beginning, caller: From, renderer: Reader) -> Modes:
        await actions.begin(body.mode, body.scope, caller.actor(body.by), body.reason)
        return now(renderer)

    @routes.post("/modes/end-request", summary="Ask for the end of a lockdown", description=_ASKING, responses=ACTING)
    async def ask_end(body: AskingEnd, caller: From, renderer: Reader) -> Modes:
        await actions.ask_end(body.mode, body.scope, caller.actor(body.by))
        return now(renderer)

    @routes.post("/modes/end", summary="End a mode", description=_ENDING, responses=ACTING)
    async def end(body: EndingMode, caller: From, renderer: Reader) -> Modes:
        await actions.end(body.mode, body.scope, caller.actor(body.by), body.reason)
        return now(renderer)

    return routes
