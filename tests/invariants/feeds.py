"""The calendar of a random building: what stands in it, and the octets that say so, with nonsense among it (D16)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")


@dataclass(frozen=True, slots=True)
class Written:
    """One booking as its writer means it; start and end in seconds from the beginning of the day."""

    uid: str
    room: str
    start: int
    end: int
    agency: str | None = None
    sequence: int = 0
    status: str = "CONFIRMED"


NONSENSE = (
    "DTSTART:{start}Z\r\nDTEND:{before}Z",
    "DTSTART;TZID=Moon/Crater:{start}\r\nDTEND;TZID=Moon/Crater:{end}",
    "DTSTART:{start}Z\r\nDTEND:{end}Z\r\nRRULE:FREQ=SECONDLY;COUNT=100000",
    "DTSTART:{start}Z\r\nDTEND:{end}Z\r\nRRULE:FREQ=MINUTELY;BYSETPOS=1",
    "DTSTART:20261301T990000Z\r\nDTEND:{end}Z",
    "DTEND:{end}Z",
    "DTSTART:{start}Z\r\nDURATION:-PT1H",
    "DTSTART:garbage\r\nDTEND:{end}Z",
)
ELSEWHERE = ("room-1", "ROOM-1", "Rооm-1", "Room-1 and Hall", "Room-3", "Room-1\\, Hall", "")
"""Of no room: another case, two Cyrillic letters, two rooms at once, one that there is not, none at all (Z2)."""


def body(start: datetime, bookings: Iterable[Written], nonsense: Iterable[int] = ()) -> bytes:
    events = [_event(start, booking) for booking in bookings]
    events += [_odd(start, number) for number in nonsense]
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//FI\r\n" + "".join(events) + "END:VCALENDAR\r\n").encode()


def _event(start: datetime, booking: Written) -> str:
    lines = [
        f"DTSTART:{_utc(start, booking.start)}Z",
        f"DTEND:{_utc(start, booking.end)}Z",
        f"LOCATION:{booking.room.title()}",
        f"SEQUENCE:{booking.sequence}",
        f"STATUS:{booking.status}",
        *([f"CATEGORIES:{booking.agency.upper()}"] if booking.agency else []),
    ]
    return _vevent(booking.uid, "\r\n".join(lines))


def _odd(start: datetime, number: int) -> str:
    """The first are nonsense in a room, the others good in no room; all would be open now."""
    if number < len(NONSENSE):
        times = {"start": _utc(start, -600)[:15], "end": _utc(start, 36_000)[:15], "before": _utc(start, -3_600)}
        return _vevent(f"odd-{number}", NONSENSE[number].format(**times) + "\r\nLOCATION:Room-1")
    where = ELSEWHERE[(number - len(NONSENSE)) % len(ELSEWHERE)]
    return _vevent(f"odd-{number}", f"DTSTART:{_utc(start, -600)}Z\r\nDTEND:{_utc(start, 36_000)}Z\r\nLOCATION:{where}")


def _vevent(uid: str, lines: str) -> str:
    return f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T080000Z\r\n{lines}\r\nEND:VEVENT\r\n"


def _utc(start: datetime, seconds: int) -> str:
    return (start + timedelta(seconds=seconds)).strftime("%Y%m%dT%H%M%S")


def odd_ones(chance: Random) -> tuple[int, ...]:
    return tuple(chance.sample(range(len(NONSENSE) + len(ELSEWHERE)), chance.randint(1, 3)))
