"""The file of sessions: whole or not there, for the owner's eyes, and without anything that opens a session."""

import logging
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.people.session_file import KeptSession, SessionFile

SINCE = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)


def session(name: str) -> KeptSession:
    ends = SINCE + timedelta(hours=12)
    return KeptSession(digest=f"digest-{name}", name=name, role="guard", standing="account 7", since=SINCE, ends=ends)


def test_what_is_kept_is_read_again_in_its_order(tmp_path: Path) -> None:
    written = SessionFile(tmp_path)
    assert written.read() == ()
    for count in range(4):
        kept = written.keep([session(str(n)) for n in range(count)])
    kept.result(10)
    assert [each.name for each in SessionFile(tmp_path).read()] == ["0", "1", "2"]
    assert SessionFile(tmp_path).read() == (session("0"), session("1"), session("2"))
    written.keep([])
    written.close()
    assert SessionFile(tmp_path).read() == ()


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    SessionFile(tmp_path).keep([session("M. Virtanen")]).result(10)
    (file,) = tmp_path.iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("sessions.json", 0o600)


@pytest.mark.parametrize("body", [b"", b"{", b"[{}]", b'[{"digest": "x", "CANARY": 1}]', b"\xff"])
def test_a_damaged_file_signs_everybody_out_and_is_not_quoted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    (tmp_path / "sessions.json").write_bytes(body)
    with caplog.at_level(logging.WARNING, "talonmies"):
        assert SessionFile(tmp_path).read() == ()
    (told,) = caplog.messages
    assert "everybody has to sign in again" in told
    assert "CANARY" not in told


def test_what_cannot_be_written_leaves_nobody_signed_in_who_has_signed_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = SessionFile(tmp_path)
    file.keep([session("M. Virtanen")]).result(10)
    (tmp_path / "sessions.new").mkdir()  # in the way of the next version
    with caplog.at_level(logging.ERROR, "talonmies"):
        file.keep([]).result(10)
    assert "a restart signs everybody out" in caplog.text
    assert SessionFile(tmp_path).read() == ()
    (tmp_path / "sessions.new").rmdir()
    file.keep([session("L. Korhonen")]).result(10)
    assert [each.name for each in SessionFile(tmp_path).read()] == ["L. Korhonen"]
