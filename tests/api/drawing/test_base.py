"""The pictures that the console lays its marks on: every thing once, where it is drawn, storey by storey."""

from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.drawing.base import Base, bases
from api.drawing.layout import plan
from api.drawing.pictures import Pictures
from edge.language import LANGUAGES, Renderer
from edge.site import Site
from edge.site.fields import OUTSIDE
from tests.api.drawing.buildings import NAMES, example, sites
from tests.builders import site_of

SVG = "{http://www.w3.org/2000/svg}"
OWN = ("pelkosenniemi",)
"""Examples with a drawing of their own."""


def drawn(site: Site, language: str = "fi") -> tuple[Base, ...]:
    return bases(site, Renderer(site, language))


def house(**storeys: Any) -> Site:
    spaces = {name: {"zone": "semi-public", **({} if storey is None else {"storey": storey})} for name, storey in storeys.items()}
    doors = {"entrance": {"from": OUTSIDE, "to": next(iter(spaces))}}
    return site_of(spaces, doors)  # type: ignore[arg-type]


TWO = site_of(
    {
        "lobby": "public",
        "hall": "semi-public",
        "upper": {"zone": "semi-public", "storey": 2},  # type: ignore[dict-item]
        "meeting": {"zone": "semi-public", "storey": 2},  # type: ignore[dict-item]
        "cellar": {"zone": "internal", "storey": -1},  # type: ignore[dict-item]
    },
    {
        "entrance": {"from": OUTSIDE, "to": "lobby"},
        "to-hall": {"from": "lobby", "to": "hall", "interlock": ["stairs", "entrance"]},
        "stairs": {"from": "lobby", "to": "upper"},
        "to-meeting": {"from": "upper", "to": "meeting"},
        "down": {"from": "hall", "to": "cellar"},
    },
)


@pytest.mark.parametrize("name", NAMES)
def test_every_thing_of_an_example_is_where_its_plan_has_it(name: str) -> None:
    site = example(name)
    [base] = drawn(site)
    assert base.storey == "1"
    assert (set(base.spaces), set(base.doors)) == (set(site.spaces), set(site.doors))
    x, y, width, height = base.view_box
    for box in base.spaces.values():
        assert x < box.x < box.right < x + width
        assert y < box.y < box.bottom < y + height
    if name not in OWN:
        placed = plan(site)
        assert base.spaces == placed.spaces
        assert {id_: ((at.x, at.y), (at.dx, at.dy)) for id_, at in base.doors.items()} == {
            id_: (door.at, door.ahead) for id_, door in placed.doors.items()
        }


@pytest.mark.parametrize("name", NAMES)
def test_a_door_leads_from_the_one_space_into_the_other(name: str) -> None:
    site = example(name)
    [base] = drawn(site)
    for id_, at in base.doors.items():
        door = site.doors[id_]
        inside, way = (door.from_, -1) if door.to == OUTSIDE else (door.to, 1)
        box = base.spaces[inside]
        assert box.x < at.x + 20 * way * at.dx < box.right, id_
        assert box.y < at.y + 20 * way * at.dy < box.bottom, id_


@settings(max_examples=25, deadline=None)
@given(sites(), st.lists(st.sampled_from([-1, 1, 2]), min_size=18, max_size=18))
def test_any_building_in_any_storeys_has_everything_once_and_nothing_on_top_of_another(site: Site, at: list[int]) -> None:
    levels = dict(zip(site.spaces, at, strict=False))
    spaces = {name: space.model_copy(update={"storey": str(levels[name])}) for name, space in site.spaces.items()}
    site = Site.model_validate(
        {**site.model_dump(by_alias=True), "spaces": {n: s.model_dump(by_alias=True) for n, s in spaces.items()}}
    )
    found = drawn(site)
    assert [base.storey for base in found] == sorted({str(level) for level in levels.values()}, key=int)
    assert sorted(space for base in found for space in base.spaces) == sorted(site.spaces)
    for door in site.doors:
        assert [base.storey for base in found if door in base.doors] == sorted(site.storeys_of(door), key=int)
    for base in found:
        assert [(a, b) for a, b in combinations(base.spaces, 2) if base.spaces[a].overlaps(base.spaces[b])] == []
        x, y, width, height = base.view_box
        assert all(x < each.x < x + width and y < each.y < y + height for each in base.doors.values())
        ElementTree.fromstring(base.svg)  # noqa: S314 - it is our own


@pytest.mark.parametrize(
    ("storeys", "order"),
    [
        ({"a": None}, ("1",)),
        ({"a": 2, "b": None, "c": 10, "d": -1, "e": "0"}, ("-1", "0", "1", "2", "10")),
        ({"a": "K", "b": 1, "c": "P", "d": "K"}, ("K", "1", "P")),
        ({"a": 3, "b": "K", "c": 2}, ("3", "K", "2")),
    ],
)
def test_storeys_are_in_order_of_number_or_of_the_file(storeys: dict[str, Any], order: tuple[str, ...]) -> None:
    assert house(**storeys).storeys == order
    assert tuple(base.storey for base in drawn(house(**storeys))) == order


def onward(base: Base) -> list[str | None]:
    root = ElementTree.fromstring(base.svg)  # noqa: S314 - it is our own
    return [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "onward"]


def test_stairs_are_on_both_storeys_and_say_where_they_lead() -> None:
    cellar, ground, upper = drawn(TWO, "en")
    assert (list(cellar.doors), list(upper.doors)) == (["down"], ["stairs", "to-meeting"])
    assert list(ground.doors) == ["entrance", "to-hall", "stairs", "down"]
    ways = {base.storey: onward(base) for base in (cellar, ground, upper)}
    assert ways == {"-1": ["Storey 1"], "1": ["Storey 2", "Storey -1"], "2": ["Storey 1"]}
    lobby, stairs = ground.spaces["lobby"], ground.doors["stairs"]
    assert lobby.x < stairs.x - 2 * stairs.dx < lobby.right
    assert lobby.y < stairs.y - 2 * stairs.dy < lobby.bottom
    hall, stairs = upper.spaces["upper"], upper.doors["stairs"]
    assert hall.x < stairs.x + 2 * stairs.dx < hall.right
    assert hall.y < stairs.y + 2 * stairs.dy < hall.bottom


def test_the_picture_has_no_signs_of_the_printed_plan() -> None:
    [base] = drawn(example("joensuu"))
    used = {each.get("href") for each in ElementTree.fromstring(base.svg).iter(f"{SVG}use")}  # noqa: S314 - it is our own
    assert used == {"#plan-swing", "#plan-sliding", "#plan-opening"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_can_be_read_where_the_whole_plan_is_520_pixels_wide(language: str) -> None:
    [base] = drawn(example("joensuu"), language)
    scale = 520 / base.view_box[2]
    sizes = [float(text.get("font-size", 0)) * scale for text in ElementTree.fromstring(base.svg).iter(f"{SVG}text")]  # noqa: S314
    assert min(sizes) >= 7
    assert sum(size >= 9 for size in sizes) >= 0.75 * len(sizes)


def test_the_customers_own_drawing_is_the_same_in_every_language() -> None:
    site = example("pelkosenniemi")
    pictures = Pictures(site)
    assert {pictures.of(language)[0].svg for language in LANGUAGES} == {site.drawings["1"].svg}
    [base] = pictures.of("sv")
    assert {name: (at.dx, at.dy) for name, at in base.doors.items()} == {
        "entrance": (1, 0),
        "desk-front": (1, 0),
        "desk-back": (0, -1),
        "office-exit": (-1, 0),
    }


def test_the_version_is_that_of_the_pictures() -> None:
    site = example("porvoo")
    assert Pictures(site).version == Pictures(example("porvoo")).version
    renamed = {**site.spaces, "lobby": site.spaces["lobby"].model_copy(update={"name": None})}
    assert Pictures(site.model_copy(update={"spaces": renamed})).version != Pictures(site).version
    assert Pictures(site).address("1", "sv") == f"/plans/1.svg?language=sv&v={Pictures(site).version}"
