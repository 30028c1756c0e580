"""`talonmies acoustics`: what masking can do for each pair, in words and as JSON, also for a site without masking."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from acoustics.plan import Planned, plan_of
from acoustics.privacy import Standing
from acoustics.zones import Zones
from edge.cli import app
from edge.site import load_site
from tests.docs.snippets import code_blocks

PAGE = Path("docs/acoustics.md")


def asked(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["acoustics", *map(str, words)])


@pytest.fixture
def page_site(tmp_path: Path) -> Path:
    (example,) = code_blocks(PAGE, "yaml")
    file = tmp_path / "site.yaml"
    file.write_text(example, encoding="utf-8")
    return file


def plans(file: Path) -> list[Planned]:
    site = load_site(file).site
    assert site is not None
    assert site.acoustics is not None
    return plan_of(Zones(site, site.acoustics))


def plan(file: Path, pair: str) -> Planned:
    """Of a pair that is planned for once."""
    (found,) = [each for each in plans(file) if each.pair.name == pair]
    return found


def test_the_page_shows_what_comes_out(page_site: Path) -> None:
    done = asked(page_site, "--language", "en")
    assert done.exit_code == 0
    shown = next(block for block in code_blocks(PAGE, "text") if block.startswith("Kirkkokatu"))
    beginning, _, end = shown.partition("...\n")
    assert done.stdout.startswith(beginning)
    assert done.stdout.endswith(end)


def test_missing_decibels_are_what_the_wall_needs_more(page_site: Path) -> None:
    safe = plan(page_site, "safe>corridor")
    needed = safe.needed[Standing.CONFIDENTIAL]
    assert needed is not None
    assert safe.most == 45.0
    assert safe.missing is not None
    assert safe.missing == pytest.approx(needed - 45.0, abs=0.05)
    assert safe.reached is Standing.LIMITED
    better = -int(-(38.0 + safe.missing) // 1)
    assert [remedy.values["needed"] for remedy in safe.remedies] == [better]
    mended = page_site.read_text(encoding="utf-8").replace("rating: 38", f"rating: {better}")
    page_site.write_text(mended, encoding="utf-8")
    assert plan(page_site, "safe>corridor").is_reached


def test_an_open_desk_is_told_what_would_do_it_instead(page_site: Path) -> None:
    desk = plan(page_site, "desk-1>lobby")
    assert desk.reached is Standing.OVERHEARABLE
    assert desk.masking is None
    metres = next(remedy.values["metres"] for remedy in desk.remedies if "metres" in remedy.values)
    farther = page_site.read_text(encoding="utf-8").replace("distance: 4}", f"distance: {metres}}}")
    page_site.write_text(farther, encoding="utf-8")
    assert plan(page_site, "desk-1>lobby").is_reached


def test_bookings_of_an_agency_are_planned_besides(page_site: Path) -> None:
    """Whoever comes without a booking is planned for as well."""
    targets = [each.target for each in plans(page_site) if each.pair.name == "room-1>lobby"]
    assert [(target.voice, target.insist) for target in targets] == [("normal", True), ("normal", False)]


def test_without_the_section_the_usual_building_is_planned(page_site: Path) -> None:
    text = page_site.read_text(encoding="utf-8")
    page_site.write_text(text[: text.index("acoustics:")], encoding="utf-8")
    done = asked(page_site, "--language", "en")
    assert done.exit_code == 0
    assert "has no section acoustics" in done.stdout
    found = json.loads(asked(page_site, "--format", "json").stdout)
    assert found["described"] is False
    assert {pair["insulation"] for pair in found["pairs"]} == {"assumed"}
    assert {pair["allowed_dba"] for pair in found["pairs"]} == {None}
    assert all(pair["reached"] == "overhearable" and pair["instead"] for pair in found["pairs"])


def test_json_says_the_same_of_every_pair(page_site: Path) -> None:
    found = json.loads(asked(page_site, "--format", "json", "--language", "en").stdout)
    safe = next(pair for pair in found["pairs"] if (pair["from"], pair["to"]) == ("safe", "corridor"))
    assert safe["voice"] == "raised"
    assert safe["meant"] == "confidential"
    assert safe["reached"] == "limited"
    assert safe["reached_door_open"] == "overhearable"
    assert safe["units"] == ["masking-corridor"]
    assert safe["needed_dba"]["confidential"] - safe["allowed_dba"] == pytest.approx(safe["missing_db"], abs=0.1)
    assert found["note"] == "An estimate, not a measurement"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_in_each_language(language: str) -> None:
    done = asked("examples/porvoo.yaml", "--language", language)
    assert done.exit_code == 0
    assert "{" not in done.stdout


def test_a_broken_site_file_is_told_and_not_planned(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("site: {id: a}\nspaces: {x: {zone: nowhere}}\n", encoding="utf-8")
    done = asked(file)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert str(file) in done.stderr
