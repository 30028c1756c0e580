"""The record of payment terminals to take away: a table with one line for each terminal and day, and lines to read."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from api.models_terminals import CountOut
from api.terminal_counts import doubt_of, missing_days, place_of
from edge.language import Renderer

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


def text_lines(days: Sequence[CountOut], renderer: Renderer) -> Iterator[str]:
    """For people: each day with its entry in the journal, and the days between that were not counted."""
    zone = renderer.site.local.zone
    if not days:
        yield renderer.say("Nothing was counted on these days.")
    for day in days:
        at = f"{day.at.astimezone(zone):%Y-%m-%d %H:%M}"
        yield f"{day.day}  " + renderer.say("Counted {time}, entry {seq} of the journal", time=at, seq=day.seq)
        for each in day.terminals:
            whose = each.agency_name or renderer.say("Shared by all")
            doubt = "" if each.sure or each.standing == "unknown" else f" ({renderer.text(doubt_of(each))})"
            yield f"  {each.name} · {whose} · {renderer.text(place_of(each))}{doubt}"
    if missing := missing_days([day.day for day in days]):
        listed = ", ".join(map(str, missing))
        yield renderer.say("Not counted, because the controller was away: {days}", days=listed)


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(["" if cell is None else str(cell) for cell in cells])
    return line.getvalue()
