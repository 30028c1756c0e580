"""The whole way in a real browser, to a provider that is another site to it: its rules for cookies and forms let people through."""

from collections.abc import Callable

from playwright.async_api import Browser, expect

from edge.clock import SystemClock
from edge.people.register import Register
from tests.api.identity.provider.conftest import Trusting, real_provider
from tests.api.serving import served
from tests.browser import in_browser

pytestmark = in_browser


async def test_a_person_comes_in_and_goes_out_again(browser: Browser, folder: Callable[[], Register]) -> None:
    # To a browser, localhost and 127.0.0.1 are two sites.
    with real_provider("localhost") as issuer:
        house = Trusting(issuer, folder())
        house.desk.clock.t = SystemClock().now()
        async with served(house.app, house.desk) as address:
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
            await context.close()
        house.identity.close()
