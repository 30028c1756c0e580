"""The pages of walk tests: from the beginning to the report, with what each button did on the way."""

import re
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from edge.site.fields import Role
from security.alarms import ALARM
from security.walk_tests import TEST, TEST_EVERY
from tests.api.conftest import OF_ROLES, ORIGIN, client_of
from tests.api.desk import MemoryDesk

FIRST, SECOND = "panic-desk-3", "panic-room-1"


async def page(client: httpx.AsyncClient, path: str, status: int = 200) -> str:
    answer = await client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == status, answer.text
    return answer.text


def standing(text: str) -> dict[str, str]:
    return {button: word for word, button in re.findall(r'<li class="trial ([a-z]+)" id="trial-([a-z0-9-]+)">', text)}


async def begin(client: httpx.AsyncClient, *buttons: str) -> None:
    answer = await client.post("/console/drills", data={"minutes": "15", "buttons": list(buttons)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/drills")


async def test_each_button_tells_how_it_stands(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await begin(guard)
    assert standing(await page(guard, "/drills")) == {FIRST: "waiting", SECOND: "waiting"}
    desk.press(FIRST, "p-2")
    desk.wait(timedelta(seconds=12))
    text = await page(guard, "/drills/now")
    assert standing(text) == {FIRST: "pressed", SECOND: "waiting"}
    assert "18 s left" in text
    await guard.post(f"/console/drills/{FIRST}/confirm")
    assert desk.facts(ALARM("4")) is None
    desk.press(SECOND, "p-3")
    desk.wait(timedelta(seconds=31))
    text = await page(guard, "/drills/now")
    assert standing(text) == {FIRST: "confirmed", SECOND: "late"}
    assert "Treat alarm 5 as real" in text
    refused = await guard.post(f"/console/drills/{SECOND}/confirm")
    assert refused.status_code == 409
    assert desk.facts(ALARM("5")) is not None


async def test_a_test_of_chosen_buttons_ends_when_somebody_ends_it(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await begin(guard, SECOND)
    text = await page(guard, "/drills")
    assert standing(text) == {SECOND: "waiting"}
    assert 'action="/console/drills"' not in text
    assert (await guard.post("/console/drills", data={"minutes": "15"})).status_code == 409
    await guard.post("/console/drills/end")
    assert desk.facts(TEST()) is None
    text = await page(guard, "/drills")
    assert "passed 0</" not in text
    assert ("not tested 1" in text, 'action="/console/drills"' in text) == (True, True)


@pytest.mark.parametrize(("minutes", "button"), [("0", FIRST), ("61", FIRST), ("15", "front door"), ("x", FIRST)])
async def test_what_cannot_begin(guard: httpx.AsyncClient, desk: MemoryDesk, minutes: str, button: str) -> None:
    assert (await guard.post("/console/drills", data={"minutes": minutes, "buttons": button})).status_code == 422
    assert desk.facts(TEST()) is None


async def test_the_report_names_every_button_and_where_it_is_written_down(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await begin(guard)
    desk.press(FIRST, "p-2")
    desk.clock.t += timedelta(seconds=5)
    await guard.post(f"/console/drills/{FIRST}/confirm")
    await guard.post("/console/drills/end")
    (address,) = re.findall(r'href="(/drills/\d+/report)"', await page(guard, "/drills"))
    text = re.sub(r"<[^>]*>", " ", await page(guard, address))
    began = int(address.split("/")[2])
    assert desk.journal[began - 1].kind == "walk-test-began"
    last = next(n for n in range(len(desk.journal), 0, -1) if desk.journal[n - 1].kind == "walk-test-ended")
    for shown in (
        "Vanaja service point",
        "M. Virtanen",
        "20 Nov 2026 10:47:18",
        "20 Nov 2026 10:47:23",
        "Service desk 3",
        "passed 1",
        "not tested 1",
        "failed 0",
        f"talonmies journal verify --head {last}:{last:064x}",
        f"{began}–{last}",
        "Talonmies 0.1.0",
        "Representative of the site",
    ):
        assert shown in text, shown
    assert "no walk test of this number" in await page(guard, f"/drills/{began + 1}/report", 404)


async def test_a_press_that_nobody_confirmed_stands_as_failed(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await begin(guard, FIRST)
    desk.press(FIRST, "p-2")
    desk.wait(timedelta(minutes=16))
    text = await page(guard, "/drills")
    assert "failed 1" in text
    (address,) = re.findall(r'href="(/drills/\d+/report)"', text)
    report = await page(guard, address)
    assert ('class="result failed"' in report, "by itself, when its time was over" in report) == (True, True)


async def test_a_button_that_is_due_is_marked_and_stands_first(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await begin(guard, FIRST)
    desk.press(FIRST, "p-2")
    await guard.post(f"/console/drills/{FIRST}/confirm")
    desk.clock.t += TEST_EVERY - timedelta(minutes=1)
    text = (await page(guard, "/drills")).partition("h-last")[2]
    assert text.index("Service room 1") < text.index("Service desk 3")
    assert (text.count("to be tested"), "Never tested" in text, "30 days ago" in text) == (1, True, True)


@pytest.mark.parametrize("role", ["auditor", "lobby-host"])
async def test_who_may_not_test_is_told_whom_to_ask(app: FastAPI, desk: MemoryDesk, role: Role) -> None:
    async with client_of(app, Origin=ORIGIN, Accept="text/html", Authorization=f"Bearer {OF_ROLES[role]}") as client:
        assert (await client.post("/console/drills", data={"minutes": "5"})).status_code == 403
        assert "Your role may not do this. Ask: guard" in await page(client, "/drills")
    assert desk.facts(TEST()) is None


async def test_a_clerk_sees_no_test(app: FastAPI, desk: MemoryDesk) -> None:
    async with client_of(app, Authorization=f"Bearer {OF_ROLES['clerk']}") as clerk:
        assert (await clerk.get("/drills")).status_code == 403
