"""What people do at one door: release it for minutes, override it, take it out of service."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends

from api.door_actions import DoorActions
from api.faults import ACTING
from api.gate import caller_of
from api.models_doors import DoorOut, Ending, Overriding, Releasing, TakingOut
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer

_OVERRIDING = """Locked or unlocked until then, whatever its bookings and hours say; panic, lockdown, evacuation and fire
outrank it. A newer override replaces it."""
_TAKING_OUT = "It stays locked by its own means, raises no alarms, counts as open, and nobody releases or overrides it from here."


def router(desk: Desk, readers: Readers, actions: DoorActions) -> APIRouter:
    routes = APIRouter(tags=["doors"], responses=ACTING)
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    def now(door: str, renderer: Renderer) -> DoorOut:
        return Truth(desk, renderer).door(door)

    @routes.post("/doors/{door}/release", summary="Unlock a door for at most ten minutes")
    async def release(door: str, body: Releasing, caller: From, renderer: Reader) -> DoorOut:
        await actions.release(door, caller.actor(body.by), timedelta(seconds=body.seconds), body.reason)
        return now(door, renderer)

    @routes.post("/doors/{door}/release/end", summary="Take the release back before its time")
    @routes.delete("/doors/{door}/release", summary="Take the release back before its time", operation_id="delete_release")
    async def end_release(door: str, body: Ending, caller: From, renderer: Reader) -> DoorOut:
        await actions.end_release(door, caller.actor(body.by))
        return now(door, renderer)

    @routes.post("/doors/{door}/override", summary="Hold a door locked or unlocked until then", description=_OVERRIDING)
    async def override(door: str, body: Overriding, caller: From, renderer: Reader) -> DoorOut:
        await actions.override(door, caller.actor(body.by), body.value, body.end or 0, body.reason)
        return now(door, renderer)

    @routes.delete("/doors/{door}/override", summary="End the override before its time")
    async def end_override(door: str, body: Ending, caller: From, renderer: Reader) -> DoorOut:
        await actions.end_override(door, caller.actor(body.by))
        return now(door, renderer)

    @routes.post("/doors/{door}/out-of-service", summary="Take a door out of service", description=_TAKING_OUT)
    async def take_out(door: str, body: TakingOut, caller: From, renderer: Reader) -> DoorOut:
        await actions.take_out(door, caller.actor(body.by), body.end, body.reason)
        return now(door, renderer)

    @routes.delete("/doors/{door}/out-of-service", summary="Take the door back into service")
    async def take_back(door: str, body: Ending, caller: From, renderer: Reader) -> DoorOut:
        await actions.take_back(door, caller.actor(body.by))
        return now(door, renderer)

    return routes
