"""Escalations over HTTP: the countdown, receipts of pages, the next step by hand, calls to contacts."""

import asyncio
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.console import live
from api.console.pages import Pages
from api.console.sections import CONSOLE, OVERVIEW
from api.readers import Readers
from api.sessions import Caller
from edge.conditions import CONSOLE_LOST
from edge.facts import ACTIVE
from edge.site.fields import Role
from edge.text import say
from security.consoles import CONSOLE_SEEN
from security.escalation import AlarmShown
from security.messages import MESSAGES, MessageDelivered, MessageTried
from tests.api.conftest import AUTHORIZED, OF_ROLES, TOKENS, client_of
from tests.api.desk import MemoryDesk
from tests.security.escalating import PLANS, escalating_site

ALARM = "/api/v1/alarms/1"


@pytest.fixture(scope="module")
def app_and_desk() -> Any:
    desk = MemoryDesk(
        site=escalating_site(contacts={**PLANS["contacts"], "duty": {"name": "Päivystäjä", "sms": "+358 40 1234567"}})
    )
    return create_app(desk, tokens=TOKENS), desk


@pytest.fixture
async def asked(app_and_desk: Any) -> Any:
    app, desk = app_and_desk
    desk.__init__(site=desk.site)
    desk.press("button-1", "p1")
    async with client_of(app, **AUTHORIZED) as client:
        yield client, desk


async def shown(client: httpx.AsyncClient, view: str = "lobby") -> httpx.Response:
    return await client.post(f"{ALARM}/shown", json={"version": 1, "view": view})


async def test_what_comes_next_is_told_with_a_countdown(asked: Any) -> None:
    client, desk = asked
    said = (await client.get(f"{ALARM}/escalation")).json()
    assert (said["plan"], said["next_in_s"]) == ("urgent", 3)
    await shown(client)
    desk.wait(timedelta(seconds=4))
    said = (await client.get(f"{ALARM}/escalation")).json()
    assert said["next_in_s"] == 6
    assert [(step["step"], step["done"]) for step in said["steps"]] == [(1, False), (2, False), (3, False)]
    assert said["steps"][1]["to"] == ["Buzzer", "Päivystäjä"]


async def test_a_receipt_is_journaled_once_per_view_with_how_long_it_took(asked: Any) -> None:
    client, desk = asked
    desk.wait(timedelta(milliseconds=120))
    for view in ("lobby", "lobby", "manager"):
        answer = await shown(client, view)
        assert answer.status_code == 200
    receipts = [event for event in desk.journal if isinstance(event, AlarmShown)]
    assert [(receipt.view, receipt.by) for receipt in receipts] == [("lobby", "facility-manager"), ("manager", "facility-manager")]
    assert [receipt["after_s"] for receipt in answer.json()["shown"]] == [0.12, 0.12]


async def test_what_became_of_each_message_is_told(asked: Any) -> None:
    client, desk = asked
    desk.wait(timedelta(minutes=1))
    lobby, _, duty = desk.facts(MESSAGES("1"))
    desk.happen(MessageDelivered(at=desk.clock.t, number=1, key=lobby.key, contact="lobby"))
    desk.happen(MessageTried(at=desk.clock.t, number=1, key=duty.key, problem=say("The service refused it ({code})", code=503)))
    said = (await client.get(f"{ALARM}/escalation?language=en")).json()
    told = {m["contact"]: (m["state"], m["tries"], m["problem"]) for step in said["steps"] for m in step["messages"]}
    assert told == {
        "lobby": ("delivered", 1, None),
        "buzzer": ("waiting", 0, None),
        "duty": ("waiting", 1, "The service refused it (503)"),
    }
    assert "+358" not in (await client.get(f"{ALARM}/escalation")).text
    await client.post(f"{ALARM}/acknowledge", json={"by": "M. Virtanen", "version": 1})
    said = (await client.get(f"{ALARM}/escalation")).json()
    assert (said["next_at"], said["stopped_by"]) == (None, "M. Virtanen")
    assert {m["state"] for step in said["steps"] for m in step["messages"]} == {"delivered", "withdrawn"}


async def test_the_next_step_is_made_by_hand_and_a_stale_screen_is_refused(asked: Any) -> None:
    client, _ = asked
    body = {"by": "M. Virtanen", "version": 1}
    said = (await client.post(f"{ALARM}/escalate", json=body)).json()
    assert [step["done"] for step in said["steps"]] == [True, False, False]
    assert (await client.post(f"{ALARM}/escalate", json={**body, "version": 7})).status_code == 409


async def test_a_contact_is_called_and_an_unknown_one_is_not(asked: Any) -> None:
    client, _ = asked
    body = {"by": "M. Virtanen", "version": 1}
    said = (await client.post(f"{ALARM}/call", json={**body, "to": ["boss"]})).json()
    assert [(step["step"], step["to"]) for step in said["steps"]][-1] == (0, ["Boss"])
    assert (await client.post(f"{ALARM}/call", json={**body, "to": ["nobody"]})).status_code == 409
    assert (await client.get("/api/v1/alarms/99/escalation")).status_code == 404
    assert (await client.post("/api/v1/alarms/99/shown", json={"version": 1, "view": "x"})).status_code == 404


async def test_a_receipt_of_somebody_who_cannot_act_does_not_count(app_and_desk: Any, asked: Any) -> None:
    async with client_of(app_and_desk[0], Authorization=f"Bearer {OF_ROLES['auditor']}") as auditor:
        assert (await shown(auditor)).status_code == 403


@pytest.mark.parametrize(
    ("role", "lists", "watched"),
    [("guard", CONSOLE, True), ("lobby-host", CONSOLE, True), ("facility-manager", CONSOLE, False), ("guard", OVERVIEW, False)],
)
async def test_an_open_page_of_those_who_watch_keeps_the_console_alive(role: Role, lists: list[str], watched: bool) -> None:
    desk = MemoryDesk(site=escalating_site())
    readers = Readers(desk.site)
    pages = Pages(desk, readers, asyncio.get_running_loop().time, None)
    async with aclosing(live.messages(desk, pages, readers.of("fi"), Caller("M. Virtanen", role), lists, "")) as stream:
        heartbeats = 0
        while heartbeats < 2:
            heartbeats += "event: heartbeat" in await anext(stream)
    assert (desk.facts(CONSOLE_SEEN()) is not None) == watched
    desk.wait(timedelta(seconds=11))
    assert desk.facts(ACTIVE(CONSOLE_LOST, "test")) is not None
