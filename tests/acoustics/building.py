"""A room on a corridor with masking, and a day in it on the simulated clock."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from acoustics.telling import PRIVACY, Privacy
from acoustics.zones import Zones
from edge.claims import Decision
from edge.events import ConditionBegan, ConditionEnded, Event, Observed
from edge.facts import DECISION
from edge.simulation import Simulation
from edge.site import Site
from rooms.bookings import Booking
from tests.builders import MINUTE, SECOND, booking, local, read, site_of

UNIT, EAR = "mask", "ear"
SECTION: dict[str, Any] = {
    "pairs": [{"from": "room-1", "to": "corridor", "rating": 40}],
    "emitters": {UNIT: {}},
    "schedule": {"hours": "open", "level": 36},
}


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """On Monday, local time."""
    return local(f"2026-11-23 {hour:02}:{minute:02}") + timedelta(seconds=second)


def site(section: Mapping[str, Any] | None = None, devices: Mapping[str, Any] | None = None, **sections: Any) -> Site:
    """`room-1` and the wedding room on one corridor, whose masking unit and microphone are both in it; a desk of its own.

    devices: further ones.
    """
    spaces: dict[str, Any] = {
        "room-1": {"zone": "semi-public", "kind": "service-room"},
        "wedding": {"zone": "semi-public", "kind": "wedding-room"},
        "corridor": {"zone": "internal", "kind": "corridor"},
        "desk": {"zone": "semi-public", "kind": "desk"},
        "queue": {"zone": "public", "kind": "waiting"},
    }
    return site_of(
        spaces,
        {
            "front": {"from": "corridor", "to": "room-1"},
            "hall": {"from": "corridor", "to": "wedding"},
            "in": {"from": "outside", "to": "queue"},
        },
        hours={"open": {"mon-fri": "8:00-16:00"}},
        devices={
            UNIT: {"type": "masking-unit", "space": "corridor"},
            "mask-desk": {"type": "masking-unit", "space": "desk"},
            "mask-queue": {"type": "masking-unit", "space": "queue"},
            EAR: {"type": "ambient-sensor", "space": "corridor"},
            "eye": {"type": "occupancy-sensor", "space": "corridor"},
            "button": {"type": "panic-button", "space": "room-1"},
            **(devices or {}),
        },
        calendars={"rooms": {"url": "https://c.example/r.ics", "rooms": {"room-1": "Room 1", "wedding": "Hall"}, "hold": "12 h"}},
        security={"panic": [{"mute": "around"}]},
        acoustics=SECTION if section is None else {**SECTION, **section},
        **sections,
    )


class Day:
    """The simulated controller and devices, and every level that the unit really had, with the instant from which it had it."""

    def __init__(self, site: Site, start: datetime, level: float | None = 36.0) -> None:
        self.events: list[Event] = []
        assert site.acoustics is not None
        self.zones = Zones(site, site.acoustics)
        self.levels: list[tuple[datetime, float]] = []
        self.sim = Simulation(site, start - SECOND, self.events.append, deaf_when_silent=True)
        self.sim.advance(start)
        if level is not None:
            self.hand("level", level)
        self.note()

    def state(self, point: str, unit: str = UNIT) -> Any:
        return self.sim.devices[unit].state(point)

    @property
    def level(self) -> float:
        return float(self.state("level"))

    @property
    def muted(self) -> bool:
        return self.state("muted") is True

    def decision(self, point: str = "level", unit: str = UNIT) -> Decision | None:
        return self.sim.facts(DECISION(unit, point))

    @property
    def cause(self) -> str:
        decided = self.decision()
        return "" if decided is None else decided.winner.cause

    def privacy(self, talker: str = "room-1", listener: str = "corridor") -> Privacy:
        found = self.sim.facts(PRIVACY(talker, listener))
        assert found is not None
        return found

    def book(self, *bookings: Booking) -> None:
        self.sim.observe(read(self.sim.now, *bookings))
        self.note()

    def hand(self, point: str, value: Any, device: str = UNIT) -> None:
        self.sim.set(device, point, value)
        self.note()

    def act(self, decide: Callable[[Any, datetime], Event]) -> None:
        self.sim.act(decide)
        self.note()

    def until(self, end: datetime) -> None:
        """To the end, noting each level on the way."""
        while (due := self.sim.next_due()) is not None and due <= end:
            self.sim.advance(due)
            self.note()
        self.sim.advance(end)
        self.note()

    def hear(self, end: datetime, ambient: Callable[[datetime, float], float | None]) -> None:
        """The microphone tells every half minute what it hears, given the masking that sounds now (0: none)."""
        while self.sim.now < end:
            sounding = 0.0 if self.muted else self.level
            heard = ambient(self.sim.now, sounding)
            if heard is not None:
                self.sim.observe(Observed(at=self.sim.now, device=EAR, point="ambient", value=heard))
                self.note()
            self.until(min(end, self.sim.now + MINUTE / 2))

    def steps(self) -> list[tuple[datetime, float, float]]:
        return [(t, before, after) for (_, before), (t, after) in pairwise(self.levels)]

    def holds(self, condition: str) -> bool:
        told = [e for e in self.events if isinstance(e, ConditionBegan | ConditionEnded) and e.type == condition]
        return bool(told) and isinstance(told[-1], ConditionBegan)

    def note(self) -> None:
        if not self.levels or self.levels[-1][1] != self.level:
            self.levels.append((self.sim.now, self.level))


def meeting(start: datetime, end: datetime, room: str = "room-1", uid: str = "a") -> Booking:
    return booking(start, end, room, uid)
