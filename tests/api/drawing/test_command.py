"""`talonmies plan`: where it writes, and what it says."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edge.cli import app
from tests.api.drawing.buildings import EXAMPLES, drawing, example

PORVOO = EXAMPLES / "porvoo.yaml"


def talonmies(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["plan", *map(str, words)])


def test_it_writes_the_file_in_the_language_of_the_site_over_whatever_was_there(tmp_path: Path) -> None:
    file = tmp_path / "plan.svg"
    file.write_text("old", encoding="utf-8")
    said = talonmies(PORVOO, "-o", file)
    assert (said.exit_code, said.output) == (0, "")
    assert file.read_text(encoding="utf-8") == drawing(example("porvoo"), "fi")


def test_a_hyphen_is_standard_output() -> None:
    said = talonmies(PORVOO, "-o", "-", "--language", "sv")
    assert said.exit_code == 0
    assert said.stdout == drawing(example("porvoo"), "sv")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-o", "/no/such/place/plan.svg"], "/no/such/place/plan.svg cannot be written: there is no folder /no/such/place."),
        (["-o", "/"], "/ cannot be written: is a directory."),
        (["--language", "de"], "--language de: write one of fi, sv, en."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(words: list[str], told: str) -> None:
    said = talonmies(PORVOO, *words)
    assert (said.exit_code, said.stderr.strip(), said.stdout) == (1, told, "")


def test_a_site_that_is_measured_in_part_says_what_is_not(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(PORVOO.read_text(encoding="utf-8").replace("    area: [0, 0, 12.5, 6]\n", ""), encoding="utf-8")
    said = talonmies(file, "-o", tmp_path / "plan.svg")
    assert said.exit_code == 0
    assert said.stderr == "Drawn beside the plan, for want of an area: vero-office.\n"


def two_storeys(folder: Path) -> Path:
    file = folder / "site.yaml"
    file.write_text(
        "site: {id: house, name: House}\n"
        "spaces: {lobby: {zone: public}, hall: {zone: semi-public, storey: 2}}\n"
        "doors: {entrance: {from: outside, to: lobby}, stairs: {from: lobby, to: hall}}\n",
        encoding="utf-8",
    )
    return file


def test_of_several_storeys_the_lowest_is_drawn_and_the_others_are_named(tmp_path: Path) -> None:
    said = talonmies(two_storeys(tmp_path), "-o", "-", "--language", "en")
    assert said.exit_code == 0
    assert said.stderr == "Drawn is storey 1; with --storey: 2.\n"
    assert "Storey 1" in said.stdout
    assert ('id="space-lobby"' in said.stdout, 'id="space-hall"' in said.stdout) == (True, False)


def test_each_storey_is_drawn_for_the_asking(tmp_path: Path) -> None:
    said = talonmies(two_storeys(tmp_path), "-o", "-", "--storey", "2", "--language", "en")
    assert (said.exit_code, said.stderr) == (0, "")
    assert "Hall, door: from Lobby to Hall." in said.stdout
    assert ('id="space-lobby"' in said.stdout, 'id="space-hall"' in said.stdout) == (False, True)
    wrong = talonmies(two_storeys(tmp_path), "--storey", "3")
    assert (wrong.exit_code, wrong.stderr.strip()) == (1, "--storey 3: the site has 1, 2.")


def test_the_drawing_of_the_documents_is_the_one_of_today() -> None:
    assert (EXAMPLES.parent / "docs/images/joensuu-zones.svg").read_text(encoding="utf-8") == drawing(example("joensuu"))
