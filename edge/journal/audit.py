"""Proof that nothing in a journal was changed, removed, added or moved; also while the controller runs, and without a trace."""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from edge.journal import mark, schema
from edge.journal.chain import START, Head, Walk, rows
from edge.journal.folder import Damaged, Folder
from edge.text import Text, say


@dataclass(frozen=True, slots=True)
class Verification:
    """What was read and what is wrong. remarks: gaps that the journal itself records; for the reader to judge."""

    entries: int
    first: int | None
    head: Head
    findings: tuple[Text, ...]
    remarks: tuple[Text, ...] = ()

    @property
    def last(self) -> int | None:
        return self.head.seq if self.entries else None

    @property
    def intact(self) -> bool:
        return not self.findings


def verify(path: Path, heads: Iterable[Head] = ()) -> Verification:
    """heads: places noted outside this computer earlier on, which the journal must still hold."""
    folder = Folder(path)
    before = mark.read(folder.mark)
    walk = Walk(noted=(*(before.heads if before else ()), *heads))
    findings = [] if before else [say("The high-water mark is missing or unreadable")]
    try:
        with snapshot(folder) as connection:
            schema.revision_of(connection)
            findings += filter(None, map(walk.step, rows(connection)))
    except (Damaged, sqlite3.DatabaseError, OSError) as error:
        findings.append(say("After entry {seq} the database cannot be read: {problem}",
                            seq=walk.last.seq if walk.last else 0, problem=str(error)))  # fmt: skip
    findings += filter(None, [_added_after_close(folder, before, walk)])
    return verification(walk, findings)


def verification(walk: Walk, findings: Iterable[Text]) -> Verification:
    """The result of a walk that has come to its end."""
    return Verification(
        walk.count,
        walk.first.seq if walk.first else None,
        walk.last.head if walk.last else START,
        (*findings, *walk.problems_at_end()),
        tuple(walk.remarks),
    )


def _added_after_close(folder: Folder, before: mark.Reading | None, walk: Walk) -> Text | None:
    if before and walk.last and before.closed and walk.last.seq > before.newest.seq and mark.read(folder.mark) == before:
        return say("Entry {seq}: it follows entry {last}, where the controller had closed the journal",
                   seq=walk.last.seq, last=before.newest.seq)  # fmt: skip
    return None


@contextmanager
def snapshot(folder: Folder) -> Iterator[sqlite3.Connection]:
    """The database as it is at this moment, without changing it: a running controller's in place, any other as a copy.

    SQLite would otherwise recover, fold or roll back what it finds, and the evidence with it.
    """
    if not folder.database.exists():
        raise Damaged("is gone")
    in_use = Path(f"{folder.database}-shm").exists() and not folder.stale_journal.exists()
    with TemporaryDirectory() as temporary:
        database = folder.database if in_use else _copied(folder.database, Path(temporary))
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode={'ro' if in_use else 'rw'}", uri=True)) as connection:
            yield connection


def _copied(database: Path, target: Path) -> Path:
    for path in (database, Path(f"{database}-wal")):
        if path.exists():
            shutil.copyfile(path, target / path.name)
    return target / database.name
