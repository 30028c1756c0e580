"""The file that comes out: well-formed, whole, harmless, the same every time, in three languages."""

import re
import subprocess
import sys
from collections import Counter
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.site import Site
from edge.site.fields import Names
from tests.api.drawing.buildings import EXAMPLES, NAMES, drawing, example, sites
from tests.builders import site_of

SVG = "{http://www.w3.org/2000/svg}"


def texts(root: Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


@settings(max_examples=30, deadline=None)
@given(sites())
def test_every_space_and_door_of_any_site_is_drawn_once(site: Site) -> None:
    root = fromstring(drawing(site))
    for attribute, ids in (("data-space", site.spaces), ("data-door", site.doors)):
        assert Counter(each.get(attribute) for each in root.iter() if each.get(attribute)) == Counter(list(ids))
    unique = Counter(each.get("id") for each in root.iter() if each.get("id"))
    assert [id_ for id_, times in unique.items() if times > 1] == []


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1))
def test_a_name_is_never_markup(name: str) -> None:
    site = site_of({"a": {"zone": "public", "name": name}}, {"d": {"from": "outside", "to": "a", "name": name}})
    root = fromstring(drawing(site))
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        "svg", "title", "desc", "style", "defs", "pattern", "g", "use", "text", "rect", "circle", "path", "line",
    }  # fmt: skip


def test_a_name_with_markup_is_shown_as_it_is_written() -> None:
    site = site_of({"a": {"zone": "public", "name": 'R&D <script>alert("1")</script>'}}, {})
    text = drawing(site)
    assert "<script" not in text
    assert 'R&D <script>alert("1")</script>' in [each.text for each in fromstring(text).iter(f"{SVG}title")]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_comes_from_elsewhere_and_nothing_runs(name: str) -> None:
    text = drawing(example(name))
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert re.findall(r'href="(?!#)', text) == re.findall(r"url\((?!#)", text) == []
    assert re.findall(r"\son\w+=|<script|@import|<foreignObject|javascript:", text) == []
    referred = set(re.findall(r'href="#([^"]+)"', text)) | set(re.findall(r"url\(#([^)]+)\)", text))
    assert referred <= set(re.findall(r'id="([^"]+)"', text))


def test_a_screen_reader_has_a_title_and_every_door_in_words() -> None:
    site = example("porvoo")
    root = fromstring(drawing(site))
    assert root.get("role") == "img"
    title, described = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert described is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {described.get('id')}"
    assert title.text == "Porvoo shared service point – Zones and doors"
    lines = (described.text or "").splitlines()
    assert len(lines) == 1 + len(site.doors)
    assert lines[0].startswith("A drawing of 11 spaces and 18 doors: 2 spaces are public, 6 semi-public and 3 internal.")
    assert lines[1] == (
        "Main entrance: from outside to Lobby. Sliding door. Open through opening hours. Unlocked when power fails. "
        "Towards outside: Escape: opens freely."
    )


@pytest.mark.parametrize(
    ("language", "site_name", "room"),
    [
        ("fi", "Joensuun yhteinen palvelupiste", "Palveluhuone 10"),
        ("sv", "Gemensamt serviceställe i Joensuu", "Servicerum 10"),
        ("en", "Joensuu shared service point", "Service room 10"),
    ],
)
def test_names_are_in_the_language(language: str, site_name: str, room: str) -> None:
    root = fromstring(drawing(example("joensuu"), language))
    assert root.get("lang") == language
    assert site_name in texts(root)
    assert room in texts(root)


def test_a_space_is_not_called_by_the_name_of_a_door_with_its_id() -> None:
    spaces = {"a": {"zone": "public", "name": "Hall"}}
    root = fromstring(drawing(site_of(spaces, {"a": {"from": "outside", "to": "a", "name": "Gate"}})))
    assert {"Hall", "Gate"} <= set(texts(root))


def test_zones_differ_without_colour() -> None:
    root = fromstring(drawing(example("pelkosenniemi")))
    patterns = {each.get("id"): [child.tag.removeprefix(SVG) for child in each] for each in root.iter(f"{SVG}pattern")}
    assert patterns == {"plan-semi-public": ["rect", "circle", "circle"], "plan-internal": ["rect", "path"]}


def test_the_legend_says_what_is_drawn_and_nothing_else() -> None:
    def legend_of(site: Site) -> str:
        key = next(each for each in fromstring(drawing(site)).iter(f"{SVG}g") if each.get("class") == "legend")
        return " ".join(texts(key))

    simple = legend_of(site_of({"a": "public"}, {"d": {"from": "outside", "to": "a"}}))
    assert "Public" in simple
    assert "opens to a credential" in simple
    assert [word for word in ("Internal", "Interlocked", "Sliding", "scene", "Persons", "Escape") if word in simple] == []
    doors = {"d": {"from": "outside", "to": "a", "kind": "escape", "escape": {"back": "delayed"}, "interlock": ["e"]}}
    many = legend_of(site_of({"a": "public", "b": "internal"}, {**doors, "e": {"from": "a", "to": "b", "kind": "sliding"}}))
    assert [word for word in ("Internal", "Interlocked", "Sliding", "Escape door", "after a delay") if word not in many] == []


def test_another_process_draws_the_same_bytes() -> None:
    """Whatever order its sets happen to have."""
    command = [sys.executable, "-m", "edge.cli", "plan", str(EXAMPLES / "joensuu.yaml"), "-o", "-", "--language", "en"]
    other = subprocess.run(command, env={"PYTHONHASHSEED": "4711"}, capture_output=True, check=True, timeout=25)
    assert other.stdout.decode() == drawing(example("joensuu"))


def test_names_in_one_language_only_are_used_in_all() -> None:
    site = site_of({"a": {"zone": "public", "name": {"fi": "Aula"}}}, {})
    assert site.spaces["a"].name == Names(fi="Aula")
    assert "Aula" in texts(fromstring(drawing(site, "sv")))
