"""The drawings beside a site file: found, compared with the site, and every fault told with its file and line."""

import os
from pathlib import Path

import pytest

from edge.site import LoadedSite, load_site
from edge.site.plans.tree import MAX_BYTES

SITE = """\
site: {id: house, name: House}
spaces:
  lobby: {zone: public}
  hall: {zone: semi-public, storey: 2}
doors:
  entrance: {from: outside, to: lobby}
  stairs: {from: lobby, to: hall}
plans:
"""
GROUND = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">
  <rect id="space:lobby" width="60" height="60"/>
  <rect id="door:entrance" y="20" width="4" height="12"/>
  <rect id="door-stairs" x="30" width="12" height="4"/>
</svg>
"""
NOT_USED = "site.yaml:9:6: warning: plans.1: The drawing a.svg is not used until it is mended; the storey is drawn without it."


def loaded(folder: Path, plans: str = "1: a.svg", drawing: str | bytes = GROUND) -> LoadedSite:
    (folder / "site.yaml").write_text(SITE + "  " + plans, encoding="utf-8")
    (folder / "a.svg").write_bytes(drawing.encode() if isinstance(drawing, str) else drawing)
    return load_site(folder / "site.yaml")


def told(site: LoadedSite, folder: Path) -> list[str]:
    return [str(finding).replace(f"{folder}/", "") for finding in site.findings]


def test_a_drawing_that_fits_is_the_storeys(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    assert told(found, tmp_path) == []
    assert found.site is not None
    drawing = found.site.drawings["1"]
    assert (drawing.view_box, drawing.spaces, list(drawing.doors)) == (
        (0, 0, 100, 100),
        {"lobby": (0, 0, 60, 60)},
        ["entrance", "stairs"],
    )


def test_each_fault_is_told_with_file_and_line_and_the_house_runs_without_the_drawing(tmp_path: Path) -> None:
    drawing = GROUND.replace("space:lobby", "space:loby").replace(
        'id="door-stairs" x="30" width="12"', 'id="door:stairs" x="300" width="12"'
    )
    drawing = drawing.replace("</svg>", '  <g id="door:entrance"/>\n  <path id="space:hall" d="M0 0h9"/>\n</svg>')
    found = loaded(tmp_path, drawing=drawing)
    assert told(found, tmp_path) == [
        NOT_USED,
        'a.svg:1:1: warning: plans.1: The space lobby is not in the drawing. Give its shape the id "space:lobby".',
        'a.svg:2:1: warning: plans.1: This storey has no space "loby". Did you mean "lobby"?',
        "a.svg:4:1: warning: plans.1: The door stairs lies outside what the drawing shows.",
        "a.svg:5:1: warning: plans.1: The door entrance is in the drawing twice, first in line 3.",
        'a.svg:6:1: warning: plans.1: This storey has no space "hall". Rename or remove it.',
    ]
    assert found.site is not None
    assert found.site.drawings == {}


def test_a_thing_without_a_shape_is_told(tmp_path: Path) -> None:
    drawing = GROUND.replace('<rect id="door:entrance" y="20" width="4" height="12"/>', '<text id="door:entrance">In</text>')
    assert told(loaded(tmp_path, drawing=drawing), tmp_path) == [
        NOT_USED,
        "a.svg:3:1: warning: plans.1: The door entrance has no shape in the drawing: it needs a path, a rect or the like.",
    ]


def test_a_door_between_storeys_is_in_both_drawings(tmp_path: Path) -> None:
    upper = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect id="space:hall" width="9" height="9"/></svg>'
    found = loaded(tmp_path, "2: a.svg", upper)
    assert told(found, tmp_path)[1:] == [
        'a.svg:1:1: warning: plans.2: The door stairs is not in the drawing. Give its shape the id "door:stairs".'
    ]


@pytest.mark.parametrize(
    "name",
    [
        "/etc/a.svg",
        "../a.svg",
        "x/../../a.svg",
        "..",
        "C:a.svg",
        "a\\b.svg",
        "a.svg/..",
        "https://a.example/a.svg",
        "a.png",
        '"a\\0.svg"',
        "''",
    ],
)
def test_a_name_that_leads_elsewhere_is_an_error(tmp_path: Path, name: str) -> None:
    found = loaded(tmp_path, f"1: {name}")
    assert found.site is None
    [finding] = [str(finding) for finding in found.findings]
    assert finding.endswith("is no drawing beside this file. Name an SVG file in its folder or below.")


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.svg").write_text(GROUND, encoding="utf-8")
    (inside / "b.svg").symlink_to(tmp_path / "secret.svg")
    found = loaded(inside, "1: b.svg")
    assert told(found, inside) == ["site.yaml:9:6: warning: plans.1: The drawing b.svg lies outside the folder of the site file."]
    (inside / "c.svg").symlink_to(inside / "a.svg")
    assert told(loaded(inside, "1: c.svg"), inside) == []


@pytest.mark.parametrize(
    ("plans", "drawing", "sentence"),
    [
        ("1: b.svg", GROUND, "site.yaml:9:6: warning: plans.1: The drawing b.svg is not there."),
        ("7: a.svg", GROUND, "site.yaml:9:3: warning: plans.7: No space is on storey 7, so its drawing is not used."),
        (
            "1: a.svg",
            GROUND + " " * MAX_BYTES,
            f"site.yaml:9:6: warning: plans.1: The drawing a.svg is larger than {MAX_BYTES} bytes.",
        ),
    ],
)
def test_what_is_not_there_or_too_large_is_a_warning(tmp_path: Path, plans: str, drawing: str, sentence: str) -> None:
    found = loaded(tmp_path, plans, drawing)
    assert told(found, tmp_path) == [sentence]
    assert found.site is not None
    assert found.site.drawings == {}


def test_a_folder_or_a_pipe_is_no_drawing(tmp_path: Path) -> None:
    (tmp_path / "b.svg").mkdir()
    os.mkfifo(tmp_path / "c.svg")
    for name in ("b.svg", "c.svg"):
        assert told(loaded(tmp_path, f"1: {name}"), tmp_path) == [
            f"site.yaml:9:6: warning: plans.1: The drawing {name} is not there."
        ]


def test_another_drawing_makes_another_site(tmp_path: Path) -> None:
    """So that a reload sees that something has changed."""
    before = loaded(tmp_path).site
    assert loaded(tmp_path).site == before
    assert loaded(tmp_path, drawing=GROUND.replace('height="60"', 'height="61"')).site != before
