"""The daemon's end of the journal: append, replay, look back, keep, forget when the time has come."""

import contextlib
import json
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from edge.clock import Clock, SystemClock
from edge.errors import IllegalInput, OurFault, StartRefused
from edge.events import Event, decode, encode
from edge.journal import connections, tables
from edge.journal.chain import Head, Row, canonical, linked, linked_after_loss
from edge.journal.events import Checkpoint, JournalPruned, LossAccepted
from edge.journal.failures import JournalFailed, translated
from edge.journal.folder import Folder
from edge.journal.mark import Mark
from edge.journal.opening import Loss, prepare
from edge.journal.reserve import Reserve
from edge.journal.writer import Statement, Writer

ENTRIES = SQLModel.metadata.tables[str(tables.EntryRow.__tablename__)]
KEPT = SQLModel.metadata.tables[str(tables.KeptRow.__tablename__)]
_PAGE = 1000
"""Entries fetched at a time: no reader holds the file's past while its caller thinks."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is shown. hash: in hex; it stands for this entry and all before it."""

    seq: int
    at: datetime
    kind: str
    body: dict[str, Any]
    hash: str


class Journal:
    """Open it with `Journal.open`. Writes may come from any thread and take turns; reads have connections of their own."""

    def __init__(self, folder: Folder, clock: Clock, head: Head) -> None:
        self._folder = folder
        self._clock = clock
        self._head = head
        self._lock = threading.Lock()
        self._reserve = Reserve(folder.reserve)
        self._writer = Writer(folder.database, self._reserve)
        self._reader = connections.reader(folder.database)
        self._mark = Mark(folder.mark)

    @classmethod
    def open(cls, path: Path, *, clock: Clock | None = None, accept_loss: bool = False) -> "Journal":
        """Take the journal in this folder, which is made if missing. Raises StartRefused with what to do about it.

        accept_loss: start although entries are missing or the database is damaged; a damaged one is set aside, and a
        `LossAccepted` entry says what was lost.
        """
        folder = Folder(path)
        folder.lock()
        try:
            Reserve(folder.reserve).make_room()
            head, loss = prepare(folder, accept_loss=accept_loss)
            journal = cls(folder, clock or SystemClock(), head)
            journal._begin(loss)
        except (JournalFailed, OSError) as error:
            folder.unlock()
            raise StartRefused(f"The journal in {path} cannot be opened: {error}") from error
        except BaseException:
            folder.unlock()
            raise
        return journal

    def _begin(self, loss: Loss | None) -> None:
        self._reserve.fill()
        if loss:
            self._record_loss(loss)
        self._mark.write(self._head)
        self._mark.sync()  # or a power cut could bring back the mark of the last close, and ours would look like a forgery

    def _record_loss(self, loss: Loss) -> None:
        found, expected = self._head, loss.expected
        first = self._read(select(ENTRIES.c.prev).order_by(ENTRIES.c.seq).limit(1))
        event = LossAccepted(
            at=self._clock.now(), expected=expected.seq, expected_hash=expected.hash,
            found=found.seq, found_hash=found.hash,
            start_hash=first[0][0] if first else found.hash, problem=loss.problem,
        )  # fmt: skip
        row = linked_after_loss(found, expected, *_prepared(event))
        self._writer.commit(_inserted([row]))
        self._head = row.head
        self._mark.write_both(row.head)

    @property
    def head(self) -> Head:
        """The last entry's number and hash: noted elsewhere, it proves later that nothing before it was changed."""
        return self._head

    @property
    def last_seq(self) -> int:
        return self._head.seq

    @property
    def on_reserve(self) -> bool:
        """Whether the disk was so full that the room kept for alarms is given up."""
        return self._reserve.spent

    def append(self, events: Sequence[Event]) -> int:
        """All of the events, durable on return; returns the number of the last entry.

        Raises JournalFailed when the disk does not take them: then none is kept, and the call may be repeated.
        Raises IllegalInput, before anything is written, for an event that could not be read back at a restart.
        """
        if not events:
            return self.last_seq
        if unwanted := next((event for event in events if not event.journaled), None):
            raise OurFault(f"An event of kind {unwanted.kind!r} is not for the journal")
        prepared = [_prepared(event) for event in events]
        with self._lock:
            head = self._present_head()
            rows = []
            for fields in prepared:
                rows.append(linked(head, *fields))
                head = rows[-1].head
            self._commit(head, _inserted(rows))
            return head.seq

    def checkpoint(self, events: Iterable[Event]) -> int:
        """Store what rebuilds the present state, so that a restart begins to read here. Raises like `append`."""
        seq = self.append([Checkpoint.of(events, self._clock.now())])
        with contextlib.suppress(OSError):  # the entry is durable; an older mark is no lie
            self._mark.sync()
        self._reserve.fill()
        return seq

    def replay(self) -> Iterator[Event]:
        """The events that rebuild the state: those of the last checkpoint, then everything after it, journal events included.

        Raises IllegalInput for an entry that this version does not know.
        """
        start = self._last_checkpoint()
        for entry in self.entries(after=start - 1):
            event = decode(entry.kind, entry.body)
            if isinstance(event, Checkpoint):
                yield from event.events()
            else:
                yield event

    def since_checkpoint(self) -> int:
        """How many entries a restart would have to read one by one. Raises JournalFailed."""
        return self.last_seq - self._last_checkpoint()

    def entries(self, after: int = 0, limit: int | None = None, kinds: Collection[str] | None = None) -> Iterator[Entry]:
        """Entries with a number above `after`, oldest first; from any thread, also while others write. Raises JournalFailed."""
        wanted = select(ENTRIES).order_by(ENTRIES.c.seq)
        if kinds is not None:
            wanted = wanted.where(ENTRIES.c.kind.in_(kinds))
        left = limit
        while left is None or left > 0:
            page = self._read(wanted.where(ENTRIES.c.seq > after).limit(_PAGE if left is None else min(left, _PAGE)))
            if not page:
                return
            yield from map(_entry, page)
            after = page[-1][0]
            left = None if left is None else left - len(page)

    def newest_first(
        self, kinds: Collection[str], before: int | None = None, start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[Entry]:
        """Entries of these kinds with a number below `before` and a time from start until before end, a page at a time for as long
        as somebody asks: what lies far back costs nothing until then. Raises JournalFailed."""
        wanted = select(ENTRIES).where(ENTRIES.c.kind.in_(kinds)).order_by(ENTRIES.c.seq.desc()).limit(_PAGE)
        if start is not None:
            wanted = wanted.where(ENTRIES.c.at >= _instant(start))
        if end is not None:
            wanted = wanted.where(ENTRIES.c.at < _instant(end))
        while page := self._read(wanted if before is None else wanted.where(ENTRIES.c.seq < before)):
            yield from map(_entry, page)
            before = page[-1][0]

    def about(self, kinds: Collection[str], numbers: Collection[int]) -> Iterator[Entry]:
        """Entries of these kinds that carry one of the numbers as their field `number`, oldest first. SQLite looks through the
        file, which is much faster than to read every entry here. Raises JournalFailed."""
        carried = func.json_extract(ENTRIES.c.body, "$.number")
        wanted = select(ENTRIES).where(ENTRIES.c.kind.in_(kinds), carried.in_(numbers)).order_by(ENTRIES.c.seq)
        yield from map(_entry, self._read(wanted))

    def numbers_with(self, kinds: Collection[str], words: str) -> frozenset[int]:
        """The field `number` of entries of these kinds that may contain the words, whatever their case; some may not, so look at
        them. Raises JournalFailed."""
        carried = func.json_extract(ENTRIES.c.body, "$.number")
        wanted = select(carried).distinct().where(ENTRIES.c.kind.in_(kinds), ENTRIES.c.body.like(f"%{_loose(words)}%"))
        return frozenset(int(number) for (number,) in self._read(wanted) if number is not None)

    def keep(self, texts: Mapping[str, str]) -> None:
        """Store texts durably by name, instead of those before: all of them or, raising JournalFailed, none."""
        at = _instant(self._clock.now())
        statement = upsert(KEPT)
        statement = statement.on_conflict_do_update(
            index_elements=["name"], set_={"body": statement.excluded.body, "at": statement.excluded.at}
        )
        with self._lock:
            self._writer.commit((statement, [{"name": name, "body": text, "at": at} for name, text in texts.items()]))

    def kept(self, name: str) -> str | None:
        """Raises JournalFailed."""
        found = self._read(select(KEPT.c.body).where(KEPT.c.name == name))
        return str(found[0][0]) if found else None

    def prune(self, before: datetime) -> int:
        """Remove the oldest entries as far as they are from before then and before the last checkpoint; returns how many.

        Raises JournalFailed.
        """
        with self._lock:
            last = self._last_to_prune(before)
            if not last:
                return 0
            removed = self._read(select(func.count()).where(ENTRIES.c.seq <= last.seq))[0][0]
            head = self._present_head()
            event = JournalPruned(at=self._clock.now(), through=last.seq, hash=last.hash, before=before.astimezone(UTC))
            row = linked(head, *_prepared(event))
            self._commit(row.head, (delete(ENTRIES).where(ENTRIES.c.seq <= last.seq), []), _inserted([row]))
            return int(removed)

    def close(self) -> None:
        """Fold everything into the database and say in the mark that nothing follows."""
        with self._lock:
            self._reader.dispose()
            self._writer.close()
            with contextlib.suppress(OSError):  # an open mark is no lie either
                self._mark.write(self._head, closed=True)
                self._mark.sync()
            self._mark.close()
            self._folder.unlock()

    def _commit(self, head: Head, *statements: Statement) -> None:
        self._writer.commit(*statements)
        self._head = head
        with contextlib.suppress(OSError):  # the entries are durable; to fail now would store them twice
            self._mark.write(head)

    def _present_head(self) -> Head:
        """After a failure, ask the file: a commit may have failed and still have reached the disk."""
        if not self._writer.sure:
            try:
                self._head = self._stored_head()
            except DBAPIError as error:
                raise translated(error) from error
        return self._head

    def _stored_head(self) -> Head:
        connection = self._writer.connection()
        columns = select(ENTRIES.c.seq, ENTRIES.c.hash)
        known = connection.execute(columns.where(ENTRIES.c.seq == self._head.seq)).first()
        last = connection.execute(columns.order_by(ENTRIES.c.seq.desc()).limit(1)).first()
        connection.rollback()
        if self._head.seq and (known is None or tuple(known) != self._head):
            raise JournalFailed(f"The journal was changed by another program: entry {self._head.seq} is not what was written")
        return Head(*last) if last else self._head

    def _last_checkpoint(self) -> int:
        """0 where there is none. Read from the end, so that it costs what follows the checkpoint and not the whole history."""
        newest = select(ENTRIES.c.seq).where(ENTRIES.c.kind == Checkpoint.kind).order_by(ENTRIES.c.seq.desc()).limit(1)
        found = self._read(newest)
        return int(found[0][0]) if found else 0

    def _last_to_prune(self, before: datetime) -> Head | None:
        stop = self._read(select(func.min(ENTRIES.c.seq)).where(ENTRIES.c.at >= _instant(before)))[0][0]
        checkpoint = self._last_checkpoint()
        through = min(checkpoint, checkpoint if stop is None else stop) - 1
        found = self._read(
            select(ENTRIES.c.seq, ENTRIES.c.hash).where(ENTRIES.c.seq <= through).order_by(ENTRIES.c.seq.desc()).limit(1)
        )
        return Head(*found[0]) if found else None

    def _read(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        try:
            with self._reader.connect() as connection:
                return [tuple(row) for row in connection.execute(query)]
        except DBAPIError as error:
            raise translated(error) from error


def can_be_kept(event: Event) -> bool:
    """Whether `append` would take the event."""
    try:
        _prepared(event)
    except IllegalInput:
        return False
    return True


def _entry(row: tuple[Any, ...]) -> Entry:
    seq, at, kind, body, _, hash_ = row
    return Entry(seq, datetime.fromisoformat(at), kind, json.loads(body), hash_)


def _loose(words: str) -> str:
    """For LIKE: whatever a body writes in another way, such as ä and quotation marks, may be anything."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign == " ") else "%" for sign in words)


def _prepared(event: Event) -> tuple[str, str, str]:
    """Time, kind and body of an entry, proven to be readable: one that is not would stop every later start."""
    try:
        body = canonical(encode(event))
    except ValueError as error:
        raise IllegalInput(f"An event of kind {event.kind!r} cannot be written: {error}") from error
    again = decode(event.kind, json.loads(body))
    if isinstance(again, Checkpoint):
        for _ in again.events():
            pass
    return _instant(event.at), event.kind, body


def _instant(t: datetime) -> str:
    if t.tzinfo is None:
        raise IllegalInput(f"A time without a zone cannot be journaled: {t}")
    return t.astimezone(UTC).isoformat(timespec="microseconds")


def _inserted(rows: Sequence[Row]) -> Statement:
    return insert(ENTRIES), [row._asdict() for row in rows]
