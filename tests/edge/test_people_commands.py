"""`talonmies users`: what it says, what it writes, and what it refuses in one sentence."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edge import people_commands
from edge.cli import app
from edge.people.passwords import Passwords
from edge.people.register import Register
from tests.edge.people.quick import quick_passwords

BOSS = "There is no role boss: choose one of guard, lobby-host, facility-manager, clerk, auditor, installer."


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_commands, "Passwords", quick_passwords)


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--data", str(data)])


def shown(result: Result) -> str:
    found = re.search(r"shown only now: (\S+)", result.output)
    assert found is not None
    return found[1]


def test_an_account_from_beginning_to_end(tmp_path: Path) -> None:
    register = Register(tmp_path)
    added = run(tmp_path, "users", "add", "M. Virtanen", "--role", "guard")
    assert added.exit_code == 0
    assert "M. Virtanen may sign in as guard." in added.output
    first = shown(added)
    assert Passwords().check(register.now().account("M. Virtanen").secret, first) == "password"
    run(tmp_path, "users", "add", "A. Nieminen", "--role", "clerk", "--agency", "dvv")
    listed = run(tmp_path, "users", "list").output
    assert re.search(r"^A\. Nieminen  clerk  dvv  since \d{4}-\d\d-\d\d\nM\. Virtanen  guard  since", listed)
    second = shown(run(tmp_path, "users", "password", "m. virtanen"))
    forced = shown(run(tmp_path, "users", "duress", "M. Virtanen"))
    secret = register.now().account("M. Virtanen").secret
    assert [Passwords().check(secret, each) for each in (first, second, forced)] == ["no", "password", "duress"]
    assert run(tmp_path, "users", "role", "M. Virtanen", "--role", "lobby-host").exit_code == 0
    assert register.now().account("M. Virtanen").role == "lobby-host"
    assert run(tmp_path, "users", "disable", "M. Virtanen").exit_code == 0
    assert "lobby-host  disabled" in run(tmp_path, "users", "list").output
    assert run(tmp_path, "users", "enable", "M. Virtanen").exit_code == 0
    assert run(tmp_path, "users", "remove", "M. Virtanen").exit_code == 0
    assert "M. Virtanen" not in run(tmp_path, "users", "list").output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("users", "add", "X", "--role", "boss"), BOSS),
        (("users", "role", "M. Virtanen", "--role", "boss"), BOSS),
        (("users", "add", "X", "--role", "clerk"), "A clerk belongs to an agency"),
        (("users", "add", "X", "--role", "guard", "--agency", "dvv"), "Only a clerk belongs to an agency"),
        (("users", "add", "M. VIRTANEN", "--role", "guard"), "M. Virtanen has an account already."),
        (("users", "remove", "nobody"), "Nobody here is called nobody."),
        (("users", "password", "nobody"), "Nobody here is called nobody."),
        (("users", "role", "M. Virtanen", "--role", "clerk"), "A clerk belongs to an agency"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    run(tmp_path, "users", "add", "M. Virtanen", "--role", "guard")
    refused = run(tmp_path, *words)
    assert refused.exit_code == 1
    assert refused.stderr.startswith(sentence)
    assert len(refused.stderr.splitlines()) == 1
    assert "shown only now" not in refused.output


def test_without_anybody_it_says_who_signs_people_in(tmp_path: Path) -> None:
    assert run(tmp_path, "users", "list").output == "Nobody has an account: the site's own token signs people in.\n"


def test_a_token_from_beginning_to_end(tmp_path: Path) -> None:
    register = Register(tmp_path)
    words = ("--role", "lobby-host", "--room", "room-1", "--until", "2099-12-31")
    token = shown(run(tmp_path, "tokens", "add", "panel-1", *words))
    kept = register.now().tokens["panel-1"]
    assert (kept.role, kept.room, f"{kept.until:%Y-%m-%d %H:%M}") == ("lobby-host", "room-1", "2100-01-01 00:00")
    assert token not in (tmp_path / "users.json").read_text()
    listed = run(tmp_path, "tokens", "list").output
    assert re.match(r"^panel-1  lobby-host  room-1  since [\d-]+  until 2100-01-01 00:00 UTC\n$", listed)
    assert run(tmp_path, "tokens", "revoke", "panel-1").exit_code == 0
    assert run(tmp_path, "tokens", "list").output == "There are no tokens but those of the site file.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "panel-1", "--role", "guard"), "There is a token called panel-1 already: revoke it first."),
        (("add", "x", "--role", "boss"), BOSS),
        (("add", "x", "--role", "clerk"), "A clerk belongs to an agency"),
        (("add", "x", "--role", "guard", "--until", "tomorrow"), "--until tomorrow is no date"),
        (("add", "x", "--role", "guard", "--until", "2020-01-01"), "The token would have ended already."),
        (("add", "x", "--role", "guard", "--room", "Room 1"), "'Room 1' is no id of a site file"),
        (("revoke", "nothing"), "No token is called nothing."),
    ],
)
def test_a_token_that_cannot_be_is_refused_in_a_sentence(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    run(tmp_path, "tokens", "add", "panel-1", "--role", "lobby-host")
    refused = run(tmp_path, "tokens", *words)
    assert refused.exit_code == 1
    assert refused.stderr.startswith(sentence)
    assert len(refused.stderr.splitlines()) == 1
    assert "shown only now" not in refused.output
