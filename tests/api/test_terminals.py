"""Payment terminals for programs and on pages: where they are, who has them, the record of each day, lending one."""

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.app import create_app
from api.readers import Readers
from api.sessions import View
from api.terminal_truth import TerminalTruth, seen_by
from api.truth import Truth
from edge.events import Observed
from edge.site.fields import Role
from edge.site.load import read_site
from rooms.stays import OfficialCame
from tests.api.conftest import AUTHORIZED, OF_ROLES, ORIGIN, TOKENS, client_of
from tests.api.desk import HandClock, MemoryDesk
from tests.builders import booking, local, read

SITE = read_site(Path(__file__).parent.parent / "scenarios" / "terminals.yaml")
TEN = local("2026-11-24 10:00")


@pytest.fixture(scope="module")
def lasting_desk() -> MemoryDesk:
    return MemoryDesk(site=SITE)


@pytest.fixture(scope="module")
def app(lasting_desk: MemoryDesk) -> FastAPI:
    """One for all: to build it takes longer than the tests. Its desk begins anew for each."""
    return create_app(lasting_desk, tokens=TOKENS)


@pytest.fixture(autouse=True)
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    """Both terminals in their bays; a booking of the room at half past ten."""
    desk = lasting_desk
    MemoryDesk.__init__(desk, site=SITE, clock=HandClock(TEN))
    for dock, terminal in (("bay-1", "pos-1"), ("bay-2", "pos-2"), ("ear-lobby", None), ("ear-office", None), ("ear-vero", None)):
        says(desk, dock, "terminal", terminal)
        says(desk, dock, "release", False)
    desk.happen(read(TEN, booking(local("2026-11-24 10:30"), local("2026-11-24 11:30"), "room")))
    return desk


def says(desk: MemoryDesk, device: str, point: str, value: str | float | bool | None) -> None:
    desk.happen(Observed(at=desk.clock.t, device=device, point=point, value=value))


@pytest_asyncio.fixture
async def program(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, **AUTHORIZED, **{"Accept-Language": "en"}) as client:
        yield client


@pytest_asyncio.fixture
async def host(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, Origin=ORIGIN, Accept="text/html", **{"Accept-Language": "en"}, **of("lobby-host")) as client:
        yield client


def of(role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {OF_ROLES[role]}"}


async def told(client: httpx.AsyncClient, terminal: str) -> dict:
    answer = await client.get("/api/v1/terminals")
    assert answer.status_code == 200
    return next(each for each in answer.json()["terminals"] if each["id"] == terminal)


async def test_a_terminal_in_its_bay_and_the_booking_that_gets_it(program: httpx.AsyncClient) -> None:
    found = await told(program, "pos-2")
    assert (found["standing"], found["quality"], found["text"], found["age_s"]) == ("in-its-bay", "good", "In its bay", 0)
    assert [(each["room"], each["start"]) for each in found["reserved"]] == [("room", "2026-11-24T08:30:00Z")]
    assert re.fullmatch(r"\d{5}", found["reserved"][0]["number"])
    room = (await program.get("/api/v1/rooms/room")).json()
    assert room["next"]["terminal"] == "Pos 2: Bay 2"
    assert room["next"]["number"] == found["reserved"][0]["number"]


async def test_what_silence_leaves_is_called_stale(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    says(desk, "bay-2", "link", False)
    desk.wait(timedelta(minutes=3))
    found = await told(program, "pos-2")
    assert (found["standing"], found["quality"], found["text"]) == ("in-its-bay", "stale", "Last in its bay; the dock is silent")
    assert found["age_s"] == 180


async def test_one_that_is_out_says_for_which_booking_and_where_it_was_heard(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.happen(OfficialCame(at=desk.clock.t, room="room", how="tap", by="clerk-1"))
    desk.wait(timedelta(minutes=20))
    assert (await told(program, "pos-2"))["released"] is True
    says(desk, "bay-2", "terminal", None)
    found = await told(program, "pos-2")
    assert (found["standing"], found["out_for"]["room"], found["at"]) == ("out", "room", None)
    assert found["text"].startswith("Out since 10:20")
    says(desk, "bay-1", "terminal", None)
    says(desk, "ear-office", "terminal", "17-1")
    found = await told(program, "pos-1")
    assert (found["quality"], found["at"]["space"]) == ("good", "office")
    desk.wait(timedelta(minutes=6))
    assert [each["type"] for each in (await told(program, "pos-1"))["troubles"]] == ["terminal-taken"]
    says(desk, "ear-office", "terminal", None)
    desk.wait(timedelta(minutes=2))
    found = await told(program, "pos-1")
    assert (found["quality"], found["text"]) == ("stale", "Out since 10:20; last heard in Office at 10:26")


async def test_a_clerk_sees_the_terminals_of_the_own_agency(app: FastAPI) -> None:
    async with client_of(app, **of("clerk")) as client:
        assert (await client.get("/api/v1/terminals")).json()["terminals"] == []
        assert "names no payment terminals that you may see" in (await client.get("/terminals?language=en")).text


@pytest.mark.parametrize(("agency", "seen"), [("dvv", ["pos-1"]), ("vero", [])])
async def test_a_clerk_of_an_agency_sees_no_other_terminal(desk: MemoryDesk, agency: str, seen: list[str]) -> None:
    view = View("clerk", agency=agency)
    truth = Truth(desk, Readers(desk.site).of("en"))
    assert [terminal.id for terminal in TerminalTruth(truth, view).all()] == seen
    assert seen_by(desk.site, view) == seen


async def test_the_record_of_a_day_in_three_forms(program: httpx.AsyncClient, host: httpx.AsyncClient, desk: MemoryDesk) -> None:
    says(desk, "bay-1", "terminal", None)
    desk.wait(timedelta(hours=7))
    (day,) = (await program.get("/api/v1/terminals/record")).json()["days"]
    assert (day["day"], day["at"]) == ("2026-11-24", "2026-11-24T14:10:00Z")
    assert [(each["id"], each["standing"], each["sure"], each["dock"]) for each in day["terminals"]] == [
        ("pos-1", "out", False, "bay-1"),
        ("pos-2", "in-its-bay", True, "bay-2"),
    ]
    table = await program.get("/api/v1/terminals/record.csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["day"], row["terminal"], row["standing"]) for row in rows] == [
        ("2026-11-24", "pos-1", "out"),
        ("2026-11-24", "pos-2", "in-its-bay"),
    ]
    assert {int(row["entry"]) for row in rows} == {day["seq"]}
    text = (await host.get("/terminals/record")).text
    assert "Counted 24 Nov 2026 16:10" in text
    assert f"--head {day['seq']}:{day['hash']}" in text
    assert (await program.get("/api/v1/terminals/record?from=2026-11-25&to=2026-11-26")).json()["days"] == []
    assert "Nothing was counted" in (await host.get("/terminals/record?from=2026-11-25&to=2026-11-26")).text


async def test_a_day_on_which_nobody_counted_is_named(host: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.wait(timedelta(hours=7))
    desk.clock.t += timedelta(days=2)
    desk.wait(timedelta(hours=1))
    text = (await host.get("/terminals/record")).text
    assert "Not counted, because the controller was away: 2026-11-25" in text


async def test_lending_needs_no_booking_and_ends(host: httpx.AsyncClient, program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    page = (await host.get("/terminals")).text
    assert 'action="/console/terminals/pos-1/lend"' in page
    assert (await host.post("/console/terminals/pos-1/lend", data={"minutes": "60"})).headers["location"] == "/terminals"
    found = await told(program, "pos-1")
    assert (found["lent_until"], found["released"]) == ("2026-11-24T09:00:00Z", True)
    assert "Lent until 11:00" in (await host.get("/terminals")).text
    says(desk, "bay-1", "terminal", None)
    desk.wait(timedelta(minutes=10))
    assert (await told(program, "pos-1"))["troubles"] == []
    assert (await host.post("/console/terminals/pos-1/lend/end")).status_code == 303
    refused = await host.post("/console/terminals/pos-1/lend/end")
    assert (refused.status_code, "is not lent now" in refused.text) == (409, True)
    again = await program.post("/api/v1/terminals/pos-1/lend", json={"by": "x", "minutes": 10})
    assert (again.status_code, again.json()["detail"]) == (409, "Pos-1 is not in a dock now.")


async def test_what_is_reserved_is_lent_until_then_at_most(program: httpx.AsyncClient) -> None:
    refused = await program.post("/api/v1/terminals/pos-2/lend", json={"by": "x", "minutes": 60})
    assert refused.status_code == 409
    assert "is reserved for room from" in refused.json()["detail"]
    assert (await program.post("/api/v1/terminals/pos-2/lend", json={"by": "x", "minutes": 20})).status_code == 200


@pytest.mark.parametrize("role", ["guard", "auditor", "clerk", "installer"])
async def test_only_hosts_and_the_manager_lend(app: FastAPI, role: Role) -> None:
    async with client_of(app, Origin=ORIGIN, **of(role)) as client:
        assert (await client.post("/api/v1/terminals/pos-1/lend", json={"by": "x", "minutes": 5})).status_code == 403
        assert 'action="/console/terminals' not in (await client.get("/terminals")).text


async def test_no_terminal_of_another_name(program: httpx.AsyncClient) -> None:
    assert (await program.post("/api/v1/terminals/x/lend", json={"by": "x", "minutes": 5})).status_code == 404


async def test_neither_list_nor_record_names_a_person(
    program: httpx.AsyncClient, host: httpx.AsyncClient, desk: MemoryDesk
) -> None:
    await program.post("/api/v1/terminals/pos-1/lend", json={"by": "Maija Meikäläinen", "minutes": 60})
    desk.happen(OfficialCame(at=desk.clock.t, room="room", how="tap", by="Matti Meikäläinen"))
    desk.wait(timedelta(minutes=20))
    says(desk, "bay-1", "terminal", None)
    says(desk, "bay-2", "terminal", None)
    desk.wait(timedelta(hours=8))
    for path in ("/api/v1/terminals", "/api/v1/terminals/record", "/api/v1/terminals/record.csv"):
        assert "Meikäläinen" not in (await program.get(path)).text, path
    for path in ("/terminals", "/terminals/record"):
        assert "Meikäläinen" not in (await host.get(path)).text, path
