"""Panels and displays in Chromium: they fit, are accessible, take over at once, and never show an old state as the present one."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Page, expect

from edge.language import LANGUAGES
from security.modes import SITE, ModeBegan, ModeEnded
from tests.api.desk import MemoryDesk, make_day_of_rooms
from tests.api.serving import served
from tests.browser import OFFLINE_WITHIN_MS, Contexts, Opened, axe, in_browser, is_live

pytestmark = in_browser


@pytest_asyncio.fixture(loop_scope="session")
async def on_walls(contexts: Contexts, open_app: FastAPI, lasting_desk: MemoryDesk) -> AsyncIterator[tuple[Opened, MemoryDesk]]:
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


async def test_a_display_is_taken_by_an_emergency_and_given_back(on_walls: tuple[Opened, MemoryDesk]) -> None:
    opened, desk = on_walls
    page = await opened("/displays/info-lobby", viewport={"width": 1080, "height": 1920})
    await page.evaluate("window.stayed = true")
    await expect(page.locator(".bookings li")).to_have_count(1)
    desk.happen(ModeBegan(at=desk.clock.t, mode="evacuation", scope=SITE, by="M. Virtanen"))
    await expect(page.locator(".emergency h1")).to_contain_text("Leave the building now")
    await expect(page.locator(".bookings")).to_have_count(0)
    await expect(page.locator("#announcement")).to_contain_text("Leave the building now")
    assert await axe(page) == []
    desk.happen(ModeEnded(at=desk.clock.t, mode="evacuation", scope=SITE, by="M. Virtanen"))
    await expect(page.locator(".bookings li")).to_have_count(1)
    assert await page.evaluate("window.stayed")
    assert await axe(page) == []
    desk.feed.end()
    await page.context.set_offline(True)
    await expect(page.locator("#offline")).to_contain_text("has not been up to date", timeout=OFFLINE_WITHIN_MS)
    await expect(page.locator(".bookings")).to_be_hidden()
    assert await axe(page) == []


async def test_displays_fit_tall_wide_and_small_screens(on_walls: tuple[Opened, MemoryDesk]) -> None:
    opened, _ = on_walls
    page = await opened("/displays/info-lobby")
    for width, height in ((1080, 1920), (1920, 1080), (820, 1180), (320, 640)):
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, width


async def test_help_is_called_and_answered_without_leaving_the_panel(on_walls: tuple[Opened, MemoryDesk]) -> None:
    opened, _ = on_walls
    panel, host = await opened("/rooms/room-2"), await opened("/rooms?language=en")
    await panel.evaluate("window.stayed = true")
    await panel.get_by_role("button", name="I need help").click()
    await expect(panel.locator(".asked")).to_contain_text("The lobby was told")
    await host.get_by_role("button", name="I am going there").click()
    await expect(panel.locator(".asked")).to_contain_text("Somebody is on the way.")
    await panel.locator("summary").click()
    await panel.get_by_role("button", name="Lights").click()
    await expect(panel.locator(".faults")).to_contain_text("Lights")
    await expect(host.locator("#room-room-2")).to_contain_text("Broken since")
    assert await axe(panel) == []
    assert await axe(host) == []
    assert await panel.evaluate("window.stayed")
    await panel.set_viewport_size({"width": 320, "height": 640})
    assert await panel.evaluate("document.documentElement.scrollWidth") <= 320


async def test_staff_put_a_notice_on_the_displays(on_walls: tuple[Opened, MemoryDesk]) -> None:
    opened, _ = on_walls
    display, staff = await opened("/displays/info-lobby"), await opened("/displays?language=en")
    await staff.get_by_role("button", name="Show it").first.click()
    await expect(display.locator("p.notice")).to_contain_text("Cards cannot be used")
    assert await axe(staff) == []
    await staff.get_by_role("button", name="Take it off").click()
    await expect(display.locator("p.notice")).to_have_count(0)
    for width in (320, 820):
        await staff.set_viewport_size({"width": width, "height": 900})
        assert await staff.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_pages_of_the_lobby_fit_and_are_accessible(on_walls: tuple[Opened, MemoryDesk], language: str) -> None:
    opened, desk = on_walls
    desk.read(replace(desk.booking(0, "room-1", 10, 40), number="418"))
    page = await opened(f"/arrivals?language={language}")
    await page.locator("#number").fill("418")
    await page.locator(".write button").click()
    await expect(page.locator("#arrival-1")).to_be_visible()
    for path in ("/arrivals", "/host", "/arrive", "/arrive/418"):
        await page.goto(re.sub(r"(https?://[^/]+)/.*", rf"\1{path}?language={language}", page.url))
        assert await axe(page) == [], path
        for width in (320, 820, 1280):
            await page.set_viewport_size({"width": width, "height": 900})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
