"""Reading the rows of a Microsoft 365 room mailbox: what `rooms.sources.graph` keeps, as the same occurrences that a feed gives.

Graph has expanded every series, so nothing recurs here; a row that cannot be read stays alone with its error.
Source: Microsoft Graph REST API v1.0, resource type event.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from edge.text import say
from rooms.ics import EventError, Feed, Occurrence
from rooms.ics_events import RoomReply, check_length
from rooms.ics_lines import Unreadable
from rooms.ics_series import Key, Window, rid_of
from rooms.ics_values import DAY, Length, Stamp, at, between, on
from rooms.ics_zones import iana_zone

Row = Mapping[str, Any]
"""One event as Graph writes it; an occurrence of a series may have only its times and the id of its master."""

_NOT_INHERITED = frozenset({"id", "type", "seriesMasterId", "originalStart", "start", "end"})
_BUSY = {"free": "FREE", "tentative": "TENTATIVE", "busy": "BUSY", "oof": "OOF", "workingelsewhere": "WORKINGELSEWHERE"}
_PARTSTAT = {
    "accepted": "ACCEPTED",
    "declined": "DECLINED",
    "tentativelyaccepted": "TENTATIVE",
    "notresponded": "NEEDS-ACTION",
}
_NO_STAMP = datetime(1, 1, 1, tzinfo=UTC)


def read_events(part: bytes, *, zone: ZoneInfo, window: Window) -> Feed:
    """window: aware UTC, end excluded. zone: of the building, where days begin and end.

    Raises Garbled (`Unreadable`, with a Text) when the part is not what the source keeps.
    """
    mailbox, rows = rows_of(part)
    reader = RowReader(mailbox, rows, zone)
    found: dict[tuple[str, str], Occurrence] = {}
    errors: list[EventError] = []
    for row in rows:
        if is_master(row):
            continue
        try:
            occurrence = reader.occurrence(row)
        except Unreadable as error:
            uid = reader.uid(row)
            errors.append(EventError(uid, error.about(uid), reader.rid_if_known(row)))
            continue
        if occurrence.start < window[1] and occurrence.end > window[0]:
            place = occurrence.uid, occurrence.rid
            found[place] = max(found.get(place, occurrence), occurrence, key=_age)
    ordered = sorted(found.values(), key=lambda occurrence: (occurrence.start, occurrence.uid, occurrence.rid))
    return Feed(tuple(ordered), tuple(errors), None)


def rows_of(part: bytes) -> tuple[str, list[Row]]:
    """The mailbox and its rows. Raises Unreadable."""
    try:
        kept = json.loads(part)
        mailbox, rows = kept["mailbox"], kept["events"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(say("What was kept of the mailbox cannot be read")) from error
    if not isinstance(mailbox, str) or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(say("What was kept of the mailbox cannot be read"))
    return mailbox, rows


def is_master(row: Row) -> bool:
    return row.get("type") == "seriesMaster"


def master_id(row: Row) -> str | None:
    """Of the series that the row is an instance of."""
    return None if is_master(row) else _text(row, "seriesMasterId")


def _is_slim(row: Row) -> bool:
    """Whether the row leaves to its master how it is booked."""
    return master_id(row) is not None and "showAs" not in row


def _age(occurrence: Occurrence) -> tuple[tuple[int, datetime], bool]:
    """Newest last; of two alike a cancellation wins."""
    return occurrence.revision, occurrence.status == "CANCELLED"


class RowReader:
    """Reads rows beside the masters of their series. mailbox: address of the room. Its methods raise Unreadable."""

    def __init__(self, mailbox: str, rows: Iterable[Row], zone: ZoneInfo) -> None:
        self._mailbox = mailbox.lower()
        self._masters = {str(row.get("id")): row for row in rows if is_master(row)}
        self._zone = zone

    def occurrence(self, row: Row) -> Occurrence:
        master, whole = self._master(row), self._whole(row)
        if _is_slim(whole):
            raise Unreadable(say("Event {uid} repeats, but the calendar has not told how its series is booked"))
        try:
            start, length = self._times(whole)
            rid = rid_of(self._key(whole, start))
        except OverflowError as error:
            raise Unreadable(say("Event {uid} has a time outside every calendar")) from error
        cancelled = _flag(whole, "isCancelled") or (master is not None and _flag(master, "isCancelled"))
        said = str(whole.get("showAs", "unknown")).lower()
        return Occurrence(
            uid=self.uid(row),
            rid=rid,
            start=start.utc,
            end=length.end(start.local, start.zone),
            all_day=start.all_day,
            status="CANCELLED" if cancelled else "CONFIRMED" if said in _BUSY else said.upper(),
            transp="TRANSPARENT" if said == "free" else "OPAQUE",
            busy=_BUSY.get(said),
            summary=_text(whole, "subject"),
            location=_text(_part(whole, "location"), "displayName"),
            replies=self._replies(whole),
            revision=(0, _modified(whole)),
            whole=master_id(row) is None,
            categories=tuple(dict.fromkeys(item for item in _list(whole, "categories") if isinstance(item, str))),
            organizer=_address(_part(whole, "organizer")),
            attendees=tuple(dict.fromkeys(address for item in _attendees(whole) if (address := _address(item)))),
        )

    def uid(self, row: Row) -> str:
        """One for the whole series: each instance has an iCalUId of its own, where it has one at all."""
        named = self._master(row) or row
        return _text(named, "iCalUId") or _text(row, "seriesMasterId") or _text(row, "id") or ""

    def rid_if_known(self, row: Row) -> str | None:
        try:
            whole = self._whole(row)
            return rid_of(self._key(whole, self._stamp(whole, "start")))
        except (Unreadable, OverflowError):
            return None

    def _master(self, row: Row) -> Row | None:
        return self._masters.get(master_id(row) or "")

    def _whole(self, row: Row) -> Row:
        master = self._master(row) or {}
        return {name: value for name, value in master.items() if name not in _NOT_INHERITED} | dict(row)

    def _times(self, row: Row) -> tuple[Stamp, Length]:
        start = self._stamp(row, "start")
        length = between(start, self._stamp(row, "end"))
        if start.all_day and not length.wall:
            length = Length(DAY)
        check_length(start, length)
        return start, length

    def _stamp(self, row: Row, name: str) -> Stamp:
        given = _part(row, name)
        written = given.get("dateTime")
        try:
            local = datetime.fromisoformat(written)  # type: ignore[arg-type] # told by its TypeError
        except (TypeError, ValueError) as error:
            raise Unreadable(say("Event {uid} has a time that cannot be read: {value}", value=str(written)[:60])) from error
        if _flag(row, "isAllDay"):
            return on(self._day(local, given), self._zone)
        return _instant(local, given)

    def _day(self, local: datetime, given: Row) -> date:
        """Graph writes the midnight of the day whatever the zone; Exchange itself the instant at which the day begins."""
        if local.time() == time():
            return local.date()
        here = _instant(local, given).utc.astimezone(self._zone)
        if here.time() != time():
            raise Unreadable(say("Event {uid} has a time that cannot be read: {value}", value=str(given["dateTime"])[:60]))
        return here.date()

    def _key(self, row: Row, start: Stamp) -> Key:
        """Where the series had an instance. The original start of an all-day one is the instant at which its day began."""
        master = self._master(row)
        days = start.all_day if master is None else _flag(master, "isAllDay")
        original = self._original_start(row) or start.utc
        return original.astimezone(self._zone).date() if days else original

    def _original_start(self, row: Row) -> datetime | None:
        written = _text(row, "originalStart")
        if row.get("type") != "exception" or written is None:
            return None
        try:
            original = datetime.fromisoformat(written)
        except ValueError as error:
            raise Unreadable(say("Event {uid} has a time that cannot be read: {value}", value=written[:60])) from error
        return original.replace(tzinfo=UTC) if original.tzinfo is None else original.astimezone(UTC)

    def _replies(self, row: Row) -> tuple[RoomReply, ...]:
        """What the room itself answered. Whoever put the event straight into its calendar has not asked it."""
        said = _response(row, "responseStatus")
        if said in ("", "none"):
            own = (item for item in _attendees(row) if item.get("type") == "resource" and _address(item) == self._mailbox)
            said = next((_response(item, "status") for item in own), "")
        return (RoomReply(self._mailbox, "", _PARTSTAT[said], is_room=True),) if said in _PARTSTAT else ()


def _instant(local: datetime, given: Row) -> Stamp:
    if local.tzinfo is not None:
        utc = local.astimezone(UTC)
        return Stamp(utc.replace(tzinfo=None), UTC, utc)
    name = _text(given, "timeZone") or ""
    zone = iana_zone(name)
    if zone is None:
        raise Unreadable(say("Event {uid} uses a time zone that is not known: {zone}", zone=name[:80]))
    return at(local, zone)


def _modified(row: Row) -> datetime:
    try:
        return datetime.fromisoformat(_text(row, "lastModifiedDateTime") or "").astimezone(UTC)
    except (ValueError, OverflowError):
        return _NO_STAMP


def _text(row: Row, name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) else None


def _flag(row: Row, name: str) -> bool:
    value = row.get(name, False)
    if not isinstance(value, bool):
        raise Unreadable(say("Event {uid} has a value that cannot be read: {value}", value=f"{name} {value}"[:60]))
    return value


def _part(row: Row, name: str) -> Row:
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def _list(row: Row, name: str) -> list[Any]:
    value = row.get(name)
    return value if isinstance(value, list) else []


def _attendees(row: Row) -> list[Row]:
    return [item for item in _list(row, "attendees") if isinstance(item, dict)]


def _address(item: Row) -> str | None:
    return (_text(_part(item, "emailAddress"), "address") or "").strip().lower() or None


def _response(item: Row, name: str) -> str:
    return (_text(_part(item, name), "response") or "").lower()
