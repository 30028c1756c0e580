"""Scenes: doors that open together for an occasion; which are played now, and playing one by hand."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.door_actions import DoorActions
from api.faults import ACTING, READING
from api.gate import caller_of
from api.models_doors import Ending
from api.models_scenes import Playing, SceneOut, Scenes, ShowingOut
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.facts import Look
from edge.language import Renderer
from rooms.scenes import showings


def router(desk: Desk, readers: Readers, actions: DoorActions) -> APIRouter:
    routes = APIRouter(tags=["scenes"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    @routes.get("/scenes", summary="Every scene, its doors, and why it is played now", responses=READING)
    async def scenes(renderer: Reader) -> Scenes:
        truth = Truth(desk, renderer)
        return Scenes(at=truth.now, seq=truth.seq, scenes=[_scene(truth, id_) for id_ in desk.site.scenes])

    @routes.post("/scenes/{scene}/play", summary="Play a scene for some minutes", responses=ACTING)
    async def play(scene: str, body: Playing, caller: From, renderer: Reader) -> SceneOut:
        await actions.play(scene, caller.actor(body.by), body.minutes)
        return _scene(Truth(desk, renderer), scene)

    @routes.delete("/scenes/{scene}/play", summary="Stop a scene, and what is left of it for the present booking", responses=ACTING)
    async def stop(scene: str, body: Ending, caller: From, renderer: Reader) -> SceneOut:
        await actions.stop(scene, caller.actor(body.by))
        return _scene(Truth(desk, renderer), scene)

    return routes


def _scene(truth: Truth, id_: str) -> SceneOut:
    scene = truth.site.scenes[id_]
    playing = showings(Look(truth.facts, truth.now), truth.site, id_)
    return SceneOut(
        id=id_,
        name=truth.renderer.name(id_),
        room=scene.room,
        spaces=list(scene.spaces),
        doors=[door for door, section in truth.site.doors.items() if id_ in section.unlock.scenes],
        playing=[
            ShowingOut(because=truth.renderer.text(one.because, truth.now), until=one.until, opens=one.opens) for one in playing
        ],
    )
