"""A damaged, shortened, foreign or busy journal is refused in one clear sentence, and never quietly begun anew (R3, R16)."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from edge.errors import StartRefused
from edge.journal import Journal, LossAccepted, verify
from tests.edge.journal.examples import StoppedClock, copied, files_no_larger_than, press, raw, some_events
from tests.edge.journal.test_tampering import stale_rollback_journal

_PAGE = 4096


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three hundred entries, none of them a checkpoint; closed in order."""
    folder = tmp_path / "journal"
    with closing(Journal.open(folder)) as journal:
        journal.append(some_events(300))
        journal.keep({"calendar-2f": "bookings"})
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(StartRefused) as refused:
        Journal.open(folder)
    text = str(refused.value)
    assert str(folder) in text
    return text


def test_a_second_controller_is_refused(folder: Path) -> None:
    opener = f"from pathlib import Path; from edge.journal import Journal; Journal.open(Path({str(folder)!r}))"
    with closing(Journal.open(folder)) as journal:
        second = subprocess.run([sys.executable, "-c", opener], capture_output=True, text=True)
        assert second.returncode != 0
        assert second.stderr.splitlines()[-1].endswith(f"Another controller is running on the journal in {folder}: stop it first")
        assert "Another controller" in refusal(folder)
        assert journal.append([press(1)]) == 301
    Journal.open(folder).close()


def test_a_wrong_header_is_refused(folder: Path) -> None:
    database = folder / "journal.db"
    database.write_bytes(b"PK\3\4" + database.read_bytes()[4:])
    assert "its first bytes are not those of a database" in refusal(folder)
    database.write_bytes(b"")
    assert "its first bytes" in refusal(folder)


def test_a_zeroed_page_is_refused_wherever_it_is(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "journal.db").read_bytes()
    used = [page for page in range(len(whole) // _PAGE) if b"panic-lobby" in whole[page * _PAGE : (page + 1) * _PAGE]]
    assert len(used) > 10
    for page in used:
        hurt = copied(folder, tmp_path / f"page-{page}")
        with (hurt / "journal.db").open("r+b") as file:
            file.seek(page * _PAGE)
            file.write(b"\0" * _PAGE)
        assert "damaged" in refusal(hurt), f"page {page}"
        assert verify(hurt).findings


def test_a_flipped_byte_in_an_entry_is_refused_with_its_number(folder: Path) -> None:
    with raw(folder) as database:
        database.execute("UPDATE entries SET body = replace(body, 'true', 'false') WHERE seq = 153")
    assert "the chain is broken at entry 153" in refusal(folder)


def test_a_cut_file_is_refused(folder: Path, tmp_path: Path) -> None:
    size = (folder / "journal.db").stat().st_size
    for kept in (_PAGE, size // 2, size - _PAGE, size - 1):
        hurt = copied(folder, tmp_path / f"cut-{kept}")
        with (hurt / "journal.db").open("r+b") as file:
            file.truncate(kept)
        refusal(hurt)


def test_a_stale_rollback_journal_is_refused_and_left_alone(folder: Path, tmp_path: Path) -> None:
    stale = folder / "journal.db-journal"
    stale.write_bytes(stale_rollback_journal(tmp_path / "scratch"))
    before = (folder / "journal.db").read_bytes()
    assert "move that file away" in refusal(folder)
    assert (folder / "journal.db").read_bytes() == before
    stale.unlink()
    with closing(Journal.open(folder)) as journal:
        assert journal.last_seq == 300


def test_a_deleted_write_ahead_log_is_noticed(folder: Path, tmp_path: Path) -> None:
    with closing(Journal.open(folder)) as journal:
        journal.append([press(1), press(2)])
        killed = copied(folder, tmp_path / "killed")
    (killed / "journal.db-wal").unlink()
    (killed / "journal.db-shm").unlink()
    assert "ends at entry 300, but had come as far as entry 302" in refusal(killed)


def test_a_deleted_database_is_noticed(folder: Path) -> None:
    (folder / "journal.db").unlink()
    assert "is gone" in refusal(folder)


def test_a_deleted_mark_is_noticed(folder: Path) -> None:
    (folder / "journal.mark").unlink()
    assert "has lost its high-water mark" in refusal(folder)


def test_entries_added_while_nobody_ran_are_noticed(folder: Path, tmp_path: Path) -> None:
    closed = (folder / "journal.mark").read_bytes()
    with closing(Journal.open(folder)) as journal:
        journal.append([press(1)])
    (folder / "journal.mark").write_bytes(closed)
    assert "goes on after entry 300" in refusal(folder)


def test_another_journal_of_the_same_length_is_noticed(folder: Path, tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path / "other")) as other:
        other.append(some_events(310, 1))
    (tmp_path / "other" / "journal.db").replace(folder / "journal.db")
    assert "entry 300 is another than its high-water mark says" in refusal(folder)


def test_an_older_backup_of_the_database_is_noticed_and_can_be_accepted(folder: Path, tmp_path: Path) -> None:
    backup = (folder / "journal.db").read_bytes()
    with closing(Journal.open(folder)) as journal:
        journal.append(some_events(5))
    (folder / "journal.db").write_bytes(backup)
    assert "accept_loss" in refusal(folder)
    assert verify(folder).findings
    with closing(Journal.open(folder, clock=StoppedClock(), accept_loss=True)) as journal:
        assert journal.last_seq == 306, "the numbers of lost entries are not used again"
        lost = list(journal.replay())[-1]
        assert isinstance(lost, LossAccepted)
        assert (lost.expected, lost.found) == (305, 300)
        journal.append([press(1)])
    Journal.open(folder).close()
    found = verify(folder)
    assert found.intact
    assert len(found.remarks) == 1


def test_a_damaged_database_can_be_set_aside(folder: Path) -> None:
    with (folder / "journal.db").open("r+b") as file:
        file.write(b"\0" * 3 * _PAGE)
    with closing(Journal.open(folder, accept_loss=True)) as journal:
        assert [entry.seq for entry in journal.entries()] == [301]
        assert journal.kept("calendar-2f") is None
    assert verify(folder).intact
    assert (folder / "damaged-1" / "journal.db").stat().st_size > 10 * _PAGE
    Journal.open(folder).close()


def test_accepting_a_loss_where_there_is_none_changes_nothing(folder: Path) -> None:
    with closing(Journal.open(folder, accept_loss=True)) as journal:
        assert journal.last_seq == 300


def test_a_newer_schema_is_refused(folder: Path) -> None:
    with raw(folder) as database:
        database.execute("UPDATE alembic_version SET version_num = 'v0999'")
        database.execute("CREATE TABLE heard_of_later (id)")
    assert "was written by a newer version (v0999)" in refusal(folder)


def test_what_is_not_ours_in_the_database_is_refused(folder: Path) -> None:
    with raw(folder) as database:
        database.execute("CREATE TRIGGER quiet BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END")
    assert "quiet" in refusal(folder)


def test_a_database_without_its_tables_is_refused(folder: Path) -> None:
    with raw(folder) as database:
        database.execute("DROP TABLE entries")
    assert "its tables are gone" in refusal(folder)


def test_a_disk_that_fails_at_start_is_named(tmp_path: Path) -> None:
    with files_no_larger_than(6000):
        assert "cannot be opened" in refusal(tmp_path / "journal")
    Journal.open(tmp_path / "journal").close()


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be used" in refusal(tmp_path / "file")
    assert "cannot be used" in refusal(tmp_path / "file" / "below")
