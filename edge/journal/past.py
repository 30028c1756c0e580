"""Long stretches of the past for a program of its own: read from the file and never through the controller that writes it."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection, DatabaseError
from typing import Any

from edge.events import Event, decode
from edge.journal.audit import snapshot
from edge.journal.chain import Head
from edge.journal.failures import JournalFailed
from edge.journal.folder import Damaged, Folder

Fits = Callable[[dict[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class PastJournal:
    """One journal as it was at one moment. Times are aware."""

    _connection: Connection

    def events(self, kinds: Collection[str], start: datetime | None, end: datetime, fits: Fits = lambda _: True) -> Iterator[Event]:
        """Of these kinds from start until before end, oldest first. fits: of their fields; what does not is not decoded."""
        places = ",".join("?" * len(kinds))
        found = self._connection.execute(
            f"SELECT kind, body FROM entries WHERE kind IN ({places}) AND at >= ? AND at < ? ORDER BY seq",  # noqa: S608 (marks)
            (*kinds, _written(start) if start is not None else "", _written(end)),
        )
        for kind, body in found:
            fields = json.loads(body)
            if fits(fields):
                yield decode(kind, fields)

    def headed(self, kinds: Collection[str], start: datetime, end: datetime) -> Iterator[tuple[Head, Event]]:
        """The same, each with its place in the chain."""
        places = ",".join("?" * len(kinds))
        found = self._connection.execute(
            f"SELECT seq, hash, kind, body FROM entries WHERE kind IN ({places}) AND at >= ? AND at < ? ORDER BY seq",  # noqa: S608 (marks)
            (*kinds, _written(start), _written(end)),
        )
        for seq, hash_, kind, body in found:
            yield Head(seq, hash_), decode(kind, json.loads(body))

    def last_before(self, t: datetime) -> Head | None:
        """The last entry before then."""
        select = "SELECT seq, hash FROM entries WHERE at < ? ORDER BY seq DESC LIMIT 1"
        found = self._connection.execute(select, (_written(t),)).fetchone()
        return Head(*found) if found else None

    def span(self) -> tuple[datetime, datetime] | None:
        """When the oldest and the newest entry were made that are kept."""
        select = "SELECT at FROM entries WHERE seq IN ((SELECT min(seq) FROM entries), (SELECT max(seq) FROM entries)) ORDER BY seq"
        found = [datetime.fromisoformat(at) for (at,) in self._connection.execute(select)]
        return (found[0], found[-1]) if found else None

    def gaps(self, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """While no controller ran: from the last entry before each start until that start."""
        found = self._connection.execute(
            "SELECT before.at, started.at FROM entries started JOIN entries before ON before.seq = "
            "(SELECT max(seq) FROM entries WHERE seq < started.seq) "
            "WHERE started.kind = 'daemon-started' AND started.at < ? ORDER BY started.seq",
            (_written(end),),
        )
        for stopped, started in found:
            yield datetime.fromisoformat(stopped), datetime.fromisoformat(started)


@contextmanager
def past_of(folder: Path) -> Iterator[PastJournal]:
    """The journal in a folder, also while a controller writes to it. Raises JournalFailed."""
    try:
        with snapshot(Folder(folder)) as connection:
            yield PastJournal(connection)
    except Damaged as error:
        raise JournalFailed(f"The journal in {folder} {error}.") from error
    except (DatabaseError, OSError) as error:
        raise JournalFailed(f"The journal in {folder} cannot be read: {error}") from error


def _written(t: datetime) -> str:
    return t.astimezone(UTC).isoformat(timespec="microseconds")
