"""The pages of the past: what is found and how it is told, and what somebody wrote that cannot be searched for."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.console import past_routes
from api.gate import COOKIE
from api.identity import Identity
from api.port import JournalLine
from edge.conditions import DURESS
from edge.errors import DeviceFault
from edge.text import say
from security.alarms import AlarmAcknowledged, AlarmNoted, AlarmRaised, AlarmResolved
from tests.api.conftest import OF_ROLES, TOKENS, client_of
from tests.api.desk import MemoryDesk


def attended(desk: MemoryDesk) -> None:
    """The panic of the morning is acknowledged and resolved, with a note that a table program would run."""
    at, by = desk.clock.now(), "M. Virtanen"
    desk.happen(AlarmAcknowledged(at=at, number=3, by=by), AlarmNoted(at=at, number=3, by=by, note="=cmd|' /C calc'!A0"))
    desk.clock.t += timedelta(minutes=2)
    desk.happen(AlarmResolved(at=desk.clock.now(), number=3, by=by, reason="<b>Väärä hälytys</b>"))


async def page(client: httpx.AsyncClient, path: str, status: int = 200) -> str:
    answer = await client.get(f"{path}{'&' if '?' in path else '?'}language=en")
    assert answer.status_code == status, answer.text
    return answer.text


def rows(text: str) -> list[str]:
    return re.findall(r'<tr id="past-(\d+)">', text)


async def test_every_alarm_stands_with_who_attended_to_it_and_how_fast(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    attended(desk)
    text = await page(guard, "/alarms")
    assert rows(text) == ["3", "2", "1"]
    for shown in (
        "20 Nov 2026 10:46",
        "2 min 38 s",
        "M. Virtanen",
        "after 38 s",
        "&lt;b&gt;Väärä hälytys",
        "Critical",
        ">still open<",
    ):
        assert shown in text, shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("from=2026-11-20&to=2026-11-20", ["3", "2", "1"]),
        ("from=2026-11-21", []),
        ("to=2026-11-19", []),
        ("type=tamper", ["2"]),
        ("level=1", ["3"]),
        ("subject=masking-lobby", ["2"]),
        ("text=v%C3%A4%C3%A4r%C3%A4", ["3"]),
        ("text=+calc+", ["3"]),
    ],
)
async def test_a_search_finds_what_fits(guard: httpx.AsyncClient, desk: MemoryDesk, query: str, found: list[str]) -> None:
    attended(desk)
    text = await page(guard, f"/alarms?{query}")
    assert rows(text) == found
    assert ("No alarm fits this search." in text) == (not found)


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("from=20.11.2026", "from", "This is no date."),
        ("to=2026-02-30", "to", "This is no date."),
        ("from=1970-01-01", "from", "Choose a day between"),
        ("from=2026-11-20&to=2026-11-19", "to", "The last day lies before the first."),
        ("type=nothing", "type", "Choose one of the list."),
        ("level=5", "level", "Choose one of the list."),
        (f"text={'x' * 201}", "text", "200 characters at most"),
    ],
)
async def test_what_cannot_be_searched_for_is_told_beside_its_field(
    guard: httpx.AsyncClient, query: str, field: str, told: str
) -> None:
    text = await page(guard, f"/alarms?{query}", 422)
    (beside,) = re.findall(rf'<p class="field-wrong" id="wrong-{field}">(.*?)</p>', text, re.DOTALL)
    assert told in beside
    assert f'aria-describedby="wrong-{field}"' in text
    assert rows(text) == []


async def test_pages_lead_from_one_to_the_next(guard: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_routes, "ON_A_PAGE", 2)
    first = await page(guard, "/alarms?level=")
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = await page(guard, older.replace("&amp;", "&"))
    assert (rows(first), rows(second)) == (["3", "2"], ["1"])
    assert 'rel="next"' not in second


async def test_the_table_for_other_programs_holds_the_same_search_and_no_formula(
    guard: httpx.AsyncClient, desk: MemoryDesk
) -> None:
    attended(desk)
    text = await page(guard, "/alarms?from=2026-11-20&type=panic")
    (address,) = re.findall(r'href="(/api/v1/alarms/past\.csv[^"]*)"', text)
    answer = await guard.get(address.replace("&amp;", "&"))
    cells = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["number"] for row in cells} == {"3"}
    assert [row["text"] for row in cells if row["what"] == "noted"] == ["'=cmd|' /C calc'!A0"]


async def test_a_life_is_told_step_by_step_open_or_not(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    open_text = await page(guard, "/alarms/3/past")
    assert 'href="/alarms/3"' in open_text
    attended(desk)
    text = await page(guard, "/alarms/3/past")
    steps = [re.sub(r"<.*?>", "", step) for step in re.findall(r"<strong>(.*?)</strong>", text.partition("life-steps")[2])]
    assert steps == ["Raised", "Acknowledged", "Note", "Resolved"]
    assert "20 Nov 2026 10:49:18" in text
    assert "holds no alarm of this number" in await page(guard, "/alarms/99/past", 404)


@pytest.mark.parametrize("days", [7, 30, 90])
async def test_figures_stand_against_their_targets(guard: httpx.AsyncClient, desk: MemoryDesk, days: int) -> None:
    at = desk.clock.now() - timedelta(hours=5)
    for n in range(12):
        at += timedelta(seconds=30)
        desk.happen(AlarmRaised(at=at, number=100 + n, type="tamper", subject="masking-lobby", because=say("x")))
    text = await page(guard, f"/alarms/figures?days={days}")
    for shown in ("15 alarms from", "Shifts above it: 1 of", "Target: at most 6 in a shift", "80 %", "Days above it: 0 of"):
        assert shown in text, shown
    assert text.count('class="over"') == 1
    assert re.search(r"above the target</span>\s+From 20 Nov 2026 5:4\d: 12\.", text)
    assert "There is no such period." in await page(guard, "/alarms/figures?days=8", 404)


async def test_nothing_tells_of_duress_to_whoever_may_be_threatened(desk: MemoryDesk) -> None:
    desk.happen(AlarmRaised(at=desk.clock.now(), number=9, type=DURESS, subject=desk.site.site.id, because=say("x")))
    desk.clock.t += timedelta(seconds=1)
    identity = Identity()
    app = create_app(desk, tokens=TOKENS, identity=identity)
    for threatened in (False, True):
        session = identity.sessions.begin("M. Virtanen", "guard", threatened=threatened)
        async with client_of(app, Accept="text/html", Cookie=f"{COOKIE}={session}") as person:
            assert ("9" in rows(await page(person, "/alarms"))) != threatened
            for path in ("/alarms", "/alarms/figures", "/alarms/9/past"):
                status = 404 if threatened and path == "/alarms/9/past" else 200
                assert ("Sign-in under threat" in await page(person, path, status)) != threatened, path


async def test_a_clerk_reads_none_of_it(app: FastAPI, desk: MemoryDesk) -> None:
    async with client_of(app, Authorization=f"Bearer {OF_ROLES['clerk']}") as clerk:
        for path in ("/alarms", "/alarms/figures", "/alarms/3/past"):
            assert (await clerk.get(path)).status_code == 403


@pytest.mark.parametrize("path", ["/alarms", "/alarms/figures", "/alarms/3/past", "/drills", "/drills/1/report"])
async def test_a_disk_that_fails_is_told_of_on_a_page(
    guard: httpx.AsyncClient, desk: MemoryDesk, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def fails(*_: object, **__: object) -> Iterator[JournalLine]:
        raise DeviceFault("The disk gave an input or output error")

    for reading in ("journal_back", "journal_about"):
        monkeypatch.setattr(desk, reading, fails)
    text = await page(guard, path, 503)
    assert "<h1>The journal cannot be read at present. Try again in a moment.</h1>" in text
    monkeypatch.undo()
    assert "cannot be read" not in await page(guard, path, 404 if path.endswith("report") else 200)
