"""The hash chain: what an entry's hash covers, and how a walk along the entries finds whatever was done to them.

Standard library only, so that an exported journal can be checked anywhere.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring_ascii as _quoted
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


_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))


def canonical(value: object) -> str:
    """The one JSON text of a value: ASCII, keys sorted, no blanks. Raises ValueError for NaN and infinity."""
    return _ENCODER.encode(value)


def linked(head: Head, at: str, kind: str, body: str) -> Row:
    """The entry that follows `head`."""
    return _row(head.seq + 1, at, kind, body, head.hash)


def linked_after_loss(head: Head, expected: Head, at: str, kind: str, body: str) -> Row:
    """The entry that follows `head` with a number that no lost entry ever had."""
    return _row(max(head.seq, expected.seq) + 1, at, kind, body, head.hash)


def _row(seq: int, at: str, kind: str, body: str, prev: str) -> Row:
    return Row(seq, at, kind, body, prev, _hash(seq, at, kind, body, prev))


def _hash(seq: int, at: str, kind: str, body: str, prev: str) -> str:
    """SHA-256 over the hash before and canonical([seq, at, kind, body]), which is put together here: a start hashes many."""
    text = f"{prev}[{seq},{_quoted(at)},{_quoted(kind)},{_quoted(body)}]"
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def rows(connection: sqlite3.Connection, after: int = 0) -> Iterator[Row]:
    """Stored entries in the order of their numbers. Raises sqlite3.DatabaseError where the file is damaged."""
    select = "SELECT seq, at, kind, body, prev, hash FROM entries WHERE seq > ? ORDER BY seq"
    return map(Row._make, connection.execute(select, (after,)))


class Walk:
    """Goes along entries in order and says what is wrong with each.

    trusted: the entry before the first is not there to compare with, which is no finding (part of a journal).
    noted: entries that somebody saw and wrote down elsewhere; they must come by, unless retention removed them.
    """

    def __init__(self, *, trusted: bool = False, noted: Iterable[Head] = ()) -> None:
        self.count = 0
        self.first: Row | None = None
        self.last: Row | None = None
        self.remarks: list[Text] = []
        self._start_explained = trusted
        self._awaited = {head for head in noted if head != START}

    def step(self, row: Row) -> Text | None:
        """What is wrong with this entry, itself or in its place; None when nothing is."""
        problem = _problem_inside(row) or self._problem_in_place(row)
        if not problem and row.kind in _OWN_KINDS:
            self._note(row, body_of(row))
        self._awaited.discard(row.head)
        self.first = self.first or row
        self.last = row
        self.count += 1
        return problem

    def problems_at_end(self) -> Iterator[Text]:
        """What only the end can tell: whether something explains the first number, and which noted entries never came by."""
        if self.first and not self._start_explained:
            yield say("Entry {seq}: the entries before it are missing, and no record of retention explains it", seq=self.first.seq)
        last = self.last.seq if self.last else 0
        for head in sorted(self._awaited):
            if head.seq > last:
                yield say("Entry {seq}: it was written and is missing; the journal ends at entry {last}", seq=head.seq, last=last)
            elif self.first and head.seq >= self.first.seq:
                yield say("Entry {seq}: it is not the one that was noted when it was written", seq=head.seq)

    def _problem_in_place(self, row: Row) -> Text | None:
        if self.last is None:
            self._start_explained |= (row.seq == 1 and row.prev == GENESIS) or _accepts_loss(row, START)
            return None
        if row.prev != self.last.hash or (row.seq != self.last.seq + 1 and not _accepts_loss(row, self.last.head)):
            return say("Entry {seq}: it does not follow entry {last}; entries were removed, added or moved",
                       seq=row.seq, last=self.last.seq)  # fmt: skip
        return None

    def _note(self, row: Row, body: dict[str, Any]) -> None:
        self._start_explained |= (self.first or row).prev in (body.get("hash"), body.get("start_hash"))
        if row.kind == "journal-pruned":
            self.remarks.append(say("Entry {seq}: entries up to {through} were removed by retention",
                                    seq=row.seq, through=str(body.get("through"))))  # fmt: skip
        else:
            self.remarks.append(say("Entry {seq}: a loss was accepted at start; the journal should have reached {expected} "
                                    "and reached {found}",
                                    seq=row.seq, expected=str(body.get("expected")), found=str(body.get("found"))))  # fmt: skip


_OWN_KINDS = ("journal-pruned", "journal-loss-accepted")


def _problem_inside(row: Row) -> Text | None:
    try:
        sound = row.hash == _hash(*row[:5])
    except TypeError:  # bytes where there should be text
        sound = False
    return None if sound else say("Entry {seq}: its content does not match its hash", seq=row.seq)


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
