"""Ceremonies through the interface and on the pages: who is told what, who may tick, and what stands where without scripts."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from jinja2 import DictLoader, Environment

from api.app import create_app
from api.console.ceremony_sections import CEREMONIES_LEFT, ceremonies_left
from api.sessions import View
from api.truth import Truth
from edge.language import Renderer
from edge.site.fields import Role
from rooms.ceremonies import ceremony_id
from rooms.ceremonies_named import CeremonyNamed
from rooms.checklists import ItemTicked, ItemUnticked
from tests.api.conftest import AUTHORIZED, OF_ROLES, ORIGIN, TOKEN, TOKENS, client_of
from tests.api.wedding_desk import FIRST, SECOND, WeddingDesk
from tests.rooms.ceremony_site import at

ALL = "/api/v1/ceremonies"
ID, ID_2 = ceremony_id("wedding", FIRST), ceremony_id("wedding", SECOND)
CARD = "{% macro card(id, ceremony, may, now) %}{{ id }}{% endmacro %}"
SET_UP = {"by": "M. Virtanen", "checklist": "set-up"}


@pytest.fixture(scope="module")
def lasting_desk() -> WeddingDesk:
    return WeddingDesk()


@pytest.fixture(scope="module")
def app(lasting_desk: WeddingDesk) -> FastAPI:
    """One for all, on a desk that begins anew for each."""
    return create_app(lasting_desk, tokens=TOKENS)


@pytest.fixture
def desk(lasting_desk: WeddingDesk) -> WeddingDesk:
    lasting_desk.begin_friday()
    return lasting_desk


@pytest_asyncio.fixture
async def program(app: FastAPI, desk: WeddingDesk) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, **AUTHORIZED) as client:
        client.params = {"language": "en"}
        yield client


@pytest_asyncio.fixture
async def host(app: FastAPI, desk: WeddingDesk) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, Origin=ORIGIN, Accept="text/html") as client:
        await client.post("/sign-in", data={"name": "Elli Laine", "token": OF_ROLES["lobby-host"]})
        yield client


async def page(client: httpx.AsyncClient, path: str = "/ceremonies") -> str:
    answer = await client.get(path, params={"language": "en"})
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def bearer(role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {OF_ROLES.get(role, TOKEN)}"}


# --- programs ---------------------------------------------------------------------------------------------------------


async def test_ceremonies_of_today_are_told_with_their_lists(program: httpx.AsyncClient) -> None:
    first, second = (await program.get(ALL)).json()["ceremonies"]
    assert (first["id"], first["phase"], first["room_name"], first["checklist_name"]) == (ID, "preparing", "Hall", "Set-up")
    assert (first["done"], first["total"], first["late"], first["may_open_early"]) == (2, 5, False, False)
    assert {line["id"]: line["automatic"] for line in first["lines"]} == {
        "route": True, "quiet": True, "sign": True, "chairs": False, "flowers": False,
    }  # fmt: skip
    assert (second["id"], second["phase"], second["in_a_row"], second["checklist"]) == (ID_2, "to-be-prepared", True, "turn-over")
    assert second["names"] is None
    assert (await program.get(f"{ALL}/{ID}")).json()["ceremony"] == first
    assert (await program.get(f"{ALL}/none")).status_code == 404


async def test_a_tick_and_its_taking_back_are_told_and_journaled(program: httpx.AsyncClient, desk: WeddingDesk) -> None:
    answer = await program.post(f"{ALL}/{ID}/tick", json={**SET_UP, "item": "chairs"})
    (line,) = [line for line in answer.json()["ceremony"]["lines"] if line["id"] == "chairs"]
    assert (line["state"], line["initials"], line["ticked_by"], line["note"]) == ("done", "MV", "M. Virtanen", "2 + 12")
    again = await program.post(f"{ALL}/{ID}/tick", json={**SET_UP, "item": "chairs"})
    assert (again.status_code, again.json()["detail"]) == (409, "M. Virtanen has ticked it already.")
    back = await program.post(f"{ALL}/{ID}/untick", json={**SET_UP, "item": "chairs", "reason": "Two more come"})
    (line,) = [line for line in back.json()["ceremony"]["lines"] if line["id"] == "chairs"]
    assert (line["state"], line["taken_back"]) == ("open", "M. Virtanen: Two more come")
    assert [type(event) for event in desk.journal if isinstance(event, ItemTicked | ItemUnticked)] == [ItemTicked, ItemUnticked]


async def test_late_early_and_begun(program: httpx.AsyncClient, desk: WeddingDesk) -> None:
    late = (await program.post(f"{ALL}/{ID}/delay", json={"by": "x", "minutes": 20})).json()["ceremony"]
    assert (late["late"], late["starts"]) == (True, (FIRST.start + timedelta(minutes=20)).isoformat().replace("+00:00", "Z"))
    desk.to("12:05")
    begun = (await program.post(f"{ALL}/{ID}/begin", json={"by": "x"})).json()["ceremony"]
    assert begun["phase"] == "on"
    refused = await program.post(f"{ALL}/{ID}/open-early", json={"by": "x"})
    assert (refused.status_code, refused.json()["detail"]) == (409, "The way of the guests is open already, or about to be.")
    assert (await program.post(f"{ALL}/{ID}/delay", json={"by": "x", "minutes": 121})).status_code == 422
    for deed in ("tick", "untick", "delay", "begin", "open-early"):
        body = {"by": "x", "minutes": 5, "checklist": "set-up", "item": "chairs", "reason": "x"}
        wanted = {"tick": ("by", "checklist", "item"), "untick": ("by", "checklist", "item", "reason"), "delay": ("by", "minutes")}
        said = {key: body[key] for key in wanted.get(deed, ("by",))}
        assert (await program.post(f"{ALL}/none/{deed}", json=said)).status_code == 404


@pytest.mark.parametrize(("role", "reads", "ticks"), [("guard", 200, 403), ("lobby-host", 200, 200), ("clerk", 403, 403)])
async def test_guards_read_hosts_tick_and_clerks_do_neither(
    app: FastAPI, desk: WeddingDesk, role: Role, reads: int, ticks: int
) -> None:
    async with client_of(app, **bearer(role)) as client:
        assert (await client.get(ALL)).status_code == reads
        assert (await client.post(f"{ALL}/{ID}/tick", json={**SET_UP, "item": "chairs"})).status_code == ticks


# --- pages ------------------------------------------------------------------------------------------------------------


async def test_the_page_shows_the_day_and_the_list_that_is_next(host: httpx.AsyncClient) -> None:
    shown = await page(host)
    assert shown.index(f'id="card-{ID}"') < shown.index(f'id="card-{ID_2}"') < shown.index(f'id="whole-{ID}"')
    assert "The system checks" in shown
    assert "Check yourself" in shown
    assert "2 of 5 done" in shown
    assert "ready by 11:45" in shown
    assert f'id="whole-{ID_2}"' in await page(host, f"/ceremonies/{ID_2}")
    assert 'id="calendar-weddings"' in shown
    assert (await host.get("/ceremonies/none")).status_code == 404


async def test_what_fails_floats_up_with_what_to_do_instead(host: httpx.AsyncClient, desk: WeddingDesk) -> None:
    shown = await page(host)
    assert shown.index(f'id="failing-{ID}-route"') < shown.index("The system checks")
    assert "Nothing is heard of" in shown
    assert "Open by key" in shown
    answer = await host.post(f"/console/ceremonies/{ID}/tick", data={"checklist": "set-up", "item": "route"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/ceremonies/{ID}")
    shown = await page(host)
    assert f'id="failing-{ID}-route"' not in shown
    assert "EL 11:35" in shown


async def test_ticking_and_taking_back_by_plain_forms(host: httpx.AsyncClient) -> None:
    await host.post(f"/console/ceremonies/{ID}/tick", data={"checklist": "set-up", "item": "chairs"})
    again = await host.post(f"/console/ceremonies/{ID}/tick", data={"checklist": "set-up", "item": "chairs"})
    assert again.status_code == 303
    shown = await page(host)
    assert "3 of 5 done" in shown
    assert f'id="tick-{ID}-chairs"' not in shown
    untick = f"/ceremonies/{ID}/set-up/chairs/untick"
    assert untick in shown
    assert "Why it is not so after all" in await page(host, untick)
    answer = await host.post(f"/console/ceremonies/{ID}/untick", data={"checklist": "set-up", "item": "chairs", "reason": "No"})
    assert answer.status_code == 303
    assert f'id="tick-{ID}-chairs"' in await page(host)
    assert (await host.get(untick)).status_code == 409
    assert (await host.get("/ceremonies/none/set-up/chairs/untick")).status_code == 404


async def test_the_host_holds_a_late_ceremony_and_lets_it_begin(host: httpx.AsyncClient, desk: WeddingDesk) -> None:
    assert (await host.post(f"/console/ceremonies/{ID}/delay", data={"minutes": "40"})).status_code == 303
    shown = await page(host)
    assert "The couple is late: begins 12:40, ends 13:10" in shown
    assert "The one before goes on until 13:10" in shown
    desk.to("12:10")
    assert "The couple is here" in await page(host)
    assert (await host.post(f"/console/ceremonies/{ID}/begin")).status_code == 303
    assert "Under way" in await page(host)


async def test_early_guests_are_let_in_until_the_way_opens_by_itself(host: httpx.AsyncClient, desk: WeddingDesk) -> None:
    desk.to("11:10")
    assert "open the way until 11:30" in await page(host)
    assert (await host.post(f"/console/ceremonies/{ID}/open-early")).status_code == 303
    assert "open the way until" not in await page(host)


async def test_a_guard_sees_boxes_and_no_buttons(app: FastAPI, desk: WeddingDesk) -> None:
    async with client_of(app, Accept="text/html", **bearer("guard")) as client:
        shown = await page(client)
    assert "Chairs" in shown
    assert "/console/ceremonies/" not in shown
    assert "Your role may not do this. Ask: lobby host, facility manager." in shown


def test_what_is_left_can_stand_on_another_page(desk: WeddingDesk) -> None:
    truth = Truth(desk, Renderer(desk.site, "en"))
    templates = Environment(autoescape=True, loader=DictLoader({"ceremony_parts.html": CARD}))
    items = [*ceremonies_left(truth, templates, View("lobby-host"), at("11:35").date())]
    assert [(item.id, item.draw()) for item in items] == [(f"left-{ID}", f"left-{ID}"), (f"left-{ID_2}", f"left-{ID_2}")]
    assert CEREMONIES_LEFT == "ceremonies-left"


async def test_the_menu_leads_there(host: httpx.AsyncClient) -> None:
    assert 'href="/ceremonies"' in (await host.get("/overview")).text


async def test_names_stand_on_the_hosts_page_alone_around_their_time(
    app: FastAPI, host: httpx.AsyncClient, desk: WeddingDesk
) -> None:
    canary = "Niemi &amp; Lindqvist"
    desk.happen(CeremonyNamed(at=desk.clock.t, scene="wedding", ceremony=ID, names="Niemi & Lindqvist"))
    assert canary in await page(host)
    for role in ("guard", "facility-manager", "auditor"):
        async with client_of(app, Accept="text/html", **bearer(role)) as client:
            assert canary not in await page(client)
            assert "Niemi" not in (await client.get(ALL)).text
    desk.to("12:30")
    assert canary not in await page(host)
