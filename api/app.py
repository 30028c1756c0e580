"""The HTTP side of the controller: the interface for programs, and the consoles for people."""

import time
from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute

from api import metrics
from api.actions import Actions
from api.arrival_actions import ArrivalActions
from api.ceremony_actions import CeremonyActions
from api.console import (
    alarm_routes,
    arrival_routes,
    ceremony_routes,
    device_routes,
    display_routes,
    door_routes,
    drill_routes,
    line_routes,
    masking_routes,
    past_routes,
    plan_routes,
    relief_routes,
    report_routes,
    room_routes,
    scan_routes,
    site_file_routes,
    terminal_routes,
)
from api.console import routes as console
from api.console.pages import Pages
from api.console.provider_sign_in import ProviderSignIn
from api.console.sign_in import SignInPages
from api.console.site_file_routes import SITE_FILE
from api.display_actions import DisplayActions
from api.door_actions import DoorActions
from api.faults import answer_faults
from api.gate import Gate
from api.identity import Identity
from api.line_actions import LineActions
from api.masking_actions import MaskingActions
from api.metrics import Requests
from api.past_reading import PastReading
from api.policy import require_declared
from api.port import Desk, SiteFile
from api.readers import Readers
from api.report_actions import ReportActions
from api.report_port import Reports
from api.routes import (
    PREFIX,
    alarms,
    arrivals,
    bulletins,
    calendars,
    ceremonies,
    device_scans,
    devices,
    displays,
    doors,
    events,
    health,
    masking,
    modes,
    rooms,
    scenes,
    shift,
    state,
    terminals,
)
from api.routes import reports as report_files
from api.routes import site_file as site_files
from api.scan_actions import ScanActions
from api.scan_port import Scans
from api.terminal_actions import TerminalActions
from api.tokens import Tokens

if TYPE_CHECKING:
    from edge.people.provider.provider import Provider

SMALL: Final = 1000
"""Answers of fewer octets are sent as they are."""
COMPRESSION: Final = 5
"""Of 1 to 9: more costs time and saves next to nothing."""
_DESCRIPTION = """State, alarms and actions of one building's controller. Sentences come in the language of `Accept-Language`, or of
`?language=`. Whoever is neither signed in nor sends `Authorization: Bearer TOKEN` gets 401."""


def create_app(
    desk: Desk,
    *,
    tokens: Tokens,
    signed_in: bool = False,
    hosts: Collection[str] = (),
    read_only_reason: str | None = None,
    identity: Identity | None = None,
    sealed: str | None = None,
    provider: "Provider | None" = None,
    site_file: SiteFile | None = None,
    past_reading: PastReading | None = None,
    scans: Scans | None = None,
    reports: Reports | None = None,
) -> FastAPI:
    """The application. To build it takes a moment and touches no facts, so a thread may do it; it serves in the controller's loop.

    tokens: the secrets that programs send and people sign in with. signed_in: pages open without it; only for a demo that listens
    on the loopback. hosts: names under which the controller is reached besides the loopback's. read_only_reason: why nobody
    may act through this application, in the site's language; None when people may. identity: who has an account and who is signed
    in already. sealed: the code that signs in as guard in an emergency. provider: through which people sign in besides. site_file:
    where it can take over while the building runs. past_reading: closed by whoever made it. scans: who looks
    around on lines, where there are any. reports: who keeps the reports of months, where they are kept.
    """
    readers, identity, past_reading = Readers(desk.site), identity or Identity(), past_reading or PastReading()
    actions = Actions(desk, read_only_reason)
    scanning = ScanActions(desk.site, actions, scans)
    at_doors, on_the_line = DoorActions(desk.site, actions), LineActions(desk.site, actions)
    of_customers = ArrivalActions(desk.site, actions)
    on_displays = DisplayActions(desk.site, actions)
    of_masking = MaskingActions(desk.site, actions)
    of_ceremonies = CeremonyActions(desk.site, actions)
    of_reports = ReportActions(actions, reports)
    pages = Pages(desk, readers, time.monotonic, read_only_reason, () if site_file is not None else (SITE_FILE,))
    identity.tokens, identity.sealed = tokens, sealed
    identity.trusted = provider.section if provider is not None else None
    sign_in = SignInPages(desk, readers, pages, identity, tokens, sealed, provider)
    by_provider = ProviderSignIn(desk, pages, identity, provider, sign_in)
    answers: Counter[tuple[str, str, str]] = Counter()
    app = FastAPI(
        title="Talonmies",
        version=desk.status().version,
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    answer_faults(app)
    api = APIRouter(prefix=PREFIX, dependencies=[Depends(HTTPBearer(auto_error=False))])
    for part in (
        state.router(desk, readers),
        doors.router(desk, readers, at_doors),
        devices.router(desk, readers, actions, past_reading),
        device_scans.router(readers, scanning),
        modes.router(desk, readers, at_doors),
        scenes.router(desk, readers, at_doors),
        alarms.router(desk, readers, actions, past_reading),
        rooms.router(desk, readers, actions),
        ceremonies.router(desk, readers, of_ceremonies),
        calendars.router(desk, readers),
        terminals.router(desk, readers, TerminalActions(desk.site, actions), past_reading),
        bulletins.router(desk, readers, on_the_line),
        shift.router(desk, readers, on_the_line),
        displays.router(desk, readers, on_displays),
        arrivals.router(desk, readers, of_customers),
        masking.router(desk, readers, of_masking),
        report_files.router(readers, of_reports, past_reading),
        events.router(desk, readers),
    ):
        require_declared(part.routes, PREFIX)
        api.include_router(part)
    if site_file is not None:
        part = site_files.router(readers, site_file)
        require_declared(part.routes, PREFIX)
        api.include_router(part)
        part = site_file_routes.router(readers, pages, site_file)
        require_declared(part.routes)
        app.include_router(part)
    # No coroutine, so that a thread makes it: the first time takes a second.
    api.add_api_route("/openapi.json", lambda: JSONResponse(app.openapi()), include_in_schema=False)
    app.include_router(api)
    for part in (
        health.router(desk),
        metrics.router(desk, answers),
        sign_in.router(by_provider.signed_out),
        by_provider.router(),
        past_routes.router(desk, readers, pages, past_reading),
        drill_routes.router(desk, readers, pages, actions, past_reading),
        console.router(desk, readers, pages),
        alarm_routes.router(desk, readers, pages, actions),
        room_routes.router(desk, readers, pages, actions),
        door_routes.router(desk, readers, pages, at_doors),
        terminal_routes.router(desk, readers, pages, actions, past_reading),
        # Before the pages of single devices, because the word stands where their ids do.
        scan_routes.router(readers, pages, scanning),
        device_routes.router(desk, readers, pages, actions, past_reading),
        line_routes.router(desk, readers, pages, on_the_line),
        ceremony_routes.router(desk, readers, pages, of_ceremonies),
        display_routes.router(desk, readers, pages, on_displays),
        arrival_routes.router(desk, readers, pages, of_customers),
        plan_routes.router(readers, pages.pictures),
        report_routes.router(desk.site, readers, pages, of_reports, past_reading),
        masking_routes.router(desk, readers, pages, actions, of_masking, identity.desk_links),
        relief_routes.router(desk, readers, pages, identity.desk_links, of_masking),
    ):
        require_declared(part.routes)
        app.include_router(part)
    app.mount("/static", console.KeptFiles(), name="static")
    # A stream is left alone: what is compressed waits for more.
    app.add_middleware(GZipMiddleware, minimum_size=SMALL, compresslevel=COMPRESSION)
    app.add_middleware(
        Gate,
        tokens=tokens,
        identity=identity,
        now=lambda: desk.clock.now(),
        challenge=sign_in.challenge,
        forbidden=sign_in.forbidden,
        hosts=hosts,
        signed_in="demo" if signed_in else None,
    )
    app.add_middleware(Requests, counts=answers)
    _find_out_about(app.routes)
    return app


def _find_out_about(routes: Iterable[BaseRoute]) -> None:
    """FastAPI does it when the first request is compared with them, and would hold up every press for as long."""
    nothing = {"type": "http", "method": "GET", "path": "", "root_path": "", "headers": []}
    for route in routes:
        route.matches(nothing)
