"""Small sites and the things that happen in them, for tests that need no more."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from edge.site import Site
from edge.text import say
from rooms.bookings import Booking, BookingsRead
from rooms.verdict import Verdict

HELSINKI = ZoneInfo("Europe/Helsinki")
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

Sections = Mapping[str, Mapping[str, Any]]


def local(text: str) -> datetime:
    """The UTC instant of a local time such as "2026-11-23 09:54"; the first one where a clock hand passes twice."""
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI).astimezone(UTC)


MONDAY = local("2026-11-23 00:00")


def site_of(spaces: Mapping[str, str], doors: Sections, **sections: Any) -> Site:
    """A site with a controller ("lock-DOOR") at every door that is no opening. spaces: zone of each."""
    locks = {
        f"lock-{door}": {"type": "door-controller", "connection": "line", "door": door}
        for door, section in doors.items()
        if section.get("kind") != "opening"
    }
    devices = {name: {"connection": "line", **device} for name, device in sections.pop("devices", {}).items()}
    return Site.model_validate(
        {
            "site": {"id": "test", "name": "Test", **sections.pop("site", {})},
            "spaces": {name: {"zone": zone} if isinstance(zone, str) else zone for name, zone in spaces.items()},
            "doors": doors,
            "connections": {"line": {"protocol": "mqtt"}},
            "devices": {**locks, **devices},
            **sections,
        }
    )


def service_rooms(count: int = 1) -> Site:
    """A lobby, and rooms room-1, room-2 … with a front door to it, a back door to the staff, a button and a calendar."""
    numbers = range(1, count + 1)
    rooms = {f"room-{n}": {"zone": "semi-public", "kind": "service-room"} for n in numbers}
    doors: dict[str, dict[str, Any]] = {"entrance": {"from": "outside", "to": "lobby", "unlock": {"hours": "open"}}}
    for n in numbers:
        doors[f"front-{n}"] = {"from": "lobby", "to": f"room-{n}", "unlock": "booking"}
        doors[f"back-{n}"] = {"from": f"room-{n}", "to": "office", "back": "credential"}
    return site_of(
        {"lobby": "public", "office": "internal", **rooms},  # type: ignore[dict-item]
        doors,
        hours={"open": {"mon-fri": "8:00-16:00"}},
        devices={f"button-{n}": {"type": "panic-button", "space": f"room-{n}"} for n in numbers},
        calendars={"rooms": {"url": "https://calendar.example/rooms.ics", "rooms": {room: f"Room {room[5:]}" for room in rooms}}},
        security={"panic": [{"spaces": [f"room-{n}"], "locks": [f"front-{n}"]} for n in numbers]},
    )


def booking(
    start: datetime,
    end: datetime,
    room: str = "room-1",
    uid: str = "a",
    *,
    verdict: Verdict = "yes",
    all_day: bool = False,
    calendar: str = "rooms",
    revision: int = 0,
) -> Booking:
    return Booking(
        room=room,
        calendar=calendar,
        uid=uid,
        rid="",
        start=start,
        end=end,
        all_day=all_day,
        status="CONFIRMED",
        verdict=verdict,
        reason=say("Booked") if verdict == "yes" else say("The booking is {verdict}", verdict=verdict),
        title="",
        revision=(revision, MONDAY),
    )


def read(at: datetime, *bookings: Booking, calendar: str = "rooms", read_at: datetime | None = None) -> BookingsRead:
    """The calendar was read and holds these bookings."""
    return BookingsRead(at=at, calendar=calendar, bookings=bookings, problems=(), read_at=read_at or at)
