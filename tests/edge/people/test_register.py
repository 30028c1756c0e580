"""The file of people: whole or not there, for the owner's eyes, noticed at once, and nobody else's in when it is damaged."""

import logging
import stat
import threading
from pathlib import Path

import pytest

from edge.errors import IllegalCommand
from edge.people import changes
from edge.people.register import Register, UnreadableRegister
from edge.people.roll import NoSuchAccount, ProgramToken, Roll, digest_of, new_token
from tests.edge.people.quick import SINCE, add, quick_passwords, register_in

CANARY = "CANARY-salasana-1"


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return register_in(tmp_path)


def test_without_a_file_nobody_is_known_and_the_site_begins(register: Register) -> None:
    assert register.now().empty
    assert register.now().person("M. Virtanen") is None


def test_what_one_process_writes_another_reads_at_once(register: Register, tmp_path: Path) -> None:
    running = register_in(tmp_path)
    assert running.now().empty
    add(register, "M. Virtanen", "guard", CANARY)
    found = running.now().person("m.  virtanen")
    assert found is not None
    assert (found.name, found.role) == ("M. Virtanen", "guard")
    assert quick_passwords().check(found.secret, CANARY) == "password"
    register.change(lambda roll: roll.without_person("M. VIRTANEN"))
    assert running.now().empty


def test_only_the_owner_may_read_it_and_the_password_stands_nowhere(register: Register, tmp_path: Path) -> None:
    add(register, "M. Virtanen", "guard", CANARY)
    folder = tmp_path / "data"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = list(folder.iterdir())
    assert {file.name for file in files} == {"users.json", "users.lock"}
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert CANARY.encode() not in file.read_bytes()
    assert CANARY not in repr(register.now())


def test_each_change_that_matters_ends_the_sessions_of_before(register: Register) -> None:
    add(register, "M. Virtanen", "guard", CANARY)
    marks = [register.now().account("M. Virtanen").mark]
    for how in (
        lambda roll: changes.with_role(roll, "M. Virtanen", "lobby-host", None),
        lambda roll: changes.with_password(roll, quick_passwords(), "M. Virtanen", "another password"),
        lambda roll: changes.with_access(roll, "M. Virtanen", disabled=True),
        lambda roll: changes.with_access(roll, "M. Virtanen", disabled=False),
    ):
        register.change(how)
        marks.append(register.now().account("M. Virtanen").mark)
    assert len(set(marks)) == len(marks)
    register.change(lambda roll: changes.with_duress(roll, quick_passwords(), "M. Virtanen", "a password under threat"))
    assert register.now().account("M. Virtanen").mark == marks[-1]


def test_a_disabled_account_is_nobodys(register: Register) -> None:
    add(register, "M. Virtanen", "guard", CANARY)
    register.change(lambda roll: changes.with_access(roll, "M. Virtanen", disabled=True))
    assert register.now().person("M. Virtanen") is None
    assert not register.now().empty


@pytest.mark.parametrize("damage", [b"", b"{", b'{"people": {"x": {}}}', b"\xff"])
def test_a_damaged_file_changes_nothing_and_lets_nobody_new_in(
    register: Register, tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    add(register, "M. Virtanen", "guard", CANARY)
    running = register_in(tmp_path)
    assert running.now().person("M. Virtanen") is not None
    (tmp_path / "data" / "users.json").write_bytes(damage)
    with caplog.at_level(logging.ERROR):
        assert running.now().person("M. Virtanen") is not None
        assert running.now().person("M. Virtanen") is not None
    assert caplog.text.count("restore it from a copy. Who has an account stays as it was.") == 1
    started = register_in(tmp_path)
    assert not started.now().empty
    assert started.now().person("M. Virtanen") is None
    with pytest.raises(UnreadableRegister, match="restore it from a copy"):
        add(register, "L. Korhonen", "guard", CANARY)


def test_changes_at_the_same_time_wait_for_each_other(tmp_path: Path) -> None:
    def add_one(number: int) -> None:
        add(register_in(tmp_path), f"Guard {number}", "guard", CANARY)

    threads = [threading.Thread(target=add_one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(register_in(tmp_path).now().people) == 8


def test_a_refused_change_leaves_the_file_as_it_was(register: Register, tmp_path: Path) -> None:
    add(register, "M. Virtanen", "guard", CANARY)
    before = (tmp_path / "data" / "users.json").read_bytes()
    refused = [
        ("m. virtanen", "guard", None),
        ("x", "clerk", None),
        ("y", "guard", "dvv"),
        ("", "guard", None),
        ("a via b", "guard", None),
    ]
    for name, role, agency in refused:
        with pytest.raises(IllegalCommand):
            add(register, name, role, CANARY, agency)  # type: ignore[arg-type]
    with pytest.raises(NoSuchAccount):
        register.change(lambda roll: roll.without_person("nobody"))
    assert (tmp_path / "data" / "users.json").read_bytes() == before


def test_a_token_is_kept_as_its_hash_and_dies_when_its_time_comes() -> None:
    token, digest = new_token()
    roll = Roll().with_token(ProgramToken(name="panel", role="lobby-host", since=SINCE, until=SINCE.replace(hour=7), digest=digest))
    found = roll.bearer(token, SINCE)
    assert found is not None
    assert found.name == "panel"
    assert digest_of(token) == digest
    assert token not in roll.model_dump_json()
    assert roll.bearer(token, SINCE.replace(hour=7)) is None
    assert roll.bearer(token + "x", SINCE) is None
    assert roll.without_token("panel").bearer(token, SINCE) is None
