"""A calendar fetcher with everything around it in reach."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from edge.calendars.fetcher import CalendarFetcher
from edge.events import Event
from edge.facts import Facts
from rooms import plan, stays
from rooms.bookings import Booking, CalendarFailed
from rooms.ceremonies_named import CeremonyNamed
from rooms.plan import BookingsChanged, CalendarRead, known_bookings
from rooms.stays import RELEASED
from rooms.uids import hashed
from tests.rooms.sites import site_with


@dataclass
class HandClock:
    t: datetime = datetime(2026, 10, 5, 6, tzinfo=UTC)

    def now(self) -> datetime:
        return self.t

    def seconds_until(self, t: datetime) -> float:
        return (t - self.t).total_seconds()

    def take_jump(self) -> float | None:
        return None


@dataclass
class Bench:
    """section: of the calendar "cal". facts: what a controller knows of what was told. keeps: what was kept together, in turn.

    enough: events after which `heard` is set.
    """

    section: dict[str, object]
    folder: Path
    store: dict[str, str] = field(default_factory=dict)
    clock: HandClock = field(default_factory=HandClock)
    keeps: list[set[str]] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    secret: str = "SECRET-CANARY"
    unnamed: Callable[[datetime], Iterable[tuple[str, str, Booking]]] = lambda _: ()
    enough: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        room = {} if {"rooms", "mailboxes"} & set(self.section) else {"room": "palvelu-1"}
        self.site = site_with(cal={**room, **self.section})
        self.restart()

    def restart(self) -> None:
        self.fetcher = CalendarFetcher(
            self.site,
            self.folder,
            self.clock,
            self.deliver,
            known=lambda feed: self.known(feed),
            released=lambda booking: self.facts(RELEASED(*booking.identity)),
            keep=self.keep,
            kept=self.store.get,
            secret=lambda _: self.secret,
            unnamed=lambda now: self.unnamed(now),
            patience_s=2.0,
        )

    async def deliver(self, event: Event) -> None:
        self.told.append(event)
        plan.fold(self.facts, event)
        stays.fold(self.facts, event)
        if len(self.told) == self.enough:
            self.heard.set()

    def keep(self, texts: Mapping[str, str]) -> None:
        self.keeps.append({name.rpartition("/")[2] for name in texts})
        self.store.update(texts)

    def known(self, feed: str) -> list[Booking]:
        return known_bookings(self.facts, self.site, feed)

    async def fetch(self, feed: str = "cal") -> list[Event]:
        self.told.clear()
        await self.fetcher.fetch(feed)
        return list(self.told)

    async def names(self) -> list[str]:
        """Those that are told now."""
        self.told.clear()
        await self.fetcher.tell_names()
        return [event.names for event in self.told if isinstance(event, CeremonyNamed)]

    async def read(self, feed: str = "cal") -> CalendarRead:
        *parts, last = await self.fetch(feed)
        assert all(isinstance(part, BookingsChanged) for part in parts), parts
        assert isinstance(last, CalendarRead), last
        return last

    async def failure(self, feed: str = "cal") -> str:
        (event,) = await self.fetch(feed)
        assert isinstance(event, CalendarFailed), event
        assert "SECRET-CANARY" not in repr(event)
        return event.problem.message

    @property
    def bookings(self) -> list[Booking]:
        return self.known("cal")

    @property
    def uids(self) -> list[str]:
        """As the calendar has them; the bookings themselves carry only their hashes."""
        return [{hashed(uid): uid for uid in ("a", "b", "bomb")}[booking.uid] for booking in self.bookings]
