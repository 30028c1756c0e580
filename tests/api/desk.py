"""A desk without daemon, disk and lines: the real controller, a list as its journal, devices that obey when they are told to."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from api.port import Decide, JournalLine, Status
from edge.controller import Controller
from edge.device_figures import DeviceFigures, Figures, Requests
from edge.events import ConnectionChanged, DaemonStarted, Event, Observed
from edge.facts import Facts
from edge.feed import Feed, FeedItem
from edge.points import Value
from edge.site import Site
from edge.site.load import read_site
from edge.text import say
from rooms.bookings import Booking, BookingsRead
from security import overrides, releases

MORNING = datetime(2026, 11, 20, 8, 40, tzinfo=UTC)
"""A Friday, 10.40 in Helsinki."""


@cache
def the_site() -> Site:
    return read_site(Path(__file__).parent / "site.yaml")


@dataclass(slots=True)
class HandClock:
    t: datetime

    def now(self) -> datetime:
        return self.t

    def seconds_until(self, t: datetime) -> float:
        return (t - self.t).total_seconds()


@dataclass
class MemoryDesk:
    """obedient: whether door controllers do and report what they are told."""

    obedient: bool = True
    site: Site = field(default_factory=the_site)
    ready: bool = True
    clock: HandClock = field(default_factory=lambda: HandClock(MORNING))
    feed: Feed = field(default_factory=Feed)
    journal: list[Event] = field(default_factory=list)
    forgotten: int = 0
    """How many of the oldest entries the journal has removed."""

    def __post_init__(self) -> None:
        self._controller = Controller(self.site, heartbeats=False)
        self._figures = DeviceFigures(self.site.devices)
        self.asked: dict[str, Requests] = {}
        self.happen(DaemonStarted(at=self.clock.t, epoch=1, version="0.1.0", site=self.site.site.id))
        self.happen(ConnectionChanged(at=self.clock.t, connection="broker", up=True))

    def begin_anew(self) -> None:
        """Forget everything that has happened, so that an application on this desk serves another test."""
        type(self).__init__(self)

    @property
    def facts(self) -> Facts:
        return self._controller.facts

    def status(self) -> Status:
        problems = () if self.ready else ("no connection to broker",)
        return Status(self.ready, problems, MORNING, "0.1.0", len(self.journal), 0)

    def figures(self) -> Mapping[str, Figures]:
        return self._figures.by_device

    def requests(self) -> Mapping[str, Requests]:
        return self.asked

    async def act(self, decide: Decide) -> Event:
        now = self.clock.now()
        event = decide(self.facts, now)
        if event.at >= now:
            self.happen(event)
        return event

    def hear(self, event: Event) -> None:
        self.happen(event)

    def journal_back(
        self, kinds: Collection[str], *, before: int | None = None, start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[JournalLine]:
        for line in reversed(list(self.journal_after(0, len(self.journal)))):
            in_time = (start is None or line.event.at >= start) and (end is None or line.event.at < end)
            if line.event.kind in kinds and in_time and (before is None or line.seq < before):
                yield line

    def journal_about(self, kinds: Collection[str], numbers: Collection[int]) -> Iterator[JournalLine]:
        lines = self.journal_after(0, len(self.journal))
        return (line for line in lines if line.event.kind in kinds and getattr(line.event, "number", None) in numbers)

    def journal_numbers(self, kinds: Collection[str], words: str) -> frozenset[int]:  # noqa: ARG002
        """Gives more than are asked for, as a desk may."""
        lines = self.journal_after(0, len(self.journal))
        return frozenset(number for line in lines if (number := getattr(line.event, "number", None)) and line.event.kind in kinds)

    def journal_after(self, seq: int, limit: int) -> Iterator[JournalLine]:
        """The hashes are no hashes, but differ."""
        first = max(seq, self.forgotten)
        for offset, event in enumerate(self.journal[first : first + limit]):
            yield JournalLine(first + offset + 1, event, f"{first + offset + 1:064x}")

    # --- what happens ---------------------------------------------------------------------------------------------

    def happen(self, *events: Event) -> None:
        for event in events:
            self._controller.observe(event)
        commands = self._settle()
        while commands and self.obedient:
            for command in commands:
                self._controller.observe(
                    Observed(at=self.clock.t, device=command.point.device, point=command.point.point, value=command.value)
                )
            commands = self._settle()
        for event in events:
            if isinstance(event, Observed) and event not in self.journal:
                self._figures.take(event)
                self.feed.tell(FeedItem(None, event))

    def _settle(self) -> list:
        outcome = self._controller.settle(self.clock.t)
        for event in outcome.events:
            self.journal.append(event)
            self._figures.take(event)
            self.feed.tell(FeedItem(len(self.journal), event))
        return outcome.commands

    def wait(self, span: timedelta) -> None:
        """Time passes, with everything that falls due in it."""
        end = self.clock.t + span
        while (due := self._controller.next_deadline()) is not None and due <= end:
            self.clock.t = max(due, self.clock.t)
            self.happen()
        self.clock.t = end
        self.happen()

    def report(self, device: str, point: str, value: Value) -> None:
        self.happen(Observed(at=self.clock.t, device=device, point=point, value=value))

    def press(self, device: str, press: str) -> None:
        self.happen(Observed(at=self.clock.t, device=device, point="pressed", value=True, press=press))

    def everything_reports(self) -> None:
        for device in self.site.devices:
            self.report(device, "link", True)
        for device in self.site.controllers.values():
            self.report(device, "lock", "locked")
            self.report(device, "contact", "closed")

    def booking(self, number: int, room: str, start: int, end: int, **more: Any) -> Booking:
        """Number b… of the calendar `rooms`; start and end in minutes from now."""
        said: dict[str, Any] = {"verdict": "yes", "reason": say("Booked"), "title": "CANARY Matti Meikäläinen", **more}
        at = self.clock.t
        return Booking(
            room=room,
            calendar="rooms",
            uid=f"b{number}@vanaja",
            rid="",
            start=at + timedelta(minutes=start),
            end=at + timedelta(minutes=end),
            all_day=False,
            status="CONFIRMED",
            **said,
        )

    def read(self, *bookings: Booking) -> None:
        """The calendar `rooms` is read, and holds these."""
        self.happen(BookingsRead(at=self.clock.t, calendar="rooms", bookings=bookings, problems=(), read_at=self.clock.t))

    def book(self, *times: tuple[str, int, int]) -> None:
        """Bookings of (room, start, end), in minutes from now."""
        self.read(*(self.booking(number, *time) for number, time in enumerate(times)))


def busy_desk() -> MemoryDesk:
    """A morning with something of everything."""
    desk = MemoryDesk()
    make_busy(desk)
    return desk


def make_busy(desk: MemoryDesk) -> None:
    desk.everything_reports()
    desk.report("occ-room-1", "present", True)
    desk.book(("room-1", -10, 50), ("wedding", 80, 105), ("room-2", 120, 180), ("room-1", 60 * 24, 60 * 25))
    desk.obedient = False
    desk.report("lock-wedding", "contact", "open")
    desk.wait(timedelta(minutes=6))
    desk.report("masking-lobby", "tamper", True)
    desk.wait(timedelta(seconds=40))
    desk.press("panic-desk-3", "p-1")
    desk.wait(timedelta(seconds=38))


def day_of_rooms() -> MemoryDesk:
    """An official who has not come, a tentative booking, a double booking, and a booking of an agency whose room it is not."""
    desk = MemoryDesk()
    make_day_of_rooms(desk)
    return desk


def make_day_of_rooms(desk: MemoryDesk) -> None:
    desk.everything_reports()
    desk.report("occ-room-1", "present", False)
    desk.report("occ-wedding", "present", True)
    desk.read(
        desk.booking(0, "room-1", -10, 50, agency="mml"),
        desk.booking(1, "room-1", 60, 90, verdict="pending", reason=say("The booking is tentative")),
        desk.booking(2, "wedding", -10, 50),
        desk.booking(3, "wedding", -5, 80, agency="dvv"),
        desk.booking(4, "room-2", 100, 160, agency="mml"),
    )


def make_doors_troubled(desk: MemoryDesk) -> None:
    """A door overridden, one out of service, one released, one forced, one lost."""
    desk.everything_reports()
    desk.report("lock-office", "contact", "open")
    site, at, hour = desk.site, desk.clock.t, timedelta(hours=1)
    desk.happen(
        overrides.override(site, desk.facts, at, "room-1-front", "locked", "M. Virtanen", "guard", at + hour, "Ikkuna rikki"),
        overrides.out_of_service(site, desk.facts, at, "room-1-back", "L. Korhonen", "facility-manager", "Lukko rikki"),
        releases.release(site, desk.facts, at, "room-2-front", "M. Virtanen", "guard", timedelta(minutes=5), "Siivous"),
    )
    desk.report("lock-wedding", "link", False)
