"""`talonmies desk-link`: a link is told once, drawn as a code, ends the one before, and is taken away."""

import re
from pathlib import Path
from xml.etree import ElementTree

from typer.testing import CliRunner, Result

from edge.cli import app
from edge.people.register import Register

SITE = "examples/joensuu.yaml"


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["desk-link", SITE, *words, "--data", str(data)])


def token_of(told: str) -> str:
    found = re.search(r"/relief/([\w-]{43})$", told, re.MULTILINE)
    assert found is not None
    return found[1]


def test_a_link_from_beginning_to_end(tmp_path: Path) -> None:
    register = Register(tmp_path)
    first = run(tmp_path, "desk-1", "--address", "https://talo.example.fi/")
    assert first.exit_code == 0
    assert "shown only now; one made before no longer holds: https://talo.example.fi/relief/" in first.stdout
    assert register.now().desk_of(token_of(first.stdout)) == "desk-1"
    second, other = run(tmp_path, "desk-1"), run(tmp_path, "desk-2")
    roll = register.now()
    assert [roll.desk_of(token_of(told.stdout)) for told in (first, second, other)] == [None, "desk-1", "desk-2"]
    assert run(tmp_path, "desk-1", "--revoke").stdout == "The link of desk-1 no longer holds.\n"
    assert register.now().desk_of(token_of(second.stdout)) is None
    assert register.now().empty, "a link is no account: the site's own token still signs people in"


def test_the_code_is_a_picture_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "desk-1.svg"
    assert run(tmp_path, "desk-1", "--svg", str(file)).exit_code == 0
    picture = ElementTree.parse(file).getroot()  # noqa: S314
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    missing = run(tmp_path, "desk-1", "--svg", str(tmp_path / "nowhere" / "x.svg"))
    assert missing.exit_code == 1
    assert "cannot be written" in missing.stderr
    assert token_of(missing.stderr)


def test_what_cannot_have_a_link(tmp_path: Path) -> None:
    nowhere = run(tmp_path, "palveluhuone-1")
    assert nowhere.exit_code == 1
    assert nowhere.stderr.startswith("No masking is meant for palveluhuone-1. Desks that have some: desk-1, desk-2, desk-3,")
    assert (run(tmp_path, "desk-1", "--revoke").exit_code, run(tmp_path, "desk-1", "--revoke").stderr) == (
        1,
        "There is no link for desk-1.\n",
    )
