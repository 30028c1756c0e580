"""`talonmies verify --days`: the bookings of the coming days, walked through on a simulated clock before they come.

Somebody is in every room and every official comes, so that no booking is given up and whatever may be unlocked is. What the zoning
guard refuses then is two wishes that exclude each other, for no device fails and no person interferes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from edge.errors import TalonmiesError
from edge.events import CommandSent, Decided, Event
from edge.simulation import Simulation
from edge.site import Site
from edge.text import Route, Text, say
from rooms import desk
from rooms.bookings import Booking, BookingsRead, CalendarUnchanged
from rooms.policies import agency_of, policy_of, waits_for_official
from rooms.report import CalendarReading
from security.proof.passages import Building
from security.proof.ways import spaces_on
from security.proof.zoning import way_with

_HEARD_EVERY = timedelta(hours=1)
_WALKER = "verify"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What will not go well, and when it begins. subject: a door or a calendar; empty for a way that opens."""

    at: datetime
    kind: Literal["refusal", "open-way", "calendar"]
    subject: str
    because: Text


def foresee(site: Site, start: datetime, end: datetime, readings: Sequence[CalendarReading]) -> list[Foreseen]:
    """In order of time; empty when all goes well."""
    walk = _Walk(site, start)
    walk.occupy()
    known = [reading for reading in readings if reading.failure is None]
    for at, event in _heard(known, start, end):
        walk.until(at)
        walk.simulation.observe(event)
        for booking in event.bookings if isinstance(event, BookingsRead) else ():
            walk.expect(booking)
    walk.until(end)
    failed = [Foreseen(start, "calendar", reading.calendar, reading.failure) for reading in readings if reading.failure is not None]
    return [*failed, *walk.found]


def _heard(readings: Sequence[CalendarReading], start: datetime, end: datetime) -> Iterator[tuple[datetime, Event]]:
    """Each calendar is read at the start, and heard again before it could count as forgotten."""
    for each in readings:
        bookings, problems = each.understood.bookings, tuple(error.text for error in each.understood.errors)
        yield start, BookingsRead(at=start, calendar=each.calendar, bookings=bookings, problems=problems, read_at=start)
    at = start
    while (at := at + _HEARD_EVERY) <= end:
        yield from ((at, CalendarUnchanged(at=at, calendar=each.calendar)) for each in readings)


class _Walk:
    """The simulation, stepped so that the doors are looked at after each change of any of them."""

    def __init__(self, site: Site, start: datetime) -> None:
        self.site = site
        self.found: list[Foreseen] = []
        self._building = Building(site)
        self._refused: dict[str, Text] = {}
        self._commanded = False
        self._open_way: tuple[str, ...] = ()
        self._arrivals: list[tuple[datetime, str]] = []
        self.simulation = Simulation(site, start, self._told)

    def occupy(self) -> None:
        for device, section in self.site.devices.items():
            if section.type == "occupancy-sensor":
                self.simulation.set(device, "present", True)

    def expect(self, booking: Booking) -> None:
        """Its official will be there in time, if it needs one."""
        policy = policy_of(self.site, booking)
        if waits_for_official(self.site, agency_of(self.site, booking), policy):
            self._arrivals.append((booking.start - policy.unlock_before, booking.room))
            self._arrivals.sort()

    def until(self, end: datetime) -> None:
        while (due := self._next(end)) is not None:
            self.simulation.advance(max(due, self.simulation.now))
            self._arrive()
            self._look()

    def _next(self, end: datetime) -> datetime | None:
        due, arrival = self.simulation.next_due(), self._arrivals[0][0] if self._arrivals else None
        first = min((t for t in (due, arrival) if t is not None and t <= end), default=None)
        return first if first is not None else end if self.simulation.now < end else None

    def _arrive(self) -> None:
        while self._arrivals and self._arrivals[0][0] <= self.simulation.now:
            _, room = self._arrivals.pop(0)
            try:
                self.simulation.act(lambda facts, at, room=room: desk.arrive(facts, self.site, at, room, _WALKER))  # type: ignore[misc]
            except TalonmiesError:
                continue  # nobody is awaited there any more

    def _told(self, event: Event) -> None:
        match event:
            case Decided(device=device, refused=refused):
                self._note(event.at, self.site.devices[device].door or device, refused)
            case CommandSent():
                self._commanded = True
            case _:
                pass

    def _note(self, at: datetime, door: str, refused: Text | None) -> None:
        if refused is None:
            self._refused.pop(door, None)
        elif self._refused.get(door) != refused:
            self._refused[door] = refused
            self.found.append(Foreseen(at, "refusal", door, refused))

    def _look(self) -> None:
        if not self._commanded:
            return
        self._commanded = False
        unlocked = {door for door, device in self.site.controllers.items() if self._is_unlocked(device)}
        way = spaces_on(way_with(self._building, unlocked))
        if way and way != self._open_way:
            told = say("A way from public to internal space is open: {route}", route=Route(way))
            self.found.append(Foreseen(self.simulation.now, "open-way", "", told))
        self._open_way = way

    def _is_unlocked(self, device: str) -> bool:
        return self.simulation.devices[device].state("lock") == "unlocked"
