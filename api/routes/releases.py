"""A door unlocked by a named person, for minutes."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends

from api.actions import Actions
from api.faults import ACTING
from api.models import DoorOut, EndingRelease, Releasing
from api.port import Desk
from api.readers import Readers
from api.truth import Truth
from edge.language import Renderer


def router(desk: Desk, readers: Readers, actions: Actions) -> APIRouter:
    routes = APIRouter(tags=["doors"], responses=ACTING)
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806

    @routes.post("/doors/{door}/release", summary="Unlock a door for at most ten minutes")
    async def release(door: str, body: Releasing, renderer: Reader) -> DoorOut:
        await actions.release(door, body.by, timedelta(seconds=body.seconds), body.reason)
        return Truth(desk, renderer).door(door)

    @routes.post("/doors/{door}/release/end", summary="Take the release back before its time")
    @routes.delete("/doors/{door}/release", summary="Take the release back before its time", operation_id="delete_release")
    async def end_release(door: str, body: EndingRelease, renderer: Reader) -> DoorOut:
        await actions.end_release(door, body.by)
        return Truth(desk, renderer).door(door)

    return routes
