"""The drawings of the examples in a real browser, in every language: each word inside its box, and none on top of anything."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from edge.language import LANGUAGES
from edge.site.plans.comparing import understand
from tests.api.drawing.buildings import NAMES, drawing, example
from tests.browser import in_browser
from tests.builders import site_of

pytestmark = in_browser

FAULTS = """
() => {
    const rect = (each) => each.getBoundingClientRect();
    const shows = (each) => `${each.textContent || each.getAttribute('href')}`;
    const inside = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
    const common = (a, b, from, to) => Math.min(a[to], b[to]) - Math.max(a[from], b[from]);
    const meet = (a, b) => common(a, b, 'left', 'right') > 1.5 && common(a, b, 'top', 'bottom') > 3;
    const found = [];
    const texts = [...document.querySelectorAll('text')].map((each) => [each, rect(each)]);
    const page = rect(document.documentElement);
    for (const [text, box] of texts) {
        const space = text.closest('.space');
        if (!inside(box, space ? rect(space.querySelector('.room')) : page)) found.push(`outside its box: ${shows(text)}`);
    }
    const things = [...texts, ...[...document.querySelectorAll('.door use')].map((each) => [each, rect(each)])];
    for (const [a, boxA] of texts)
        for (const [b, boxB] of things)
            if (a.parentNode !== b.parentNode && meet(boxA, boxB)) found.push(`on top of another: ${shows(a)}, ${shows(b)}`);
    return found;
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    page = await browser.new_page(viewport={"width": 300, "height": 300})
    yield page
    await page.close()


@pytest.mark.parametrize("name", NAMES)
async def test_words_stay_in_their_boxes_and_apart(page: Page, tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    site = example(name)
    for language in LANGUAGES:
        file = tmp_path_factory.mktemp("plan") / f"{name}.svg"
        file.write_text(drawing(site, language), encoding="utf-8")
        await page.goto(file.as_uri())
        assert await page.locator("g.space").count() == len(site.spaces)
        assert await page.evaluate(FAULTS) == [], language


STRANGE = Path(__file__).parents[2] / "edge/site/plans/nasty"


@pytest.mark.parametrize("name", ["script", "foreign", "outside", "break-out"])
async def test_what_is_left_of_a_nasty_drawing_shows_and_asks_for_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    """As an image, as the console shows it, and by itself, as somebody may open it."""
    site = site_of({"lobby": "public"}, {"entrance": {"from": "outside", "to": "lobby"}})
    drawing, faults = understand((STRANGE / f"{name}.svg").read_bytes(), site, "1")
    assert drawing is not None, faults
    picture, around = tmp_path / "plan.svg", tmp_path / "page.html"
    picture.write_text(drawing.svg, encoding="utf-8")
    around.write_text(
        '<svg viewBox="0 0 100 100" width="200"><image href="plan.svg" width="100" height="100"/></svg>', encoding="utf-8"
    )
    asked: list[str] = []
    said: list[str] = []
    fresh = await browser.new_page()
    fresh.on("request", lambda request: asked.append(request.url))
    fresh.on("console", lambda message: said.append(message.text))
    fresh.on("dialog", lambda dialog: said.append(dialog.message))
    for file in (around, picture):
        await fresh.goto(file.as_uri(), wait_until="load")
    assert (set(asked), said) == ({around.as_uri(), picture.as_uri()}, [])
    box = await fresh.locator("[id='space:lobby']").bounding_box()
    assert box is not None
    assert box["width"] > 0
    await fresh.close()
