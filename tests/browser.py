"""One browser for all tests of pages that a process runs, and a watch on what goes wrong in the pages.

Debian's headless shell is the same engine as Chromium without its windows: a page opens in a third of the time.
"""

import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
AXE = Path(__file__).parents[1] / ".cache" / "node" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOUCHED = "main :is(button, select, input:not([type=checkbox]), .tick, a.button, nav a)"
"""What people hit with a finger, on most pages."""
OFFLINE_WITHIN_MS = 4500
"""Three seconds without a heartbeat, and what a busy machine needs to notice."""

in_browser = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
    pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="Chromium is not installed: make system-packages"),
]
"""The marks of a module whose tests use `browser`; its own asynchronous fixtures live in the session's loop, too."""

LANGUAGES = ["en", pytest.param("fi", marks=pytest.mark.soak), pytest.param("sv", marks=pytest.mark.soak)]
"""For what hardly depends on the language and takes long, as axe does: the others in `make soak`. What fits is tried in all."""

Contexts = Callable[..., Awaitable[BrowserContext]]
Opened = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def contexts(browser: Browser) -> AsyncIterator[Contexts]:
    """Makes browser contexts; whatever goes wrong inside a page, or leaves this computer, fails the test."""
    made: list[BrowserContext] = []
    faults: list[str] = []

    async def make(**options: Any) -> BrowserContext:
        context = await browser.new_context(**{"reduced_motion": "reduce", **options})
        context.on("page", lambda page: watch(page, faults))
        made.append(context)
        return context

    yield make
    for context in made:
        await context.close()
    assert faults == []


def watch(page: Page, faults: list[str]) -> None:
    """Adds to `faults` what goes wrong inside a page, and what it asks of other computers."""
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda told: faults.append(told.text) if "Content Security Policy" in told.text else None)
    page.on("request", lambda asked: None if asked.url.startswith("http://127.0.0.1:") else faults.append(asked.url))


async def is_live(page: Page) -> None:
    await expect(page.locator("#freshness")).to_have_class("freshness on")


async def fits(page: Page, path: str, touched: str = TOUCHED) -> None:
    """At every size: the page is no wider than the screen, what is touched can be hit, and no table is folded away.

    With SCREENSHOTS=folder pictures are made on the way.
    """
    heights = f"[44, ...[...document.querySelectorAll('{touched}')].map(e => e.getBoundingClientRect().height)]"
    folded = "[...document.querySelectorAll('.scrolls')].filter(e => e.getBoundingClientRect().height < 20).length"
    for width, height in ((320, 640), (820, 1180), (1280, 800)):
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert min(await page.evaluate(heights)) >= 44, (path, width)
        assert await page.evaluate(folded) == 0, (path, width)
        if folder := os.environ.get("SCREENSHOTS"):
            name = re.sub(r"\W+", "-", path).strip("-")
            await page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


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
