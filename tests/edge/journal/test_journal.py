"""What the daemon asks of the journal in daily life."""

import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.errors import IllegalInput, OurFault
from edge.events import Event, Observed
from edge.journal import Checkpoint, Journal, JournalFailed, JournalPruned, verify
from tests.edge.journal.examples import NINE, StoppedClock, press, raw, some_events


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal.open(tmp_path / "journal", clock=StoppedClock())) as journal:
        yield journal


def test_a_restart_reads_back_what_was_written(tmp_path: Path) -> None:
    written = some_events(50)
    with closing(Journal.open(tmp_path)) as journal:
        assert journal.append(written[:20]) == 20
        assert journal.append(written[20:]) == 50
    with closing(Journal.open(tmp_path)) as journal:
        assert list(journal.replay()) == written
        assert journal.append([press(99)]) == 51


def test_a_restart_begins_at_the_last_checkpoint(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        journal.append(some_events(20))
        journal.checkpoint(some_events(5))
        journal.append(some_events(3, 20))
        journal.checkpoint([press(7)])
        journal.append(some_events(4, 30))
    with closing(Journal.open(tmp_path)) as journal:
        assert list(journal.replay()) == [press(7), *some_events(4, 30)]


def test_how_much_a_restart_would_read(journal: Journal) -> None:
    assert journal.since_checkpoint() == 0
    journal.append(some_events(20))
    assert journal.since_checkpoint() == 20
    journal.checkpoint([])
    journal.append(some_events(3))
    assert journal.since_checkpoint() == 3


def test_nothing_to_append_writes_nothing(journal: Journal) -> None:
    journal.append([press(1)])
    head = journal.head
    assert journal.append([]) == 1
    assert journal.head == head
    assert [entry.seq for entry in journal.entries()] == [1]


def test_entries_by_number_and_kind(journal: Journal) -> None:
    journal.append(some_events(2500))
    assert [entry.seq for entry in journal.entries()] == list(range(1, 2501))
    assert [entry.seq for entry in journal.entries(after=2490)] == list(range(2491, 2501))
    assert [entry.seq for entry in journal.entries(after=10, limit=1200)] == list(range(11, 1211))
    began = list(journal.entries(kinds={"condition-began"}, limit=2))
    assert [(entry.seq, entry.kind) for entry in began] == [(4, "condition-began"), (11, "condition-began")]
    assert began[0].at == NINE + timedelta(seconds=3)
    assert began[0].body["because"] == {"message": "{device} was pressed", "values": {"device": {"id": "panic-lobby"}}}
    assert not list(journal.entries(kinds=()))


def test_others_read_while_one_writes(journal: Journal) -> None:
    seen: list[list[int]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set() or not seen:
            seen.append([entry.seq for entry in journal.entries()])

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(100):
        journal.append([press(number)])
    done.set()
    reader.join()
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)
    assert [entry.seq for entry in journal.entries()] == list(range(1, 101))


def test_writers_from_several_threads_take_turns(journal: Journal) -> None:
    threads = [threading.Thread(target=journal.append, args=([press(number)],)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {event.press for event in journal.replay() if isinstance(event, Observed)} == {f"p-{n}" for n in range(20)}


def test_the_last_good_text_is_kept(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        assert journal.kept("calendar-2f") is None
        journal.keep({"calendar-2f": "first"})
        journal.keep({"calendar-2f": "BEGIN:VCALENDAR äö"})
    with closing(Journal.open(tmp_path)) as journal:
        assert journal.kept("calendar-2f") == "BEGIN:VCALENDAR äö"


def test_texts_are_kept_together_or_not_at_all(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        journal.keep({"a": "1", "b": "1"})
        with pytest.raises(JournalFailed):
            journal.keep({"a": "2", "b": None})  # type: ignore[dict-item]
        assert (journal.kept("a"), journal.kept("b")) == ("1", "1")
        journal.keep({"b": "3", "c": "3"})
        assert [journal.kept(name) for name in "abc"] == ["1", "3", "3"]


def test_retention_removes_what_is_old_and_says_so(journal: Journal, tmp_path: Path) -> None:
    journal.append(some_events(10))
    journal.checkpoint([press(1)])
    journal.append(some_events(10, 10))
    assert journal.prune(NINE + timedelta(seconds=4)) == 4
    assert [entry.seq for entry in journal.entries()] == list(range(5, 23))
    assert journal.prune(NINE + timedelta(days=1)) == 6, "a restart still needs what follows the checkpoint"
    assert list(journal.replay())[:2] == [press(1), *some_events(1, 10)]
    assert [event.through for event in journal.replay() if isinstance(event, JournalPruned)] == [4, 10]
    found = verify(tmp_path / "journal")
    assert found.intact
    assert [dict(remark.values)["through"] for remark in found.remarks] == ["4", "10"]


def test_retention_without_a_checkpoint_or_anything_old_removes_nothing(journal: Journal) -> None:
    journal.append(some_events(10))
    assert journal.prune(NINE + timedelta(days=1)) == 0
    journal.checkpoint([])
    assert journal.prune(NINE) == 0
    assert journal.last_seq == 11


def test_what_retention_removed_is_not_left_in_the_file(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        journal.append([Observed(at=NINE, device="dock-1", point="terminal", value=f"personal-{n}") for n in range(200)])
        journal.append(some_events(10, 1))
        journal.checkpoint([])
        journal.append(some_events(10, 20))
        assert journal.prune(NINE + timedelta(seconds=1)) == 200
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"personal-" not in left
    assert b"panic-lobby" in left


def test_nobody_else_may_read_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "journal"
    with closing(Journal.open(folder)) as journal:
        journal.append([press(1)])
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}
    assert {"journal.db", "journal.db-wal", "journal.mark", "journal.lock"} <= set(modes)


def test_the_database_loses_nothing_at_a_power_cut(journal: Journal, tmp_path: Path) -> None:
    journal.append([press(1)])
    writer = journal._writer.connection()
    assert writer.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
    assert writer.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    writer.rollback()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mumbled(Event):
    kind = "mumbled"
    journaled = False


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        (Mumbled(at=NINE), OurFault),
        (Observed(at=NINE, device="d", point="p", value=float("nan")), IllegalInput),
        (Observed(at=datetime(2026, 1, 1), device="d", point="p", value=1), IllegalInput),  # noqa: DTZ001
        (Checkpoint(at=NINE, state=(("never-heard-of", {"at": "2026-01-01T00:00:00Z"}),)), IllegalInput),
    ],
    ids=["telemetry", "not a number", "no time zone", "unreadable checkpoint"],
)
def test_what_a_restart_could_not_read_is_never_written(journal: Journal, event: Event, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        journal.append([press(1), event])
    assert journal.last_seq == 0
    assert journal.append([press(1)]) == 1


def test_a_device_may_send_any_text(journal: Journal) -> None:
    text = "ä\0\ud800\u202e" + "x" * 100_000
    journal.append([Observed(at=NINE, device="d", point="p", value=text)])
    assert [event.value for event in journal.replay() if isinstance(event, Observed)] == [text]


def test_a_journal_closed_and_opened_many_times_stays_one_chain(tmp_path: Path) -> None:
    for number in range(10):
        with closing(Journal.open(tmp_path)) as journal:
            assert journal.append([press(number)]) == number + 1
    assert verify(tmp_path).entries == 10
    assert verify(tmp_path).intact
    with raw(tmp_path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
