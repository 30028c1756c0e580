"""The lobby host's page and the panels beside the doors, without a browser: what stands on them and what their forms do."""

import asyncio
import json
import re
from datetime import timedelta
from html import unescape
from typing import get_args

import httpx
import pytest

from api.app import create_app
from api.console import live
from api.console.board import Board
from api.console.pages import Pages
from api.console.panel_sections import panel_list
from api.console.room_sections import HOST_LISTS
from api.readers import Readers
from api.sessions import Caller, View
from edge.text import say
from rooms.bookings import CalendarFailed, CalendarUnchanged
from rooms.life import ROOM, RoomNow, RoomState
from rooms.plan import BOOKINGS
from rooms.stays import OfficialCame
from tests.api.conftest import TOKENS, client_of
from tests.api.desk import MemoryDesk, make_day_of_rooms


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    lasting_desk.begin_anew()
    make_day_of_rooms(lasting_desk)
    return lasting_desk


async def page(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(f"{path}?language=en")
    assert answer.status_code == 200
    return " ".join(unescape(answer.text).split())


def first_lines(text: str) -> str:
    """As the first of the public languages says it, without marks of language."""
    return re.sub(
        r'<span class="first-language" lang="en">(.*?)</span>',
        r"\1",
        re.sub(r'<span class="more-language" lang="sv">.*?</span>', "", text),
    )


async def panel(client: httpx.AsyncClient, room: str) -> str:
    return first_lines(await page(client, f"/rooms/{room}"))


async def test_the_first_page_tells_how_rooms_stand_and_how_old_that_is(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    text = await page(guard, "/overview")
    for shown in (
        "<strong>Prepared</strong>",
        "Booked 10:30–11:30: waits for the official",
        "National Land Survey",
        "Double booking",
        "<li>10:30–11:30 · Wedding</li>",
        "<li>10:35–12:00 · Digital and Population Data Services Agency · Wedding</li>",
        "Free until 12:20",
        'Next: <span class="times">12:20–13:20</span> · National Land Survey',
        "Bookings as of 10:40",
        "Booked here, always up to date",
    ):
        assert shown in text
    desk.report("occ-room-1", "present", True)
    desk.wait(timedelta(minutes=140))
    assert "somebody is still there" in await page(guard, "/overview")


async def test_calendars_that_are_old_or_fail_are_marked(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    assert "Out of date" not in await page(guard, "/rooms")
    desk.happen(CalendarFailed(at=desk.clock.t, calendar="rooms", problem=say("The calendar cannot be read")))
    desk.wait(timedelta(minutes=16))
    for path in ("/overview", "/rooms"):
        text = await page(guard, path)
        assert 'Bookings as of 10:40 <span class="chip dashed">Out of date</span>' in text
        assert "The calendar cannot be read" in text
    assert '#mark"/></svg><span>Bookings as of 10:40' in await panel(guard, "room-1")


async def test_the_host_sees_the_day_of_every_room_without_titles(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    text = await page(guard, "/rooms")
    assert text.index("Service room 1") < text.index("Service room 2") < text.index("Wedding room")
    assert text.count(">Allow</button>") == 2
    assert text.count(">The official is here</button>") == 1
    assert text.count(">Cancel</button>") == 0
    assert "The booking is tentative" in text
    assert "CANARY" not in text


async def test_the_host_books_a_walk_in_and_cancels_it_by_forms(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    form = {"room": "room-2", "minutes": "30", "start": "11.15", "agency": "dvv"}
    answer = await guard.post("/console/rooms/book", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/rooms")
    (made,) = desk.facts(BOOKINGS("walk-ins", "room-2")) or ()
    assert (made.start - desk.clock.t, made.end - made.start) == (timedelta(minutes=35), timedelta(minutes=30))
    text = await page(guard, "/rooms")
    assert "11:15–11:45" in text
    assert text.count(">Cancel</button>") == 1
    await guard.post("/console/rooms/room-2/cancel", data={"uid": made.uid})
    assert "11:15–11:45" not in await page(guard, "/rooms")


async def test_an_empty_time_is_now(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await guard.post("/console/rooms/book", data={"room": "room-2", "minutes": "30", "start": "", "agency": ""})
    (made,) = desk.facts(BOOKINGS("walk-ins", "room-2")) or ()
    assert (made.start, made.agency) == (desk.clock.t, None)


async def test_a_flagged_booking_is_allowed_by_its_form(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    before = (await page(guard, "/rooms")).count(">Allow</button>")
    await guard.post("/console/rooms/room-1/allow", data={"uid": "b1@vanaja", "rid": ""})
    text = await page(guard, "/rooms")
    assert (text.count(">Allow</button>"), text.count(">Allowed</p>")) == (before - 1, 1)


async def test_a_refusal_leads_back_to_where_it_was_asked(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await page(guard, "/rooms/room-2")
    answer = await guard.post("/console/rooms/room-2/keep", data={"back": "/rooms/room-2"})
    assert answer.status_code == 409
    assert "The room is not booked now." in answer.text
    assert 'href="/rooms/room-2"' in answer.text
    quiet = await guard.post("/console/rooms/room-2/keep", headers={"Accept": "application/json"})
    assert (quiet.status_code, quiet.json()) == (409, {"detail": "The room is not booked now."})
    unknown = await guard.post("/console/rooms/lobby/keep")
    assert unknown.status_code == 404


async def test_a_booking_is_moved_to_a_room_that_is_free_then(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.read(desk.booking(0, "room-1", 10, 40), desk.booking(1, "room-2", 20, 60))
    path = "/rooms/room-1/move?uid=b0@vanaja&rid="
    answer = await guard.get(f"{path}&language=en")
    assert re.findall(r'<option value="([^"]+)"', answer.text) == ["wedding"]
    busy = await guard.post("/console/rooms/room-1/move?language=en", data={"uid": "b0@vanaja", "to": "room-2"})
    assert (busy.status_code, "booked by somebody else then" in busy.text) == (409, True)
    moved = await guard.post("/console/rooms/room-1/move", data={"uid": "b0@vanaja", "to": "wedding"})
    assert (moved.status_code, moved.headers["location"]) == (303, "/rooms")
    text = await page(guard, "/rooms")
    assert text.index("Wedding room") < text.index("Moved here by hand")
    assert (await guard.get(path)).status_code == 404
    bookings = (await guard.get("/api/v1/bookings")).json()["bookings"]
    assert [(b["room"], b["moved_from"]) for b in bookings] == [("wedding", "room-1"), ("room-2", None)]


# --- beside the door --------------------------------------------------------------------------------------------------


async def test_the_panel_lets_the_official_in_and_warns_before_it_gives_up(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    text = await panel(guard, "room-1")
    assert "Please wait: the official lets you in." in text
    assert "We are done" not in text
    answer = await guard.post("/console/rooms/room-1/arrive", data={"back": "/rooms/room-1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/rooms/room-1")
    text = await panel(guard, "room-1")
    assert "<strong>Reserved</strong>" in text
    assert "15 min more" in text
    assert 'class="warning"' not in text
    desk.wait(timedelta(minutes=11))
    text = await panel(guard, "room-1")
    assert re.search(r'class="warning">.*Nobody is there: given free 10:55 unless somebody comes', text)
    await guard.post("/console/rooms/room-1/keep", data={"back": "/rooms/room-1"})
    assert 'class="warning"' not in await panel(guard, "room-1")
    await guard.post("/console/rooms/room-1/release", data={"back": "/rooms/room-1"})
    assert "<strong>Given free</strong>" in await panel(guard, "room-1")


async def test_a_walk_in_is_offered_for_as_long_as_the_room_is_free(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    assert (await panel(guard, "room-2")).count("Book now, ") == 2
    desk.wait(timedelta(minutes=50))
    assert (await panel(guard, "room-2")).count("Book now, ") == 1
    form = {"room": "room-2", "minutes": "30", "back": "/rooms/room-2"}
    assert (await guard.post("/console/rooms/book", data=form)).headers["location"] == "/rooms/room-2"
    assert "Book now, " not in await panel(guard, "room-2")
    assert "Book now, " not in await panel(guard, "room-1")


async def test_the_panel_names_nobody_and_leads_nowhere_else(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await guard.post("/console/rooms/room-1/arrive")
    await guard.post("/console/rooms/room-1/release")
    text = await panel(guard, "room-1")
    assert "given free by M. Virtanen" in await page(guard, "/rooms")
    assert "M. Virtanen" not in text
    assert "CANARY" not in text
    assert set(re.findall(r'<a [^>]*href="([^"]+)"', text)) == {"#content"}


async def test_all_public_languages_stand_there_at_once_each_marked(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    text = await page(guard, "/rooms/room-2")
    assert '<span class="first-language" lang="en">Free</span><span class="more-language" lang="sv">Ledigt</span>' in text
    assert '<span class="times">12:20–13:20</span>' in text
    assert "FI</a>" not in text


async def test_help_is_asked_for_at_the_panel_and_answered_by_the_host(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    back = {"back": "/rooms/room-2"}
    assert "I need help" in await panel(guard, "room-2")
    assert (await guard.post("/console/rooms/room-2/help", data=back)).headers["location"] == "/rooms/room-2"
    assert "The lobby was told 10:40 that you need help." in await panel(guard, "room-2")
    assert "Help asked for 10:40" in await page(guard, "/rooms")
    assert "asks for help since 10:40" in await page(guard, "/overview")
    await guard.post("/console/rooms/room-2/help-answer", data={"back": "/rooms"})
    told = await panel(guard, "room-2")
    assert "Somebody is on the way." in told
    assert "M. Virtanen" not in told
    assert "M. Virtanen goes there" in await page(guard, "/rooms")
    await guard.post("/console/rooms/room-2/help-end", data=back)
    assert "I need help" in await panel(guard, "room-2")
    refused = await guard.post("/console/rooms/room-2/help-end", data=back)
    assert (refused.status_code, "Nobody asks for help" in await page(guard, "/rooms")) == (409, False)


async def test_what_is_broken_is_chosen_at_the_panel_and_mended_by_the_host(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    form = {"back": "/rooms/room-2", "what": "light"}
    await guard.post("/console/rooms/room-2/faults", data=form)
    written = len(desk.journal)
    desk.wait(timedelta(seconds=5))
    await guard.post("/console/rooms/room-2/faults", data=form)
    assert not any(event.kind == "room-fault-reported" for event in desk.journal[written:])
    assert (await panel(guard, "room-2")).count('<span class="fault">Lights</span>') == 1
    assert "Broken since 10:40: Lights" in await page(guard, "/rooms")
    assert (await guard.post("/console/rooms/room-2/faults", data={"what": "M. Meikäläinen"})).status_code == 422
    await guard.post("/console/rooms/room-2/mended", data={"what": "light"})
    assert 'class="fault"' not in await panel(guard, "room-2")


async def test_every_state_has_a_word_and_a_symbol_of_its_own(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    symbols = (await guard.get("/static/symbols.svg")).text
    words = set()
    for state in (*get_args(RoomState), None):
        desk.facts.set(ROOM("wedding"), RoomNow(state=state, because=say("Booked")) if state else None)
        for path in ("/overview", "/rooms", "/rooms/wedding"):
            text = first_lines(await page(guard, path))
            (word,) = set(re.findall(rf'#life-{state or "unknown"}"/></svg><strong>([^<]+)</strong>', text))
            words.add(word)
        assert f'id="life-{state or "unknown"}"' in symbols
    assert len(words) == len(get_args(RoomState)) + 1


async def test_a_room_that_nobody_books_has_no_panel(guard: httpx.AsyncClient) -> None:
    answer = await guard.get("/rooms/lobby?language=en")
    assert (answer.status_code, "No calendar books a room of that name." in answer.text) == (404, True)


async def test_where_nobody_may_act_no_button_works(desk: MemoryDesk) -> None:
    app = create_app(desk, tokens=TOKENS, signed_in=True, read_only_reason="Vain katselu.")
    async with client_of(app, Accept="text/html", Origin="http://localhost") as client:
        for path in ("/rooms", "/rooms/room-1"):
            text = await page(client, path)
            buttons = re.findall(r"<button[^>]*>", text.replace('<button class="quiet" type="submit">', ""))
            assert buttons
            assert all(button.endswith(" disabled>") for button in buttons)
        answer = await client.post("/console/rooms/room-1/arrive")
        assert (answer.status_code, "Vain katselu." in answer.text) == (403, True)


# --- kept up to date --------------------------------------------------------------------------------------------------


def pages_of(desk: MemoryDesk) -> Pages:
    return Pages(desk, Readers(desk.site), asyncio.get_running_loop().time, None)


async def test_a_panel_hears_of_its_own_room_alone(desk: MemoryDesk) -> None:
    pages, lists = pages_of(desk), (panel_list("room-1"),)
    cursor = pages.board("en", View("guard"), lists).cursor
    stream = live.messages(desk, pages, Readers(desk.site).of("en"), Caller("x", "guard"), lists, cursor)
    await anext(stream)
    await anext(stream)
    desk.press("panic-room-1", "p-1")
    desk.report("occ-wedding", "present", False)
    desk.happen(OfficialCame(at=desk.clock.t, room="room-1", how="tap", by="Aino"))
    message = await anext(stream)
    while "event: patch" not in message:
        message = await anext(stream)
    patch = json.loads(message.partition("data: ")[2])
    assert (list(patch["items"]), patch["lists"]) == (["now-room-1"], {})
    await stream.aclose()


async def test_time_that_changes_no_word_draws_nothing_again(desk: MemoryDesk) -> None:
    pages, lists = pages_of(desk), (*HOST_LISTS, *map(panel_list, desk.site.bookable))

    def drawn_after(**span: float) -> list[str]:
        seen = board().cursor
        desk.clock.t += timedelta(**span)
        desk.happen(CalendarUnchanged(at=desk.clock.t, calendar="rooms"))
        patch = board().newer_than(seen, lists)
        return sorted(patch["items"]) if patch else []

    def board() -> Board:
        return pages.board("en", View("guard"), lists)

    assert drawn_after(seconds=30) == []
    assert drawn_after(seconds=31) == ["calendar-rooms", "now-room-1", "now-room-2", "now-wedding"]  # as of 10:41
