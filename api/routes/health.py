"""For whoever watches over the process: whether it lives, and whether it can do its work."""

from fastapi import APIRouter, Response

from api.models import Health, Readiness
from api.port import Desk


def router(desk: Desk) -> APIRouter:
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", summary="It lives")
    async def healthz() -> Health:
        return Health()

    @routes.get("/readyz", summary="It can do its work", responses={503: {"model": Readiness, "description": "Not at present"}})
    async def readyz(response: Response) -> Readiness:
        status = desk.status()
        response.status_code = 200 if status.ready else 503
        return Readiness(ready=status.ready, problems=list(status.problems))

    return routes
