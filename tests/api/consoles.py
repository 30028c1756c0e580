"""Guard consoles in a real browser, each of a person of its own, over one desk."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, expect

from api.app import create_app
from tests.api.conftest import OF_ROLES, TOKENS
from tests.api.desk import MemoryDesk
from tests.api.serving import served
from tests.browser import axe as axe
from tests.browser import in_browser, is_live, watch

SCREENSHOTS = os.environ.get("TALONMIES_SCREENSHOTS")

marks = in_browser

COUNTING = "window.patches = 0; document.addEventListener('talonmies:patched', () => patches++);"


class Consoles:
    """Opens them; whatever goes wrong inside a page, or leaves this computer, is in `faults`."""

    def __init__(self, browser: Browser, address: str, desk: MemoryDesk) -> None:
        self.desk = desk
        self.address = address
        self.faults: list[str] = []
        self._browser = browser
        self._made: list[BrowserContext] = []

    async def opened(self, name: str = "M. Virtanen", path: str = "/?language=en", **options: Any) -> Page:
        """The console of a guard who has just signed in, up to date."""
        context = await self._browser.new_context(reduced_motion="reduce", **options)
        self._made.append(context)
        context.on("page", lambda page: watch(page, self.faults))
        await context.add_init_script(COUNTING)
        page = await context.new_page()
        await page.goto(f"{self.address}/sign-in")
        await page.locator("#name").fill(name)
        await page.locator("#token").fill(OF_ROLES["guard"])
        await page.locator("form:has(#token) button").click()
        await page.goto(self.address + path)
        if options.get("java_script_enabled", True):
            await is_live(page)
        return page

    async def close(self) -> None:
        for context in self._made:
            await context.close()


@asynccontextmanager
async def consoles_over(browser: Browser, desk: MemoryDesk, app: FastAPI | None = None) -> AsyncIterator[Consoles]:
    async with served(app or create_app(desk, tokens=TOKENS), desk) as address:
        consoles = Consoles(browser, address, desk)
        try:
            yield consoles
        finally:
            await consoles.close()
    assert consoles.faults == []


async def caught_up(page: Page, change: Any) -> None:
    """Do it, and return when the page has been told of it."""
    before = await page.evaluate("patches")
    change()
    await page.wait_for_function("before => patches > before", arg=before)


async def settled(page: Page) -> None:
    """Keys and clicks act again after the list has moved."""
    await expect(page.locator("body[data-settling]")).to_have_count(0)


def numbers_of(rows: list[str]) -> list[int]:
    return [int(row.rpartition("-")[2]) for row in rows if row.startswith("alarm-")]


async def rows(page: Page) -> list[str]:
    """The ids of the list, in its order."""
    found: list[str] = await page.evaluate("[...document.querySelectorAll('#alarms > li')].map((row) => row.id)")
    return found
