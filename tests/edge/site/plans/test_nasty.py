"""Drawings that want more than to be looked at: what is left of them can do nothing, or they are refused in a sentence."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from edge.site.plans.cleaning import MOST_DRAWN
from edge.site.plans.comparing import understand
from edge.site.plans.tree import DRAWING, MAX_DEPTH, MAX_ELEMENTS
from edge.site.wrong import in_english
from tests.builders import site_of

NASTY = Path(__file__).parent / "nasty"
SITE = site_of({"lobby": "public"}, {"entrance": {"from": "outside", "to": "lobby"}})
SVG = "{http://www.w3.org/2000/svg}"
START = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
PARTS = '<rect id="space:lobby" width="60" height="60"/><rect id="door:entrance" y="20" width="4" height="12"/>'


def told(drawing: str | bytes) -> list[tuple[int, str]]:
    data = drawing.encode() if isinstance(drawing, str) else drawing
    return [(line, in_english(text)) for line, text in understand(data, SITE, "1")[1]]


def kept(drawing: str) -> str:
    found, faults = understand(drawing.encode(), SITE, "1")
    assert found is not None, faults
    return found.svg


@pytest.mark.parametrize("name", ["script", "foreign", "outside", "break-out"])
def test_what_is_left_runs_nothing_and_fetches_nothing(name: str) -> None:
    svg = kept((NASTY / f"{name}.svg").read_text(encoding="utf-8"))
    for element in ElementTree.fromstring(svg).iter():  # noqa: S314 - it is our own
        assert element.tag.removeprefix(SVG) in DRAWING
        assert [key for key in element.attrib if key.lower().startswith("on") or "}" in key or ":" in key] == []
        assert all("://" not in value and "script:" not in value for value in element.attrib.values())
        assert element.tag != f"{SVG}style" or element.text in (None, ".a{fill:#eee}")
    assert "evil" not in svg
    assert "<script" not in svg


@pytest.mark.parametrize(
    ("name", "line", "sentence"),
    [
        ("laughs", 2, "The drawing has a DOCTYPE. Remove it: a drawing needs none."),
        ("file-entity", 1, "The drawing has a DOCTYPE. Remove it: a drawing needs none."),
        ("doctype", 1, "The drawing has a DOCTYPE. Remove it: a drawing needs none."),
        ("uses", 7, f"This part of the drawing repeats others more than {MOST_DRAWN} times."),
        ("circle", 1, "This part of the drawing refers to itself."),
        ("pattern-circle", 1, "This part of the drawing refers to itself."),
        ("no-svg", 1, "The file holds no SVG drawing."),
        ("no-namespace", 1, "The file holds no SVG drawing."),
        ("broken", 3, "This is not XML: mismatched tag."),
        ("entity", 2, "This is not XML: undefined entity."),
        ("empty", 1, "This is not XML: no element found."),
        ("zip", 1, "This is not XML: not well-formed (invalid token)."),
        ("encoding", 1, "The drawing is written in an encoding that is not known here. Save it as UTF-8."),
        ("no-size", 1, "The drawing does not say how large it is. Add a viewBox of four numbers to svg."),
        ("huge", 1, "The drawing does not say how large it is. Add a viewBox of four numbers to svg."),
    ],
)
def test_what_cannot_be_a_drawing_is_refused_at_its_line(name: str, line: int, sentence: str) -> None:
    assert told((NASTY / f"{name}.svg").read_bytes()) == [(line, sentence)]


def test_every_nasty_drawing_is_tried() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [file.stem for file in NASTY.iterdir() if f'"{file.stem}"' not in source] == []


@pytest.mark.parametrize(
    ("drawing", "sentence"),
    [
        (
            START + "<g>" * MAX_DEPTH + "</g>" * MAX_DEPTH + "</svg>",
            f"Elements of the drawing are nested more than {MAX_DEPTH} deep.",
        ),
        (
            START + "<g/>" * MAX_ELEMENTS + "</svg>",
            f"The drawing has more than {MAX_ELEMENTS} elements. Leave out what a guard need not see.",
        ),
        (  # what is not kept is counted all the same
            START + "<script/>" * MAX_ELEMENTS + "</svg>",
            f"The drawing has more than {MAX_ELEMENTS} elements. Leave out what a guard need not see.",
        ),
        (  # one path of a megabyte, forty times
            START + f'<path id="a" d="{"M0 0" * 250_000}"/>' + '<use href="#a"/>' * 40 + "</svg>",
            f"This part of the drawing repeats others more than {MOST_DRAWN} times.",
        ),
        (  # a chain of references
            START + "".join(f'<g id="n{n}"><use href="#n{n + 1}"/></g>' for n in range(2000)) + "</svg>",
            "The references of the drawing are too long a chain.",
        ),
    ],
)
def test_what_is_too_much_is_refused(drawing: str, sentence: str) -> None:
    assert [text for _, text in told(drawing)] == [sentence]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("piece", ["/*", "a{", "{", "}", "url(", "url(#", "*/", "'", "\\", ":", ";", "fill:url("])
def test_a_long_style_takes_no_time(piece: str) -> None:
    style = piece * (300_000 // len(piece))
    kept(f"{START}<style>{style}</style>{PARTS}</svg>")
    kept(f'{START}<g style="{style}" fill="{style}" transform="{style}"/>{PARTS}</svg>')


@pytest.mark.parametrize(
    ("style", "left"),
    [
        ("fill:#fff", "fill:#fff"),
        (" FILL : red ; fill : rgb(1, 2, 3) ", "fill:rgb(1, 2, 3)"),
        ("fill:url(#dots);stroke:url('#a')", "fill:url(#dots);stroke:url('#a')"),
        ("fill:url(https://a)", ""),
        ("fill:url(#a) url(//b)", ""),
        ("fill:URL(x)", ""),
        ("fill:u\\72l(x)", ""),
        ("fill:/*;*/red", "fill:red"),
        ("fill:image-set('x')", ""),
        ("position:fixed;transform:scale(9)", ""),
        ("stroke-width:2.5px;opacity:.5;font-family:'A B', serif", "stroke-width:2.5px;opacity:.5;font-family:'A B', serif"),
    ],
)
def test_a_style_says_how_to_paint_and_nothing_else(style: str, left: str) -> None:
    svg = kept(f'{START}<g id="it" style="{style}"/>{PARTS}</svg>')
    element = next(each for each in ElementTree.fromstring(svg) if each.get("id") == "it")  # noqa: S314 - it is our own
    assert element.get("style", "") == left


def test_style_sheets_of_drawing_programs_stay_without_what_they_refer_to() -> None:
    sheet = ".cls-1,.cls-2{fill:none;stroke:#000}/* no */ .cls-3{fill:url(#p)} @media print{.a{fill:red}} a[href^=x]{fill:red}"
    svg = kept(f"{START}<style>{sheet}</style>{PARTS}</svg>")
    assert "<style>.cls-1,.cls-2{fill:none;stroke:#000}</style>" in svg
