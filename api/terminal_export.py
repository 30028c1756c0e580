"""The record of payment terminals as a table for other programs: one line for each terminal and day."""

import csv
import io
from collections.abc import Iterable, Iterator

from api.models_terminals import CountOut

COLUMNS = (
    "day", "counted_at", "terminal", "name", "agency", "standing", "sure", "dock", "bay", "space", "since", "seen_at", "room",
    "charge", "entry", "hash",
)  # fmt: skip


def csv_lines(days: Iterable[CountOut]) -> Iterator[str]:
    yield _line(COLUMNS)
    for day in days:
        for each in day.terminals:
            cells = (
                day.day, day.at, each.id, each.name, each.agency, each.standing, each.sure, each.dock, each.bay, each.space,
                each.since, each.seen_at, each.room, each.charge, day.seq, day.hash,
            )  # fmt: skip
            yield _line(cells)


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(["" if cell is None else str(cell) for cell in cells])
    return line.getvalue()
