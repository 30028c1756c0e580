"""The hash chain: what an entry's hash covers, and how a walk along the entries finds whatever was done to them.

Standard library only, so that an exported journal can be checked anywhere.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from edge.text import Text, say

GENESIS = "0" * 64
"""The hash before the first entry."""


class Head(NamedTuple):
    """One place in the chain."""

    seq: int
    hash: str


START = Head(0, GENESIS)


class Row(NamedTuple):
    """One entry as stored. at: ISO 8601 in UTC with microseconds. body: canonical JSON. prev, hash: SHA-256 in hex."""

    seq: int
    at: str
    kind: str
    body: str
    prev: str
    hash: str

    @property
    def head(self) -> Head:
        return Head(self.seq, self.hash)


def canonical(value: object) -> str:
    """The one JSON text of a value: ASCII, keys sorted, no blanks. Raises ValueError for NaN and infinity."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))


def linked(head: Head, at: str, kind: str, body: str) -> Row:
    """The entry that follows `head`."""
    return _row(head.seq + 1, at, kind, body, head.hash)


def linked_after_loss(head: Head, expected: Head, at: str, kind: str, body: str) -> Row:
    """The entry that follows `head` with a number that no lost entry ever had."""
    return _row(max(head.seq, expected.seq) + 1, at, kind, body, head.hash)


def _row(seq: int, at: str, kind: str, body: str, prev: str) -> Row:
    return Row(seq, at, kind, body, prev, _hash(seq, at, kind, body, prev))


def _hash(seq: int, at: str, kind: str, body: str, prev: str) -> str:
    return hashlib.sha256((prev + canonical([seq, at, kind, body])).encode("utf-8", "backslashreplace")).hexdigest()


def rows(connection: sqlite3.Connection, after: int = 0) -> Iterator[Row]:
    """Stored entries in the order of their numbers. Raises sqlite3.DatabaseError where the file is damaged."""
    select = "SELECT seq, at, kind, body, prev, hash FROM entries WHERE seq > ? ORDER BY seq"
    return map(Row._make, connection.execute(select, (after,)))


class Walk:
    """Goes along entries in order and says what is wrong with each.

    trusted: the entry before the first is not there to compare with, which is no finding (part of a journal).
    """

    def __init__(self, *, trusted: bool = False) -> None:
        self.count = 0
        self.first: Row | None = None
        self.last: Row | None = None
        self.remarks: list[Text] = []
        self._trusted = trusted
        self._start_explained = trusted

    def step(self, row: Row) -> Text | None:
        """What is wrong with this entry, itself or in its place; None when nothing is."""
        problem = _problem_inside(row) or self._problem_in_place(row)
        if not problem and row.kind in _OWN_KINDS:
            self._note(row, body_of(row))
        self.first = self.first or row
        self.last = row
        self.count += 1
        return problem

    def problem_at_start(self) -> Text | None:
        """Ask after the last step: only then is it known whether a retention record explains the first number."""
        if self.first is None or self._start_explained:
            return None
        return say("Entry {seq}: the entries before it are missing, and no record of retention explains it", seq=self.first.seq)

    def _problem_in_place(self, row: Row) -> Text | None:
        if self.last is None:
            self._start_explained |= (row.seq == 1 and row.prev == GENESIS) or _accepts_loss(row, START)
            return None
        if row.prev != self.last.hash or (row.seq != self.last.seq + 1 and not _accepts_loss(row, self.last.head)):
            return say("Entry {seq}: it does not follow entry {last}; entries were removed, added or moved",
                       seq=row.seq, last=self.last.seq)  # fmt: skip
        return None

    def _note(self, row: Row, body: dict[str, Any]) -> None:
        if row.kind == "journal-pruned":
            first = self.first or row
            self._start_explained |= (body.get("through"), body.get("hash")) == (first.seq - 1, first.prev)
            self.remarks.append(say("Entry {seq}: entries up to {through} were removed by retention",
                                    seq=row.seq, through=str(body.get("through"))))  # fmt: skip
        else:
            self.remarks.append(say("Entry {seq}: a loss was accepted at start; the journal should have reached {expected} "
                                    "and reached {found}",
                                    seq=row.seq, expected=str(body.get("expected")), found=str(body.get("found"))))  # fmt: skip


_OWN_KINDS = ("journal-pruned", "journal-loss-accepted")


def _problem_inside(row: Row) -> Text | None:
    if not isinstance(row.seq, int) or not all(isinstance(field, str) for field in row[1:]):
        return say("Entry {seq}: a field is of the wrong type", seq=str(row.seq))
    if row.hash != _hash(*row[:5]):
        return say("Entry {seq}: its content does not match its hash", seq=row.seq)
    return None


def _accepts_loss(row: Row, last: Head) -> bool:
    """Whether a gap before this entry is one that a person accepted, and not one that somebody made."""
    if row.kind != "journal-loss-accepted" or row.prev != last.hash:
        return False
    body = body_of(row)
    accepted = Head(body.get("expected", 0), body.get("expected_hash", GENESIS))
    return row == linked_after_loss(last, accepted, row.at, row.kind, row.body) and body.get("found") == last.seq


def body_of(row: Row) -> dict[str, Any]:
    """The fields in an entry's body; none where somebody wrote what is no JSON object there."""
    try:
        body = json.loads(row.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
