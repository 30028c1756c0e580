"""What was committed is there after a kill, and a disk that fails makes no difference once it works again (R1, R4-R6, Q1, Q6)."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from edge.journal import Journal, JournalFailed, verify
from edge.journal.failures import translated
from tests.edge.journal.examples import copied, files_no_larger_than, press, raw, some_events


def _run_until_killed(folder: Path, after_s: float, first: int) -> list[int]:
    """A child appends and says which presses are durable; it is killed while it does. Returns what it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            journal = Journal.open(folder)
            for number in range(first, first + 100_000):
                journal.append([press(number), press(-number)][: 1 + number % 2])
                os.write(writing, b"%d\n" % number)
                if number % 40 == 39:
                    journal.checkpoint(journal.replay())
        finally:
            os._exit(1)
    os.close(writing)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    with open(reading, "rb") as said:
        accepted = [int(line) for line in said.read().splitlines()]
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the child failed by itself"
    return accepted


def _kill_often(folder: Path, kills: int, seed: int) -> int:
    rng = random.Random(seed)
    accepted: list[int] = []
    Journal.open(folder).close()
    for kill in range(kills):
        accepted += _run_until_killed(folder, rng.uniform(0.02, 0.2), first=1 + kill * 100_000)
        assert verify(folder).intact
    with closing(Journal.open(folder)) as journal:
        there = [event.press for event in journal.replay() if hasattr(event, "press")]
    assert len(there) == len(set(there)), "nothing twice"
    assert {f"p-{number}" for number in accepted} <= set(there)
    with raw(folder) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return len(accepted)


def test_nothing_accepted_is_lost_in_thirty_kills(tmp_path: Path) -> None:
    assert _kill_often(tmp_path / "journal", kills=30, seed=1) > 100


def test_a_kill_while_the_journal_is_made_leaves_one_that_opens(tmp_path: Path) -> None:
    for attempt in range(12):
        folder = tmp_path / f"journal-{attempt}"
        accepted = _run_until_killed(folder, attempt * 0.01, first=1)
        with closing(Journal.open(folder)) as journal:
            assert journal.last_seq >= len(accepted)
        assert verify(folder).intact


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_nothing_accepted_is_lost_in_three_thousand_kills(tmp_path: Path) -> None:
    for seed in range(60):
        assert _kill_often(tmp_path / f"journal-{seed}", kills=50, seed=seed) > 150


def test_whatever_is_left_of_the_write_ahead_log_the_mark_knows_better(tmp_path: Path) -> None:
    """A lying disk loses the end of the log: the journal opens whole, or says how much is missing; it is never quietly shorter."""
    with closing(Journal.open(tmp_path / "running")) as journal:
        for number in range(40):
            journal.append([press(number)])
        whole = copied(tmp_path / "running", tmp_path / "whole")
    (whole / "journal.db-shm").unlink()
    size = (whole / "journal.db-wal").stat().st_size
    rng = random.Random(5)
    for attempt in range(40):
        cut = copied(whole, tmp_path / f"cut-{attempt}")
        with (cut / "journal.db-wal").open("r+b") as log:
            log.truncate(rng.randrange(size))
        assert any("it was written and is missing" in finding.message for finding in verify(cut).findings)
        with pytest.raises(Exception, match="had come as far as entry 40"):
            Journal.open(cut)


def test_a_failing_disk_keeps_nothing_of_the_append_and_then_works_again(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path / "journal")) as journal:
        journal.append(some_events(10))
        for round_ in range(5):
            with files_no_larger_than(20_000):
                for _ in range(3):
                    with pytest.raises(JournalFailed, match="The journal could not be written: the disk gave"):
                        journal.append(some_events(400, 100))
                with pytest.raises(JournalFailed):
                    journal.keep({"calendar-2f": "x" * 100_000})
                assert [entry.seq for entry in journal.entries()] == list(range(1, 11 + round_)), "reading still works"
            assert journal.append([press(round_)]) == 11 + round_
    assert verify(tmp_path / "journal").entries == 15
    assert verify(tmp_path / "journal").intact


def test_a_failure_of_any_write_loses_nothing_accepted(tmp_path: Path) -> None:
    """The first write that fails moves, byte by kilobyte, through everything that a commit writes."""
    accepted = []
    with closing(Journal.open(tmp_path / "journal")) as journal:
        for step in range(60):
            with files_no_larger_than(4096 + step * 2048), suppress(JournalFailed):
                journal.append([press(step)])
                accepted.append(f"p-{step}")
        journal.append([press(1000)])
        there = [event.press for event in journal.replay() if hasattr(event, "press")]
    assert 5 < len(accepted) < 60, "both must have happened"
    assert there == [*accepted, "p-1000"]
    assert verify(tmp_path / "journal").intact


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """28 MiB: the reserve and little more. Needs the right to mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=28m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_takes_from_the_reserve_and_recovers_when_freed(small_disk: Path) -> None:
    filler = small_disk / "filler"
    with closing(Journal.open(small_disk / "journal")) as journal:
        journal.append([press(1)])
        assert not journal.on_reserve
        _fill(filler)
        accepted = _append_until_failure(journal)
        assert journal.on_reserve
        assert accepted > 1_000, "eight mebibytes are many alarms"
        with pytest.raises(JournalFailed, match="the disk is full"):
            journal.append(some_events(200))
        filler.unlink()
        assert journal.append([press(2)]) == accepted + 2
        journal.checkpoint([])
        assert not journal.on_reserve, "filled again for the next time"
    assert verify(small_disk / "journal").intact


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 65536):
            pass


def _append_until_failure(journal: Journal) -> int:
    accepted = 0
    with suppress(JournalFailed):
        while True:
            journal.append(some_events(200))
            accepted += 200
    return accepted


def test_a_full_disk_at_start_is_no_reason_not_to_start(small_disk: Path) -> None:
    with closing(Journal.open(small_disk / "journal")) as journal:
        journal.append([press(1)])
    _fill(small_disk / "filler")
    with closing(Journal.open(small_disk / "journal")) as journal:
        assert journal.append([press(2)]) == 2
        assert journal.on_reserve


def test_a_disk_that_turns_read_only_and_back(tmp_path: Path) -> None:
    """Root may write where modes say no, so the files are made immutable, which stops root too and open files as well."""
    folder = tmp_path / "journal"
    with closing(Journal.open(folder)) as journal:
        journal.append([press(1)])
        files = [str(folder / name) for name in ("journal.db", "journal.db-wal")]
        if not shutil.which("chattr") or subprocess.run(["chattr", "+i", *files], capture_output=True).returncode:
            pytest.skip("no right to make a file immutable")
        try:
            with pytest.raises(JournalFailed):
                journal.append([press(2)])
            assert [entry.seq for entry in journal.entries()] == [1]
        finally:
            subprocess.run(["chattr", "-i", *files], check=True)
        assert journal.append([press(2)]) == 2


def test_a_journal_changed_by_somebody_else_is_not_built_upon(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        journal.append(some_events(5))
        with raw(tmp_path) as database:
            database.execute("UPDATE entries SET seq = 6 WHERE seq = 5")
        with pytest.raises(JournalFailed):
            journal.append([press(1)])
        with pytest.raises(JournalFailed, match="changed by another program: entry 5"):
            journal.append([press(1)])


def test_an_unknown_failure_is_told_as_it_is() -> None:
    from sqlalchemy.exc import OperationalError

    assert str(translated(OperationalError("INSERT", {}, Exception("odd")))) == "The journal could not be written: odd"


def test_a_restart_with_a_hundred_thousand_alarms_is_quick(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    with closing(Journal.open(folder)) as journal:
        for start in range(0, 100_000, 5_000):
            if start == 90_000:
                journal.checkpoint(some_events(1_000))
            journal.append([press(number) for number in range(start, start + 5_000)])
    begin = time.perf_counter()
    with closing(Journal.open(folder)) as journal:
        assert sum(1 for _ in journal.replay()) == 11_000
        journal.append([press(1)])
        took = time.perf_counter() - begin
    assert took < 3.0
