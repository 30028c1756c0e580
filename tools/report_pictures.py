"""Draws the pictures of docs/reports.md anew, from the folder of a sample month and of its report.

python tools/sample_month.py examples/joensuu.yaml FOLDER
python tools/report_pictures.py FOLDER
"""

import asyncio
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, async_playwright
from screenshots import FLAGS, TOKEN, take  # beside this file; it finds the rest of the project

from api.app import create_app
from api.reports.making import make, read
from api.reports.month import Month
from api.tokens import Tokens
from edge.reports import FOLDER, MonthlyReports
from edge.site.load import read_site
from tests.api.desk import HandClock, MemoryDesk
from tests.api.serving import served

NOVEMBER = Month(2026, 11)
FIRST = datetime(2026, 12, 1, 6, tzinfo=UTC)


async def main() -> None:
    data, site = Path(sys.argv[1]), read_site(Path("examples/joensuu.yaml"))
    made = data / FOLDER / str(NOVEMBER)
    if not made.exists():
        make(read(site, data, NOVEMBER, FIRST), site, data, made)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        await _the_page(browser, MemoryDesk(site=site, clock=HandClock(FIRST)), MonthlyReports(data, lambda: FIRST))
        page = await browser.new_page(viewport={"width": 1080, "height": 860})
        await page.goto((made / f"joensuu-{NOVEMBER}-en.html").absolute().as_uri())
        await take(page, "report-month")
        await browser.close()


async def _the_page(browser: Browser, desk: MemoryDesk, reports: MonthlyReports) -> None:
    async with served(create_app(desk, tokens=Tokens(TOKEN, {}), signed_in=True, reports=reports), desk) as address:
        page = await browser.new_page(viewport={"width": 820, "height": 760})
        await page.goto(f"{address}/reports?language=en")
        await take(page, "reports")


if __name__ == "__main__":
    asyncio.run(main())
