"""The lobby host's first page: who waits, what needs a hand, what begins soon."""

import re
from dataclasses import replace
from html import unescape

import httpx
import pytest

from rooms.needs import HelpAsked
from tests.api.desk import MemoryDesk, make_day_of_rooms


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    lasting_desk.begin_anew()
    make_day_of_rooms(lasting_desk)
    return lasting_desk


async def words(client: httpx.AsyncClient) -> str:
    answer = await client.get("/host?language=en")
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.text)).split())


async def test_it_tells_what_the_lobby_can_do_something_about(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.happen(HelpAsked(at=desk.clock.t, room="room-2", by="panel"))
    text = await words(guard)
    assert "Nobody waits" in text
    assert "Help asked for" in text
    assert "Official awaited" in text
    assert "Double booking" in text
    assert "Calendar is out of date" not in text


async def test_who_comes_stands_there_and_is_answered_there(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.read(replace(desk.booking(0, "room-1", 10, 40), number="418"))
    await guard.post("/console/arrivals", data={"number": "418"})
    assert "Booking 418 · Service room 1" in await words(guard)
    await guard.post("/console/arrivals/1/answer", data={"answer": "coming"})
    assert "Coming (M. Virtanen)" in await words(guard)
