"""What must hold in the building, said once more without any code of the controller: who may pass when, and how far ways lead.

Numbers (D1 …, A1 …) are those of the safety invariants.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from edge.site import Site
from tests.builders import site_of

HELSINKI = ZoneInfo("Europe/Helsinki")
EARLY = timedelta(minutes=5)
RELEASED_AT_MOST = timedelta(minutes=10)
HOLD = timedelta(minutes=20)
OPENS, CLOSES = 8, 16
"""Opening hours of the entrance and the hall, Monday to Friday."""

ZONES = {"lobby": "public", "room-1": "semi-public", "hall": "semi-public", "room-2": "semi-public", "office": "internal"}
DOORS: dict[str, dict[str, object]] = {
    "entrance": {"from": "outside", "to": "lobby", "unlock": {"hours": "open"}, "fail": "unlocked"},
    "front-1": {"from": "lobby", "to": "room-1", "unlock": "booking"},
    "back-1": {"from": "room-1", "to": "office", "back": "credential"},
    "hall-front": {"from": "lobby", "to": "hall", "unlock": {"hours": "open", "booking": True}},
    "door-2": {"from": "hall", "to": "room-2", "unlock": "booking"},
    "back-2": {"from": "room-2", "to": "office", "back": "credential"},
}
ROOMS = {"room-1": "front-1", "hall": "hall-front", "room-2": "door-2"}
"""Rooms that are booked, and the door that a booking opens."""
BY_HOURS = ("entrance", "hall-front")
LOCKED_BY = {"button-1": ("front-1",), "button-2": ("hall-front", "front-1")}


def building() -> Site:
    return site_of(
        ZONES,
        DOORS,
        hours={"open": {"mon-fri": f"{OPENS}:00-{CLOSES}:00"}},
        devices={
            "button-1": {"type": "panic-button", "space": "lobby"},
            "button-2": {"type": "panic-button", "space": "office"},
            "presence": {"type": "occupancy-sensor", "space": "room-1"},
        },
        calendars={"rooms": {"url": "https://calendar.example/r.ics", "rooms": {r: r.upper() for r in ROOMS}, "hold": "20 min"}},
        # The model demands that a booked door is open; who comes too late for that is tested in tests/rooms/test_life.py.
        rooms={"all": {"no_show": "never"}},
        site={"holidays": None},
        security={
            "panic": [
                {"spaces": "lobby", "locks": list(LOCKED_BY["button-1"])},
                {"spaces": "office", "locks": list(LOCKED_BY["button-2"])},
            ]
        },
    )


@dataclass(frozen=True)
class Booked:
    room: str
    start: datetime
    end: datetime
    sequence: int = 0
    tentative: bool = False
    cancelled: bool = False

    def event(self, uid: str) -> str:
        """As the calendar's server writes it."""
        status = "CANCELLED" if self.cancelled else "TENTATIVE" if self.tentative else "CONFIRMED"
        times = f"DTSTART:{self.start:%Y%m%dT%H%M%SZ}\r\nDTEND:{self.end:%Y%m%dT%H%M%SZ}"
        head = f"UID:{uid}\r\nDTSTAMP:20260901T000000Z\r\nSEQUENCE:{self.sequence}\r\nSTATUS:{status}"
        return f"BEGIN:VEVENT\r\n{head}\r\n{times}\r\nLOCATION:{self.room.upper()}\r\nEND:VEVENT\r\n"


def feed(booked: dict[str, Booked], more: str = "") -> bytes:
    events = "".join(each.event(uid) for uid, each in booked.items())
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{events}{more}END:VCALENDAR\r\n".encode()


@dataclass
class Causes:
    """Why doors may be unlocked: bookings that the controller was told of, opening hours, releases. Nothing else is a reason."""

    booked: dict[str, Booked] = field(default_factory=dict)
    read_at: datetime | None = None
    releases: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    last_live: dict[str, datetime] = field(default_factory=dict)
    """Until when reasons that have been taken away were some."""

    def live(self, door: str, t: datetime) -> bool:
        return any(start <= t < end for start, end, _ in self._spans(door, t))

    def ends(self, door: str, t: datetime) -> list[datetime]:
        """The ends of all that unlocks a door at t. How long bookings are believed without a calendar bounds no lease."""
        return [own_end for start, end, own_end in self._spans(door, t) if start <= t < end]

    def until(self, door: str, t: datetime) -> datetime | None:
        """The last instant up to t at which there was a reason."""
        ended = [min(t, end) for start, end, _ in self._spans(door, t) if start <= t]
        return max([*ended, *([self.last_live[door]] if door in self.last_live else [])], default=None)

    def about_to_change(self, t: datetime) -> None:
        """Note how long there was a reason, before some of it is taken away."""
        for door in DOORS:
            if (until := self.until(door, t)) is not None:
                self.last_live[door] = until

    def _spans(self, door: str, t: datetime) -> Iterator[tuple[datetime, datetime, datetime]]:
        """Start, end, and the end that was promised."""
        if self.read_at is not None:
            for each in self.booked.values():
                if ROOMS[each.room] == door and not each.tentative and not each.cancelled:
                    yield each.start - EARLY, min(each.end, max(self.read_at + HOLD, each.start - EARLY)), each.end
        if door in self.releases:
            start, end = self.releases[door]
            yield start, end, end
        if door in BY_HOURS:
            today = t.astimezone(HELSINKI).date()
            for day in (today - timedelta(days=1), today):
                if day.weekday() < 5:
                    yield _local(day, OPENS), _local(day, CLOSES), _local(day, CLOSES)


def _local(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), HELSINKI).astimezone(UTC)


def forbidden_ways(passable: set[str]) -> Iterator[tuple[str, ...]]:
    """Doors of every way from public space over semi-public to internal space, through these doors in either direction (D2)."""

    def onward(here: str, way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if way and _zone(here) == "internal":
            yield way
        elif not way or _zone(here) == "semi-public":
            for door in passable - set(way):
                ends = (str(DOORS[door]["from"]), str(DOORS[door]["to"]))
                if here in ends:
                    yield from onward(ends[1 - ends.index(here)], (*way, door))

    for space in ("outside", "lobby"):
        yield from onward(space, ())


def _zone(space: str) -> str:
    return ZONES.get(space, "public")
