"""The site file: what it says by now beside what runs, and letting it take over."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.faults import ACTING, READING
from api.gate import caller_of
from api.models_site_file import SiteFileOut, TakenOver, TakingOver
from api.port import SiteFile, SiteFileSeen
from api.readers import Readers
from api.sessions import Caller
from edge.language import Renderer
from edge.text import say
from security import roles

_TAKING_OVER = """All at once, or not at all. Where a space comes to another zone class, the first person's request waits for that
of a second one, of another name, for a quarter of an hour."""


def router(readers: Readers, site_file: SiteFile) -> APIRouter:
    routes = APIRouter(tags=["site file"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    @routes.get("/site-file", summary="The site file, beside what runs", responses=READING)
    async def look(renderer: Reader) -> SiteFileOut:
        return _out(await site_file.look(), renderer)

    @routes.post("/site-file", summary="Let the site file take over", description=_TAKING_OVER, responses=ACTING)
    async def take_over(body: TakingOver, caller: From, renderer: Reader) -> TakenOver:
        roles.require(caller.role, "reload")
        runs = await site_file.take_over(body.digest, caller.acting(body.by), body.reason)
        waits = say("A zone changes: a second person must ask for it too, within a quarter of an hour")
        return TakenOver(runs=runs, told=renderer.text(say("The site file runs now") if runs else waits))

    return routes


def _out(seen: SiteFileSeen, renderer: Renderer) -> SiteFileOut:
    return SiteFileOut(
        digest=seen.digest,
        changed=seen.changed,
        fit=not seen.problems,
        problems=[renderer.text(text) for text in seen.problems],
        remarks=[renderer.text(text) for text in seen.remarks],
        difference=[renderer.text(text) for text in seen.difference],
        zones=list(seen.zones),
        asked_by=seen.asked_by,
    )
