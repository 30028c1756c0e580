"""Guard consoles in a real browser, each of a person of its own, over one desk. Import `browser` where they are used."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from api.app import create_app
from tests.api.conftest import OF_ROLES, TOKENS
from tests.api.desk import MemoryDesk
from tests.api.serving import served

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
AXE = Path(__file__).parents[2] / ".cache" / "node" / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = Path(os.environ.get("TALONMIES_SCREENSHOTS", Path(__file__).parents[2] / ".cache" / "screenshots"))

marks = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(120),
    pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="Chromium is not installed: make system-packages"),
]

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
        context.on("page", self._watch)
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

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda told: self.faults.append(told.text) if "Content Security Policy" in told.text else None)
        page.on("request", lambda asked: None if asked.url.startswith("http://127.0.0.1:") else self.faults.append(asked.url))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def consoles_over(browser: Browser, desk: MemoryDesk, app: FastAPI | None = None) -> AsyncIterator[Consoles]:
    async with served(app or create_app(desk, tokens=TOKENS), desk) as address:
        consoles = Consoles(browser, address, desk)
        try:
            yield consoles
        finally:
            await consoles.close()
    assert consoles.faults == []


async def is_live(page: Page) -> None:
    await expect(page.locator("#freshness")).to_have_class("freshness on")


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


async def axe(page: Page, within: str = "html") -> list[str]:
    """What axe finds wrong, in the whole page or a part of it."""
    if not AXE.is_file():
        if os.environ.get("CI"):
            pytest.fail("axe-core is missing: run make system-packages")
        pytest.skip("axe-core is not installed: make system-packages")
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    wish = [within, {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}]
    found = await page.evaluate("([within, wish]) => axe.run(within, wish)", wish)
    return [f"{v['id']}: {node['html'][:160]} {node['failureSummary'][:300]}" for v in found["violations"] for node in v["nodes"]]
