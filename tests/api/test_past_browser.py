"""The pages of the past and of walk tests in a real browser: for everybody, on a phone, on paper, and while somebody walks."""

import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import expect

from security import walk_tests
from security.alarms import ALARM, AlarmAcknowledged, AlarmResolved
from security.walk_tests import TEST
from tests.api.desk import MemoryDesk, make_busy
from tests.api.serving import served
from tests.api.test_browser import opened as opened
from tests.browser import Opened, axe, fits, in_browser

FIRST, SECOND = "panic-desk-3", "panic-room-1"
LONGER = """() => { const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), found = [];
  while (walk.nextNode()) found.push(walk.currentNode);
  for (const node of found) node.data = node.data.replace(/\\p{L}{5,}/gu, (word) => word + word.slice(0, word.length * 0.4)); }"""
"""As long as another language may be."""

pytestmark = in_browser


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    """A panic that is resolved, and a test with one button confirmed, one pressed and left."""
    desk = lasting_desk
    desk.begin_anew()
    make_busy(desk)
    by = "M. Virtanen"
    desk.happen(AlarmAcknowledged(at=desk.clock.t, number=3, by=by))
    desk.clock.t += timedelta(minutes=2)
    desk.happen(AlarmResolved(at=desk.clock.t, number=3, by=by, reason="Väärä hälytys, nappi painui siivouksessa"))
    desk.happen(walk_tests.begin(desk.site, desk.facts, desk.clock.t, by, "guard"))
    for button in (FIRST, SECOND):
        desk.press(button, f"test-{button}")
    desk.happen(walk_tests.confirm(desk.facts, desk.clock.t, FIRST, by, "guard"))
    desk.wait(timedelta(seconds=40))
    desk.happen(walk_tests.end(desk.facts, desk.clock.t, by, "guard"))
    return desk


@pytest_asyncio.fixture(loop_scope="session")
async def address(open_app: FastAPI, desk: MemoryDesk) -> AsyncIterator[str]:
    async with served(open_app, desk) as address:
        yield address


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_accessible_and_fit_for_every_screen(opened: Opened, desk: MemoryDesk, language: str) -> None:
    await look_at(opened, desk, language, audited=language == "en")


@pytest.mark.soak
@pytest.mark.parametrize("language", ["fi", "sv"])
async def test_accessible_in_every_language(opened: Opened, desk: MemoryDesk, language: str) -> None:
    await look_at(opened, desk, language, audited=True)


async def look_at(opened: Opened, desk: MemoryDesk, language: str, *, audited: bool) -> None:
    """audited: whether axe looks, too."""
    began = next(n for n, event in enumerate(desk.journal, 1) if event.kind == "walk-test-began")
    page = await opened(f"/drills?language={language}", reduced_motion="reduce")
    origin = re.sub(r"(?<=\d)/.*", "", page.url)
    paths = [
        "/alarms",
        "/alarms?from=2026-13-01",
        "/alarms/3/past",
        "/alarms/figures?days=30",
        "/drills",
        f"/drills/{began}/report",
    ]
    chosen = paths if language == "en" else [path for path in paths if path in ("/alarms", "/alarms/figures?days=30")]
    for path in (*chosen, "/drills#live"):
        if path.endswith("live"):
            desk.happen(walk_tests.begin(desk.site, desk.facts, desk.clock.t, "M. Virtanen", "guard"))
            desk.press(FIRST, "p-live")
        await page.goto(f"{origin}/sign-in")  # so that the last step is no jump within a page
        await page.goto(origin + path)
        if audited:
            assert await axe(page) == [], path
        await fits(page, f"{language}{path}")
        if language == "en":
            await page.evaluate(LONGER)
            await fits(page, f"longer{path}")


async def test_a_tester_confirms_each_press_as_it_comes(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened("/drills?language=en", viewport={"width": 320, "height": 640})
    await page.get_by_role("button", name="Begin the test").click()
    await expect(page.locator(".trial.waiting")).to_have_count(2)
    await page.evaluate("window.stayed = true")
    desk.press(SECOND, "p-9")
    await page.get_by_role("button", name="Confirm: this was the test").click()
    await expect(page.locator(f"#trial-{SECOND}")).to_contain_text("Confirmed")
    number = max(event.number for event in desk.journal if event.kind == "alarm-raised")  # type: ignore[attr-defined]
    assert desk.facts(ALARM(str(number))) is None
    await page.evaluate("window.stayed = true")
    await page.locator("#end-test").focus()
    desk.press(FIRST, "p-10")
    await expect(page.locator(f"#trial-{FIRST}")).to_contain_text("s left")
    assert await page.evaluate("[window.stayed, document.activeElement.id]") == [True, "end-test"]
    desk.happen(walk_tests.end(desk.facts, desk.clock.now(), "L. Korhonen", "guard"))
    await expect(page.get_by_role("button", name="Begin the test")).to_be_visible()  # by itself
    await page.locator("a[href$=report]").first.click()
    await expect(page.locator(".result.passed")).to_have_count(1)
    await expect(page.locator(".result.failed")).to_have_count(1)


async def test_a_walk_test_works_without_scripts(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened("/drills?language=en", java_script_enabled=False)
    await page.get_by_role("checkbox").first.check()
    await page.get_by_role("button", name="Begin the test").click()
    test = desk.facts(TEST())
    assert test is not None
    (button,) = test.buttons
    desk.press(button, "p-9")
    await page.get_by_role("button", name="Confirm: this was the test").click(timeout=15_000)  # the page loads itself again
    await expect(page.locator(f"#trial-{button}")).to_contain_text("Confirmed")
    await page.get_by_role("button", name="End the test").click()
    await expect(page.get_by_text("passed 1 · failed 0 · not tested 0")).to_be_visible()


async def test_the_report_is_printed_with_numbered_pages_and_nothing_to_click(opened: Opened, desk: MemoryDesk) -> None:
    began = next(n for n, event in enumerate(desk.journal, 1) if event.kind == "walk-test-began")
    page = await opened(f"/drills/{began}/report?language=en")
    await page.emulate_media(media="print")
    for hidden in (".top", ".back"):
        await expect(page.locator(hidden)).to_be_hidden()
    await expect(page.locator(".signatures")).to_be_visible()
    paper = await page.pdf(format="A4", path=os.environ.get("SCREENSHOTS") and f"{os.environ['SCREENSHOTS']}/report.pdf")
    assert paper.startswith(b"%PDF")
