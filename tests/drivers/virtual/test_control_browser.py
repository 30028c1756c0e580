"""The control page in a real browser, with its scripts switched off: it has none."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from drivers.mosquitto import free_port
from drivers.virtual.building import VirtualBuilding
from drivers.virtual.control import control_page
from drivers.virtual.loopback import address_of, loopback_socket
from edge.clock import SystemClock
from tests.browser import LANGUAGES, Contexts, axe, in_browser
from tests.drivers.modbus.line import FRONT
from tests.drivers.modbus.line import site_at as modbus_site_at

pytestmark = in_browser


@pytest_asyncio.fixture(loop_scope="session")
async def building() -> AsyncIterator[VirtualBuilding]:
    building = VirtualBuilding(modbus_site_at(free_port()), SystemClock())
    await building.start()
    yield building
    await building.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def address(building: VirtualBuilding) -> AsyncIterator[str]:
    with loopback_socket("127.0.0.1:0") as sock:
        async with control_page(building, sock):
            yield address_of(sock)


async def opened(contexts: Contexts, address: str, width: int = 1280) -> Page:
    context = await contexts(java_script_enabled=False, viewport={"width": width, "height": 900}, locale="en")
    page = await context.new_page()
    await page.goto(address)
    return page


async def test_a_door_is_opened_muted_and_unplugged(contexts: Contexts, building: VirtualBuilding, address: str) -> None:
    page = await opened(contexts, address)
    door = page.locator(f"[id='{FRONT}']")
    await door.locator("summary").click()
    await door.get_by_role("button", name="Open the door").click()
    assert building.state(FRONT, "contact") == "open"
    await expect(door.get_by_role("row", name="Contact")).to_contain_text("open")
    await door.get_by_role("button", name="Mute").click()
    await expect(door.get_by_role("button", name="Mute")).to_have_attribute("aria-pressed", "true")
    await door.get_by_role("button", name="Close the door").click()
    await expect(door.locator("td.differs")).to_have_text("open")
    await expect(door.locator(".wrong")).to_have_text(["Mute", "Says otherwise"])
    await door.get_by_role("button", name="Unplug it").click()
    await expect(door.get_by_role("button", name="Plug it in")).to_be_visible()
    assert not building.host(FRONT).plugged


async def test_the_language_stays_over_what_is_done(contexts: Contexts, address: str) -> None:
    page = await opened(contexts, address)
    await page.get_by_role("link", name="svenska").click()
    await page.locator(f"[id='{FRONT}'] summary").click()
    await page.locator(f"[id='{FRONT}'] button[value=uncover]").click()
    await expect(page.locator("html")).to_have_attribute("lang", "sv")
    await expect(page.locator(f"[id='{FRONT}'] button[value=cover]")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_axe_finds_nothing(contexts: Contexts, building: VirtualBuilding, address: str, language: str) -> None:
    building.unplug(FRONT)
    context = await contexts(viewport={"width": 820, "height": 900})
    page = await context.new_page()
    await page.goto(f"{address}/?language={language}&open={FRONT}#{FRONT}")
    assert await axe(page) == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("width", [360, 820])
async def test_it_fits_into_a_small_window(contexts: Contexts, address: str, language: str, width: int) -> None:
    page = await opened(contexts, f"{address}/?language={language}&open={FRONT}", width)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
