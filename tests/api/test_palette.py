"""The colours of the screens: enough contrast between what lies on what, and nothing colourful but what means something.

Contrast by the relative luminance of WCAG 2.2: text 4.5, what the guard reads at length 7, symbols and outlines 3.
"""

import re
from pathlib import Path

import pytest

API = Path(__file__).parents[2] / "api"
STYLES = sorted((API / "console" / "styles").glob("*.css"))
SCREEN = "\n".join(path.read_text() for path in STYLES)
DRAWINGS = {name: (API / "drawing" / name).read_text() for name in ("plan.css", "base.css")}
GUARD = [path for path in STYLES if "guard" in path.name]
PALETTE = dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{3,6})\b", SCREEN.partition("}\n* {")[0]))

BODY, TEXT, SHAPE = 7.0, 4.5, 3.0
ON_SCREEN = [
    ("html {", "--ink", "--back", BODY),
    (".guard .rows > li", "--ink", "#fff", BODY),
    (".what-rings {", "--ink", "--dull", BODY),
    (".alarm.level-1.unacknowledged {", "--ink", "--level-1-back", BODY),
    (".alarm.level-2.unacknowledged {", "--ink", "--level-2-back", BODY),
    (".guard li.alarm.ended {", "--ink", "--dull", BODY),
    (".do {", "--ink", "--dull", BODY),
    (".level-1 .band {", "#fff", "--level-1", BODY),
    (".level-2 .band {", "--ink", "--level-2-back", BODY),
    (".where {", "--secondary", "#fff", BODY),
    (".where {", "--secondary", "--level-1-back", BODY),
    (".where {", "--secondary", "--level-2-back", BODY),
    (".hint {", "--secondary", "--dull", BODY),
    (".legend {", "--secondary", "--back", TEXT),
    ("a { color: var(--accent)", "--accent", "#fff", TEXT),
    ("a { color: var(--accent)", "--accent", "--back", TEXT),
    ("a { color: var(--accent)", "--accent", "--level-1-back", TEXT),
    (".top {", "#fff", "--dark", BODY),
    (".user {", "#dfe5ea", "--dark", TEXT),
    (".tool.blocked {", "#16191d", "--offline", BODY),
    (".offline .freshness {", "#16191d", "--offline", BODY),
    (".banner {", "#fff", "#16191d", BODY),
    (".zone {", "--secondary", "--dull", TEXT),
    (".foot {", "--ink", "#cbd3d8", TEXT),
    # Buttons, in each of their states
    ("button {", "--ink", "#fff", TEXT),
    ("button.primary {", "#fff", "--accent", TEXT),
    ("button.primary:hover {", "#fff", "#00224f", TEXT),
    (".level-4 button.primary:hover {", "--accent", "#e8eef6", TEXT),
    (".grave {", "--level-1", "#fff", TEXT),
    (".grave:hover", "--level-1", "--level-1-back", TEXT),
    ("button:disabled", "#4f5a64", "--dull", TEXT),
    # Rooms
    (".life {", "#16191d", "#e3e7ea", BODY),
    (".life.free", "#0a4429", "#d6ede1", BODY),
    (".life.soon", "#3d2a00", "#ffe9bf", BODY),
    (".life.open", "#fff", "#43101b", BODY),
    (".life.empty", "#3d2a00", "#ffe1a8", BODY),
    (".life.over-time", "#451d00", "#ffd3a8", BODY),
    # Outlines and symbols
    (":focus-visible { outline", "--accent", "#fff", SHAPE),
    (":focus-visible { outline", "--accent", "--back", SHAPE),
    (".top :focus-visible", "#fff", "--dark", SHAPE),
    ("button { font", "--edge", "#fff", SHAPE),
    ("input, textarea, select {", "--edge", "#fff", SHAPE),
    (".menu > summary", "#7d8a95", "--dark", SHAPE),
    (".at.level-1.active .ring", "--level-1", "#fff", SHAPE),
    (".at.level-2.unacknowledged .ring", "#8a5000", "#fff", SHAPE),
    (".at.current .ring", "--accent", "#fff", SHAPE),
    (".at.level-1.active .ring", "--level-1", "#dfe4e8", SHAPE),
    (".at.level-2.unacknowledged .ring", "#8a5000", "#dfe4e8", SHAPE),
    (".at.current .ring", "--accent", "#dfe4e8", SHAPE),
    (".sign rect", "--ink", "#dfe4e8", SHAPE),
    (".presence-mark circle", "--secondary", "#fff", SHAPE),
    (".alarm.level-1.unacknowledged {", "--level-1", "--level-1-back", SHAPE),
    (".alarm.level-4.unacknowledged {", "--level-4", "#fff", SHAPE),
    (".alarm.ended {", "--edge", "--dull", SHAPE),
]
"""Where it is used, what lies on what, and how much at least."""
ON_PLANS = [
    ("plan.css", "text {", "#16191d", "#dfe4e8", BODY),
    ("plan.css", ".heading {", "#404a53", "#fff", TEXT),
    ("plan.css", ".around {", "#404a53", "#e9edef", TEXT),
    ("plan.css", ".count {", "#404a53", "#dfe4e8", TEXT),
    ("plan.css", ".room {", "#4a5660", "#fff", SHAPE),
    ("plan.css", ".room {", "#4a5660", "#dfe4e8", SHAPE),
    ("plan.css", ".leaf.escape {", "#10633a", "#fff", SHAPE),
    ("plan.css", ".outside {", "#6b7883", "#e9edef", SHAPE),
    ("base.css", "text {", "#2b333b", "#dfe4e8", BODY),
    ("base.css", ".room {", "#5f6c77", "#fff", SHAPE),
    ("base.css", ".house {", "#5f6c77", "#dfe4e8", SHAPE),
]
TOO_PALE = {"--level-2", "--level-3"}
"""Told by their word and the shape of their symbol; as the colour of an edge they are beside those, and never alone."""
COLOURFUL = 0.2
"""Difference of the strongest and the weakest of red, green and blue, of 1; the greys of the console have at most 0.1."""
MEANS_SOMETHING = {"#7d0012", "#8a5000"}
"""Edge of the band of a critical alarm; ring of one of high level, dark enough for a plan."""


def rgb(colour: str) -> tuple[float, ...]:
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    return tuple(int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))


def luminance(colour: str) -> float:
    """WCAG 2.2, definition of relative luminance."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def colour(named: str) -> str:
    return PALETTE[named] if named.startswith("--") else named


def test_contrast_is_reckoned_as_defined() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#123456", "#123456") == 1


@pytest.mark.parametrize(("selector", "front", "back", "least"), ON_SCREEN)
def test_what_lies_on_what_on_the_screens(selector: str, front: str, back: str, least: float) -> None:
    assert selector in SCREEN, "not used any more: take the pair out, or name where it is used"
    assert contrast(colour(front), colour(back)) >= least


@pytest.mark.parametrize(("file", "selector", "front", "back", "least"), ON_PLANS)
def test_what_lies_on_what_on_the_plans(file: str, selector: str, front: str, back: str, least: float) -> None:
    written = DRAWINGS[file]
    assert f"\n{selector}" in f"\n{written}"
    assert front in written
    assert back in written
    assert contrast(front, back) >= least


def test_every_colour_of_the_palette_is_looked_at() -> None:
    looked_at = {named for _, front, back, _ in ON_SCREEN for named in (front, back)} | TOO_PALE
    assert PALETTE.keys() <= looked_at | {"--panel", "--line"}  # white, and lines between rows, which tell nothing


@pytest.mark.parametrize("path", [*GUARD, API / "drawing" / "base.css"], ids=lambda path: path.name)
def test_only_what_means_something_is_colourful(path: Path) -> None:
    found = set(re.findall(r"#[0-9a-f]{6}\b|#[0-9a-f]{3}\b", path.read_text()))
    assert {colour for colour in found if max(rgb(colour)) - min(rgb(colour)) > COLOURFUL} <= MEANS_SOMETHING
    assert not re.search(r"\b(hsl|oklch|lab|lch|hwb|color)\(|:\s*(red|orange|green|blue|yellow|purple)\b", path.read_text())
