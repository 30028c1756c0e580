"""The journal as JSON lines, for an auditor to take away and check anywhere."""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from edge.journal.audit import Verification, snapshot, verification
from edge.journal.chain import Head, Row, Walk, canonical, rows
from edge.journal.folder import Folder
from edge.text import Text, say


def export(path: Path, write: Callable[[str], object], after: int | None = None) -> int:
    """Write each entry above `after` as one line; returns how many. Raises Damaged, OSError, sqlite3.DatabaseError."""
    count = 0
    with snapshot(Folder(path)) as connection:
        for row in rows(connection, after or 0):
            write(_line(row) + "\n")
            count += 1
    return count


def verify_export(lines: Iterable[str], heads: Iterable[Head] = ()) -> Verification:
    """By the rules of `verify`, as far as an export goes: that nothing is missing at its end, only a noted head can tell."""
    walk: Walk | None = None
    findings: list[Text] = []
    for number, line in enumerate(lines, start=1):
        row = _row(line.removesuffix("\n"))
        if row is None:
            findings.append(say("Line {number}: it is not an entry as it was exported", number=number))
            continue
        walk = walk or Walk(trusted=row.seq != 1, noted=heads)
        findings += filter(None, [walk.step(row)])
    return verification(walk or Walk(noted=heads), findings)


def _line(row: Row) -> str:
    fields = row._asdict()
    with suppress(ValueError):  # a body that is not what we wrote is shown as the text it is
        fields["body"] = json.loads(row.body)
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":"), default=repr)


def _row(line: str) -> Row | None:
    """None for a line that differs in a single byte from what `export` writes for its content."""
    try:
        fields = json.loads(line)
        row = Row(**fields | {"body": canonical(fields["body"])})
        return row if _line(row) == line else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
