"""The pages of devices in a real browser: for everybody, on a tablet, without scripts, and while somebody walks."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import expect

from edge.events import Observed
from security import device_walks
from security.device_walks import WALK
from tests.api.desk import MemoryDesk, make_busy
from tests.api.serving import served
from tests.api.test_browser import opened as opened
from tests.browser import TOUCHED, Opened, axe, fits, in_browser

MASKING, BUTTON = "masking-lobby", "panic-desk-3"
DEVICES_TOUCHED = f"{TOUCHED}, main th a, main .lasts a"

pytestmark = in_browser


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    """A device that is lost, one without a usable value, and a walk that is over."""
    desk = lasting_desk
    desk.begin_anew()
    make_busy(desk)
    desk.obedient = True
    desk.report(MASKING, "level", 41.5)
    desk.report(MASKING, "muted", False)
    desk.report("occ-room-1", "battery", 83)
    desk.happen(Observed(at=desk.clock.t, device=MASKING, point="ambient", value=None, bad="a register of all ones"))
    desk.report("lock-office", "link", False)
    by = ("M. Virtanen", "guard")
    desk.happen(device_walks.begin(desk.site, desk.facts, desk.clock.t, *by, [BUTTON, "occ-room-1"]))  # type: ignore[arg-type]
    desk.press(BUTTON, "p-9")
    desk.happen(device_walks.end(desk.facts, desk.clock.t, *by))  # type: ignore[arg-type]
    return desk


@pytest_asyncio.fixture(loop_scope="session")
async def address(open_app: FastAPI, desk: MemoryDesk) -> AsyncIterator[str]:
    async with served(open_app, desk) as address:
        yield address


@pytest.mark.parametrize("language", ["en", pytest.param("fi", marks=pytest.mark.soak), pytest.param("sv", marks=pytest.mark.soak)])
async def test_accessible_and_fit_for_every_screen(opened: Opened, desk: MemoryDesk, language: str) -> None:
    began = next(n for n, event in enumerate(desk.journal, 1) if event.kind == "device-walk-began")
    page = await opened(f"/devices?language={language}", reduced_motion="reduce")
    origin = re.sub(r"(?<=\d)/.*", "", page.url)
    paths = ["/devices", f"/devices/{MASKING}", "/devices/lock-room-1", "/device-walks", f"/device-walks/{began}/report"]
    for path in paths:
        await page.goto(f"{origin}{path}?language={language}")
        assert await axe(page) == [], path
        await fits(page, f"{path}-{language}", DEVICES_TOUCHED)
    desk.happen(device_walks.begin(desk.site, desk.facts, desk.clock.t, "M. Virtanen", "guard"))
    await page.goto(f"{origin}/device-walks?language={language}")
    assert await axe(page) == []
    await fits(page, f"/device-walks-now-{language}", DEVICES_TOUCHED)


async def test_a_tablet_follows_a_test_from_beginning_to_end(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened(f"/devices/{MASKING}?language=en", viewport={"width": 820, "height": 1180})
    row = page.locator("tr", has=page.get_by_role("rowheader", name="Muted"))
    await expect(row).to_contain_text("no")
    await page.get_by_role("button", name="Test: Muted").click()
    await expect(row).to_contain_text("yes")
    await expect(page.locator("#device-now")).to_contain_text("It followed after 0 s.")
    desk.wait(timedelta(seconds=12))
    await expect(page.locator("#device-now")).to_contain_text("It went back at")
    await expect(row).to_contain_text("no")


async def test_a_walk_is_ticked_while_somebody_walks_and_signed(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened("/device-walks?language=en", viewport={"width": 820, "height": 1180})
    await page.get_by_label("Where").select_option("desk-3")
    await page.get_by_role("button", name="Begin the walk").click()
    place = page.locator(f"#walked-{BUTTON}")
    await expect(place).to_contain_text("not yet")
    desk.press(BUTTON, "p-10")
    await expect(place).to_have_class("trial confirmed")
    await page.get_by_role("button", name="End the walk and sign").click()
    await expect(page.get_by_role("button", name="Begin the walk")).to_be_visible()
    assert desk.facts(WALK()) is None
    await page.locator(".lasts a").first.click()
    await expect(page.locator("main")).to_contain_text("talonmies journal verify --head")


async def test_without_scripts_everything_still_acts(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened(f"/devices/{MASKING}?language=en", java_script_enabled=False)
    await page.get_by_role("button", name="Test: Muted").click()
    await expect(page.locator("#device-now")).to_contain_text("It goes back by itself at")
    await page.get_by_role("button", name="End the test now: Muted").click()
    await page.goto(page.url.partition("/devices")[0] + "/device-walks?language=en")
    await page.get_by_role("button", name="Begin the walk").click()
    await expect(page.locator("#walk-now")).to_contain_text("are left")
