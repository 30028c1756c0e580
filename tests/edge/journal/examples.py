"""Events, small clocks and the journal's files, as its tests need them."""

import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.events import ConditionBegan, DaemonStopped, Event, Observed
from edge.journal import Journal
from edge.text import Ref, say

NINE = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
"""Nine in the morning in Helsinki."""


@dataclass
class StoppedClock:
    t: datetime = field(default=NINE)

    def now(self) -> datetime:
        return self.t

    def seconds_until(self, t: datetime) -> float:
        return (t - self.t).total_seconds()

    def take_jump(self) -> float | None:
        return None


def press(number: int) -> Observed:
    at = NINE + timedelta(seconds=number)
    return Observed(at=at, device="panic-lobby", point="pressed", value=True, press=f"p-{number}", sent_at=at)


def some_events(count: int, start: int = 0) -> list[Event]:
    """Of three kinds, one a second."""

    def event(number: int) -> Event:
        at = NINE + timedelta(seconds=number)
        if number % 7 == 3:
            return ConditionBegan(
                at=at, type="panic", subject="desk-3", because=say("{device} was pressed", device=Ref("panic-lobby"))
            )
        return DaemonStopped(at=at) if number % 11 == 5 else press(number)

    return [event(number) for number in range(start, start + count)]


def pruned_journal(folder: Path) -> None:
    """About eighty entries with all that can be in a journal: a checkpoint, retention, an accepted loss; closed in order."""
    with closing(Journal.open(folder, clock=StoppedClock())) as journal:
        journal.append(some_events(30))
        journal.checkpoint(some_events(3))
        journal.append(some_events(20, 30))
        journal.prune(NINE + timedelta(seconds=10))
    with raw(folder) as database:
        database.execute("DELETE FROM entries WHERE seq > 50")
    with closing(Journal.open(folder, clock=StoppedClock(), accept_loss=True)) as journal:
        journal.append(some_events(40, 60))


@contextmanager
def raw(folder: Path) -> Iterator[sqlite3.Connection]:
    """The intruder's way in."""
    with closing(sqlite3.connect(folder / "journal.db")) as connection:
        yield connection
        connection.commit()


def copied(folder: Path, target: Path) -> Path:
    shutil.copytree(folder, target)
    return target


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Every write beyond that size fails, as on a disk that gives errors; works for any user on any file system."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
