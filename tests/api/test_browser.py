"""The pages in a real browser: alive without reloading, usable without scripts, honest when the controller is away."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Page, expect

from api.console import live
from security import alarms, modes
from security.alarms import ALARM
from security.escalation import SHOWN
from security.modes import MODE
from tests.api.conftest import TOKEN
from tests.api.desk import MemoryDesk, make_day_of_rooms, make_doors_troubled
from tests.api.serving import served
from tests.browser import CHROMIUM as CHROMIUM
from tests.browser import FLAGS as FLAGS
from tests.browser import LANGUAGES, OFFLINE_WITHIN_MS, Contexts, Opened, axe, in_browser, is_live

pytestmark = in_browser


@pytest_asyncio.fixture(loop_scope="session")
async def address(open_app: FastAPI, desk: MemoryDesk) -> AsyncIterator[str]:
    async with served(open_app, desk) as address:
        yield address


@pytest.fixture
def opened(contexts: Contexts, address: str) -> Opened:
    async def opened(path: str = "/?language=fi", **options: Any) -> Page:
        page = await (await contexts(**options)).new_page()
        await page.goto(address + path)
        return page

    return opened


# --- alive ------------------------------------------------------------------------------------------------------------


async def test_an_alarm_appears_without_a_reload(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened()
    await is_live(page)
    await page.evaluate("window.stayed = true")
    desk.press("panic-room-1", "p-2")
    row = page.locator("#alarm-4")
    await expect(row).to_contain_text("Palveluhuone 1")
    assert await page.locator("#alarms > li").first.get_attribute("id") == "alarm-4"
    await expect(page).to_have_title("(4) Hälytys – Vanajan palvelupiste")
    await expect(page.locator("#announcement")).to_have_text("Turvanappi. Palveluhuone 1.")
    assert await page.evaluate("window.stayed")


async def test_the_controller_hears_once_that_a_critical_alarm_was_painted(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened()
    await is_live(page)
    desk.press("panic-room-1", "p-2")
    while (receipts := desk.facts(SHOWN("4"))) is None:
        await page.wait_for_timeout(20)
    assert await page.locator("#alarm-4").is_visible()
    assert [(shown.number, shown.version, shown.by) for shown in receipts] == [(4, 1, "demo")]
    await page.reload()
    await is_live(page)
    assert desk.facts(SHOWN("4")) == receipts, "the same view says so once"
    assert all(desk.facts(SHOWN(str(alarm.number))) is None for alarm in alarms.open_alarms(desk.facts) if alarm.level > 1)


async def test_acknowledging_changes_the_row_and_nothing_else(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened()
    await is_live(page)
    await page.evaluate("window.stayed = true")
    await page.get_by_role("button", name="Kuittaa ja ota hoitaakseni").first.click()
    await expect(page.locator("#alarm-3 .chip")).to_have_text("Kuitattu")
    await expect(page).to_have_title("(2) Hälytys – Vanajan palvelupiste")
    await expect(page.locator("#detail-3 .chip")).to_have_text("Kuitattu")
    assert desk.facts(ALARM("3")).owner == "demo"  # type: ignore[union-attr]
    assert await page.evaluate("window.stayed")


async def test_the_loser_of_a_race_is_told_who_was_first(opened: Opened, desk: MemoryDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = await opened()
    await is_live(page)
    monkeypatch.setattr(live, "GATHER_S", 30.0)  # the news of the other's acknowledgement is on its way
    await desk.act(lambda facts, at: alarms.acknowledge(facts, at, 3, "L. Korhonen", 1))
    await page.locator("#acknowledge-3").click()
    await expect(page.locator("#message")).to_have_text("Tämän hälytyksen on jo kuitannut L. Korhonen.")
    assert desk.facts(ALARM("3")).acknowledged_by == "L. Korhonen"  # type: ignore[union-attr]


async def test_an_alarm_that_is_over_leaves_and_does_not_come_back(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened()
    await is_live(page)
    await page.locator("#acknowledge-3").click()
    await expect(page.locator("#alarm-3 .chip")).to_have_text("Kuitattu")
    await desk.act(lambda facts, at: alarms.resolve(facts, at, 3, "x", "ohi", 3))
    await expect(page.locator("#alarm-3")).to_have_count(0)
    await expect(page.locator(".detail")).to_have_attribute("id", "detail-2")  # the most urgent of those that are left
    desk.report("lock-room-2", "lock", "unlocked")
    await expect(page.locator("#sign-room-2-front")).to_have_class("sign opened-by-hand")
    await expect(page.locator("#alarm-3")).to_have_count(0)


async def test_focus_survives_changes_around_it(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened()
    await is_live(page)
    await page.locator("#open-1").focus()
    for number in range(5):
        desk.press("panic-room-1", f"f-{number}")
        desk.report("lock-wedding", "contact", "closed" if number % 2 == 0 else "open")
        desk.wait(timedelta(minutes=6))
        await expect(page.locator(f"#alarm-{number + 4}")).to_be_visible()
        assert await page.evaluate("document.activeElement.id") == "open-1"


async def test_the_clock_and_the_ages_follow_the_controller(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened()
    await expect(page.locator("#alarm-3 .age")).to_have_text("0.38")
    desk.wait(timedelta(seconds=62))
    await expect(page.locator("#alarm-3 .age")).to_have_text("1.40")
    await expect(page.locator("#clock")).to_have_text("pe 20.11. 10.48.20")


async def test_an_alarm_is_worked_on_while_others_come(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened("/?language=en")
    await is_live(page)
    note = page.get_by_label("Note for the log")
    await note.fill("Customer has calmed down.")
    await desk.act(lambda facts, at: alarms.acknowledge(facts, at, 3, "L. Korhonen", 1))
    desk.press("panic-room-1", "p-2")
    await expect(page.locator("#alarms > li").first).to_have_attribute("id", "alarm-4")
    await expect(page.locator(".detail")).to_have_attribute("id", "detail-3")
    await expect(note).to_have_value("Customer has calmed down.")
    await note.press("Enter")
    await expect(page.locator(".log")).to_contain_text("demo Customer has calmed down.")
    await expect(note).to_have_value("")
    await page.locator("#resolve-3").click()
    await page.get_by_label("What it was").fill("All is well")
    await expect(page.locator("#dialog")).not_to_have_attribute("data-settling", "yes")
    await page.get_by_role("button", name="Resolve the alarm").click()
    await expect(page.locator("#alarm-3")).to_have_count(0)
    assert desk.facts(ALARM("3")) is None


async def test_choosing_shows_another_alarm_and_nothing_is_loaded_anew(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened()
    await is_live(page)
    await page.evaluate("window.stayed = true")
    await expect(page.locator("#alarm-3")).to_have_attribute("aria-current", "true")
    await page.locator("#open-1").click()
    await expect(page.locator(".detail")).to_have_attribute("id", "detail-1")
    await expect(page.locator("#alarms [aria-current]")).to_have_attribute("id", "alarm-1")
    desk.report("lock-wedding", "contact", "closed")
    await expect(page.locator("#detail-1 .chip")).to_have_text("Poistunut – kuittaamatta")
    assert await page.evaluate("window.stayed")


# --- rooms ------------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="session")
async def beside_doors(contexts: Contexts, open_app: FastAPI, lasting_desk: MemoryDesk) -> AsyncIterator[tuple[Opened, MemoryDesk]]:
    """Opens pages in English over a day of rooms."""
    desk = lasting_desk
    desk.begin_anew()
    make_day_of_rooms(desk)
    async with served(open_app, desk) as address:

        async def opened(path: str, **options: Any) -> Page:
            page = await (await contexts(**options)).new_page()
            await page.goto(f"{address}{path}")
            await is_live(page)
            return page

        yield opened, desk


async def test_the_panel_warns_keeps_refuses_and_never_shows_an_old_state(beside_doors: tuple[Opened, MemoryDesk]) -> None:
    opened, desk = beside_doors
    page = await opened("/rooms/room-1?language=en")
    await page.evaluate("window.stayed = true")
    await page.get_by_role("button", name="I am here").click()
    await expect(page.locator(".word")).to_contain_text("Reserved")
    desk.wait(timedelta(minutes=11))
    await expect(page.locator(".warning")).to_contain_text("given free 10:55")
    await expect(page.locator("#announcement")).to_contain_text("given free 10:55")
    await page.get_by_role("button", name="We are here").click()
    await expect(page.locator(".warning")).to_have_count(0)
    desk.read(desk.booking(0, "room-1", -21, 5), desk.booking(1, "room-1", 5, 30))
    await expect(page.locator(".later li").first).to_contain_text("10:56")
    await page.get_by_role("button", name="15 min more").click()
    await expect(page.locator("#message")).to_have_text("The room is booked by somebody else then.")
    assert await page.evaluate("window.stayed")
    desk.feed.end()
    await page.context.set_offline(True)
    await expect(page.locator("#offline")).to_contain_text("How the room stands has not been known", timeout=OFFLINE_WITHIN_MS)
    await expect(page.locator(".word")).to_be_hidden()
    assert await axe(page) == []


async def test_the_host_books_and_gives_free_without_leaving_the_page(beside_doors: tuple[Opened, MemoryDesk]) -> None:
    opened, _ = beside_doors
    page = await opened("/rooms?language=en")
    await page.get_by_label("Minutes").select_option("30")
    await page.get_by_role("button", name="Book the room").click()
    room = page.locator("#room-room-2")
    await expect(room.locator("p.life")).to_have_text("Reserved")
    await page.evaluate("window.stayed = true")
    await room.get_by_role("button", name="Give free").click()
    await expect(room.locator("p.life")).to_have_text("Given free")
    assert await page.evaluate("window.stayed")


async def test_rooms_fit_every_screen_in_every_language(beside_doors: tuple[Opened, MemoryDesk]) -> None:
    opened, _ = beside_doors
    page = await opened("/rooms?language=en")
    touched = "button, select, input:not([type=hidden]), nav a"
    heights = f"[...document.querySelectorAll('{touched}')].map(e => e.getBoundingClientRect().height)"
    paths = [f"{path}?language={language}" for path in ("/rooms", "/rooms/room-1") for language in ("fi", "sv", "en")]
    for path in (*paths, "/rooms/wedding?language=en"):
        await page.goto(re.sub(r"/rooms.*", path, page.url))
        await is_live(page)
        for width, height in ((320, 640), (800, 1280), (1280, 800)):
            await page.set_viewport_size({"width": width, "height": height})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert min(await page.evaluate(heights)) >= 44, (path, width)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_rooms_are_accessible(beside_doors: tuple[Opened, MemoryDesk], language: str) -> None:
    opened, _ = beside_doors
    for path in ("/rooms", "/rooms/room-1", "/rooms/wedding"):
        assert await axe(await opened(f"{path}?language={language}")) == [], path


# --- doors and modes --------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="session")
async def at_doors(contexts: Contexts, open_app: FastAPI, lasting_desk: MemoryDesk) -> AsyncIterator[tuple[Opened, MemoryDesk]]:
    """Opens pages over doors in many states: overridden, out of service, lost, forced, released."""
    desk = lasting_desk
    desk.begin_anew()
    make_doors_troubled(desk)
    async with served(open_app, desk) as address:

        async def opened(path: str, **options: Any) -> Page:
            page = await (await contexts(**options)).new_page()
            await page.goto(f"{address}{path}")
            return page

        yield opened, desk


async def test_a_door_is_overridden_counts_down_and_is_given_back(at_doors: tuple[Opened, MemoryDesk]) -> None:
    opened, desk = at_doors
    page = await opened("/doors/entrance?language=en")
    await is_live(page)
    await page.get_by_label("Locked", exact=True).check()
    await page.locator("#override-for").select_option("30")
    await page.locator("#override-why").fill("Glass is broken")
    await page.get_by_role("button", name="Override the door").click()
    act = page.locator(".act.override")
    await expect(act).to_contain_text("Overridden: locked until 11:10 (30:00)")
    await expect(page.locator(".truth .word")).to_contain_text("Locked")
    desk.wait(timedelta(seconds=62))
    await expect(act).to_contain_text("(28:58)")
    await page.evaluate("window.stayed = true")
    await act.get_by_role("button", name="End the override").click()
    await expect(act).to_have_count(0)
    await expect(page.locator(".truth .word")).to_contain_text("Unlocked")
    assert await page.evaluate("window.stayed")


async def test_no_single_or_double_click_begins_or_ends_a_lockdown(at_doors: tuple[Opened, MemoryDesk]) -> None:
    opened, desk = at_doors
    page = await opened("/overview?language=en")
    await is_live(page)
    await page.get_by_role("link", name="Lockdown…").dblclick()
    await expect(page.locator("#h-preview")).to_have_text("Lockdown: whole building")
    assert desk.facts(MODE("lockdown", "site")) is None
    await page.get_by_role("button", name="Begin the lockdown").click()
    mode = page.locator("#ending-lockdown-site")
    await expect(mode).to_contain_text("Step 1 of 2")
    await mode.get_by_role("button").dblclick()
    await expect(mode).to_contain_text("Step 2 of 2")
    await mode.get_by_role("button").click()  # without the tick
    assert desk.facts(MODE("lockdown", "site")) is not None
    await mode.get_by_label("The danger is over").check()
    await mode.get_by_role("button", name="End the lockdown").click()
    await expect(page.locator("#modes-to-end")).to_be_empty()
    assert desk.facts(MODE("lockdown", "site")) is None


async def test_a_mode_that_begins_elsewhere_is_shown_and_announced(at_doors: tuple[Opened, MemoryDesk]) -> None:
    opened, desk = at_doors
    page = await opened("/?language=en")
    await is_live(page)
    desk.report("fire-panel", "fire", True)
    await expect(page.locator("#mode-fire-site .name")).to_have_text("Fire alarm")
    await expect(page.locator("#announcement")).to_contain_text("Fire alarm")


async def test_doors_and_modes_without_scripts(at_doors: tuple[Opened, MemoryDesk]) -> None:
    opened, desk = at_doors
    page = await opened("/doors?language=en", java_script_enabled=False)
    row = page.locator("#row-room-1-front")
    await expect(row).to_contain_text("Overridden: locked until 11:40")
    await row.get_by_role("button", name="End the override").click()
    await expect(page.locator(".act")).to_have_count(0)
    await page.goto(re.sub(r"/doors.*", "/modes?begin=evacuation&language=en", page.url))
    await page.get_by_role("button", name="Begin the evacuation").click()
    await page.get_by_label("Everybody is out").check()
    await page.get_by_role("button", name="End the evacuation").click()
    await expect(page.locator("#modes-to-end > li")).to_have_count(0)
    assert desk.facts(MODE("evacuation", "site")) is None


@pytest_asyncio.fixture(loop_scope="session")
async def at_modes(at_doors: tuple[Opened, MemoryDesk]) -> Opened:
    """The same with two modes, of which one is about to be ended."""
    opened, desk = at_doors
    for mode in ("lockdown", "evacuation"):
        desk.happen(modes.begin(desk.site, desk.facts, desk.clock.now(), mode, "site", "M. Virtanen", "guard", "Uhka"))
    desk.happen(modes.ask_end(desk.site, desk.facts, desk.clock.now(), "lockdown", "site", "M. Virtanen", "guard"))
    return opened


DOORS_AND_MODES = ("/doors", "/doors/room-1-front", "/modes?begin=lockdown&scope=door:entrance", "/modes")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_doors_and_modes_fit_every_screen(at_modes: Opened, language: str) -> None:
    page = await at_modes(f"/?language={language}")
    touched = "button, select, input:not([type=hidden], .tick input), .tick, nav a, a.button"
    heights = f"[...document.querySelectorAll('{touched}')].map(e => e.getBoundingClientRect().height)"
    await is_live(page)
    for path in DOORS_AND_MODES:
        await page.goto(re.sub(r"(?<=\d)/.*", path, page.url))
        for width, height in ((320, 640), (820, 1180), (1280, 800)):
            await page.set_viewport_size({"width": width, "height": height})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert min(await page.evaluate(heights)) >= 44, (path, width)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_doors_and_modes_are_accessible(at_modes: Opened, language: str) -> None:
    page = await at_modes(f"/?language={language}")
    for path in DOORS_AND_MODES:
        await page.goto(re.sub(r"(?<=\d)/.*", path, page.url))
        assert await axe(page) == [], path


# --- without scripts --------------------------------------------------------------------------------------------------


async def test_alarms_are_seen_and_acknowledged_without_scripts(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened(java_script_enabled=False)
    await expect(page.locator("#freshness")).to_contain_text("Tilanne pe 20.11. 10.47.18")
    desk.press("panic-room-1", "p-2")
    await expect(page.locator("#alarm-4")).to_be_visible(timeout=10_000)  # it loads itself again each five seconds
    await page.locator("#open-4").click()
    await page.locator("#acknowledge-4").click()
    await expect(page.locator("#alarm-4 .chip")).to_have_text("Kuitattu")
    assert desk.facts(ALARM("4")).owner == "demo"  # type: ignore[union-attr]
    await page.get_by_label("Huomautus lokiin").fill("Ei hätää")
    await page.get_by_role("button", name="Kirjaa").click()
    await expect(page.locator(".log")).to_contain_text("Ei hätää")


# --- away -------------------------------------------------------------------------------------------------------------


async def test_a_page_says_that_the_controller_is_away_and_recovers_by_itself(
    contexts: Contexts, open_app: FastAPI, desk: MemoryDesk
) -> None:
    app = open_app
    page = await (await contexts()).new_page()
    async with served(app, desk) as address:
        port = int(address.rpartition(":")[2])
        await page.goto(f"{address}/?language=fi")
        await is_live(page)
        await page.evaluate("window.stayed = true")
    await expect(page.locator("body")).to_have_class("offline", timeout=OFFLINE_WITHIN_MS)
    await expect(page.locator("#freshness")).to_have_text("Ei yhteyttä ohjaimeen")
    await expect(page.locator("#offline")).to_contain_text("Näkymä ei päivity. Näkyvissä on tilanne pe 20.11. 10.47.18.")
    await expect(page.locator("#alarm-3")).to_contain_text("Kuittaamatta")  # a live panic does not look resolved
    await expect(page.locator("#acknowledge-3")).to_have_attribute("aria-disabled", "true")
    frozen = await page.locator("#alarm-3 .age").text_content()
    desk.press("panic-room-1", "while-away")
    await page.locator("#acknowledge-3").click(force=True)
    assert desk.facts(ALARM("3")).acknowledged_at is None  # type: ignore[union-attr]
    assert await page.locator("#alarm-3 .age").text_content() == frozen
    async with served(app, desk, port):
        await expect(page.locator("#alarm-4")).to_be_visible(timeout=15_000)
        await expect(page.locator("body")).not_to_have_class("offline")
        await expect(page.locator("#offline")).to_be_empty()
        await expect(page.locator("#acknowledge-3")).not_to_have_attribute("aria-disabled", "true")
        assert await page.evaluate("window.stayed")
        assert await page.locator("#alarms > li").count() == 4


async def test_a_stream_that_falls_silent_is_noticed_though_it_stays_open(
    opened: Opened, desk: MemoryDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api import stream

    page = await opened()
    await is_live(page)
    monkeypatch.setattr(stream, "HEARTBEAT_S", 60.0)
    await expect(page.locator("body")).to_have_class("offline", timeout=OFFLINE_WITHIN_MS + 2000)
    assert len(desk.feed) == 1


async def test_who_is_signed_out_elsewhere_is_asked_to_sign_in(contexts: Contexts, app: FastAPI, desk: MemoryDesk) -> None:
    async with served(app, desk) as address:
        context = await contexts()
        page = await context.new_page()
        await page.goto(f"{address}/?language=sv")
        await page.get_by_label("Ditt namn").fill("M. Virtanen")
        await page.get_by_label("Verksamhetsställets kod").fill(TOKEN)
        await page.get_by_role("button", name="Logga in").click()
        await is_live(page)
        other = await context.new_page()
        await other.goto(address)
        await other.locator("#menu summary").click()
        await other.get_by_role("button", name="Logga ut").click()
        await expect(page.get_by_label("Verksamhetsställets kod")).to_be_visible(timeout=10_000)


# --- for everybody ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_nothing_overflows_and_everything_can_be_hit(opened: Opened, language: str) -> None:
    page = await opened(f"/?language={language}")
    seen = "[...document.querySelectorAll('button, .languages a')].filter(e => e.checkVisibility())"
    for path in ("/", "/overview", "/alarms/3/transfer", "/quiet"):
        await page.goto(re.sub(r"(?<=\d)/.*", path, page.url))
        await expect(page.locator("html")).to_have_attribute("lang", language)
        for width in (320, 820, 1280, 1920):
            await page.set_viewport_size({"width": width, "height": 900})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            assert min(await page.evaluate(f"{seen}.map(e => e.getBoundingClientRect().height)")) >= 44, (path, width)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_accessible_in_every_state(opened: Opened, desk: MemoryDesk, language: str) -> None:
    page = await opened(f"/overview?language={language}")
    for path in ("/overview", "/alarms/3/transfer", "/alarms/1/shelve", "/quiet", "/override", "/"):
        await page.goto(re.sub(r"(?<=\d)/.*", path, page.url))
        assert await axe(page) == [], path
    await is_live(page)
    desk.feed.end()  # the streams end, and are refused: away
    await page.context.set_offline(True)
    await expect(page.locator("body")).to_have_class("offline", timeout=OFFLINE_WITHIN_MS)
    assert await axe(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_accessible_when_there_is_nothing_and_when_signing_in(
    contexts: Contexts, app: FastAPI, lasting_desk: MemoryDesk, language: str
) -> None:
    lasting_desk.begin_anew()
    async with served(app, lasting_desk) as address:
        page = await (await contexts()).new_page()
        await page.goto(f"{address}/?language={language}")
        assert await axe(page) == []
        await page.locator("#name").fill("M. Virtanen")
        await page.locator("#token").fill(TOKEN)
        await page.locator("main button").first.click()
        await is_live(page)
        await expect(page.locator(".none:visible")).to_have_count(3)
        assert await axe(page) == []
        await page.goto(f"{address}/overview")
        await expect(page.locator(".none:visible")).to_have_count(3)
        assert await axe(page) == []
        await page.goto(f"{address}/alarms/99")
        assert await axe(page) == []


async def test_the_first_load_is_small_and_from_here(opened: Opened) -> None:
    page = await opened()
    sizes = await page.evaluate("performance.getEntriesByType('resource').map(r => [r.name, r.decodedBodySize])")
    loaded = {re.sub(r".*/|\?.*", "", name): size for name, size in sizes}
    assert set(loaded) >= {"guard-console.js", "console.css", "symbols.svg", "source-sans-3-latin.woff2", "1.svg"}
    assert len(loaded) <= 6
