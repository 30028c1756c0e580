"""What people put on the displays for everybody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.display_actions import DisplayActions
from api.display_truth import texts_of
from api.faults import ACTING, READING
from api.gate import caller_of
from api.models_alarms import Acting
from api.models_displays import PublicNoticeOut, PublicNotices, PublicPosting
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer
from rooms.public_notices import open_notices

Number = Annotated[int, Path(ge=1, le=2**53, description="Number of the notice")]
_POSTING = "A ready sentence, or a text of at most 160 characters in every public language, for at most 7 days; 4 stand at a time."


def router(desk: Desk, readers: Readers, actions: DisplayActions) -> APIRouter:
    routes = APIRouter(tags=["displays"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    def now(renderer: Renderer) -> PublicNotices:
        truth = Truth(desk, renderer)
        shown = [
            PublicNoticeOut(
                number=notice.number,
                ready=notice.ready or None,
                texts=texts_of(readers, desk.site, notice),
                by=notice.by,
                posted_at=notice.at,
                until=notice.until,
            )
            for notice in open_notices(desk.facts, truth.now)
        ]
        return PublicNotices(at=truth.now, seq=truth.seq, notices=shown)

    @routes.get("/public-notices", summary="What people have put on the displays", responses=READING)
    async def notices(renderer: Reader) -> PublicNotices:
        return now(renderer)

    @routes.post("/public-notices", summary="Put a notice on the displays", description=_POSTING, responses=ACTING)
    async def post(body: PublicPosting, caller: From, renderer: Reader) -> PublicNotices:
        await actions.post(caller.acting(body.by), body.end or 0, body.ready, body.texts)
        return now(renderer)

    @routes.post("/public-notices/{number}/end", summary="Take a notice off before its time", responses=ACTING)
    async def end(number: Number, body: Acting, caller: From, renderer: Reader) -> PublicNotices:
        await actions.end(number, caller.acting(body.by))
        return now(renderer)

    return routes
