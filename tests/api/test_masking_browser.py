"""The pages of masking in a real browser: accessible, fitting each screen, and relief on a phone with and without scripts."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from api.app import create_app
from api.identity import Identity
from edge.people.desk_links import make_link
from edge.people.register import Register
from tests.api.conftest import TOKENS
from tests.api.masking_house import DESK, UNIT, MaskedDesk
from tests.api.serving import served
from tests.browser import LANGUAGES, Contexts, axe, fits, in_browser

pytestmark = in_browser
House = tuple[MaskedDesk, str, Register]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """The desk, the address of its pages, and where links are kept."""
    desk, register = MaskedDesk(), Register(tmp_path_factory.mktemp("people"))
    desk.settle()
    desk.wait(timedelta(minutes=31))
    async with served(create_app(desk, tokens=TOKENS, signed_in=True, identity=Identity(register)), desk) as address:
        yield desk, address, register


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_managers_pages(contexts: Contexts, house: House, language: str) -> None:
    desk, address, _ = house
    desk.report(UNIT, "level", 36.5)
    page = await (await contexts(viewport={"width": 820, "height": 1180})).new_page()
    await page.goto(f"{address}/masking/change?language={language}")
    assert await axe(page) == []
    await fits(page, f"/masking-change-{language}")
    await page.select_option("#hearing-space", "room-1")
    await page.click("#ask-hearing")
    await expect(page.locator("#h-units")).to_be_visible()
    await expect(page.locator("#end-hearing-room-1")).to_be_visible()
    assert await axe(page) == []
    await fits(page, f"/masking-{language}")
    desk.report(UNIT, "link", False)
    await expect(page.locator(".unit.troubled")).to_be_visible(timeout=20_000)
    await expect(page.locator(".private.unknown").first).to_be_visible()
    desk.report(UNIT, "link", True)
    desk.report(UNIT, "level", 36.0)
    await page.click("#end-hearing-room-1")
    await expect(page.locator("#h-asked")).to_have_count(0)


async def test_a_sticker_is_made(contexts: Contexts, house: House) -> None:
    desk, address, register = house
    make_link(register, desk.clock.now(), DESK)
    page = await (await contexts(viewport={"width": 820, "height": 1180})).new_page()
    await page.goto(f"{address}/masking/change?language=en")
    await page.click("#revoke-" + DESK)
    await page.click("#link-" + DESK)
    await expect(page.locator("svg.qr")).to_be_visible()
    assert await axe(page) == []
    await fits(page, "/masking-link")
    await page.emulate_media(media="print")
    await expect(page.locator("#relief-address")).to_be_hidden()
    await expect(page.locator("svg.qr")).to_be_visible()
    await page.emulate_media(media="screen")
    await page.click("#relief-address")
    await expect(page.locator("#less-3")).to_be_visible()


async def reaches(page: Page) -> None:
    """Each button can be hit with a thumb, on a narrow phone too."""
    for button in await page.locator(".relief button").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["x"] + box["width"] <= 360


@pytest.mark.parametrize("language", LANGUAGES)
async def test_relief_on_a_phone(contexts: Contexts, house: House, language: str) -> None:
    desk, address, register = house
    link = f"{address}{make_link(register, desk.clock.now(), DESK)}"
    page = await (await contexts(viewport={"width": 360, "height": 740}, locale=language)).new_page()
    await page.goto(link)
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await page.click("#less-6")
    await expect(page.locator("#less-6")).to_have_attribute("aria-pressed", "true")
    await reaches(page)
    assert await axe(page) == []
    await fits(page, f"/relief-{language}")
    await page.click("#less-none")
    await expect(page.locator("#less-none")).to_have_attribute("aria-pressed", "true")
    await page.goto(f"{address}/relief/wrong")
    await expect(page.locator("h1")).to_be_visible()
    assert await axe(page) == []


async def test_relief_without_scripts(contexts: Contexts, house: House) -> None:
    desk, address, register = house
    link = f"{address}{make_link(register, desk.clock.now(), DESK)}"
    page = await (await contexts(viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="sv-FI")).new_page()
    await page.goto(link)
    for less in ("off", "3", "none"):
        await page.click(f"#less-{less}")
        await expect(page.locator(f"#less-{less}")).to_have_attribute("aria-pressed", "true")
    await reaches(page)
