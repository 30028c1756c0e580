"""A month at Joensuu for reports: simulated bookings, people, faults and alarms, in a journal of its own.

    python tools/sample_month.py examples/joensuu.yaml FOLDER

The same every time. `talonmies report examples/joensuu.yaml --data FOLDER --month 2026-11` then makes its report.
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from acoustics.asked import ReliefPressed
from edge.events import Event
from edge.journal import Journal
from edge.simulation import Simulation
from edge.site import Site
from edge.site.load import read_site
from edge.text import say
from rooms.bookings import Booking, BookingsRead
from rooms.terminal_bookings import RESERVED
from rooms.terminals import called_in
from security import walk_tests
from security.walk_tests import WalkTestBegan, WalkTestEnded

MONTH = (2026, 11)
MINUTE = timedelta(minutes=1)
Happening = tuple[datetime, int, str, object]


class SampleMonth:
    """One month of one site. seed: of all that is left to chance."""

    def __init__(self, site: Site, seed: int = 40) -> None:
        self.site = site
        self._rand = random.Random(seed)  # noqa: S311 (a sample)
        self._calendar = next(name for name, section in site.calendars.items() if not section.local and section.graph is None)
        self._zone = site.local.zone
        self._order = 0

    def run(self, days: Iterator[date], told: list[Event]) -> None:
        days = iter(list(days))
        first = next(days)
        simulation = Simulation(self.site, self._at(first, 0), told.append)
        for device, described in self.site.devices.items():
            if described.type == "occupancy-sensor":
                simulation.set(device, "present", False)
        for terminal, section in self.site.terminals.items():
            simulation.set(section.dock, "terminal", called_in(self.site, terminal, section.dock))
        for day in (first, *days):
            bookings = list(self._bookings(day))
            simulation.advance(self._at(day, 5))
            simulation.observe(
                BookingsRead(
                    at=simulation.now, calendar=self._calendar, bookings=tuple(bookings), problems=(), read_at=simulation.now
                )
            )
            for at, _, what, detail in sorted(self._happenings(day, bookings), key=lambda each: each[:2]):
                simulation.advance(max(at, simulation.now))
                self._happens(simulation, what, detail)
            simulation.advance(self._at(day, 23, 50))

    def _at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), self._zone).astimezone(UTC)

    # --- bookings -------------------------------------------------------------------------------------------------

    def _bookings(self, day: date) -> Iterator[Booking]:
        opens, closes = (8, 16) if day.weekday() < 5 else (0, 0)
        for room in self.site.calendars[self._calendar].spaces:
            hour = float(opens)
            busy = {"wedding-room": 0.55 if day.weekday() == 4 else 0.15, "safe-room": 0.03, "remote-service-room": 0.35}
            share = busy.get(self.site.spaces[room].kind, 0.5)
            while hour < closes:
                length = self._rand.choice((0.5, 0.75, 1.0, 1.0, 2.0))
                if self._rand.random() < share and hour + length <= closes:
                    yield self._booking(day, room, hour, length)
                hour += length + self._rand.choice((0.0, 0.25, 0.5))

    def _booking(self, day: date, room: str, hour: float, length: float) -> Booking:
        start = self._at(day, int(hour), round(60 * (hour % 1)))
        owners = self.site.spaces[room].agencies or tuple(self.site.agencies)
        weights = {"ely": 5, "te": 9, "mml": 4, "avi": 1, "dvv": 6}
        agency = self._rand.choices(owners, [weights.get(owner, 1) for owner in owners])[0]
        if self.site.spaces[room].kind == "wedding-room" and day.weekday() == 4:
            agency = "dvv"
        return Booking(
            room=room,
            calendar=self._calendar,
            uid=f"{day}-{room}-{hour}",
            rid="",
            start=start,
            end=start + timedelta(hours=length),
            all_day=False,
            status="CONFIRMED",
            verdict="yes",
            reason=say("Booked"),
            agency=agency,
        )

    # --- what happens ---------------------------------------------------------------------------------------------

    def _happenings(self, day: date, bookings: list[Booking]) -> Iterator[Happening]:
        for booking in bookings:
            yield from self._visit(booking)
        chance = self._rand.random
        if chance() < 0.25:
            device = self._rand.choice([name for name, d in self.site.devices.items() if d.type in ("occupancy-sensor", "sign")])
            gone = self._at(day, 9) + self._rand.randint(0, 300) * MINUTE
            yield from (self._happening(gone, "link", (device, False)),)
            yield self._happening(gone + self._rand.randint(10, 200) * MINUTE, "link", (device, True))
        if chance() < 0.3 and day.weekday() < 5:
            door = self._rand.choice([c for door, c in self.site.controllers.items() if door.startswith("kokous")])
            opened = self._at(day, 11) + self._rand.randint(0, 120) * MINUTE
            yield self._happening(opened, "contact", (door, "open"))
            yield self._happening(opened + 4 * MINUTE, "contact", (door, "closed"))
        desks = [desk for emitter in self.site.acoustics.emitters.values() for desk in emitter.desks] if self.site.acoustics else []
        if chance() < 0.4 and day.weekday() < 5 and desks:
            yield self._happening(self._at(day, 10) + self._rand.randint(0, 240) * MINUTE, "relief", self._rand.choice(desks))
        if day.day == 10:
            yield self._happening(self._at(day, 7), "walk test", None)

    def _visit(self, booking: Booking) -> Iterator[Happening]:
        eyes = self.site.sensors_of(booking.room)
        if self._rand.random() < 0.08 or not eyes:
            return
        came = booking.start + self._rand.randint(0, 6) * MINUTE
        left = booking.end + self._rand.choice((-15, -10, -5, -5, -2, 0, 0, 4, 11)) * MINUTE
        left = max(left, came + 5 * MINUTE)
        yield self._happening(came, "present", (eyes[0], True))
        yield self._happening(left, "present", (eyes[0], False))
        if self.site.terminals and self._rand.random() < 0.5:
            yield self._happening(came - MINUTE, "terminal out", booking)
            yield self._happening(left - MINUTE, "terminal back", booking)

    def _happening(self, at: datetime, what: str, detail: object) -> Happening:
        self._order += 1
        return at, self._order, what, detail

    def _happens(self, simulation: Simulation, what: str, detail: object) -> None:
        if what == "walk test":
            buttons = tuple(name for name, device in self.site.devices.items() if device.type == "panic-button")[:-1]
            simulation.observe(WalkTestBegan(at=simulation.now, by="Sample", buttons=buttons, until=simulation.now + 60 * MINUTE))
            for number, button in enumerate(buttons):
                simulation.press(button, f"sample-{number}")
                _confirm(simulation, button)
            simulation.observe(WalkTestEnded(at=simulation.now, by="Sample"))
            return
        if isinstance(detail, Booking):
            self._terminal(simulation, detail, out=what == "terminal out")
            return
        if what == "relief":
            simulation.observe(ReliefPressed(at=simulation.now, desk=str(detail), steps=1, until=simulation.now + 120 * MINUTE))
            return
        device, value = detail  # type: ignore[misc]
        simulation.set(device, what, value)

    def _terminal(self, simulation: Simulation, booking: Booking, *, out: bool) -> None:
        """Of a booking that has one reserved."""
        for reserved in simulation.facts(RESERVED()) or ():
            if reserved.identity == booking.identity:
                dock = self.site.terminals[reserved.terminal].dock
                simulation.set(dock, "terminal", None if out else called_in(self.site, reserved.terminal, dock))


def _confirm(simulation: Simulation, button: str) -> None:
    simulation.act(lambda facts, at: walk_tests.confirm(facts, at, button, "Sample", "facility-manager"))


def days_of_the_month(most: int = 31) -> Iterator[date]:
    day = date(*MONTH, 1)
    while day.month == MONTH[1] and day.day <= most:
        yield day
        day += timedelta(days=1)


def write(folder: Path, events: list[Event]) -> None:
    journal = Journal.open(folder)
    try:
        for first in range(0, len(events), 2000):
            journal.append(events[first : first + 2000])
    finally:
        journal.close()


def main() -> None:
    site, told = read_site(Path(sys.argv[1])), list[Event]()
    SampleMonth(site).run(days_of_the_month(), told)
    write(Path(sys.argv[2]), told)
    print(f"{len(told)} entries in {sys.argv[2]}")


if __name__ == "__main__":
    main()
