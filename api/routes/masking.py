"""Masking and speech privacy: how things are, and what people ask of them."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.faults import ACTING, READING
from api.gate import caller_of
from api.masking_actions import MaskingActions
from api.masking_truth import MaskingTruth
from api.models_alarms import Acting
from api.models_masking import AskingLevel, AskingQuiet, AskingRelief, EndingRelief, MaskingNow, PrivacyNow
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer

_PRIVACY = "For each pair, from where people talk to where they may be overheard. Estimates of a model, and not measurements."
_ENDS = "At most 12 hours; it ends by itself."
_RELIEF = "For two hours, or until the site closes. Nothing is kept of who asks. It is never refused for the privacy that it costs."


def router(port: Desk, readers: Readers, actions: MaskingActions) -> APIRouter:
    routes = APIRouter(tags=["masking"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    def now(renderer: Renderer) -> MaskingNow:
        truth = Truth(port, renderer)
        told = MaskingTruth(truth, actions.zones)
        return MaskingNow(
            at=truth.now,
            seq=truth.seq,
            described=told.described,
            units=told.units(),
            reliefs=told.reliefs(),
            asked=told.asked(),
            talk=list(told.talk()),
        )

    @routes.get("/privacy", summary="How private each pair is now", description=_PRIVACY, responses=READING)
    async def privacy(renderer: Reader) -> PrivacyNow:
        truth = Truth(port, renderer)
        told = MaskingTruth(truth, actions.zones)
        return PrivacyNow(at=truth.now, seq=truth.seq, pairs=told.pairs(), note=told.note)

    @routes.get("/masking", summary="Masking units, what people asked for, and the last weeks", responses=READING)
    async def masking(renderer: Reader) -> MaskingNow:
        return now(renderer)

    @routes.post("/masking/spaces/{room}/quiet", summary="No masking in a space", description=_ENDS, responses=ACTING)
    async def quiet(room: str, body: AskingQuiet, caller: From, renderer: Reader) -> MaskingNow:
        await actions.quiet(room, caller.acting(body.by), body.end or 0)
        return now(renderer)

    @routes.post("/masking/spaces/{room}/hearing", summary="Hearing support in a room", description=_ENDS, responses=ACTING)
    async def hearing(room: str, body: AskingQuiet, caller: From, renderer: Reader) -> MaskingNow:
        await actions.hearing(room, caller.acting(body.by), body.end or 0)
        return now(renderer)

    @routes.post("/masking/spaces/{room}/end", summary="End quiet and hearing support in a space", responses=ACTING)
    async def end_of_space(room: str, body: Acting, caller: From, renderer: Reader) -> MaskingNow:
        await actions.end_of_space(room, caller.acting(body.by))
        return now(renderer)

    @routes.post("/masking/units/{device}/level", summary="A level by hand", description=_ENDS, responses=ACTING)
    async def level(device: str, body: AskingLevel, caller: From, renderer: Reader) -> MaskingNow:
        await actions.level(device, body.level_dba, caller.acting(body.by), body.end or 0)
        return now(renderer)

    @routes.post("/masking/units/{device}/end", summary="End the level by hand", responses=ACTING)
    async def end_of_unit(device: str, body: Acting, caller: From, renderer: Reader) -> MaskingNow:
        await actions.end_of_unit(device, caller.acting(body.by))
        return now(renderer)

    @routes.post("/masking/desks/{desk}/relief", summary="Relief at a desk", description=_RELIEF, responses=ACTING)
    async def relieve(desk: str, body: AskingRelief, renderer: Reader) -> MaskingNow:
        await actions.relieve(desk, body.less)
        return now(renderer)

    @routes.post("/masking/desks/{desk}/relief/end", summary="As usual again at a desk", responses=ACTING)
    async def end_relief(desk: str, _: EndingRelief, renderer: Reader) -> MaskingNow:
        await actions.end_relief(desk)
        return now(renderer)

    return routes
