"""The page of scans in a real browser, on a tablet, while somebody scans."""

import pytest
from playwright.async_api import expect

from api.app import create_app
from tests.api.conftest import TOKENS
from tests.api.desk import MemoryDesk
from tests.api.scans import LAMP, LOCK, MemoryScans
from tests.api.serving import served
from tests.api.test_scan_pages import SCAN
from tests.browser import LANGUAGES, Contexts, axe, fits, in_browser

pytestmark = in_browser


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_tablet_follows_a_scan(contexts: Contexts, desk: MemoryDesk, language: str) -> None:
    scans = MemoryScans(desk.clock)
    async with served(create_app(desk, tokens=TOKENS, signed_in=True, scans=scans), desk) as address:
        page = await (await contexts(viewport={"width": 820, "height": 1180}, reduced_motion="reduce")).new_page()
        await page.goto(f"{address}{SCAN}?language={language}")
        assert await axe(page) == []
        await fits(page, f"/devices-scan-begin-{language}")
        await page.locator("form[action='/console/device-scans'] button").click()
        now = page.locator("#scan-now")
        await expect(now.locator("#end-scan")).to_be_visible()
        scans.find(LAMP, LOCK)
        await expect(now).to_contain_text("Acme <b>")
        assert await axe(page) == []
        await fits(page, f"/devices-scan-now-{language}")
        await page.locator("#end-scan").click()
        await expect(page.locator("#h-last")).to_be_visible()
        await expect(page.locator(".proposed")).to_contain_text("lamp: {type: relay}")
        assert await axe(page) == []
        await fits(page, f"/devices-scan-{language}")
