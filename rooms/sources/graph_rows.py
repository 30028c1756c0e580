"""The rows that are known of a mailbox, and what a round of changes or a look at one day makes of them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rooms.graph_events import Row, RowReader, is_master, master_id
from rooms.ics import Occurrence
from rooms.ics_lines import Unreadable
from rooms.ics_series import Window

Rows = Mapping[str, Row]
"""By id."""

_KEPT: Mapping[str, Any] = {
    "id": None,
    "type": None,
    "seriesMasterId": None,
    "iCalUId": None,
    "lastModifiedDateTime": None,
    "originalStart": None,
    "start": {"dateTime": None, "timeZone": None},
    "end": {"dateTime": None, "timeZone": None},
    "isAllDay": None,
    "isCancelled": None,
    "showAs": None,
    "subject": None,
    "location": {"displayName": None},
    "categories": None,
    "organizer": {"emailAddress": {"address": None}},
    "attendees": {"type": None, "emailAddress": {"address": None}, "status": {"response": None}},
    "responseStatus": {"response": None},
    "@removed": None,
}
"""What of an event is of use here; all else (its text, names of people) is let go at once."""
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def kept(row: Row) -> Row:
    return _pruned(row, _KEPT)  # type: ignore[no-any-return]


def _pruned(value: Any, wanted: Any) -> Any:
    """What is null is as good as absent."""
    if isinstance(value, list):
        return [_pruned(item, wanted) for item in value]
    if not isinstance(value, dict) or wanted is None:
        return value
    return {name: _pruned(value[name], wanted[name]) for name in wanted if value.get(name) is not None}


def encoded(mailbox: str, rows: Rows) -> bytes:
    """The same for the same rows; as `rooms.graph_events.rows_of` reads it."""
    events = [rows[event_id] for event_id in sorted(rows)]
    text = json.dumps({"mailbox": mailbox, "events": events}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "replace")


def after_round(rows: Rows, told: Iterable[Row]) -> dict[str, Row]:
    """A whole round: the last row of each id counts. Of a series that it speaks of, only what it speaks of is left, since nothing
    tells of an occurrence that was deleted; and the occurrences of a removed master go with it.
    """
    last = {row["id"]: row for row in told}
    there = {event_id: row for event_id, row in last.items() if "@removed" not in row}
    removed = last.keys() - there.keys()
    series = {master for row in there.values() if (master := row["id"] if is_master(row) else master_id(row))}
    stay = {
        event_id: row
        for event_id, row in rows.items()
        if event_id not in removed and master_id(row) not in series and master_id(row) not in removed
    }
    return stay | there


def masters_missed(rows: Rows, told: Iterable[Row]) -> list[str]:
    """Ids of series of which instances were told, but nobody has told yet what these have in common."""
    series = dict.fromkeys(master_id(row) for row in told if "@removed" not in row)
    return [event_id for event_id in series if event_id is not None and event_id not in rows]


def after_look(mailbox: str, rows: Rows, seen: Iterable[Row], window: Window, zone: ZoneInfo) -> tuple[dict[str, Row], int]:
    """The rows as they are once what was seen in a window is believed, and how many of them were different."""
    reader = RowReader(mailbox, rows.values(), zone)
    there = {row["id"]: row for row in seen}
    new = {event_id: row for event_id, row in there.items() if not _says_the_same(reader, rows.get(event_id), row)}
    gone = {
        event_id
        for event_id, row in rows.items()
        if event_id not in there and not is_master(row) and _is_surely_in(_read(reader, row), window, zone)
    }
    return {event_id: row for event_id, row in rows.items() if event_id not in gone} | new, len(new) + len(gone)


def _says_the_same(reader: RowReader, known: Row | None, row: Row) -> bool:
    if known is None:
        return False
    occurrence = _read(reader, row)
    return known == row if occurrence is None else occurrence == _read(reader, known)


def _read(reader: RowReader, row: Row) -> Occurrence | None:
    """Without its revision, and without persons and titles: after a restart those are not known of every row."""
    try:
        return replace(reader.occurrence(row), revision=(0, _NEVER), summary=None, organizer=None, attendees=())
    except Unreadable:
        return None


def _is_surely_in(occurrence: Occurrence | None, window: Window, zone: ZoneInfo) -> bool:
    """Whether any service would show it in the window; they differ about days, which to some are days of UTC."""
    if occurrence is None or occurrence.is_empty:
        return False
    stretches = [(occurrence.start, occurrence.end)]
    if occurrence.all_day:
        stretches.append((_labelled(occurrence.start, zone), _labelled(occurrence.end, zone)))
    return all(start < window[1] and end > window[0] for start, end in stretches)


def _labelled(midnight: datetime, zone: ZoneInfo) -> datetime:
    return midnight.astimezone(zone).replace(tzinfo=UTC)
