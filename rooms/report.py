"""The bookings as understood, for people and programs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from edge.text import Text
from rooms.bookings import Booking
from rooms.understanding import BookingsUnderstood


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarReading:
    """How reading one calendar went, for a report. source: the file, or the host of the address."""

    calendar: str
    source: str
    understood: BookingsUnderstood = field(default_factory=BookingsUnderstood)
    failure: Text | None = None


def bookings_report(readings: Iterable[CalendarReading], render: Callable[[Text], str]) -> dict[str, list[dict[str, Any]]]:
    """The bookings as understood, as JSON values; `render` writes a reason in the reader's language."""
    readings = list(readings)
    bookings = sorted(
        (booking for reading in readings for booking in reading.understood.bookings),
        key=lambda booking: (booking.start, booking.room, booking.uid, booking.rid),
    )
    return {
        "occurrences": [_reported(booking, render) for booking in bookings],
        "errors": [error for reading in readings for error in _reported_errors(reading, render)],
        "sources": [
            {
                "calendar": reading.calendar,
                "source": reading.source,
                "ok": reading.failure is None,
                "bookings": len(reading.understood.bookings),
                "problem": None if reading.failure is None else render(reading.failure),
            }
            for reading in readings
        ],
    }


def _reported(booking: Booking, render: Callable[[Text], str]) -> dict[str, Any]:
    return {
        "room": booking.room,
        "uid": booking.uid,
        "rid": booking.rid,
        "start": _written(booking.start),
        "end": _written(booking.end),
        "all_day": booking.all_day,
        "status": booking.status,
        "unlock": booking.verdict,
        "reason": render(booking.reason),
        "source": booking.calendar,
    }


def _reported_errors(reading: CalendarReading, render: Callable[[Text], str]) -> Iterable[dict[str, Any]]:
    if reading.failure is not None:
        yield {"source": reading.calendar, "uid": None, "rid": None, "error": render(reading.failure)}
    for error in reading.understood.errors:
        yield {"source": reading.calendar, "uid": error.uid or None, "rid": error.rid, "error": render(error.text)}


def _written(t: datetime) -> str:
    return f"{t.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
