"""The calendar of a room mailbox as Microsoft 365 keeps it, for tests to edit, and the rows in which Graph writes it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Window = tuple[datetime, datetime]
HELSINKI = ZoneInfo("Europe/Helsinki")
MAILBOX = "huone-101@porvoo.example"


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def local(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=HELSINKI)


@dataclass(frozen=True)
class Event:
    """start, end: instants; of an event of whole days, its midnights labelled UTC. more: further fields, as Graph writes them."""

    id: str
    start: datetime
    end: datetime
    all_day: bool = False
    show_as: str = "busy"
    cancelled: bool = False
    subject: str = "Varaus"
    response: str = "accepted"
    more: Row = field(default_factory=dict)

    @property
    def uid(self) -> str:
        return f"uid-{self.id}"

    def is_in(self, window: Window) -> bool:
        return self.start < window[1] and self.end > window[0]


def booked(event_id: str, start: str, end: str, **more: Any) -> Event:
    """Wall times of Helsinki."""
    return Event(event_id, local(start).astimezone(UTC), local(end).astimezone(UTC), **more)


def whole_days(event_id: str, first: str, after: str, **more: Any) -> Event:
    return Event(event_id, utc(first), utc(after), all_day=True, **more)


@dataclass(frozen=True)
class Series:
    """first: the pattern; it repeats every `days` along the wall clock. changed: exceptions, by their number in the series."""

    first: Event
    count: int
    days: int = 7
    deleted: frozenset[int] = frozenset()
    changed: dict[int, Event] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.first.id

    def original(self, number: int) -> Event:
        step = timedelta(days=self.days * number)
        start, end = self.first.start, self.first.end
        if not self.first.all_day:
            start, end = start.astimezone(HELSINKI), end.astimezone(HELSINKI)
        start, end = (start + step).astimezone(UTC), (end + step).astimezone(UTC)
        return replace(self.first, id=f"{self.id}-{number}", start=start, end=end)

    def instances(self, window: Window) -> Iterator[tuple[int, Event]]:
        for number in range(self.count):
            instance = self.changed.get(number) or self.original(number)
            if number not in self.deleted and instance.is_in(window):
                yield number, instance


@dataclass
class GraphCalendar:
    """log: ids of events and series in the order of their changes; what is not in it, no delta will tell.

    silent: changes made now are not told. unheard: ids that no delta tells, not even from its beginning.
    """

    events: dict[str, Event] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    silent: bool = False
    unheard: set[str] = field(default_factory=set)

    def put(self, *events: Event) -> None:
        for event in events:
            self.events[event.id] = event
            self._changed(event.id)

    def change(self, event_id: str, **changes: Any) -> None:
        self.put(replace(self.events[event_id], **changes))

    def delete(self, event_id: str) -> None:
        self.events.pop(event_id, None)
        self.series.pop(event_id, None)
        self._changed(event_id)

    def repeat(self, series: Series) -> None:
        self.series[series.id] = series
        self._changed(series.id)

    def change_series(self, series_id: str, **changes: Any) -> None:
        series = self.series[series_id]
        self.repeat(replace(series, first=replace(series.first, **changes)))

    def change_instance(self, series_id: str, number: int, **changes: Any) -> None:
        series = self.series[series_id]
        instance = series.changed.get(number) or series.original(number)
        self.repeat(replace(series, changed=series.changed | {number: replace(instance, **changes)}))

    def delete_instance(self, series_id: str, number: int) -> None:
        series = self.series[series_id]
        self.repeat(replace(series, deleted=series.deleted | {number}))

    def shorten(self, event_id: str, end: datetime) -> bool:
        if event_id in self.events:
            self.change(event_id, end=end)
            return True
        for series in self.series.values():
            for number in range(series.count):
                if f"{series.id}-{number}" == event_id:
                    self.change_instance(series.id, number, end=end)
                    return True
        return False

    def view(self, window: Window) -> list[Row]:
        """Whole rows of everything in a window, without masters."""
        rows = [full_row(event, "singleInstance") for event in self.events.values() if event.is_in(window)]
        for series in self.series.values():
            rows += (_whole_instance(series, number, instance) for number, instance in series.instances(window))
        return sorted(rows, key=lambda row: str(row["start"]["dateTime"]))

    def everything(self, window: Window) -> list[Row]:
        """How a round of delta begins."""
        ids = [event_id for event_id in (*self.events, *self.series) if event_id not in self.unheard]
        return [row for event_id in ids for row in self._told(event_id, window) if "@removed" not in row]

    def changes(self, since: int, window: Window) -> list[Row]:
        return [row for event_id in dict.fromkeys(self.log[since:]) for row in self._told(event_id, window)]

    def bookings(self, window: Window) -> set[tuple[object, ...]]:
        """What a reader should make of it: uid, rid, start, end, all day, status, busy, title."""
        found = {_meant(event.uid, event, event, event) for event in self.events.values() if event.is_in(window)}
        for series in self.series.values():
            for number, instance in series.instances(window):
                found.add(_meant(series.first.uid, instance, series.original(number), series.first))
        return found

    def _changed(self, event_id: str) -> None:
        if not self.silent:
            self.log.append(event_id)

    def _told(self, event_id: str, window: Window) -> list[Row]:
        if event_id in self.series:
            series = self.series[event_id]
            rows = [_delta_instance(series, number, instance) for number, instance in series.instances(window)]
            return [master_row(series), *rows]
        event = self.events.get(event_id)
        if event is None or not event.is_in(window):
            return [{"@odata.type": "#microsoft.graph.event", "id": event_id, "@removed": {"reason": "deleted"}}]
        return [full_row(event, "singleInstance")]


def full_row(event: Event, kind: str) -> Row:
    """As Graph writes an event, with much that is of no use."""
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": 'W/"DwAAABYAAAC9"',
        "id": event.id,
        "createdDateTime": "2026-09-01T08:00:00.0000000Z",
        "lastModifiedDateTime": "2026-09-01T08:00:00.1234567Z",
        "changeKey": "DwAAABYAAAC9",
        "iCalUId": event.uid,
        "type": kind,
        "seriesMasterId": None,
        "subject": event.subject,
        "bodyPreview": "Salainen",
        "body": {"contentType": "html", "content": "<html><body>Salainen</body></html>"},
        "sensitivity": "normal",
        "isAllDay": event.all_day,
        "isCancelled": event.cancelled,
        "isOrganizer": False,
        "showAs": event.show_as,
        "responseStatus": {"response": event.response, "time": "2026-09-01T08:00:00Z"},
        "start": _written(event.start),
        "end": _written(event.end),
        "location": {"displayName": "Huone 101", "locationType": "default"},
        "categories": [],
        "organizer": {"emailAddress": {"name": "Olli Odotettu", "address": "Olli.Odotettu@virasto.example"}},
        "attendees": [
            {
                "type": "resource",
                "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
                "emailAddress": {"name": "Huone 101", "address": MAILBOX},
            }
        ],
        "recurrence": None,
        **event.more,
    }


def master_row(series: Series) -> Row:
    """Its times are those of the first occurrence, however long ago."""
    pattern = {"type": "weekly", "interval": 1}
    return full_row(series.first, "seriesMaster") | {"recurrence": {"pattern": pattern}}


def _delta_instance(series: Series, number: int, instance: Event) -> Row:
    if number in series.changed:
        return _whole_instance(series, number, instance)
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": 'W/"DwAAABYAAAC9"',
        "id": instance.id,
        "seriesMasterId": series.id,
        "type": "occurrence",
        "start": _written(instance.start),
        "end": _written(instance.end),
    }


def _whole_instance(series: Series, number: int, instance: Event) -> Row:
    """Each instance has an iCalUId of its own; an all-day one began at midnight in the zone of whoever made it."""
    original = series.original(number).start
    if series.first.all_day:
        original = original.replace(tzinfo=HELSINKI).astimezone(UTC)
    return full_row(instance, "exception" if number in series.changed else "occurrence") | {
        "iCalUId": f"{series.first.uid}-{original:%Y%m%d}",
        "seriesMasterId": series.id,
        "originalStart": f"{original:%Y-%m-%dT%H:%M:%SZ}",
    }


def _written(t: datetime) -> Row:
    return {"dateTime": f"{t:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}


def _meant(uid: str, event: Event, original: Event, pattern: Event) -> tuple[object, ...]:
    start, end = (t.replace(tzinfo=HELSINKI).astimezone(UTC) if event.all_day else t for t in (event.start, event.end))
    rid = f"{original.start:%Y%m%d}" if original.all_day else f"{original.start:%Y%m%dT%H%M%SZ}"
    status = "CANCELLED" if event.cancelled or pattern.cancelled else "CONFIRMED"
    return uid, rid, start, end, event.all_day, status, event.show_as.upper(), event.subject
