"""docs/console.md names what is there: pages, keys, tests, files; and its pictures are small enough to be read along."""

import re
from pathlib import Path

import pytest

from api.console.pages import PLACES, STATIC, STYLES

PAGE = Path("docs/console.md").read_text(encoding="utf-8")
KEYS = Path("api/console/templates/guard_keys.html").read_text(encoding="utf-8")
MOST_BYTES = 200_000
"""As tools/screenshots.py sees to."""
PICTURES = sorted(Path("docs/images").glob("*.png"))


@pytest.mark.parametrize("place", [place for place in PLACES if place != "/"])
def test_every_page_of_the_menu_is_named(place: str) -> None:
    assert f"`{place}`" in PAGE


def test_every_key_is_named() -> None:
    told = {sign for signs in re.findall(r"line\(\[(.*?)\]", KEYS) for sign in re.findall(r'"(.*?)"', signs)} - {"…"}
    assert {sign for sign in told if f"`{sign}`" not in PAGE} == set()
    assert {"K", "F9", "?"} <= told


@pytest.mark.parametrize("file", sorted(set(re.findall(r"`(tests/[\w/.-]+\.\w+)`", PAGE))))
def test_every_file_that_is_named_is_there(file: str) -> None:
    assert Path(file).is_file()


def test_the_names_of_scripts_and_styles_are_right() -> None:
    scripts = re.findall(r"`(\w+\.js)`", PAGE)
    assert {"console.js", "attend.js", "guard.js", "sounds.js"} <= {name for name in scripts if (STATIC / name).is_file()}
    assert (STYLES / "10-console.css").is_file()


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_every_picture_is_shown_and_small(picture: Path) -> None:
    assert picture.stat().st_size <= MOST_BYTES
    pages = [Path("README.md"), *Path("docs").glob("*.md")]
    assert any(f"images/{picture.name}" in page.read_text(encoding="utf-8") for page in pages)
