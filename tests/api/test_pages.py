"""The pages as they are drawn, without a browser: what stands on them, what their forms do, and how they are kept up to date."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.console import live
from api.console.board import Board, Item
from api.console.guard_sections import MOST_ROWS
from api.console.pages import Pages, age
from api.console.sections import CONSOLE, OVERVIEW
from api.readers import Readers
from api.sessions import Caller, View
from edge.site.load import read_site
from edge.text import say
from security.alarms import ALARM, AlarmNoted
from tests.api.conftest import TOKENS, client_of
from tests.api.desk import MORNING, MemoryDesk

BOTH = tuple(dict.fromkeys((*CONSOLE, *OVERVIEW)))
"""The lists of the console and of the overview."""


async def test_the_first_page_shows_the_state_with_reasons(guard: httpx.AsyncClient) -> None:
    text = (await guard.get("/")).text
    for shown in (
        "(3) Hälytys – Vanajan palvelupiste",
        "Turvanappi",
        "Palvelutiski 3 · alkoi 10.46 · nro 3",
        "Soita 112, jos joku on vaarassa.",
        "Kuittaa ja ota hoitaakseni",
        "M. Virtanen",
    ):
        assert shown in text
    overview = (await guard.get("/overview")).text
    for shown in ("Jäänyt auki", "Varattu 10.30–11.30"):
        assert shown in overview
    assert "CANARY" not in text + overview


@pytest.mark.parametrize(("language", "expected"), [("fi", "Kuittaamatta"), ("sv", "Okvitterat"), ("en", "Unacknowledged")])
async def test_the_language_is_chosen_and_remembered(guard: httpx.AsyncClient, language: str, expected: str) -> None:
    for path in (f"/?language={language}", "/", "/?alarm=3", "/overview", "/keys"):
        text = (await guard.get(path)).text
        assert f'<html lang="{language}">' in text
        assert expected in text or path == "/keys"


async def test_no_script_and_no_style_stands_in_a_page(guard: httpx.AsyncClient) -> None:
    for path in ("/", "/alarms/3/transfer", "/quiet", "/release", "/sign-in", "/alarms/99"):
        text = (await guard.get(path)).text
        assert "style=" not in text
        assert "<style" not in text
        assert " on" + "click=" not in text
        assert text.count("<script") == text.count('<script type="module" src="/static/')
        assert 'href="http' not in text
        assert 'src="http' not in text


async def test_what_people_write_is_shown_as_they_wrote_it(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    evil = "<script>alert('&')</script>"
    desk.happen(AlarmNoted(at=desk.clock.now(), number=3, by=evil, note=evil))
    text = (await guard.get("/?alarm=3")).text
    assert evil not in text
    assert text.count("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;") == 2


async def test_a_site_without_ceremonies_has_no_such_place_in_its_menu(guard: httpx.AsyncClient) -> None:
    assert 'href="/ceremonies"' not in (await guard.get("/overview")).text


async def test_acknowledging_by_form_takes_care_of_it_too(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    answer = await guard.post("/console/alarms/3/acknowledge", data={"version": "1", "back": "/alarms/3"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/alarms/3")
    alarm = desk.facts(ALARM("3"))
    assert alarm is not None
    assert (alarm.acknowledged_by, alarm.owner) == ("M. Virtanen", "M. Virtanen")


async def test_the_whole_way_of_a_panic_by_forms(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await guard.post("/console/alarms/3/acknowledge", data={"version": "1"})
    await guard.post("/console/alarms/3/note", data={"text": "Asiakas rauhoittui."})
    assert "Asiakas rauhoittui." in (await guard.get("/?alarm=3")).text
    answer = await guard.post("/console/alarms/3/resolve", data={"version": "3", "reason": "Ohi"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert desk.facts(ALARM("3")) is None
    gone = await guard.get("/alarms/3")
    assert (gone.status_code, "Hälytys ei ole enää avoinna." in gone.text) == (404, True)


@pytest.mark.parametrize(
    ("language", "told"),
    [("fi", "Tämän hälytyksen on jo kuitannut L. Korhonen."), ("sv", "L. Korhonen har redan kvitterat larmet.")],
)
async def test_the_second_to_acknowledge_is_told_by_whom(
    guard: httpx.AsyncClient, desk: MemoryDesk, language: str, told: str
) -> None:
    from security import alarms

    await desk.act(lambda facts, at: alarms.acknowledge(facts, at, 3, "L. Korhonen", 1))
    await guard.get(f"/?language={language}")
    answer = await guard.post("/console/alarms/3/acknowledge", data={"version": "1"})
    assert (answer.status_code, told in answer.text) == (409, True)
    quiet = await guard.post("/console/alarms/3/acknowledge", data={"version": "1"}, headers={"Accept": "application/json"})
    assert (quiet.status_code, quiet.json()) == (409, {"detail": told})


async def test_a_form_of_an_older_state_is_refused(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.report("lock-wedding", "contact", "closed")
    answer = await guard.post("/console/alarms/1/acknowledge", data={"version": "1"})
    assert answer.status_code == 409
    assert "on muuttunut" in answer.text


async def test_an_alarm_that_leaves_by_its_acknowledgement_leads_to_the_overview(
    guard: httpx.AsyncClient, desk: MemoryDesk
) -> None:
    desk.report("lock-wedding", "contact", "closed")
    answer = await guard.post("/console/alarms/1/acknowledge", data={"version": "2", "back": "/alarms/1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_panic_stays_on_top_when_it_is_acknowledged(guard: httpx.AsyncClient) -> None:
    await guard.post("/console/alarms/3/acknowledge", data={"version": "1"})
    text = (await guard.get("/")).text
    assert text.index('id="alarm-3"') < text.index('id="alarm-2"')


async def test_many_alarms_are_counted_and_the_panics_shown(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    for number in range(MOST_ROWS + 10):
        desk.press("panic-room-1", f"q-{number}")
    text = (await guard.get("/")).text
    assert text.count('<li class="alarm') == MOST_ROWS
    assert "Ei tällä sivulla" in text
    assert "<dd>13</dd>" in text


async def test_where_nobody_may_act_the_page_says_why(desk: MemoryDesk) -> None:
    app = create_app(desk, tokens=TOKENS, signed_in=True, read_only_reason="Vain katselu.")
    async with client_of(app, Accept="text/html", Origin="http://localhost") as client:
        text = (await client.get("/")).text
        assert "Vain katselu." in text
        assert text.count('type="submit"') - 2 == text.count(" disabled>")  # all but signing out and closing a dialog
        answer = await client.post("/console/alarms/3/acknowledge", data={"version": "1"})
        assert (answer.status_code, "Vain katselu." in answer.text) == (403, True)


async def test_files_with_a_version_are_kept_and_others_are_not(stranger: httpx.AsyncClient) -> None:
    assert "immutable" in (await stranger.get("/static/console.js?v=1")).headers["cache-control"]
    assert "cache-control" not in (await stranger.get("/static/console.js")).headers
    assert (await stranger.get("/static/%2e%2e/pages.py")).status_code == 404


def test_the_module_and_the_page_are_small(desk: MemoryDesk) -> None:
    from api.console.pages import STATIC

    assert (STATIC / "console.js").stat().st_size <= 12 * 1024


def test_ages() -> None:
    assert age("fi", MORNING, MORNING + timedelta(seconds=38)) == "0.38"
    assert age("en", MORNING, MORNING + timedelta(seconds=760)) == "12:40"
    assert age("sv", MORNING, MORNING + timedelta(hours=2, minutes=14)) == "2 h 14"
    assert age("fi", MORNING, MORNING - timedelta(seconds=5)) == "0.00"


# --- how a page is kept up to date ------------------------------------------------------------------------------------


class Page:
    """What the browser's module does with the stream, in Python."""

    def __init__(self, board: Board, lists: str = "ab") -> None:
        self.follows = lists
        self.cursor = ""
        self.items: dict[str, str] = {}
        self.lists: dict[str, list[str]] = {}
        self.take(board)

    def take(self, board: Board) -> None:
        patch = board.newer_than(self.cursor, self.follows)
        if patch:
            for id_, html in patch["items"].items():
                whole = id_.removesuffix("-part")
                self.items[whole] = html if id_ == whole else re.sub(r"\[.*\]", html, self.items[whole])
            for list_id, order in patch["lists"].items():
                self.lists[list_id] = self.ordered(self.lists.get(list_id, []), order)
            self.cursor = board.cursor

    @staticmethod
    def ordered(known: list[str], change: Any) -> list[str]:
        if not isinstance(change, dict):
            return list(change)
        ids = [id_ for id_ in known if id_ not in {*change["gone"], *(put for put, _ in change["put"])}]
        for id_, after in change["put"]:
            ids.insert(ids.index(after) + 1 if after else 0, id_)
        return ids

    def html(self, list_id: str) -> str:
        return "".join(self.items[item] for item in self.lists[list_id])


def in_two(id_: str, value: int) -> Item:
    part = Item(f"{id_}-part", value % 3, lambda: f"[{value % 3}]")
    return Item(id_, value // 3, lambda part: f"<{id_} {value // 3} {part}>", (part,))


def test_a_part_that_has_changed_is_sent_alone() -> None:
    value = 0
    board = Board(lambda: {"a": [in_two("x", value)]})
    board.refresh("a", 1, 1)
    cursor, value = board.cursor, 1
    board.refresh("a", 2, 2)
    assert board.newer_than(cursor, "a") == {"lists": {}, "items": {"x-part": "[1]"}}
    assert board.html("a") == "<x 0 [1]>"
    cursor, value = board.cursor, 4
    board.refresh("a", 3, 3)
    assert board.newer_than(cursor, "a") == {"lists": {}, "items": {"x": "<x 1 [1]>"}}


def test_of_a_long_list_only_what_has_moved_is_told() -> None:
    order = [*"abcdefgh"]
    board = Board(lambda: {"l": [Item(id_, 0, lambda: "") for id_ in order]})
    board.refresh("l", 1, 1)
    cursor, order = board.cursor, [*"xbcdhefg"]
    board.refresh("l", 2, 2)
    told = board.newer_than(cursor, "l")
    assert told is not None
    assert told["lists"] == {"l": {"put": [("x", ""), ("h", "d")], "gone": ["a"]}}
    fresh = board.newer_than("", "l")
    assert fresh is not None
    assert fresh["lists"] == {"l": tuple(order)}


@pytest.mark.parametrize("seed", range(20))
def test_pages_that_look_at_any_time_end_up_alike(seed: int) -> None:
    """Whatever changes, comes and goes: a page that took every patch shows what a page opened just now shows."""
    chance, now = random.Random(seed), 0.0
    shown: dict[str, dict[str, int]] = {"a": {}, "b": {}}
    board = Board(lambda: {n: [in_two(i, v) for i, v in items.items()] for n, items in shown.items()})
    board.refresh("ab", now, now)
    pages = [Page(board), Page(board), Page(board, "a"), Page(board, "b")]
    for _ in range(200):
        items = shown[chance.choice("ab")]
        id_ = f"{'x' if items is shown['a'] else 'y'}{chance.randrange(12)}"
        if chance.random() < 0.3:
            items.pop(id_, None)
        else:
            if chance.random() < 0.3:
                items.pop(id_, None)  # it moves to the end
            items[id_] = chance.randrange(9)
        now += 1
        board.refresh("ab", now, now)
        for page in pages:
            if chance.random() < 0.5:
                page.take(board)
    fresh = Page(board)
    for page in pages:
        page.take(board)
        assert set(page.lists) == set(page.follows)
        assert (
            [page.html(n) for n in page.follows] == [fresh.html(n) for n in page.follows] == [board.html(n) for n in page.follows]
        )


def test_a_board_is_not_drawn_again_for_what_it_has_seen_already() -> None:
    looked = []
    board = Board(lambda: looked.append(1) or {"a": []})  # type: ignore[func-returns-value]
    board.refresh("a", 1.0, 1.5)
    board.refresh("a", 1.2, 1.6)
    assert len(looked) == 1
    board.refresh("a", 1.5, 1.7)
    assert len(looked) == 2


def test_the_cursor_of_another_run_brings_everything() -> None:
    board = Board(lambda: {"a": [Item("x", 1, lambda: "<x>")]})
    board.refresh(["a", "nothing"], 1, 1)
    assert board.newer_than(board.cursor, ["a"]) is None
    for cursor in ("", "zzz", "ffffffff-1", board.cursor + "x", board.cursor.partition("-")[0] + "-"):
        assert board.newer_than(cursor, ["a", "nothing"]) == {"lists": {"a": ("x",)}, "items": {"x": "<x>"}}
        assert board.newer_than(cursor, ["nothing"]) is None


def test_a_page_that_comes_back_is_told_of_lists_that_are_no_more_and_nobody_keeps_them() -> None:
    shown: dict[str, list[Item]] = {"a": [], "chosen-5": [Item("x", 1, lambda: "<x>")]}
    board = Board(lambda: shown)
    board.refresh(["a", "chosen-5"], 1, 1)
    assert board.html("chosen-5") == "<x>"
    cursor = board.cursor
    del shown["chosen-5"]
    board.refresh(["a"], 100, 100)
    with pytest.raises(KeyError):
        board.html("chosen-5")
    for known in (cursor, "ffffffff-1"):
        told = board.newer_than(known, ["a", "chosen-5"], first=True)
        assert told is not None
        assert told["lists"]["chosen-5"] == ()
    assert board.newer_than(board.cursor, ["a", "chosen-5"]) is None


async def test_an_alarm_that_left_while_a_page_was_away_leaves_the_page(desk: MemoryDesk) -> None:
    pages, _ = reading(desk)
    lists = (*BOTH, "chosen-77")
    cursor = pages.board("fi", View("guard"), BOTH).cursor
    stream = live.messages(desk, pages, Readers(desk.site).of("fi"), Caller("M. Virtanen", "guard"), lists, cursor)
    assert (await anext(stream)).startswith("retry:")
    assert json.loads(parts(await anext(stream))["data"])["lists"] == {"chosen-77": []}
    assert parts(await anext(stream))["event"] == "heartbeat"


def reading(desk: MemoryDesk, after: str | None = None) -> tuple[Pages, AsyncIterator[str]]:
    readers = Readers(desk.site)
    pages = Pages(desk, readers, asyncio.get_running_loop().time, None)
    cursor = pages.board("fi", View("guard"), BOTH).cursor if after is None else after
    return pages, live.messages(desk, pages, readers.of("fi"), Caller("M. Virtanen", "guard"), BOTH, cursor)


def parts(message: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in message.strip().splitlines())


async def test_a_page_with_the_drawing_of_another_site_file_learns_that_it_is_old(
    guard: httpx.AsyncClient, desk: MemoryDesk, tmp_path: Path
) -> None:
    """Its heartbeat names what the page was drawn with; the files that browsers keep have still the same addresses."""
    (drawn_with,) = re.findall('data-edition="([^"]+)"', (await guard.get("/")).text)
    changed = tmp_path / "site.yaml"
    text = (Path(__file__).parent / "site.yaml").read_text("utf-8")
    changed.write_text(text.replace("  room-2: {", "  room-2: {storey: 2, ", 1), "utf-8")
    told: dict[str, list[str]] = {}
    for site in (desk.site, read_site(changed)):
        pages, stream = reading(MemoryDesk(site=site))
        await anext(stream)
        told.setdefault(pages.version, []).append(json.loads(parts(await anext(stream))["data"])["edition"])
        await stream.aclose()  # type: ignore[attr-defined]
    ((same, another),) = told.values()
    assert same == drawn_with
    assert another != drawn_with


async def test_a_change_is_sent_as_its_items_alone(desk: MemoryDesk) -> None:
    _, stream = reading(desk)
    assert (await anext(stream)).startswith("retry:")
    assert parts(await anext(stream))["event"] == "heartbeat"
    desk.report("lock-room-2", "lock", "unlocked")
    message = parts(await anext(stream))
    while message["event"] != "patch":
        message = parts(await anext(stream))
    patch = json.loads(message["data"])
    assert (list(patch["items"]), patch["lists"]) == (["space-room-2"], {})
    assert "pitäisi olla lukossa" in patch["items"]["space-room-2"]
    await stream.aclose()  # type: ignore[attr-defined]
    assert len(desk.feed) == 0


async def test_a_page_of_another_run_is_sent_everything(desk: MemoryDesk) -> None:
    _, stream = reading(desk, "deadbeef-7")
    await anext(stream)
    patch = json.loads(parts(await anext(stream))["data"])
    assert set(patch["lists"]) == set(BOTH)
    assert "alarm-3" in patch["items"]
    await stream.aclose()  # type: ignore[attr-defined]


async def test_time_itself_changes_a_page(desk: MemoryDesk) -> None:
    """A booking that begins is no longer one of the next, although nothing is heard."""
    _, stream = reading(desk)
    await anext(stream)
    desk.clock.t += timedelta(minutes=90)
    seen = [parts(await anext(stream)) for _ in range(3)]
    patch = json.loads(next(message["data"] for message in seen if message["event"] == "patch"))
    assert len(patch["lists"]["bookings"]) == 2
    await stream.aclose()  # type: ignore[attr-defined]


async def test_the_stream_ends_with_the_session(desk: MemoryDesk) -> None:
    readers = Readers(desk.site)
    pages = Pages(desk, readers, asyncio.get_running_loop().time, None)
    allowed = iter([True, False])
    caller = Caller("x", "guard", lambda: next(allowed))
    cursor = pages.board("fi", caller.view, BOTH).cursor
    seen = [message async for message in live.messages(desk, pages, readers.of("fi"), caller, BOTH, cursor)]
    assert [parts(message).get("event") for message in seen] == [None, "heartbeat"]
    assert len(desk.feed) == 0


async def test_a_notice_is_shown_with_what_to_do(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    from rooms.bookings import CalendarFailed

    assert "Ei ilmoituksia" in (await guard.get("/overview")).text
    desk.happen(CalendarFailed(at=desk.clock.now(), calendar="rooms", problem=say("Reading the calendar took too long")))
    text = (await guard.get("/overview")).text
    assert "Rooms: kalenteria ei voi lukea: Kalenterin luku kesti liian kauan" in text
    assert "Tarkista kalenterin osoite" in text
