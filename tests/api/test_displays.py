"""The displays for everybody, without a browser: what stands on them, and what staff put there."""

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest

from edge.text import say
from rooms.bookings import CalendarFailed
from rooms.life import ROOM
from security.modes import SITE, ModeBegan
from tests.api.desk import MemoryDesk, make_day_of_rooms


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    lasting_desk.begin_anew()
    make_day_of_rooms(lasting_desk)
    return lasting_desk


async def words(client: httpx.AsyncClient, path: str = "/displays/info-lobby") -> str:
    """All that can be read, without marks."""
    answer = await client.get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.text)).split())


async def test_it_says_where_to_go_by_number_and_names_nobody(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    text = await words(guard)
    number = (await guard.get("/api/v1/bookings")).json()["bookings"][0]["number"]
    assert re.search(rf"10:30 Booking {number} .*?Service room 1 Servicerum 1 to the left", text)
    assert "National Land Survey Lantmäteriverket Open until 18:00" in text
    assert "Wedding day Bröllopsdag 10:30–12:00" in text
    for private in ("CANARY", "Virtanen", desk.booking(0, "room-1", 0, 10).uid):
        assert private not in text
    assert "<button" not in (await guard.get("/displays/info-lobby")).text


async def test_it_forgets_a_booking_half_an_hour_after_its_beginning(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    bookings = desk.booking(0, "room-1", 0, 120), desk.booking(1, "room-2", 20, 120)
    desk.report("occ-room-1", "present", True)
    for minutes, shown in ((0, 2), (29, 2), (1, 1), (20, 0)):
        desk.wait(timedelta(minutes=minutes))
        desk.read(*bookings)
        assert (await words(guard)).count("Booking ") == shown
    assert "No more bookings today" in await words(guard)


async def test_bookings_of_an_old_calendar_are_not_told_as_if_they_were_true(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.happen(CalendarFailed(at=desk.clock.t, calendar="rooms", problem=say("The calendar cannot be read")))
    desk.wait(timedelta(minutes=16))
    text = await words(guard)
    assert "Not all bookings are known at the moment" in text
    assert "Booking " not in text
    assert desk.facts(ROOM("room-1")) is not None


@pytest.mark.parametrize(
    ("mode", "scope", "taken"), [("fire", SITE, True), ("evacuation", "zone:public", True), ("lockdown", SITE, False)]
)
async def test_an_emergency_takes_all_of_it(guard: httpx.AsyncClient, desk: MemoryDesk, mode: str, scope: str, taken: bool) -> None:
    desk.happen(ModeBegan(at=desk.clock.t, mode=mode, scope=scope, by="M. Virtanen"))  # type: ignore[arg-type]
    text = await words(guard)
    assert ("Leave the building now" in text) == taken
    assert ("Booking " in text) != taken
    assert "lockdown" not in text.lower()


async def test_of_another_zones_evacuation_it_says_nothing(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.happen(ModeBegan(at=desk.clock.t, mode="evacuation", scope="zone:internal", by="M. Virtanen"))
    assert "Leave the building now" not in await words(guard)


async def test_notices_stand_in_every_public_language(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await guard.post("/console/public-notices", data={"ready": "lift", "minutes": "60"})
    await guard.post("/console/public-notices", data={"en": "Wet paint", "sv": "Nymålat", "minutes": "60"})
    text = await words(guard)
    assert "Wet paint Nymålat" in text
    assert "The lift does not work." in text
    assert "Virtanen" not in text
    page = await words(guard, "/displays?language=en")
    assert "M. Virtanen, until 11:40" in page
    answer = await guard.post("/console/public-notices/2/end")
    assert (answer.status_code, answer.headers["location"]) == (303, "/displays")
    assert "Wet paint" not in await words(guard)


async def test_words_in_one_language_alone_are_refused(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    answer = await guard.post("/console/public-notices?language=en", data={"en": "Wet paint", "minutes": "60"})
    assert (answer.status_code, "Write it in each language" in answer.text) == (409, True)


async def test_programs_put_notices_there_too(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    asked = {"by": "Info", "ready": "no-cards", "minutes": 30}
    made = (await program.post("/api/v1/public-notices", json=asked)).json()
    assert made["notices"][0]["texts"]["en"] == "Cards cannot be used for payment at the moment."
    assert (await program.post("/api/v1/public-notices/1/end", json={"by": "Info"})).json()["notices"] == []
    assert (await program.get("/api/v1/public-notices")).json()["notices"] == []


async def test_there_is_no_other_display(guard: httpx.AsyncClient) -> None:
    answer = await guard.get("/displays/nowhere?language=en")
    assert (answer.status_code, "There is no display of that name." in answer.text) == (404, True)
