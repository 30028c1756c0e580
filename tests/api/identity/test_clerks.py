"""A clerk sees the rooms and bookings of the own agency: another room answers as one that is not there, and nothing counts it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx
import pytest
import pytest_asyncio

from api.console import live
from api.console.pages import Pages
from api.readers import Readers
from api.sessions import Caller
from tests.api.conftest import AUTHORIZED, OF_ROLES, client_of
from tests.api.identity.conftest import House, sign_in

OWN, OTHER = "room-2", "room-1"


@pytest.fixture
def house_of_two(house: House) -> House:
    """room-2 is the agency's own; both agencies book it, and everybody books room-1."""
    house.people("clerk")
    desk = house.desk
    desk.read(
        desk.booking(0, OWN, 10, 40, agency="dvv"),
        desk.booking(1, OWN, 60, 90, agency="mml"),
        desk.booking(2, OTHER, 10, 40, agency="mml"),
        desk.booking(3, OTHER, 60, 90, agency="dvv"),
        desk.booking(4, OWN, 100, 130),
    )
    return house


@pytest_asyncio.fixture
async def clerk(house_of_two: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house_of_two.browser() as client:
        answer = await sign_in(client, "clerk")
        assert answer.headers["location"] == "/rooms"
        client.headers["Accept"] = "*/*"
        yield client


async def test_lists_hold_the_own_rooms_and_bookings_alone(clerk: httpx.AsyncClient) -> None:
    rooms = (await clerk.get("/api/v1/rooms")).json()["rooms"]
    assert [room["id"] for room in rooms] == [OWN]
    assert rooms[0]["doors"] == []
    bookings = (await clerk.get("/api/v1/bookings")).json()["bookings"]
    assert [(booking["uid"], booking["agency"]) for booking in bookings] == [("b0@vanaja", "dvv"), ("b4@vanaja", "dvv")]


async def test_a_room_of_another_agency_answers_exactly_as_an_unknown_one(clerk: httpx.AsyncClient) -> None:
    for path in ("/api/v1/rooms/{}", "/rooms/{}", "/api/v1/bookings?room={}"):
        other, unknown = await clerk.get(path.format(OTHER)), await clerk.get(path.format("nowhere"))
        assert other.status_code == unknown.status_code
        assert other.content.replace(OTHER.encode(), b"") == unknown.content.replace(b"nowhere", b"")
    assert (await clerk.get("/api/v1/bookings", params={"room": OTHER})).json()["bookings"] == []


async def test_pages_show_nothing_of_the_other(clerk: httpx.AsyncClient) -> None:
    page = (await clerk.get("/rooms?language=en", headers={"Accept": "text/html"})).text
    assert "Service room 2" in page
    assert "Digital and Population Data Services Agency" in page
    for hidden in ("Service room 1", "Wedding room", "National Land Survey", "CANARY", "/console/rooms/"):
        assert hidden not in page
    for path in ("/", "/doors", "/modes", "/alarms/3", "/api/v1/alarms", "/api/v1/notices", "/api/v1/events", "/metrics?x"):
        assert (await clerk.get(path)).status_code in ({200} if path.startswith("/metrics") else {403}), path


async def test_the_stream_of_a_page_tells_of_no_other_list(house_of_two: House) -> None:
    desk = house_of_two.desk
    readers = Readers(desk.site)
    pages = Pages(desk, readers, asyncio.get_running_loop().time, None)
    allowed = iter([True, True, False, False])
    caller = Caller("clerk", "clerk", lambda: next(allowed), agency="dvv")
    lists = ("rooms", "alarms", "summary", "notices", "spaces", "doors", f"panel-{OTHER}", f"panel-{OWN}", "calendars", "bookings")
    async with aclosing(live.messages(desk, pages, readers.of("en"), caller, lists, "")) as stream:
        patches = [
            line for message in [m async for m in stream] for line in message.splitlines() if line.startswith('data: {"lists')
        ]
    (patch,) = (json.loads(line.removeprefix("data: ")) for line in patches)
    told = {id_: items for id_, items in patch["lists"].items() if items}  # what was asked for in vain is sent as empty
    assert set(told) == {"rooms", f"panel-{OWN}", "calendars"}
    assert "National Land Survey" not in str(patch)
    assert OTHER not in str((told, patch["items"]))


async def test_a_clerk_changes_nothing(clerk: httpx.AsyncClient, house_of_two: House) -> None:
    before = len(house_of_two.desk.journal)
    for tap in ("arrive", "keep", "extend", "release"):
        assert (await clerk.post(f"/api/v1/rooms/{OWN}/{tap}", json={"by": "x"})).status_code == 403
        assert (await clerk.post(f"/console/rooms/{OWN}/{tap}", data={})).status_code == 403
    assert len(house_of_two.desk.journal) == before


async def test_who_waits_for_another_agency_is_not_there(clerk: httpx.AsyncClient, house_of_two: House) -> None:
    async with client_of(house_of_two.app, **AUTHORIZED) as machine:
        for number, agency in (("A1", "mml"), ("B2", "dvv"), ("C3", None)):
            said = await machine.post("/api/v1/arrivals/queue", json={"number": number, "agency": agency})
            assert said.status_code == 200
    before = len(house_of_two.desk.journal)
    assert [each["number"] for each in (await clerk.get("/api/v1/arrivals")).json()["arrivals"]] == ["B2"]
    page = (await clerk.get("/arrivals?language=en", headers={"Accept": "text/html"})).text
    assert "B2" in page
    assert "A1" not in page
    assert "C3" not in page
    unknown = await clerk.post("/api/v1/arrivals/99/met", json={"by": "x"})
    for arrival in (1, 3):
        for path, said in (("met", {"by": "x"}), ("answer", {"by": "x", "answer": "coming"})):
            refused = await clerk.post(f"/api/v1/arrivals/{arrival}/{path}", json=said)
            assert (refused.status_code, refused.content) == (409, unknown.content)
        assert (await clerk.post(f"/console/arrivals/{arrival}/met")).status_code == 409
    assert len(house_of_two.desk.journal) == before
    assert (await clerk.post("/api/v1/arrivals/2/met", json={"by": "x"})).json()["arrivals"] == []


async def test_a_clerk_of_no_agency_sees_no_room(house: House) -> None:
    async with client_of(house.app, Authorization=f"Bearer {OF_ROLES['clerk']}") as client:
        assert (await client.get("/api/v1/rooms")).json()["rooms"] == []
        assert (await client.get("/api/v1/bookings")).json()["bookings"] == []
