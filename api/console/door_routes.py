"""The pages of doors and of modes, and what their forms do."""

from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Request, Response

from api.console.door_sections import MODES_ENDED, door_list, zone_list
from api.console.forms import Forms, actor, told_of
from api.console.pages import Pages
from api.console.roles import allowed
from api.door_actions import DoorActions
from api.faults import status_of
from api.gate import caller_of
from api.mode_truth import ModeTruth
from api.models import LONGEST_MIN, FreeText
from api.models_doors import Reason
from api.models_modes import Begun, Scope
from api.port import Desk
from api.readers import Readers
from api.truth import Truth
from edge.errors import IllegalCommand
from edge.site.fields import ZoneClass
from edge.text import say
from security.modes import SITE, ZONES, Mode
from security.overrides import DoorValue
from security.releases import LONGEST_RELEASE

RELEASES: Final = tuple(minutes for minutes in (1, 2, 5, 10) if timedelta(minutes=minutes) <= LONGEST_RELEASE)
OVERRIDES: Final = (15, 30, 60, 120, 240, 480, 720)
OUTAGES: Final = (60, 240, 480, 1440, 7 * 1440)
"""Minutes that people choose from."""
DOORS: Final = "/doors"
MODES: Final = "/modes"

Back = Annotated[str, Form()]
Minutes = Annotated[int, Form(ge=1, le=LONGEST_MIN)]
Why = Annotated[FreeText, Form()]
Door = Annotated[str, Form(max_length=100)]
Sure = Annotated[Literal["yes"], Form()]
"""A tick that a person has to set: what ends a mode is never one click, nor the second of a double click."""


def router(desk: Desk, readers: Readers, pages: Pages, actions: DoorActions) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    forms = Forms(pages, readers)
    site = desk.site
    longest_min = int(site.security.longest_override / timedelta(minutes=1))
    overrides = [minutes for minutes in OVERRIDES if minutes <= longest_min] or [longest_min]

    @routes.get(DOORS)
    async def doors(request: Request, zone: ZoneClass | None = None) -> Response:
        list_id = zone_list(zone)
        return pages.live(
            "doors.html",
            request,
            (list_id,),
            list_id=list_id,
            zone=zone,
            zones=[each for each in ZONES if any(space.zone == each for space in site.spaces.values())],
        )

    @routes.get("/doors/{door}")
    async def door(request: Request, door: str) -> Response:
        if door not in site.doors:
            return forms.refused(request, say("There is no door of that name."), 404, DOORS)
        renderer, caller, list_id = readers.of_page(request), caller_of(request), door_list(door)
        truth = Truth(desk, renderer)
        return pages.live(
            "door.html",
            request,
            (list_id,),
            list_id=list_id,
            door=truth.door(door),
            sides=[renderer.name(side) for side in truth.sides(door)],
            may=allowed(caller.role),
            releases=RELEASES,
            overrides=overrides,
            outages=OUTAGES,
        )

    @routes.get(MODES)
    async def modes(request: Request, begin: Begun | None = None, scope: Scope = SITE) -> Response:
        renderer, caller = readers.of_page(request), caller_of(request)
        told = ModeTruth(Truth(desk, renderer))
        try:
            if begin is not None:
                actions.require_scope(scope)
            seen = told.preview(begin, scope) if begin is not None else None
        except IllegalCommand as error:
            return forms.refused(request, told_of(error), status_of(error), MODES)
        return pages.live(
            "modes.html",
            request,
            (MODES_ENDED,),
            seen=seen,
            obstacle=told.obstacle_to_begin(begin, scope) if begin is not None else None,
            scopes=told.scopes(),
            may=allowed(caller.role),
        )

    @routes.get("/release")
    async def release_any(request: Request) -> Response:
        return any_door(request, "release", RELEASES)

    @routes.get("/override")
    async def override_any(request: Request) -> Response:
        return any_door(request, "override", overrides)

    def any_door(request: Request, deed: str, lengths: Sequence[int]) -> Response:
        name, may = readers.of_page(request).name, allowed(caller_of(request).role)
        doors = sorted(((door, name(door)) for door in site.controllers), key=lambda each: each[1])
        return pages.answer("door_deed.html", request, deed=deed, doors=doors, lengths=lengths, may=may)

    # --- forms of doors -------------------------------------------------------------------------------------------

    @routes.post("/console/doors/release")
    async def release_one(request: Request, door: Door, minutes: Minutes, reason: Why) -> Response:
        return await forms.after(request, "/", actions.release(door, actor(request), timedelta(minutes=minutes), reason))

    @routes.post("/console/doors/override")
    async def override_one(
        request: Request, door: Door, value: Annotated[DoorValue, Form()], minutes: Minutes, reason: Why
    ) -> Response:
        return await forms.after(request, "/", actions.override(door, actor(request), value, minutes, reason))

    @routes.post("/console/doors/{door}/release")
    async def release(request: Request, door: str, minutes: Minutes, reason: Why) -> Response:
        return await at_door(request, door, actions.release(door, actor(request), timedelta(minutes=minutes), reason))

    @routes.post("/console/doors/{door}/release/end")
    async def end_release(request: Request, door: str, back: Back = DOORS) -> Response:
        return await forms.after(request, back, actions.end_release(door, actor(request)))

    @routes.post("/console/doors/{door}/override")
    async def override(request: Request, door: str, value: Annotated[DoorValue, Form()], minutes: Minutes, reason: Why) -> Response:
        return await at_door(request, door, actions.override(door, actor(request), value, minutes, reason))

    @routes.post("/console/doors/{door}/override/end")
    async def end_override(request: Request, door: str, back: Back = DOORS) -> Response:
        return await forms.after(request, back, actions.end_override(door, actor(request)))

    @routes.post("/console/doors/{door}/out-of-service")
    async def take_out(
        request: Request, door: str, reason: Why, minutes: Annotated[str, Form(pattern=r"^([1-9][0-9]{0,4})?$")] = ""
    ) -> Response:
        return await at_door(request, door, actions.take_out(door, actor(request), int(minutes) if minutes else None, reason))

    @routes.post("/console/doors/{door}/out-of-service/end")
    async def take_back(request: Request, door: str, back: Back = DOORS) -> Response:
        return await forms.after(request, back, actions.take_back(door, actor(request)))

    # --- forms of modes -------------------------------------------------------------------------------------------

    @routes.post("/console/modes/begin")
    async def begin(
        request: Request,
        mode: Annotated[Begun, Form()],
        scope: Annotated[Scope, Form()],
        reason: Annotated[Reason, Form()] = "",
    ) -> Response:
        return await forms.after(request, MODES, actions.begin(mode, scope, actor(request), reason))

    @routes.post("/console/modes/end-request")
    async def ask_end(request: Request, mode: Annotated[Mode, Form()], scope: Annotated[Scope, Form()]) -> Response:
        return await forms.after(request, MODES, actions.ask_end(mode, scope, actor(request)))

    @routes.post("/console/modes/end")
    async def end(
        request: Request,
        mode: Annotated[Mode, Form()],
        scope: Annotated[Scope, Form()],
        sure: Sure,  # noqa: ARG001
        reason: Annotated[Reason, Form()] = "",
    ) -> Response:
        return await forms.after(request, MODES, actions.end(mode, scope, actor(request), reason))

    async def at_door(request: Request, door: str, action: Awaitable[None]) -> Response:
        return await forms.after(request, f"{DOORS}/{door}", action)

    return routes
