"""Devices: what they say and how well; tests of single points; walks through a building that was just connected."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends

from api.actions import Actions
from api.device_actions import DeviceActions
from api.device_truth import DeviceTruth, past_walks, recent_troubles
from api.faults import ACTING, NAMING, READING, Unknown
from api.gate import caller_of
from api.models_alarms import Acting
from api.models_devices import DeviceNow, Devices, TestingPoint, Troubles, Walking, Walks
from api.past_reading import PastReading
from api.port import Desk
from api.readers import Readers
from api.sessions import Caller
from api.truth import Truth
from edge.language import Renderer

_TESTING = """Another value for some seconds, after which it goes back by itself. A lock is tested by releasing its door, for
whoever may do that. How it went is told by the `tests` of the device."""
_WALKING = """Whoever walks presses each button, opens and closes each door, and passes each sensor; what comes is written
down. A press raises its alarm like any other."""


def router(desk: Desk, readers: Readers, actions: Actions, past_reading: PastReading) -> APIRouter:
    routes, acting = APIRouter(tags=["devices"]), DeviceActions(desk.site, actions)
    Reader = Annotated[Renderer, Depends(readers)]  # noqa: N806
    From = Annotated[Caller, Depends(caller_of)]  # noqa: N806

    def now_of(device: str, renderer: Renderer) -> DeviceNow:
        truth = Truth(desk, renderer)
        told = DeviceTruth(desk, truth)
        tests = list(told.tests(device))
        return DeviceNow(at=truth.now, seq=truth.seq, device=told.device(device), takes=told.takes(device), tests=tests)

    def require_device(device: str) -> None:
        if device not in desk.site.devices:
            raise Unknown("this site has no device of that id")

    async def walks_of(renderer: Renderer) -> Walks:
        past = await past_reading.of(past_walks, desk)
        truth = Truth(desk, renderer)
        told = DeviceTruth(desk, truth)
        return Walks(at=truth.now, seq=truth.seq, walks=[told.walk(each) for each in past])

    @routes.get("/devices", summary="Every device, what it last said and how well", responses=READING)
    async def devices(renderer: Reader) -> Devices:
        truth = Truth(desk, renderer)
        told = DeviceTruth(desk, truth)
        return Devices(at=truth.now, seq=truth.seq, devices=[told.device(id_) for id_ in desk.site.devices])

    @routes.get("/devices/{device}", summary="One device, what can be tested of it, and its last tests", responses=NAMING)
    async def device(device: str, renderer: Reader) -> DeviceNow:
        require_device(device)
        return now_of(device, renderer)

    @routes.get("/devices/{device}/troubles", summary="What went wrong with it in the last weeks", responses=NAMING)
    async def troubles(device: str, renderer: Reader) -> Troubles:
        require_device(device)
        events = await past_reading.of(recent_troubles, desk, device, desk.clock.now())
        truth = Truth(desk, renderer)
        told = DeviceTruth(desk, truth)
        return Troubles(at=truth.now, seq=truth.seq, troubles=[told.trouble(event) for event in events])

    @routes.post("/devices/{device}/points/{point}/test", summary="Test a point", description=_TESTING, responses=ACTING)
    async def test(device: str, point: str, body: TestingPoint, caller: From, renderer: Reader) -> DeviceNow:
        await acting.test(device, point, caller.actor(body.by), body.value, timedelta(seconds=body.seconds))
        return now_of(device, renderer)

    @routes.post("/devices/{device}/points/{point}/test/end", summary="End the test of a point now", responses=ACTING)
    async def end_test(device: str, point: str, body: Acting, caller: From, renderer: Reader) -> DeviceNow:
        await acting.end_test(device, point, caller.actor(body.by))
        return now_of(device, renderer)

    @routes.get("/device-walks", summary="Walks with their results; the first goes on while it has no end", responses=READING)
    async def walks(renderer: Reader) -> Walks:
        return await walks_of(renderer)

    @routes.post("/device-walks", summary="Begin a walk", description=_WALKING, responses=ACTING)
    async def begin(body: Walking, caller: From, renderer: Reader) -> Walks:
        await acting.begin_walk(caller.actor(body.by), body.devices, timedelta(minutes=body.minutes))
        return await walks_of(renderer)

    @routes.post("/device-walks/end", summary="End the walk and sign its result", responses=ACTING)
    async def end(body: Acting, caller: From, renderer: Reader) -> Walks:
        await acting.end_walk(caller.actor(body.by))
        return await walks_of(renderer)

    return routes
