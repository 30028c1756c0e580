"""The pages of those who connect devices: all of them, each by itself with its tests, and the guided walk with its report."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request, Response

from api.actions import Actions
from api.console.device_words import DeviceWords, errors_of, heard_points, quality_of_device
from api.console.forms import Forms, actor, told_of
from api.console.pages import Pages
from api.console.past_words import PastWords
from api.console.roles import allowed
from api.device_actions import DeviceActions
from api.device_truth import DeviceTruth, past_walks, recent_troubles
from api.faults import status_of
from api.gate import caller_of
from api.models_devices import DeviceOut, WalkedOut
from api.past_reading import PastReading
from api.port import Desk
from api.readers import Readers
from api.truth import Truth
from edge.errors import DeviceFault, IllegalCommand
from edge.site import Site
from edge.text import say
from security.device_walks import LONGEST, SIGHTS, WALK, place_of, walkable
from security.point_tests import USUAL_HOLD, read_value

DEVICES: Final = "/devices"
WALKS: Final = "/device-walks"
HOURS: Final = tuple(hours for hours in (1, 2, 4, 8, 12) if timedelta(hours=hours) <= LONGEST)
USUAL_HOURS: Final = 4


def router(desk: Desk, readers: Readers, pages: Pages, actions: Actions, past_reading: PastReading) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms, acting, site = Forms(pages, readers), DeviceActions(desk.site, actions), desk.site

    def truth_of(request: Request) -> DeviceTruth:
        return DeviceTruth(desk, Truth(desk, readers.of_page(request)))

    def shared(request: Request) -> dict[str, Any]:
        renderer = readers.of_page(request)
        return {
            "words": DeviceWords(renderer),
            "times": PastWords(renderer),
            "name": renderer.name,
            "type_name": renderer.type_name,
            "number": renderer.number,
            "may": allowed(caller_of(request).role),
        }

    # --- devices --------------------------------------------------------------------------------------------------

    @routes.get(DEVICES)
    async def devices(request: Request) -> Response:
        told = truth_of(request)
        every = [told.device(device) for device in site.devices]
        return pages.answer(
            "devices.html",
            request,
            **shared(request),
            by_place=_by_place(site, every),
            quality_of=quality_of_device,
            errors_of=errors_of,
        )

    @routes.get("/devices/{device}")
    async def device(request: Request, device: str) -> Response:
        if device not in site.devices:
            return forms.refused(request, say("There is no device {device}.", device=device), 404, DEVICES)
        try:
            events = await past_reading.of(recent_troubles, desk, device, desk.clock.now())
        except DeviceFault:
            return forms.unread(request, DEVICES)
        told = truth_of(request)
        found = told.device(device)
        return pages.answer(
            "device.html",
            request,
            **shared(request),
            device=found,
            place=told.place(device),
            points=heard_points(found),
            quality=quality_of_device(found),
            takes=told.takes(device),
            tests={test.point: test for test in told.tests(device)},
            troubles=[told.trouble(event) for event in events],
            hold_s=round(USUAL_HOLD.total_seconds()),
        )

    @routes.post("/console/devices/{device}/{point}/test")
    async def test(request: Request, device: str, point: str, value: Annotated[str, Form(max_length=200)] = "") -> Response:
        """value: empty for any other than the present one."""
        back = f"{DEVICES}/{device}"
        try:
            acting.require_point(device, point)
            wanted = read_value(site, device, point, value) if value else None
        except IllegalCommand as error:
            return forms.refused(request, told_of(error), status_of(error), DEVICES)
        return await forms.after(request, back, acting.test(device, point, actor(request), wanted, USUAL_HOLD))

    @routes.post("/console/devices/{device}/{point}/test/end")
    async def end_test(request: Request, device: str, point: str) -> Response:
        return await forms.after(request, f"{DEVICES}/{device}", acting.end_test(device, point, actor(request)))

    # --- walks ----------------------------------------------------------------------------------------------------

    def walked_now(request: Request) -> list[WalkedOut]:
        walk = desk.facts(WALK())
        return [] if walk is None else [truth_of(request).walked(device, seen_of(device)) for device in walk.devices]

    def seen_of(device: str) -> dict[str, datetime]:
        seen = desk.facts(SIGHTS(device))
        return {} if seen is None else dict(seen)

    @routes.get(WALKS)
    async def walks(request: Request) -> Response:
        try:
            past = await past_reading.of(past_walks, desk)
        except DeviceFault:
            return forms.unread(request, DEVICES)
        walk, told, places = desk.facts(WALK()), truth_of(request), {place_of(site, device) for device in walkable(site)}
        return pages.answer(
            "device_walks.html",
            request,
            **shared(request),
            walk=walk,
            devices=walked_now(request),
            spaces=[space for space in site.spaces if space in places],
            hours=HOURS,
            usual=USUAL_HOURS,
            walkable=len(walkable(site)),
            past=[told.walk(each) for each in past if each.walk.ended_at is not None],
        )

    @routes.get("/device-walks/now")
    async def now(request: Request) -> Response:
        """What the page's own module asks for each second."""
        walk = desk.facts(WALK())
        return pages.answer("device_walk_now.html", request, **shared(request), walk=walk, devices=walked_now(request))

    @routes.get("/device-walks/{began}/report")
    async def report(request: Request, began: Annotated[int, Path(ge=1, le=2**53)]) -> Response:
        """began: number of the entry with which the walk began."""
        try:
            every = await past_reading.of(past_walks, desk)
        except DeviceFault:
            return forms.unread(request, WALKS)
        found = next((each for each in every if each.began == began), None)
        if found is None:
            return forms.refused(request, say("The journal holds no walk of this number."), 404, WALKS)
        return pages.answer(
            "device_walk_report.html",
            request,
            **shared(request),
            walk=truth_of(request).walk(found),
            site_id=site.site.id,
            program=desk.status().version,
        )

    @routes.post("/console/device-walks")
    async def begin(
        request: Request,
        hours: Annotated[int, Form(ge=1, le=LONGEST // timedelta(hours=1))],
        space: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        """space: empty for the whole building."""
        chosen = [device for device in walkable(site) if not space or place_of(site, device) == space]
        if not chosen:
            return forms.refused(request, say("There is no button, door or sensor there."), 404, WALKS)
        return await forms.after(request, WALKS, acting.begin_walk(actor(request), chosen, timedelta(hours=hours)))

    @routes.post("/console/device-walks/end")
    async def end(request: Request) -> Response:
        return await forms.after(request, WALKS, acting.end_walk(actor(request)))

    return routes


def _by_place(site: Site, devices: list[DeviceOut]) -> dict[str | None, list[DeviceOut]]:
    """In the order of the site file: of each space what is in it, and the controllers of its doors."""
    found: dict[str | None, list[DeviceOut]] = {space: [] for space in (*site.spaces, None)}
    for device in devices:
        found[place_of(site, device.id)].append(device)
    return {space: inside for space, inside in found.items() if inside}
