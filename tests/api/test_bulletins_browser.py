"""The bulletin line in a real browser: it comes and goes by itself, and reading works with and without scripts."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from playwright.async_api import BrowserContext, expect

from api.app import create_app
from security import bulletins
from security.bulletins import BULLETIN
from tests.api.conftest import TOKEN, TOKENS
from tests.api.desk import MemoryDesk
from tests.api.serving import served
from tests.api.test_browser import browser, contexts, pytestmark  # noqa: F401

Contexts = Callable[..., Awaitable[BrowserContext]]


async def test_a_safety_bulletin_stands_on_the_page_until_it_is_read(contexts: Contexts) -> None:  # noqa: F811
    desk = MemoryDesk()
    async with served(create_app(desk, tokens=TOKENS), desk) as address:
        for number, script in ((1, True), (2, False)):
            page = await (await contexts(java_script_enabled=script)).new_page()
            await page.goto(f"{address}/sign-in?language=en")
            await page.fill("#name", "M. Virtanen")
            await page.fill("#token", TOKEN)
            await page.click("button.primary")
            await page.goto(f"{address}/doors")
            at = desk.clock.t
            until = at + timedelta(hours=1)
            desk.happen(bulletins.post(desk.site, desk.facts, at, "L. Korhonen", "guard", "safety", "Ice in the yard", until))
            if script:
                await expect(page.locator("#announcement")).to_have_text("Safety. Ice in the yard")
            else:
                await page.reload()
            await expect(page.locator(".bulletin-line .bulletin.safety")).to_contain_text("Ice in the yard")
            await page.click(f"#read-{number}")
            await expect(page.locator(".bulletin")).to_have_count(0)
            assert page.url == f"{address}/doors"
            found = desk.facts(BULLETIN(str(number)))
            assert found is not None
            assert found.read_by("M. Virtanen")
