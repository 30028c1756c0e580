"""Feeds for tests, written as short as they can be."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rooms.ics import Feed, read_feed

HELSINKI = ZoneInfo("Europe/Helsinki")
WINDOW = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//FI\r\n"


def calendar(*components: str, head: str = "") -> bytes:
    """components: whole ones, or lines of a VEVENT."""
    parts = [part if part.upper().startswith("BEGIN:") else f"BEGIN:VEVENT\n{part}\nEND:VEVENT" for part in components]
    text = "\n".join([head.strip(), *(part.strip() for part in parts)]).strip()
    return (HEAD + text.replace("\n", "\r\n") + "\r\nEND:VCALENDAR\r\n").encode()


def event(lines: str, uid: str = "a") -> str:
    return f"UID:{uid}\nDTSTAMP:20260101T080000Z\n" + "\n".join(line.strip() for line in lines.strip().splitlines())


def hel(name: str, local: str) -> str:
    return f"{name};TZID=Europe/Helsinki:{local}"


def booked(first: str, last: str, *more: str, uid: str = "a") -> str:
    """An event in Helsinki time."""
    return event("\n".join([hel("DTSTART", first), hel("DTEND", last), *more]), uid)


def read(*components: str, head: str = "", window: tuple[datetime, datetime] = WINDOW) -> Feed:
    return read_feed(calendar(*components, head=head), zone=HELSINKI, window=window)


def times(feed: Feed) -> list[str]:
    """Start and end in UTC; the end without its day where that is the same."""
    found = []
    for it in feed.occurrences:
        end = f"{it.end:%H:%M}" if it.end.date() == it.start.date() else f"{it.end:%m-%d %H:%M}"
        found.append(f"{it.start:%m-%d %H:%M}–{end}")
    return found


def starts(feed: Feed) -> list[str]:
    return [f"{it.start:%m-%d %H:%M}" for it in feed.occurrences]


def problems(feed: Feed) -> list[str]:
    return [error.text.message for error in feed.errors]
