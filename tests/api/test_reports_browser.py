"""The page of reports in a real browser: for every reader, at every size."""

from pathlib import Path

import pytest

from api.app import create_app
from api.report_port import Making
from tests.api.conftest import TOKENS
from tests.api.desk import MemoryDesk
from tests.api.reports.months import MONTH
from tests.api.serving import served
from tests.api.test_reports import PAGE, MemoryReports
from tests.api.test_reports import folder as folder
from tests.browser import LANGUAGES, Contexts, axe, fits, in_browser

pytestmark = in_browser


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_is_for_everybody(contexts: Contexts, desk: MemoryDesk, folder: Path, language: str) -> None:
    reports = MemoryReports(folder)
    reports.begun = Making(MONTH, "Aino")
    async with served(create_app(desk, tokens=TOKENS, signed_in=True, reports=reports), desk) as address:
        page = await (await contexts(viewport={"width": 820, "height": 1180}, reduced_motion="reduce")).new_page()
        await page.goto(f"{address}{PAGE}?language={language}")
        await page.locator("details.behind summary").click()
        assert await axe(page) == []
        await fits(page, f"/reports-{language}")
