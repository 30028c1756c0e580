"""The page on which an installer looks around on a line, and copies what is found into the site file."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response

from api.console.forms import Forms, person, told_of
from api.console.pages import Pages
from api.faults import status_of
from api.readers import Readers
from api.scan_actions import ScanActions
from api.scan_port import HIGHEST_UNIT
from edge.errors import IllegalCommand

SCAN: Final = "/device-scans"
USUAL_LAST: Final = 32


def router(readers: Readers, pages: Pages, acting: ScanActions) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms = Forms(pages, readers)

    def shared(request: Request) -> dict[str, Any]:
        renderer, scan = readers.of_page(request), acting.last()
        running = scan if scan is not None and scan.how == "running" else None
        return {"scan": scan, "running": running, "text": renderer.text, "type_name": renderer.type_name}

    @routes.get(SCAN)
    async def scan(request: Request) -> Response:
        more: dict[str, Any] = {"connections": acting.connections, "usual_last": USUAL_LAST, "highest": HIGHEST_UNIT}
        return pages.answer("device_scan.html", request, **shared(request), **more)

    @routes.get(f"{SCAN}/now")
    async def now(request: Request) -> Response:
        """What the page's own module asks for each second."""
        return pages.answer("device_scan_now.html", request, **shared(request))

    @routes.post("/console/device-scans")
    async def begin(
        request: Request,
        connection: Annotated[str, Form(max_length=100)],
        first: Annotated[int, Form(ge=1, le=HIGHEST_UNIT)] = 1,
        last: Annotated[int, Form(ge=1, le=HIGHEST_UNIT)] = USUAL_LAST,
    ) -> Response:
        try:
            acting.begin(connection, person(request), first, last)
        except IllegalCommand as error:
            return forms.refused(request, told_of(error), status_of(error), SCAN)
        return forms.done(request, SCAN)

    @routes.post("/console/device-scans/end")
    async def end(request: Request) -> Response:
        try:
            await acting.end()
        except IllegalCommand as error:
            return forms.refused(request, told_of(error), status_of(error), SCAN)
        return forms.done(request, SCAN)

    return routes
