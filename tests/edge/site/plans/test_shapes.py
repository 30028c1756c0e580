"""Where things of a drawing are, whatever they are drawn with and however they are turned."""

import pytest

from edge.site.plans.comparing import understand
from edge.site.plans.drawing import Corners
from tests.builders import site_of

SITE = site_of({"hall": "public"}, {})


def place(element: str, around: str = "{}", definitions: str = "") -> Corners | None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-500 -500 1000 1000">{definitions}{around.format(element)}</svg>'
    found, _ = understand(svg.encode(), SITE, "1")
    return found.spaces["hall"] if found else None


@pytest.mark.parametrize(
    ("shape", "corners"),
    [
        ('rect x="1" y="2" width="30" height="40"', (1, 2, 31, 42)),
        ('rect x="1px" y=" 2 " width="3e1" height="+40"', (1, 2, 31, 42)),
        ('circle cx="10" cy="20" r="5"', (5, 15, 15, 25)),
        ('ellipse cx="10" cy="20" rx="5" ry="2"', (5, 18, 15, 22)),
        ('line x1="9" y1="1" x2="3" y2="4"', (3, 1, 9, 4)),
        ('polyline points="1,2 3-4 5.5.5"', (1, -4, 5.5, 2)),
        ('polygon points="1 2, 3 4, 5 0 9"', (1, 0, 5, 4)),
        ('path d="M10 10h20v30H10z"', (10, 10, 30, 40)),
        ('path d="m10 10 20 0 0 30zm1 1l2 2"', (10, 10, 30, 40)),
        ('path d="M0 0zm5 5v5z m1 1h1"', (0, 0, 7, 10)),
        ('path d="M0 0C0 50 10 50 10 0S20-50 20 0"', (0, -50, 20, 50)),
        ('path d="M0 0q5 9 10 0t10 0"', (0, 0, 20, 9)),
        ('path d="M10 10a5 5 0 0120-5"', (10, 5, 30, 10)),
        ('path d="M10 10A5 5 0 1 0 30 5 5 5 0 11-2 8"', (-2, 5, 30, 10)),
        ('path d="M1.5.5.25-3"', (0.25, -3, 1.5, 0.5)),
    ],
)
def test_every_shape_has_its_box(shape: str, corners: Corners) -> None:
    assert place(f'<{shape} id="space:hall"/>') == pytest.approx(corners)


@pytest.mark.parametrize(
    ("transform", "corners"),
    [
        ("translate(5)", (5, 0, 15, 20)),
        ("translate(5,-7)", (5, -7, 15, 13)),
        ("scale(2)", (0, 0, 20, 40)),
        ("scale(2 -1)", (0, -20, 20, 0)),
        ("rotate(90)", (-20, 0, 0, 10)),
        ("rotate(180 10 10)", (10, 0, 20, 20)),
        ("matrix(0 1 -1 0 100 50)", (80, 50, 100, 60)),
        ("skewX(45)", (0, 0, 30, 20)),
        ("skewY(45)", (0, 0, 10, 30)),
        ("translate(5 5) scale(2) rotate(90)", (-35, 5, 5, 25)),
        ("nonsense(1) translate(5)", (5, 0, 15, 20)),
    ],
)
def test_transforms_of_the_element_and_of_all_around_it_count(transform: str, corners: Corners) -> None:
    rect = '<rect width="10" height="20" {}/>'
    named = rect.format('id="space:hall"')
    assert place(rect.format(f'id="space:hall" transform="{transform}"')) == pytest.approx(corners)
    assert place(named, f'<g transform="{transform}"><g>{{}}</g></g>') == pytest.approx(corners)


def test_transforms_add_up_from_the_outside_in() -> None:
    around = '<g transform="translate(100 0)"><g transform="scale(2)">{}</g></g>'
    assert place('<g id="space:hall" transform="translate(1 1)"><rect width="10" height="20"/></g>', around) == (102, 2, 122, 42)


def test_a_group_is_as_large_as_all_in_it_but_letters() -> None:
    group = '<g id="space:hall"><rect width="4" height="4"/><text x="99" y="99">Hall</text><circle cx="10" cy="10" r="1"/></g>'
    assert place(group) == (0, 0, 11, 11)


def test_what_is_drawn_from_elsewhere_is_where_it_is_used() -> None:
    definitions = '<defs><g id="leaf" transform="scale(2)"><rect x="-5" y="-1" width="10" height="2"/></g></defs>'
    used = '<use id="space:hall" href="#leaf" x="100" y="50" transform="translate(0 1)"/>'
    assert place(used, definitions=definitions) == (90, 49, 110, 53)


@pytest.mark.parametrize(
    "element",
    [
        '<text id="space:hall" x="1" y="1">Hall</text>',
        '<g id="space:hall"/>',
        '<rect id="space:hall" width="0" height="9"/>',
        '<rect id="space:hall" width="10%" height="10%"/>',
        '<path id="space:hall" d=""/>',
        '<use id="space:hall" href="#nothing"/>',
        '<image id="space:hall" width="9" height="9"/>',
        '<defs><rect id="space:hall" width="9" height="9"/></defs>',
        '<rect id="space:hall" x="2e6" width="9" height="9"/>',
        '<rect id="space:hall" x="900" width="9" height="9"/>',
        '<polygon id="space:hall" points="1e999 1e999"/>',
    ],
)
def test_what_has_no_place_is_no_place(element: str) -> None:
    assert place(element) is None
