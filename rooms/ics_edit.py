"""Changing one booking in an iCalendar object, line by line: all that is not about its end stays as it was written.

Source: RFC 5545, 3.8.4.4 (RECURRENCE-ID) and 3.8.7 (SEQUENCE, DTSTAMP).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from edge.text import say
from rooms.ics import Occurrence, read_feed
from rooms.ics_events import is_onwards, recurrence, revision, start_of
from rooms.ics_lines import Component, Unreadable, components
from rooms.ics_rules import Allowance
from rooms.ics_series import key_of, rid_of
from rooms.ics_values import DAY
from rooms.ics_written import changed, events, joined, logical
from rooms.ics_zones import Zones, instant
from rooms.uids import hashed

_REPEATING = ("RRULE", "RDATE", "EXRULE", "EXDATE")


def holds(body: bytes, uid: str) -> bool:
    """Whether an event with this UID, given as its hash, is among those of the body."""
    try:
        calendars, _ = components(body)
    except Unreadable:
        return False
    return any(_is(event, uid) for calendar in calendars for event in calendar.children)


def shortened(body: bytes, uid: str, rid: str, end: datetime, zone: ZoneInfo) -> bytes | None:
    """The same calendar with one booking ending at `end` (an aware instant); None where it ends by then already.

    uid: hashed; rid: as in `Occurrence`; zone: of times that name none. Raises Unreadable where that cannot be written so that it
    would be read again as meant.
    """
    end = end.astimezone(UTC).replace(microsecond=0)
    before = _around(body, uid, end, zone)
    booking = before.get(rid)
    if booking is None:
        raise Unreadable(say("The calendar knows no such booking any more"))
    if booking.all_day:
        raise Unreadable(say("A booking of whole days cannot end at a time of day"))
    if booking.end <= end:
        return None
    if end <= booking.start:
        raise Unreadable(say("A booking cannot end before it begins"))
    edited = _Edit(body, uid, zone, end).applied(booking)
    after = _around(edited, uid, end, zone)
    if _times(after) != _times(before) | {rid: (booking.start, end)}:
        raise _not_safe()
    return edited


def _around(body: bytes, uid: str, t: datetime, zone: ZoneInfo) -> dict[str, Occurrence]:
    feed = read_feed(body, zone=zone, window=(t - 2 * DAY, t + 2 * DAY))
    return {occurrence.rid: occurrence for occurrence in feed.occurrences if hashed(occurrence.uid) == uid}


def _times(occurrences: Mapping[str, Occurrence]) -> dict[str, tuple[datetime, datetime]]:
    return {rid: (occurrence.start, occurrence.end) for rid, occurrence in occurrences.items()}


def _is(event: Component, uid: str) -> bool:
    text = event.text("UID") if event.name == "VEVENT" else None
    return text is not None and hashed(text) == uid


def _not_safe() -> Unreadable:
    return Unreadable(say("This booking is written in a way that cannot be changed safely"))


@dataclass(frozen=True, slots=True)
class _Event:
    """One VEVENT: as read, and its lines as written, from BEGIN to END."""

    read: Component
    first: int
    last: int


class _Edit:
    def __init__(self, body: bytes, uid: str, zone: ZoneInfo, end: datetime) -> None:
        calendars, _ = components(body)
        self._lines = logical(body)
        read = [child for child in calendars[0].children if child.name == "VEVENT"]
        written = events(self._lines)
        if len(read) != len(written):
            raise _not_safe()
        self._events = [_Event(event, *place) for event, place in zip(read, written, strict=True) if _is(event, uid)]
        self._zones = Zones(calendars[0], zone, end + timedelta(days=2), Allowance())
        self._end = end

    def applied(self, booking: Occurrence) -> bytes:
        """The event that holds the booking ends earlier; an instance that has none of its own yet gets one."""
        series = self._only([event for event in self._events if event.read.first("RECURRENCE-ID") is None])
        own = self._only([event for event in self._events if self._rid(event, series) == booking.rid])
        event = own or series
        if event is None:
            raise Unreadable(say("The calendar knows no such booking any more"))
        if event is own or not any(name in event.read.properties for name in _REPEATING):
            return self._replaced(event, self._ends(event.read))
        return self._added(event, booking)

    def _only(self, events: list[_Event]) -> _Event | None:
        if len(events) > 1:
            raise _not_safe()
        return next(iter(events), None)

    def _rid(self, event: _Event, series: _Event | None) -> str | None:
        """Which instance an event stands for. Raises Unreadable where an event stands for several."""
        start = start_of(series.read, self._zones) if series else None
        replaces = recurrence(event.read, self._zones, start.zone if start else None)
        if replaces is None:
            return None
        if is_onwards(event.read):
            raise _not_safe()
        return rid_of(key_of(replaces, self._zones.site, all_day=start.all_day if start else replaces.all_day))

    def _ends(self, event: Component) -> dict[str, bytes | None]:
        """What is different in an event that ends earlier."""
        now = b":" + _utc(self._end)
        changes = {
            "DTEND": self._time(self._end, event),
            "DURATION": None,
            "SEQUENCE": b":%d" % (revision(event)[0] + 1),
            "DTSTAMP": now,
        }
        return changes | ({"LAST-MODIFIED": now} if "LAST-MODIFIED" in event.properties else {})

    def _time(self, utc: datetime, event: Component) -> bytes:
        """An instant written as the event's own start is, unless that would be ambiguous."""
        start = start_of(event, self._zones)
        head, _, value = (event.first("DTSTART") or b"").rpartition(b":")
        if value.strip().upper().endswith(b"Z"):
            return b":" + _utc(utc)
        return _local(utc, head, start.zone) or b":" + _utc(utc)

    def _replaced(self, event: _Event, changes: Mapping[str, bytes | None]) -> bytes:
        own = self._lines[event.first : event.last + 1]
        return joined([*self._lines[: event.first], *changed(own, changes), *self._lines[event.last + 1 :]])

    def _added(self, series: _Event, booking: Occurrence) -> bytes:
        """The series' event again behind it, for this instance alone."""
        start = self._time(booking.start, series.read)
        alone: dict[str, bytes | None] = {**dict.fromkeys(_REPEATING), "RECURRENCE-ID": start, "DTSTART": start}
        own = self._lines[series.first : series.last + 1]
        behind = series.last + 1
        added = changed(own, alone | self._ends(series.read))
        return joined([*self._lines[:behind], *added, *self._lines[behind:]])


def _local(utc: datetime, head: bytes, zone: tzinfo) -> bytes | None:
    local = utc.astimezone(zone).replace(tzinfo=None)
    return head + b":" + f"{local:%Y%m%dT%H%M%S}".encode() if instant(local.replace(fold=0), zone) == utc else None


def _utc(t: datetime) -> bytes:
    return f"{t:%Y%m%dT%H%M%SZ}".encode()
