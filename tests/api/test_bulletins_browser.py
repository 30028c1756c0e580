"""The bulletin line in a real browser: it comes and goes by itself, and reading works with and without scripts."""

from datetime import timedelta

from fastapi import FastAPI
from playwright.async_api import expect

from security import bulletins
from security.bulletins import BULLETIN
from tests.api.conftest import TOKEN
from tests.api.desk import MemoryDesk
from tests.api.serving import served
from tests.browser import Contexts, in_browser

pytestmark = in_browser


async def test_a_safety_bulletin_stands_on_the_page_until_it_is_read(
    contexts: Contexts, app: FastAPI, lasting_desk: MemoryDesk
) -> None:
    desk = lasting_desk
    desk.begin_anew()
    async with served(app, desk) as address:
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
