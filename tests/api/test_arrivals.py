"""Customers say that they have come, staff answer with one tap: the pages and the interface, without a browser."""

import re
from dataclasses import replace
from html import unescape

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from rooms.arrivals import WAITING
from tests.api.conftest import ORIGIN, TOKENS, client_of
from tests.api.desk import MemoryDesk, make_day_of_rooms


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    desk = lasting_desk
    desk.begin_anew()
    make_day_of_rooms(desk)
    desk.read(
        replace(desk.booking(0, "room-1", 10, 40, agency="dvv"), number="418"),
        replace(desk.booking(1, "room-2", 20, 50, agency="mml"), number="419"),
        replace(desk.booking(2, "wedding", 180, 240), number="420"),
    )
    return desk


@pytest.fixture
def customer(app: FastAPI, desk: MemoryDesk) -> httpx.AsyncClient:
    """Somebody's own phone: no login, and a browser's language."""
    return client_of(app, **{"Accept": "text/html", "Origin": ORIGIN, "Accept-Language": "en"})


def words(answer: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.text)).split())


async def test_a_customer_gives_a_number_and_nothing_else(customer: httpx.AsyncClient, guard: httpx.AsyncClient) -> None:
    async with customer:
        asked = (await customer.get("/arrive")).text
        assert re.findall(r'<input[^>]* name="(\w+)"', asked) == ["number"]
        answer = await customer.post("/arrive", data={"number": " 418 "})
        assert (answer.status_code, answer.headers["location"]) == (303, "/arrive/418")
        told = words(await customer.get("/arrive/418"))
        assert "Your room: Service room 1 Please take a seat. Somebody comes to meet you." in told
        page = words(await guard.get("/arrivals?language=en"))
        assert "Booking 418 · Service room 1" in page
        await guard.post("/console/arrivals/1/answer", data={"answer": "five-minutes"})
        told = words(await customer.get("/arrive/418"))
        assert "In five minutes" in told
        assert "Virtanen" not in told
        assert "In five minutes (M. Virtanen)" in words(await guard.get("/arrivals?language=en"))
        await guard.post("/console/arrivals/1/met")
        assert "Nobody of this number waits now." in words(await customer.get("/arrive/418"))


async def test_the_code_on_a_confirmation_brings_the_number(customer: httpx.AsyncClient) -> None:
    async with customer:
        assert 'value="418"' in (await customer.get("/arrive?number=418")).text


@pytest.mark.parametrize("number", ["999", "420", "<script>", "x" * 20])
async def test_a_number_of_no_booking_of_now_is_told_so(customer: httpx.AsyncClient, desk: MemoryDesk, number: str) -> None:
    async with customer:
        answer = await customer.post("/arrive", data={"number": number})
        assert answer.status_code == 409
        assert "No booking of about now has this number." in words(answer)
        assert "<script>" not in answer.text
    assert desk.facts(WAITING()) is None


async def test_nobody_looks_for_the_bookings_of_others(desk: MemoryDesk) -> None:
    app = create_app(desk, tokens=TOKENS)
    async with client_of(app, **{"Accept": "text/html", "Origin": ORIGIN, "Accept-Language": "en"}) as customer:
        found = [(await customer.post("/arrive", data={"number": str(number)})).status_code for number in range(30)]
        assert found[:5] == [409] * 5
        assert found[-1] == 429
        assert "Too many numbers were tried." in words(await customer.post("/arrive", data={"number": "31"}))


async def test_nor_by_reading_how_others_stand(desk: MemoryDesk) -> None:
    app = create_app(desk, tokens=TOKENS)
    async with client_of(app, **{"Accept": "text/html", "Origin": ORIGIN, "Accept-Language": "en"}) as customer:
        await customer.post("/arrive", data={"number": "418"})
        found = [(await customer.get(f"/arrive/{number}")).status_code for number in range(30)]
        assert (found[0], found[-1]) == (200, 429)
        assert "Too many numbers were tried." in words(await customer.get("/arrive/418"))


async def test_another_sites_page_checks_nobody_in(customer: httpx.AsyncClient) -> None:
    async with customer:
        foreign = {"Origin": "http://evil.example"}
        assert (await customer.post("/arrive", data={"number": "418"}, headers=foreign)).status_code == 403


async def test_machines_say_who_has_come_and_who_has_a_queue_number(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    assert (await program.post("/api/v1/arrivals", json={"number": "419"})).status_code == 200
    again = (await program.post("/api/v1/arrivals", json={"number": "419"})).json()["arrivals"]
    assert [(each["number"], each["room"], each["agency"], each["by"]) for each in again] == [("419", "room-2", "mml", "machine")]
    queued = (await program.post("/api/v1/arrivals/queue", json={"number": "A17", "agency": "dvv"})).json()["arrivals"]
    assert [(each["number"], each["room"]) for each in queued] == [("419", "room-2"), ("A17", None)]
    answered = await program.post("/api/v1/arrivals/2/answer", json={"by": "Teams", "answer": "coming"})
    assert answered.json()["arrivals"][1]["answer"] == "coming"
    left = (await program.post("/api/v1/arrivals/1/met", json={"by": "Teams"})).json()["arrivals"]
    assert [each["number"] for each in left] == ["A17"]
    assert (await program.post("/api/v1/arrivals/1/met", json={"by": "Teams"})).status_code == 409


async def test_nobody_is_named(customer: httpx.AsyncClient, guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    async with customer:
        await customer.post("/arrive", data={"number": "418"})
        pages = [await customer.get("/arrive/418"), await guard.get("/arrivals"), await guard.get("/api/v1/arrivals")]
    assert all("CANARY" not in page.text and "@vanaja" not in page.text for page in pages)
