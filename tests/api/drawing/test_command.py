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
