"""What must be true of a journal before the controller builds on it.

Checked: the files, the schema, the chain from the last checkpoint on (which is what a restart reads), and the high-water mark.
Older entries are `verify`'s business: a start must take a panic within two seconds however long the history is.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from edge.errors import StartRefused
from edge.journal import mark, schema
from edge.journal.chain import START, Head, Walk, rows
from edge.journal.folder import Damaged, Folder

_ADVICE = "Restore the backup, or accept the loss explicitly (accept_loss), which is itself recorded"
_NOT_THE_FILE = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_BUSY", "SQLITE_READONLY", "SQLITE_PERM")


@dataclass(frozen=True, slots=True)
class Loss:
    """What a person accepted in order to start all the same."""

    expected: Head
    problem: str


def prepare(folder: Folder, *, accept_loss: bool) -> tuple[Head, Loss | None]:
    """Make the database ready to be opened; returns where its chain ends.

    Raises StartRefused, with what to do, for a damaged, shortened or unknown journal.
    """
    noted = mark.read(folder.mark)
    try:
        head, problem = _checked(folder, noted) if folder.database.exists() else _created(folder, noted)
    except Damaged as damage:
        head, problem = START, str(damage)
        if accept_loss:
            folder.set_aside()
            schema.create(folder.database)
    except OSError as error:
        raise StartRefused(f"The journal in {folder.path} cannot be opened: {error.strerror}") from error
    except sqlite3.DatabaseError as error:
        raise StartRefused(f"The journal in {folder.path} cannot be opened: {error}") from error
    if not problem:
        return head, None
    if not accept_loss:
        raise StartRefused(f"The journal in {folder.path} {problem}. {_ADVICE}.")
    return head, Loss(noted.newest if noted else head, problem)


def _created(folder: Folder, noted: mark.Reading | None) -> tuple[Head, None]:
    if noted and noted.newest != START:
        raise Damaged("is gone, although its high-water mark is there")
    if not noted:
        with closing(mark.Mark(folder.mark)) as new:  # before the database, so that one without a mark is always a loss
            new.write_both(START)
    schema.create(folder.database)
    return START, None


def _checked(folder: Folder, noted: mark.Reading | None) -> tuple[Head, str | None]:
    folder.check_files()
    try:
        with closing(sqlite3.connect(folder.database)) as connection:
            revision = schema.revision_of(connection)
        if revision != schema.REVISION:
            schema.migrate(folder.database, revision)
        with closing(sqlite3.connect(folder.database)) as connection:
            head = _end_of_sound_chain(connection)
            return head, _mark_problem(connection, noted, head)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "").startswith(_NOT_THE_FILE):
            raise
        raise Damaged(f"is damaged ({error})") from error


def _end_of_sound_chain(connection: sqlite3.Connection) -> Head:
    found = connection.execute("SELECT seq FROM entries WHERE kind = 'checkpoint' ORDER BY seq DESC LIMIT 1").fetchone()
    walk = Walk(trusted=found is not None)
    for row in rows(connection, after=found[0] - 1 if found else 0):
        if walk.step(row):
            raise Damaged(f"is damaged: the chain is broken at entry {row.seq}")
    if any(walk.problems_at_end()):
        raise Damaged("is damaged: its first entries are missing")
    return walk.last.head if walk.last else START


def _mark_problem(connection: sqlite3.Connection, noted: mark.Reading | None, head: Head) -> str | None:
    if noted is None:
        return "has lost its high-water mark" if head != START else None
    if head.seq < noted.newest.seq:
        return f"ends at entry {head.seq}, but had come as far as entry {noted.newest.seq}"
    for seq, expected in noted.heads:
        stored = connection.execute("SELECT hash FROM entries WHERE seq = ?", (seq,)).fetchone()
        if stored and stored[0] != expected:
            return f"is not the one that ran here: entry {seq} is another than its high-water mark says"
    if noted.closed and head != noted.newest:
        return f"goes on after entry {noted.newest.seq}, where the controller had closed it"
    return None
