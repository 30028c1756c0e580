"""What a panic tells in any case leaves the building also when somebody has acknowledged, or resolved, its alarm."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.site import Site
from security import alarms
from security.messages import MESSAGES, UNDELIVERED
from tests.broker import until_async
from tests.edge.calendar_server import CalendarServer, status
from tests.edge.outbox.test_outbox import life, messages, press
from tests.security.escalating import escalating_site


@pytest.fixture
def camera() -> Iterator[CalendarServer]:
    server = CalendarServer()
    server.behave = status(503)
    yield server
    server.stop()


def the_site(camera: CalendarServer) -> Site:
    return escalating_site(contacts={"camera": {"webhook": camera.url}}, escalations={}, security={"panic": [{"tell": "camera"}]})


async def test_a_bookmark_is_delivered_once_although_the_alarm_is_over(camera: CalendarServer, tmp_path: Path) -> None:
    async with life(the_site(camera), tmp_path) as daemon:
        press(daemon)
        await until_async(lambda: "camera" in messages(daemon) and messages(daemon)["camera"].tries >= 1)
        await daemon.act(lambda facts, at: alarms.acknowledge(facts, at, 1, "guard", None))
        tries = messages(daemon)["camera"].tries
        await until_async(lambda: messages(daemon)["camera"].tries > tries)
        await daemon.act(lambda facts, at: alarms.resolve(facts, at, 1, "guard", "Over", None))
        camera.behave = status(200)
        await until_async(lambda: daemon.facts(MESSAGES("1")) is None)
        assert daemon.facts(UNDELIVERED("camera")) is None
    said = [json.loads(body) for _, body in camera.written]
    assert {each["key"] for each in said} == {said[0]["key"]}
    assert (said[0]["type"], said[0]["subject"], said[0]["step"]) == ("panic", "button-1", 0)


async def test_one_that_was_over_before_a_restart_is_given_up_aloud(camera: CalendarServer, tmp_path: Path) -> None:
    async with life(the_site(camera), tmp_path) as daemon:
        press(daemon)
        await until_async(lambda: "camera" in messages(daemon))
        await daemon.act(lambda facts, at: alarms.acknowledge(facts, at, 1, "guard", None))
        await daemon.act(lambda facts, at: alarms.resolve(facts, at, 1, "guard", "Over", None))
    async with life(the_site(camera), tmp_path) as daemon:
        await until_async(lambda: daemon.facts(UNDELIVERED("camera")) is not None)
        assert daemon.facts(MESSAGES("1")) is None
