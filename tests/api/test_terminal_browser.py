"""The pages of payment terminals in a real browser: for everybody, at every size, and without scripts."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import expect

from api.app import create_app
from edge.events import Observed
from rooms.stays import OfficialCame
from tests.api.conftest import TOKENS
from tests.api.desk import HandClock, MemoryDesk
from tests.api.serving import served
from tests.api.test_browser import opened as opened
from tests.api.test_terminals import SITE, TEN
from tests.browser import LANGUAGES, Opened, axe, fits, in_browser
from tests.builders import booking, local, read

pytestmark = in_browser


@pytest.fixture(scope="module")
def desk() -> MemoryDesk:
    """One terminal is out for a booking and another astray, after a night that was counted."""
    desk = MemoryDesk(site=SITE, clock=HandClock(TEN - timedelta(days=1)))

    def says(device: str, point: str, value: str | float | bool | None) -> None:
        desk.happen(Observed(at=desk.clock.t, device=device, point=point, value=value))

    for dock, terminal in (("bay-1", "pos-1"), ("bay-2", "pos-2"), ("ear-lobby", None), ("ear-office", None), ("ear-vero", None)):
        says(dock, "terminal", terminal)
        says(dock, "release", False)
    desk.wait(timedelta(days=1))
    says("bay-2", "battery", 82)
    desk.happen(read(desk.clock.t, booking(local("2026-11-24 10:05"), local("2026-11-24 11:30"), "room")))
    desk.happen(OfficialCame(at=desk.clock.t, room="room", how="tap", by="clerk-1"))
    says("bay-1", "terminal", None)
    says("ear-vero", "terminal", "17-1")
    desk.wait(timedelta(minutes=6))
    return desk


@pytest.fixture(scope="module")
def open_app(desk: MemoryDesk) -> FastAPI:
    return create_app(desk, tokens=TOKENS, signed_in=True)


@pytest_asyncio.fixture(loop_scope="session")
async def address(open_app: FastAPI, desk: MemoryDesk) -> AsyncIterator[str]:
    async with served(open_app, desk) as address:
        yield address


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/terminals", "/terminals/record"])
async def test_the_pages_fit_and_everybody_can_use_them(opened: Opened, path: str, language: str) -> None:
    page = await opened(f"{path}?language={language}")
    assert await axe(page) == []
    await fits(page, f"{path}-{language}")


async def test_a_terminal_is_lent_without_scripts(opened: Opened, desk: MemoryDesk) -> None:
    page = await opened("/terminals?language=en", java_script_enabled=False)
    row = page.locator("#terminal-pos-2")
    await expect(row).to_contain_text("can be taken now")
    await expect(page.locator("#terminal-pos-1")).to_contain_text("which its agency does not have")
    desk.happen(read(desk.clock.t))
    await row.get_by_role("button").click()
    await expect(row).to_contain_text("Lent until")
    await row.get_by_role("button").click()
    await expect(row).not_to_contain_text("Lent until")
