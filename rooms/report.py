"""The bookings as understood, for people and programs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from edge.language import Renderer
from edge.text import Text, say
from rooms.bookings import Booking
from rooms.ics import EventError
from rooms.policies import day_problem, kind_of
from rooms.understanding import BookingsUnderstood
from rooms.verdict import Verdict

_DOORS: dict[Verdict, Text] = {
    "yes": say("open"),
    "no": say("stay closed"),
    "pending": say("wait for approval"),
    "policy": say("open within the hours"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarReading:
    """How reading one calendar went. source: the file, or the host of the address. fetched: when it was asked."""

    calendar: str
    source: str
    understood: BookingsUnderstood = field(default_factory=BookingsUnderstood)
    failure: Text | None = None
    fetched: datetime | None = None


def bookings_report(readings: Iterable[CalendarReading], renderer: Renderer) -> dict[str, list[dict[str, Any]]]:
    """As JSON values; reasons and problems in the reader's language."""
    readings = list(readings)
    return {
        "occurrences": [_reported(booking, renderer) for booking in _in_order(readings)],
        "errors": [
            {"source": reading.calendar, "uid": error.uid or None, "rid": error.rid, "error": renderer.text(error.text)}
            for reading in readings
            for error in _problems(reading)
        ],
        "sources": [
            {
                "calendar": reading.calendar,
                "source": reading.source,
                "ok": reading.failure is None,
                "bookings": len(reading.understood.bookings),
                "problem": None if reading.failure is None else renderer.text(reading.failure),
                "fetched": _utc(reading.fetched) if reading.fetched else None,
            }
            for reading in readings
        ],
    }


def bookings_lines(readings: Iterable[CalendarReading], renderer: Renderer) -> Iterator[str]:
    """The same as a table, with what is wrong and how each calendar fares below it."""
    readings = list(readings)
    rows = [_row(booking, renderer) for booking in _in_order(readings)]
    if rows:
        head = [say("When"), say("Room"), say("Agency"), say("Doors"), say("Why"), say("Calendar"), say("Title")]
        yield from _columns([[renderer.text(text) for text in head], *rows])
        yield ""
    for reading in readings:
        for error in reading.understood.errors:
            yield renderer.say("{calendar}: {problem}", calendar=reading.calendar, problem=error.text)
    for reading in readings:
        yield _health(reading, renderer)


def _in_order(readings: list[CalendarReading]) -> list[Booking]:
    bookings = (booking for reading in readings for booking in reading.understood.bookings)
    return sorted(bookings, key=lambda booking: (booking.start, booking.room, booking.uid, booking.rid))


def _problems(reading: CalendarReading) -> Iterator[EventError]:
    if reading.failure is not None:
        yield EventError("", reading.failure)
    yield from reading.understood.errors


def _judged(booking: Booking, renderer: Renderer) -> tuple[Verdict, Text]:
    """As the doors take it: outside its agency's days a booking waits for somebody to allow it."""
    problem = day_problem(renderer.site, booking) if booking.verdict in ("yes", "policy") else None
    return (booking.verdict, booking.reason) if problem is None else ("pending", problem)


def _reported(booking: Booking, renderer: Renderer) -> dict[str, Any]:
    zone = renderer.site.local.zone
    verdict, reason = _judged(booking, renderer)
    return {
        "room": booking.room,
        "uid": booking.uid,
        "rid": booking.rid,
        "start": _utc(booking.start),
        "end": _utc(booking.end),
        "start_local": booking.start.astimezone(zone).isoformat(),
        "end_local": booking.end.astimezone(zone).isoformat(),
        "all_day": booking.all_day,
        "status": booking.status,
        "unlock": verdict,
        "reason": renderer.text(reason),
        "agency": booking.agency,
        "kind": kind_of(renderer.site, booking),
        "source": booking.calendar,
        **({"title": booking.title} if booking.title else {}),
    }


def _row(booking: Booking, renderer: Renderer) -> list[str]:
    verdict, reason = _judged(booking, renderer)
    return [
        renderer.say("{start}–{end}", start=booking.start, end=booking.end),
        renderer.name(booking.room),
        renderer.name(booking.agency) if booking.agency else "",
        renderer.text(_DOORS[verdict]),
        renderer.text(reason),
        booking.calendar,
        booking.title,
    ]


def _columns(rows: list[list[str]]) -> Iterator[str]:
    used = [n for n in range(len(rows[0])) if any(row[n] for row in rows[1:])]
    widths = {n: max(len(row[n]) for row in rows) for n in used}
    for row in rows:
        yield "  ".join(row[n].ljust(widths[n]) for n in used).rstrip()


def _health(reading: CalendarReading, renderer: Renderer) -> str:
    said = reading.failure or say("{count} bookings", count=len(reading.understood.bookings))
    return renderer.say("{calendar} ({place}): {said}", calendar=reading.calendar, place=reading.source, said=said)


def _utc(t: datetime) -> str:
    return f"{t.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
