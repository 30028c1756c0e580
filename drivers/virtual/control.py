"""The control page of virtual devices: how each really is, what it says, and buttons for hands and for what may go wrong with it.

It is a toy for demonstrations and trials and asks nobody who they are. So it serves this computer alone, and takes nothing from
the page of another site.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final

import uvicorn
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from drivers.virtual.building import VirtualBuilding
from drivers.virtual.control_view import BEHAVIOURS, HANDS, places, value_of
from drivers.virtual.device import Behaviour
from drivers.virtual.loopback import LOOPBACK
from edge.errors import IllegalInput
from edge.language import LANGUAGES, Renderer
from edge.text import Text, say

_FOLDER: Final = Path(__file__).parent / "templates"
_OWN_NAMES: Final = {"fi": "suomi", "sv": "svenska", "en": "English"}
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_SHUTDOWN_S: Final = 1
_CANNOT: Final = say("{device} cannot do that.")
_NOT_HERE: Final = say("This page is known as localhost alone.")
_STRANGE: Final = say("The request comes from another site's page.")


class ControlPage:
    def __init__(self, building: VirtualBuilding) -> None:
        self._building = building
        self._renderers = {language: Renderer(building.site, language) for language in LANGUAGES}
        self._style = (_FOLDER / "control.css").read_text(encoding="utf-8")
        environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = environment.get_template("control.html")

    def app(self) -> ASGIApp:
        routes = [
            Route("/", self._page),
            Route("/control.css", self._css),
            Route("/devices/{device}", self._act, methods=["POST"]),
        ]
        return _Guarded(Starlette(routes=routes), self._refusal)

    async def _page(self, request: Request) -> Response:
        return self._rendered(request, opened=request.query_params.get("open"))

    def _refusal(self, request: Request, told: Text, status: int) -> Response:
        return PlainTextResponse(self._renderer(request).text(told), status)

    async def _css(self, _: Request) -> Response:
        return PlainTextResponse(self._style, media_type="text/css")

    async def _act(self, request: Request) -> Response:
        device = request.path_params["device"]
        async with request.form(max_files=0, max_fields=1) as form:
            wish = str(form.get("do", ""))
        try:
            self._do(device, wish)
        except IllegalInput:
            return self._rendered(request, opened=device, refused=device, status=409)
        language = self._renderer(request).language
        return RedirectResponse(f"/?language={language}&open={device}#{device}", 303)

    def _do(self, device: str, wish: str) -> None:
        """Raises IllegalInput."""
        building, model = self._building, self._building.host(device).model
        if wish == "press":
            building.press(device)
        elif wish == "hold":
            building.press(device, "held")
        elif wish == "plug":
            building.plug(device)
        elif wish == "unplug":
            building.unplug(device)
        elif wish in HANDS:
            hand = HANDS[wish]
            building.set(device, hand.point, value_of(hand, model))
            if hand.point == "present" and "count" in model.points:
                building.set(device, "count", int(bool(hand.value)))
        elif wish.upper() in Behaviour.__members__:
            building.behave(device, Behaviour[wish.upper()])
        else:
            raise IllegalInput(f"{wish!r} is nothing that can be done")

    def _rendered(self, request: Request, *, opened: str | None, refused: str | None = None, status: int = 200) -> Response:
        renderer, site = self._renderer(request), self._building.site
        html = self._template.render(
            _=renderer.say,
            language=renderer.language,
            languages=_OWN_NAMES,
            site_name=renderer.name(site.site.id),
            places=places(site, self._building.hosts, renderer),
            meanings=[(renderer.text(name), renderer.text(meaning)) for name, meaning in BEHAVIOURS.values()],
            opened=opened,
            refused=renderer.say(_CANNOT.message, device=renderer.name(refused)) if refused is not None else None,
        )
        return HTMLResponse(html, status)

    def _renderer(self, request: Request) -> Renderer:
        """The language asked for, else the first one of the browser that there is, else the site's."""
        tags = (part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(","))
        wanted = (request.query_params.get("language"), *tags, self._building.site.site.language)
        return next(self._renderers[language] for language in wanted if language in self._renderers)


class _Guarded:
    """Lets in what is asked of this computer by its own name; what changes something must come from the page itself."""

    def __init__(self, app: ASGIApp, refusal: Callable[[Request, Text, int], ASGIApp]) -> None:
        self._app = app
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        name, _, port = host.rpartition(":")
        app = self._app
        if (name if port.isdigit() else host) not in LOOPBACK:
            app = self._refusal(Request(scope), _NOT_HERE, 421)
        elif scope["method"] not in ("GET", "HEAD") and headers.get("origin", "").lower() != f"http://{host}":
            app = self._refusal(Request(scope), _STRANGE, 403)
        await app(scope, receive, with_headers)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals are those of the whole process


@contextlib.asynccontextmanager
async def control_page(building: VirtualBuilding, sock: socket.socket) -> AsyncIterator[None]:
    """Served at the socket until the end of the block."""
    config = uvicorn.Config(ControlPage(building).app(), interface="asgi3", log_config=None, server_header=False, lifespan="off")
    config.timeout_graceful_shutdown = _SHUTDOWN_S
    server = _Server(config)
    serving = asyncio.create_task(server.serve([sock]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
