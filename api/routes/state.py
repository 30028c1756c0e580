"""What is known: the site, its spaces, doors and points."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.faults import NAMING, READING, Unknown
from api.models import Points, SiteOut, Spaces
from api.models_doors import DoorOut, Doors
from api.port import Desk
from api.readers import Readers
from api.truth import Truth
from edge.language import Renderer


def router(desk: Desk, readers: Readers) -> APIRouter:
    routes = APIRouter(tags=["state"], responses=READING)

    def look(renderer: Annotated[Renderer, Depends(readers)]) -> Truth:
        return Truth(desk, renderer)

    Look = Annotated[Truth, Depends(look)]  # noqa: N806

    @routes.get("/site", summary="Who and where this controller is")
    async def site(truth: Look) -> SiteOut:
        about, status = desk.site.site, desk.status()
        return SiteOut(
            at=truth.now,
            seq=truth.seq,
            id=about.id,
            name=truth.renderer.name(about.id),
            timezone=about.timezone,
            language=about.language,
            version=status.version,
            started_at=status.started_at,
            spaces=len(desk.site.spaces),
            doors=len(desk.site.doors),
            devices=len(desk.site.devices),
        )

    @routes.get("/spaces", summary="Rooms, halls and desks, with presence where sensors can tell")
    async def spaces(truth: Look) -> Spaces:
        return Spaces(at=truth.now, seq=truth.seq, spaces=[truth.space(id_) for id_ in desk.site.spaces])

    @routes.get("/doors", summary="Every door: reported, wanted, and why")
    async def doors(truth: Look) -> Doors:
        return Doors(at=truth.now, seq=truth.seq, doors=[truth.door(id_) for id_ in desk.site.doors])

    @routes.get("/doors/{door}", summary="One door: reported, wanted, and why", responses=NAMING)
    async def door(door: str, truth: Look) -> DoorOut:
        if door not in desk.site.doors:
            raise Unknown("this site has no door of that id")
        return truth.door(door)

    @routes.get("/points", summary="Every point that is commanded: what it should be, and why")
    async def points(truth: Look) -> Points:
        return Points(at=truth.now, seq=truth.seq, points=list(truth.points()))

    return routes
