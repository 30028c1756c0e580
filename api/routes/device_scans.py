"""Looking around on a line of the site file while the controller runs."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.faults import ACTING, READING
from api.gate import caller_of
from api.models_alarms import Acting
from api.models_scans import Scanning, ScanOut, ScansOut, SeenOut
from api.readers import Readers
from api.scan_actions import ScanActions
from api.scan_port import ScanSeen
from api.sessions import Caller
from edge.language import Renderer

_SCANNING = """In a program of its own, over a connection of its own; one at a time, half a minute at most. It commands nothing.
On a serial line the controller itself asks each unit, between its own reads."""


def router(readers: Readers, acting: ScanActions) -> APIRouter:
    routes = APIRouter(tags=["devices"])
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    def told(renderer: Renderer) -> ScansOut:
        scan = acting.last()
        return ScansOut(connections=acting.connections, scan=None if scan is None else _out(scan, renderer))

    @routes.get("/device-scans", summary="The scan that goes on, or was the last", responses=READING)
    async def last(renderer: Reader) -> ScansOut:
        return told(renderer)

    @routes.post("/device-scans", summary="Look around on a line", description=_SCANNING, responses=ACTING)
    async def begin(body: Scanning, caller: From, renderer: Reader) -> ScansOut:
        acting.begin(body.connection, caller.acting(body.by), body.first, body.last)
        return told(renderer)

    @routes.post("/device-scans/end", summary="End the scan; what was found stays", responses=ACTING)
    async def end(_: Acting, renderer: Reader) -> ScansOut:
        await acting.end()
        return told(renderer)

    return routes


def _out(scan: ScanSeen, renderer: Renderer) -> ScanOut:
    return ScanOut(
        connection=scan.connection,
        by=scan.by,
        began_at=scan.began_at,
        until=scan.until,
        how=scan.how,
        asked=scan.asked,
        problem=None if scan.problem is None else renderer.text(scan.problem),
        found=[SeenOut.model_validate(thing, from_attributes=True) for thing in scan.found],
    )
