"""The whole way in a real browser, to a provider that is another site to it: its rules for cookies and forms let people through."""

import os
from collections.abc import Callable

import pytest
from playwright.async_api import async_playwright, expect

from edge.clock import SystemClock
from edge.people.register import Register
from tests.api.identity.provider.conftest import Trusting, real_provider
from tests.api.serving import served
from tests.api.test_browser import CHROMIUM, FLAGS

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="Chromium is not installed: make system-packages"),
]


async def test_a_person_comes_in_and_goes_out_again(folder: Callable[[], Register]) -> None:
    # To a browser, localhost and 127.0.0.1 are two sites.
    with real_provider("localhost") as issuer:
        house = Trusting(issuer, folder())
        house.desk.clock.t = SystemClock().now()
        async with served(house.app, house.desk) as address, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            context = await browser.new_context(java_script_enabled=False, locale="en")
            page = await context.new_page()
            faults: list[str] = []
            page.on("console", lambda told: faults.append(told.text) if "Content Security Policy" in told.text else None)
            await page.goto(f"{address}/doors")
            await page.get_by_role("link", name="Sign in with Official card").click()
            await page.get_by_label("Who").fill("mvirtanen")
            await page.get_by_role("button", name="Go").click()
            await page.wait_for_url(f"{address}/doors")
            await expect(page.locator(".user")).to_contain_text("M. Virtanen · guard")
            cookies = {cookie["name"]: cookie for cookie in await context.cookies(address)}
            assert cookies["talonmies_session"]["sameSite"] == "Strict"
            assert "talonmies_flow" not in cookies
            await page.locator("details:has(form[action='/sign-out']) > summary").click()
            await page.get_by_role("button", name="Sign out").click()
            await page.wait_for_url(f"{issuer}/session/end?**")
            await page.goto(f"{address}/doors")
            await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
            assert faults == []
            await browser.close()
        house.identity.close()
