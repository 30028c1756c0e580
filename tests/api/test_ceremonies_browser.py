"""The page of ceremonies in a browser: ticks with and without scripts, what others do appears by itself; it fits, it prints."""

from typing import Any

import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

from api.app import create_app
from edge.events import Observed
from rooms import ceremonies_desk
from rooms.ceremonies import ceremony_id
from tests.api.conftest import OF_ROLES, TOKENS
from tests.api.serving import served
from tests.api.wedding_desk import FIRST, WeddingDesk
from tests.browser import Contexts, axe, fits, in_browser

pytestmark = in_browser
ID = ceremony_id("wedding", FIRST)
TOUCHED = "main :is(button, select, a.take-back, h3 a, summary)"


@pytest.fixture(scope="module")
def desk() -> WeddingDesk:
    return WeddingDesk()


@pytest.fixture(scope="module")
def app(desk: WeddingDesk) -> FastAPI:
    return create_app(desk, tokens=TOKENS)


async def signed_in(contexts: Contexts, address: str, language: str = "en", **options: Any) -> Page:
    page = await (await contexts(**options)).new_page()
    await page.goto(f"{address}/sign-in?language={language}")
    await page.fill("#name", "Elli Laine")
    await page.fill("#token", OF_ROLES["lobby-host"])
    await page.click("button.primary")
    await page.goto(f"{address}/ceremonies")
    return page


async def test_ticks_with_scripts_and_what_others_do_appears_by_itself(contexts: Contexts, app: FastAPI, desk: WeddingDesk) -> None:
    desk.begin_friday()
    async with served(app, desk) as address:
        page = await signed_in(contexts, address)
        await page.click(f"#tick-{ID}-chairs")
        await expect(page.locator(f"#line-{ID}-chairs .signed")).to_contain_text("EL")
        await expect(page.locator(f"#card-{ID}")).to_contain_text("3 of 5 done")
        assert page.url == f"{address}/ceremonies"
        await desk.act(lambda facts, at: ceremonies_desk.tick(desk.site, facts, at, ID, "Aki", "set-up", "flowers"))
        await expect(page.locator(f"#line-{ID}-flowers .signed")).to_contain_text("A ")
        await expect(page.locator(f"#failing-{ID}-route")).to_be_visible()
        for lock in ("lock-foyer-front", "lock-hall-front", "lock-office-door"):
            desk.happen(Observed(at=desk.clock.t, device=lock, point="lock", value="locked"))
            desk.happen(Observed(at=desk.clock.t, device=lock, point="contact", value="closed"))
        await expect(page.locator(f"#failing-{ID}-route")).to_have_count(0)
        await expect(page.locator(f"#whole-{ID} .chip")).to_have_text("Ready")
        await page.click(f"#line-{ID}-chairs .take-back")
        await page.fill("#reason", "Two more come")
        await page.click("main button")
        await expect(page.locator(f"#line-{ID}-chairs")).to_contain_text("Elli Laine: Two more come")


async def test_ticks_without_scripts(contexts: Contexts, app: FastAPI, desk: WeddingDesk) -> None:
    desk.begin_friday()
    async with served(app, desk) as address:
        page = await signed_in(contexts, address, java_script_enabled=False)
        await page.click(f"#tick-{ID}-flowers")
        await expect(page.locator(f"#line-{ID}-flowers .signed")).to_contain_text("EL")
        await page.click(f"#instead-{ID}-route")
        await expect(page.locator(f"#failing-{ID}-route")).to_have_count(0)


async def test_it_fits_is_accessible_and_prints_with_boxes(contexts: Contexts, app: FastAPI, desk: WeddingDesk) -> None:
    desk.begin_friday()
    async with served(app, desk) as address:
        page = await signed_in(contexts, address)
        await page.click(f"#tick-{ID}-chairs")
        await page.click(f"#late-{ID} summary")
        await fits(page, "ceremonies", TOUCHED)
        assert await axe(page) == []
        await page.emulate_media(media="print")
        await page.set_viewport_size({"width": 700, "height": 990})
        await expect(page.locator(f"#tick-{ID}-flowers .symbol")).to_be_visible()
        await expect(page.locator(".of-today")).to_be_hidden()
        await expect(page.locator(f"#late-{ID}")).to_be_hidden()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 700
