"""A whole shift without a mouse, and one without scripts; what every state of the console looks like, and to whom it is open."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from edge.site.model import Security
from security import alarms
from security.alarms import ALARM
from security.modes import MODE
from security.overrides import OVERRIDE
from security.quiet import SHELF
from security.releases import RELEASE
from tests.api.consoles import SCREENSHOTS, Consoles, axe, consoles_over, is_live, marks, settled
from tests.api.desk import MemoryDesk, busy_desk, make_busy, the_site
from tests.api.test_console_flood import alarms_of, flood, large_desk

pytestmark = marks

GUARD = "M. Virtanen"
SIZES = ((1920, 1080), (1280, 800), (820, 1180))
LANGUAGES = ("fi", "sv", "en")
OFFLINE_WITHIN_MS = 15_000


@pytest_asyncio.fixture(loop_scope="session")
async def consoles(browser: Browser, app: FastAPI, desk: MemoryDesk) -> AsyncIterator[Consoles]:
    async with consoles_over(browser, desk, app) as consoles:
        yield consoles


async def test_a_shift_by_keys_alone(consoles: Consoles) -> None:
    page, desk = await consoles.opened(), consoles.desk
    keys, dialog = page.keyboard, page.locator("#dialog")
    detail = page.locator(".detail")
    await expect(detail).to_have_attribute("id", "detail-3")
    await keys.press("k")
    await expect(page.locator("#alarm-3 .chip")).to_have_text("Acknowledged")
    await keys.press("n")
    await keys.type("Rauhoittunut")
    await keys.press("Enter")
    await expect(detail.locator(".log")).to_contain_text(f"{GUARD} Rauhoittunut")
    await keys.press("Escape")

    await keys.press("s")
    await expect(dialog.locator("h1")).to_have_text("Hand on")
    await into(page, "#whom")
    await keys.type("L. Korhonen")
    await keys.press("Enter")
    await expect(detail.locator(".state").first).to_contain_text("taken care of by L. Korhonen")
    await expect(dialog).to_be_hidden()

    await keys.press("p")
    await into(page, "#dialog textarea")
    await keys.type("Ohi")
    await into(page, "#dialog form[action$='/resolve'] button")
    await keys.press("Enter")
    await expect(page.locator("#alarm-3")).to_have_count(0)
    assert desk.facts(ALARM("3")) is None

    await expect(detail).to_have_attribute("id", "detail-2")
    await keys.press("ArrowDown")
    await expect(detail).to_have_attribute("id", "detail-1")
    await keys.press("Home")
    await expect(detail).to_have_attribute("id", "detail-2")
    shelved = desk.facts(ALARM("2"))
    assert shelved is not None
    await settled(page)
    await keys.press("h")
    await into(page, "#dialog #reason")
    await keys.type("Huolto käy")
    await keys.press("Enter")
    await expect(page.locator("#alarm-2")).to_have_count(0)
    await expect(page.locator("#quiet-line")).to_contain_text("Shelved 1")
    assert desk.facts(SHELF(shelved.type, shelved.subject)) is not None


async def test_doors_sounds_and_the_lockdown_by_keys_alone(consoles: Consoles) -> None:
    page, desk = await consoles.opened(), consoles.desk
    keys, dialog = page.keyboard, page.locator("#dialog")
    await keys.press("?")
    await expect(dialog.locator("h1")).to_have_text("Keys")
    await expect(page.locator("#dialog[data-settling]")).to_have_count(0)
    await keys.press("Escape")
    await expect(dialog).to_be_hidden()
    await keys.press("t")
    while not any(event.kind == "sound-tested" for event in desk.journal):
        await page.wait_for_timeout(20)

    await keys.press("a")
    await choose(page, "#door", "room-2-front")
    await into(page, "#dialog #reason")
    await keys.type("Siivous")
    await into(page, "#dialog form[action$='/release'] button")
    await keys.press("Enter")
    await expect(page.locator("#standing-now")).to_contain_text("Doors released: 1")
    assert desk.facts(RELEASE("room-2-front")) is not None
    await keys.press("Escape")

    await keys.press("v")
    await choose(page, "#door", "room-1-front")
    await into(page, "#dialog input[value=locked]")
    await keys.press("Space")
    await into(page, "#dialog #reason")
    await keys.type("Lukko rikki")
    await into(page, "#dialog form[action$='/override'] button")
    await keys.press("Enter")
    await expect(page.locator("#standing-now")).to_contain_text("Overrides in force: 1")
    assert desk.facts(OVERRIDE("room-1-front")) is not None
    await keys.press("Escape")

    await keys.press("F9")
    await expect(dialog.locator("#h-preview")).to_contain_text("Lockdown")
    assert desk.facts(MODE("lockdown", "site")) is None
    await keys.press("Enter")
    assert desk.facts(MODE("lockdown", "site")) is None, "one key is never enough"
    await into(page, "#dialog button.grave")
    await keys.press("Enter")
    await expect(page.locator("#modes .mode")).to_contain_text("Lockdown")
    assert desk.facts(MODE("lockdown", "site")) is not None


async def into(page: Page, selector: str) -> None:
    """By the Tab key, as far as it takes. A dialog takes nothing in its first moment."""
    wanted = page.locator(selector).first
    await is_live(page)
    await expect(wanted).to_be_visible()
    await expect(page.locator("#dialog[data-settling]")).to_have_count(0)
    for _ in range(60):
        if await wanted.evaluate("node => node === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {selector}")


async def choose(page: Page, selector: str, value: str) -> None:
    """One of a select, by its arrow keys."""
    await into(page, f"#dialog {selector}")
    field = page.locator(f"#dialog {selector}")
    await page.keyboard.press("Home")
    for _ in range(40):
        if await field.input_value() == value:
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not there")


async def test_a_shift_without_scripts(consoles: Consoles) -> None:
    page, desk = await consoles.opened(java_script_enabled=False), consoles.desk
    await page.locator("#acknowledge-3").press("Enter")
    await expect(page.locator("#alarm-3 .chip")).to_have_text("Acknowledged")
    await page.locator("#text-3").fill("Rauhoittunut")
    await page.locator("#note-3").press("Enter")
    await expect(page.locator(".log")).to_contain_text(f"{GUARD} Rauhoittunut")
    await page.locator("#transfer-3").press("Enter")
    await page.locator("#whom").fill("L. Korhonen")
    await page.locator("#whom").press("Enter")
    await expect(page.locator("#detail-3 > .state")).to_contain_text("taken care of by L. Korhonen")
    await page.locator("#resolve-3").press("Enter")
    await page.locator("#reason").fill("Ohi")
    await page.locator("form[action$='/resolve'] button").press("Enter")
    await expect(page.locator("#alarm-3")).to_have_count(0)
    await page.locator("#open-2").press("Enter")
    await page.locator("#shelve-2").press("Enter")
    await page.locator("#reason").fill("Huolto käy")
    await page.locator("#reason").press("Enter")
    await expect(page.locator("#alarm-2")).to_have_count(0)
    await page.locator("#release").press("Enter")
    await page.locator("#door").select_option("room-2-front")
    await page.locator("#reason").fill("Siivous")
    await page.locator("form[action$='/release'] button").press("Enter")
    await page.goto(f"{consoles.address}/?language=en")
    await expect(page.locator("#standing-now")).to_contain_text("Doors released: 1")
    await page.locator("#lockdown").press("Enter")
    assert desk.facts(MODE("lockdown", "site")) is None
    await page.locator("button.grave").press("Enter")
    await page.goto(f"{consoles.address}/?language=en")
    await expect(page.locator("#modes .mode")).to_contain_text("Lockdown")


async def test_a_group_is_acknowledged_without_scripts(browser: Browser) -> None:
    desk = large_desk()
    for number in range(12):
        flood(desk, number)
    async with consoles_over(browser, desk) as consoles:
        page = await consoles.opened(java_script_enabled=False)
        group = page.locator(f"#{await page.locator('.group').first.get_attribute('id')}")
        await group.locator("form button").press("Enter")
        await expect(group.locator(".chip")).to_have_text("Acknowledged")
        seen = [alarm for alarm in alarms_of(desk).values() if alarm.acknowledged_at is not None]
        assert {(alarm.type, alarm.owner) for alarm in seen} == {("door-forced", GUARD)}


# --- what it looks like -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """Of the console. desk: over which; show: what is done with the page to bring it there."""

    name: str
    desk: Callable[[], MemoryDesk]
    show: Callable[[Page, MemoryDesk], Awaitable[object]] | None = None


def silent_desk() -> MemoryDesk:
    """A panic that nobody there may hear or see, and one that has been acknowledged."""
    security = Security.model_validate({"panic": [{"spaces": "room-1", "silent": True}]})
    desk = MemoryDesk(site=the_site().model_copy(update={"security": security}))
    make_busy(desk)
    desk.press("panic-room-1", "silent")
    desk.wait(timedelta(minutes=3))
    desk.happen(alarms.acknowledge(desk.facts, desk.clock.now(), 3, GUARD, None))
    return desk


def flooded_desk() -> MemoryDesk:
    desk = large_desk()
    for number in range(200):
        desk.wait(timedelta(milliseconds=50))
        flood(desk, number)
    desk.press("panic33", "amid")
    return desk


async def open_group(page: Page, _: MemoryDesk) -> None:
    await page.locator(".group details").first.evaluate("details => { details.open = true }")


async def go_offline(page: Page, desk: MemoryDesk) -> None:
    await page.context.set_offline(True)
    desk.feed.end()  # what is open ends, and nothing new gets through
    await expect(page.locator("body")).to_have_class("offline", timeout=OFFLINE_WITHIN_MS)


async def open_menu(page: Page, _: MemoryDesk) -> None:
    await page.locator("#menu summary").click()


STATES = (
    State("normal", busy_desk),
    State("menu", busy_desk, open_menu),
    State("empty", MemoryDesk),
    State("flood", flooded_desk),
    State("group", flooded_desk, open_group),
    State("silent", silent_desk),
    State("offline", busy_desk, go_offline),
)
WITHIN = {"normal": "menu", "flood": "group"}
"""States whose words are all on the page of another, too: looked at in every language there."""
DIALOGS = {
    "transfer": "/alarms/3/transfer",
    "resolve": "/alarms/3/resolve",
    "shelve": "/alarms/1/shelve",
    "release": "/release",
    "override": "/override",
    "evacuate": "/modes?begin=evacuation&scope=site",
    "lockdown": "/modes?begin=lockdown&scope=site",
    "keys": "/keys",
    "quiet": "/quiet",
}
GEOMETRY = """
() => {
  const shown = (node) => node.checkVisibility() && node.getBoundingClientRect().width > 1 && !node.matches(".skip");
  const named = (node) => node.id || node.textContent.trim().slice(0, 40);
  const boxes = (selector) =>
    [...document.querySelectorAll(selector)].filter(shown).map((node) => [named(node), node.getBoundingClientRect()]);
  const lower = (selector, least) => boxes(selector).filter(([, box]) => box.height < least - 0.5).map(([name]) => name);
  const field = "select, input:not([type=hidden], [type=checkbox], [type=radio])";
  return {
    scrolls: Math.max(document.documentElement.scrollWidth - innerWidth, 0),
    outside: boxes(`button, a, h1, h2, h3, ${field}`)
      .filter(([, { left, right }]) => left < -1 || right > innerWidth + 1).map(([name]) => name),
    small: lower(`a:not(p a), button, summary, ${field}`, 24),
    tight: lower(`button, .button, ${field}`, 44),
  };
}
"""
"""What does not fit: how far the page scrolls sideways, what is outside, what is lower than 24 and 44 px."""


async def picture(page: Page, name: str) -> None:
    """For somebody who wants to see it: with TALONMIES_SCREENSHOTS=folder."""
    if SCREENSHOTS is not None:
        await page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


async def fits(page: Page, name: str) -> None:
    """At every size; pictures are made on the way, if asked for."""
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        found = await page.evaluate(GEOMETRY)
        await picture(page, f"{name}-{width}")
        assert (found["scrolls"], found["outside"], found["small"]) == (0, [], []), (name, width)
        assert width > 1000 or found["tight"] == [], (name, width)


async def look_at(browser: Browser, state: State, languages: Collection[str], audited: Collection[str]) -> None:
    """audited: in which languages axe looks, too."""
    desk = state.desk()
    async with consoles_over(browser, desk) as consoles:
        page = await consoles.opened(viewport={"width": 1280, "height": 800})
        wrong = {}
        for language in languages:
            await page.context.set_offline(False)
            await page.goto(f"{consoles.address}/?language={language}")
            await is_live(page)
            if state.show is not None:
                await state.show(page, desk)
            await fits(page, f"{state.name}-{language}")
            if language in audited and (found := await axe(page)):
                wrong[language] = found
        assert wrong == {}


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
async def test_every_state_is_open_to_everybody_and_fits_the_screen(browser: Browser, state: State) -> None:
    await look_at(browser, state, ["en"] if state.name in WITHIN else LANGUAGES, ["en"])


@pytest.mark.soak
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
async def test_every_state_is_open_to_everybody_in_every_language(browser: Browser, state: State) -> None:
    await look_at(browser, state, LANGUAGES, LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_dialog_is_open_to_everybody_and_fits_the_screen(consoles: Consoles, language: str) -> None:
    await look_at_dialogs(consoles, language, audited=language == "en")


@pytest.mark.soak
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_dialog_is_open_to_everybody_in_every_language(consoles: Consoles, language: str) -> None:
    await look_at_dialogs(consoles, language, audited=True)


async def look_at_dialogs(consoles: Consoles, language: str, *, audited: bool) -> None:
    """audited: whether axe looks, too."""
    await consoles.desk.act(lambda facts, at: alarms.acknowledge(facts, at, 3, GUARD, None))
    page = await consoles.opened(path=f"/?language={language}")
    dialog, wrong = page.locator("#dialog"), {}
    for name, path in DIALOGS.items():
        await is_live(page)
        # What a key or a link of the page asks for, whichever alarm is shown.
        await page.evaluate(
            """path => { const link = Object.assign(document.createElement("a"), { href: path });
                 link.dataset.dialog = ""; document.querySelector("main").append(link); link.click(); link.remove(); }""",
            path,
        )
        await expect(dialog.locator("[data-dialog-body]")).to_be_visible()
        await fits(page, f"dialog-{name}-{language}")
        if audited and (found := await axe(page, "#dialog")):
            wrong[name] = found
        await expect(page.locator("#dialog[data-settling]")).to_have_count(0)
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
    assert wrong == {}
