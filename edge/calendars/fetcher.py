"""Fetches the calendars of a site and says what they hold; whatever fails is told, and never raised.

The last good content of each feed is kept, so that bookings roll on day by day, and over a restart, without any network.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from edge.calendars.carrier import PATIENCE_S, carry
from edge.calendars.reading import NotRead, Read, read_apart
from edge.calendars.sources import Supply, supplies
from edge.calendars.store import FeedStore
from edge.calendars.undisturbed import undisturbed
from edge.calendars.writing import WriteBack
from edge.clock import Clock
from edge.errors import TalonmiesError
from edge.events import Event
from edge.scheduler import Scheduler
from edge.site import Site
from edge.site.booking import Calendar
from edge.text import Text, say
from rooms.bookings import Booking, CalendarFailed, CalendarUnchanged
from rooms.ceremonies_named import CeremonyNamed, readable
from rooms.feeding import Feeding, feeding
from rooms.ics_lines import Unreadable
from rooms.plan import BookingsChanged, CalendarRead, changes
from rooms.sources.guard import RemovalGuard
from rooms.sources.port import Answer, Content, Failed, New, Request, Response, Unchanged
from rooms.stays import BookingReleased
from rooms.understanding import merged

log = logging.getLogger("talonmies")

BEHIND, AHEAD = timedelta(days=2), timedelta(days=60)
ROLLED = timedelta(days=1)
TOO_HEAVY = timedelta(minutes=10)
"""How long a feed rests after its reading took too much time."""
FILE_POLL = timedelta(seconds=5)
NIGHT_POLL = timedelta(minutes=5)
NAMES_EVERY = timedelta(seconds=30)
_NIGHT = (22, 23, 0, 1, 2, 3, 4)

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class _Rest:
    """Why a feed is not asked, until when."""

    until: datetime
    problem: Text


@dataclass(slots=True)
class _Feed:
    """One feed and all that is known of it.

    content: what was last accepted. read: how that was understood; bookings: what is believed of it. asked_at: when it was last
    asked; read_at: when it last gave a good answer. expanded_at: what the window lies around. has_persons: whether the content is
    as it came, and not as it was kept; edition: which answer it is of this run.
    """

    section: Calendar
    feeding: Feeding
    supply: Supply
    store: FeedStore
    writing: WriteBack
    guard: RemovalGuard = field(default_factory=RemovalGuard)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    restored: bool = False
    has_persons: bool = False
    edition: int = 0
    content: Content | None = None
    bookings: tuple[Booking, ...] = ()
    read: Read | None = None
    asked_at: datetime | None = None
    read_at: datetime | None = None
    expanded_at: datetime | None = None
    resting: _Rest | None = None

    @property
    def name(self) -> str:
        return self.feeding.calendar


class CalendarFetcher:
    """deliver: returns when the event has been taken on. known: the bookings of a feed that the controller knows; released: the
    release of one of them.

    unnamed: (scene, ceremony, booking) of the ceremonies whose names are wanted now; they are told once for each answer.

    keep and kept: a durable place for texts by name; several are kept together or not at all. secret: what stands behind a
    reference of the site file.
    """

    def __init__(
        self,
        site: Site,
        site_folder: Path,
        clock: Clock,
        deliver: Callable[[Event], Awaitable[None]],
        *,
        known: Callable[[str], Iterable[Booking]],
        released: Callable[[Booking], BookingReleased | None],
        keep: Callable[[Mapping[str, str]], None],
        kept: Callable[[str], str | None],
        secret: Callable[[str], str],
        unnamed: Callable[[datetime], Iterable[tuple[str, str, Booking]]] = lambda _: (),
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._unnamed = unnamed
        self._named: dict[str, int] = {}
        self._site = site
        self._clock = clock
        self._deliver = deliver
        self._known = known
        self._patience_s = patience_s
        self._trust = ssl.create_default_context()
        # One feed is read at a time: the other core is for the building.
        self._reading = asyncio.Semaphore(1)
        self._feeds: dict[str, _Feed] = {}
        for name, supply in supplies(site, site_folder, secret).items():
            store = FeedStore(name, supply.origin, keep, kept)
            writing = WriteBack(supply.source, released, partial(self._carried, supply))
            self._feeds[name] = _Feed(site.feeds[name], feeding(site, name, hashed=True), supply, store, writing)

    def start(self, scheduler: Scheduler) -> None:
        for name, feed in self._feeds.items():
            period = feed.section.poll if feed.section.file is None else min(feed.section.poll, FILE_POLL)
            scheduler.every(period, partial(self.fetch, name), f"calendar {name}", jitter=period / 10)

        if any(scene.names for scene in self._site.scenes.values()):
            scheduler.every(NAMES_EVERY, self.tell_names, "names of ceremonies")

    async def tell_names(self) -> None:
        """Whose the ceremonies at hand are, read anew from the calendar's last answer; nothing of it is kept here or on disk."""
        wanted = list(self._unnamed(self._clock.now()))
        self._named = {ceremony: edition for ceremony, edition in self._named.items() if any(w[1] == ceremony for w in wanted)}
        for scene, ceremony, booking in wanted:
            feed = self._feeds.get(booking.calendar)
            if feed is None or feed.content is None or not feed.has_persons or self._named.get(ceremony) == feed.edition:
                continue
            edition = feed.edition
            try:
                async with self._reading:
                    read = await read_apart(replace(feed.feeding, titles=True), feed.content, (booking.start, booking.end))
            except TalonmiesError as error:
                log.warning("the names in the calendar %s cannot be read: %s", feed.name, error)
                continue
            self._named[ceremony] = edition
            title = next((found.title for found in read.understood.bookings if found.identity == booking.identity), "")
            at = self._clock.now()
            await self._deliver(CeremonyNamed(at=at, scene=scene, ceremony=ceremony, names=readable(title)))

    def _names(self, feed: _Feed) -> bool:
        """Whether a scene shows whose its bookings of this feed are."""
        return any(scene.names and scene.room in feed.section.spaces for scene in self._site.scenes.values())

    async def fetch(self, name: str) -> None:
        """Ask a feed once and deliver what it says or why it could not be read, or both where old bookings had to be rolled on."""
        feed, now = self._feeds[name], self._clock.now()
        if self._may_sleep(feed, now):
            return
        async with feed.lock:
            try:
                await self._restore(feed)
                await self._take(feed, await self._ask(feed))
                await self._write_back(feed)
            except Exception:
                log.exception("the calendar %s could not be fetched", name)
                await self._fail(feed, say("Reading the calendar failed in a way that nobody expected; the log has more"))

    async def _restore(self, feed: _Feed) -> None:
        """What was known before the last stop, once."""
        if feed.restored:
            return
        feed.restored = True
        if kept := await asyncio.to_thread(feed.store.restore):
            feed.content, feed.read_at, feed.bookings = kept.content, kept.read_at, kept.bookings
            if not (feed.section.caldav and feed.section.write_back) and not self._names(feed):
                feed.supply.source.accept(kept.content)
            # Else the whole is asked for: what is kept lacks the persons, and what is written back or named must not.
            await self._roll_if_due(feed)
            await self._say_known(feed)

    async def _ask(self, feed: _Feed) -> Answer:
        now = self._clock.now()
        if feed.resting and now < feed.resting.until:
            return Failed(feed.resting.problem)
        feed.resting, feed.asked_at = None, now
        return await self._carried(feed.supply, feed.supply.source.ask(now))

    async def _carried(self, supply: Supply, conversation: Generator[Request, Response, Outcome]) -> Outcome | Failed:
        async with supply.turns:
            return await carry(conversation, self._trust, self._patience_s)

    async def _write_back(self, feed: _Feed) -> None:
        if feed.section.write_back and feed.read_at and await feed.writing.write(feed.bookings, self._clock.now()):
            await self._deliver(self._end_of(feed, self._clock.now(), feed.read_at))

    def _may_sleep(self, feed: _Feed, now: datetime) -> bool:
        """Mailboxes are many, and at night nobody books."""
        at_night = now.astimezone(self._site.local.zone).hour in _NIGHT
        long_enough = min(NIGHT_POLL, feed.section.stale_after / 2)
        return bool(feed.section.graph and at_night and feed.asked_at and abs(now - feed.asked_at) < long_enough)

    async def _take(self, feed: _Feed, answer: Answer) -> None:
        match answer:
            case New(content):
                await self._take_new(feed, content)
            case Unchanged(content):
                await self._take_unchanged(feed, content)
            case Failed(problem, retry_after):
                if retry_after:
                    feed.resting = _Rest(self._clock.now() + retry_after, problem)
                if await self._roll_if_due(feed):
                    await self._say_known(feed)
                await self._fail(feed, problem)

    async def _take_unchanged(self, feed: _Feed, content: Content) -> None:
        feed.guard.forget()
        feed.supply.source.accept(content)
        feed.content, feed.read_at = content, self._clock.now()
        await asyncio.to_thread(feed.store.note, content, feed.read_at)
        if await self._roll_if_due(feed):
            await self._say_known(feed)
        else:
            await self._deliver(CalendarUnchanged(at=feed.read_at, calendar=feed.name))

    async def _take_new(self, feed: _Feed, content: Content) -> None:
        now = self._clock.now()
        around = now if feed.expanded_at is None or _is_due(feed, now) else feed.expanded_at
        try:
            read = await self._read(feed, content, around)
        except Unreadable as error:
            feed.supply.source.refuse(content, error.text)
            return await self._fail(feed, error.text)
        except NotRead as error:
            feed.resting = _Rest(now + TOO_HEAVY, error.text)
            return await self._fail(feed, error.text)
        bookings, doubt = await asyncio.to_thread(_judged, feed, content, read, now)
        if doubt is not None:
            return await self._fail(feed, doubt)
        feed.supply.source.accept(content)
        feed.content, feed.bookings, feed.read, feed.expanded_at, feed.read_at = content, bookings, read, around, now
        feed.has_persons, feed.edition = True, feed.edition + 1
        await asyncio.to_thread(feed.store.swap, read.packed, content, bookings, now)
        return await self._say_known(feed)

    async def _roll_if_due(self, feed: _Feed) -> bool:
        now, content = self._clock.now(), feed.content
        if content is None or not _is_due(feed, now):
            return False
        try:
            read = await self._read(feed, content, now)
        except TalonmiesError as error:
            log.warning("the kept calendar %s cannot be read again: %s", feed.name, error)
            return False
        feed.bookings = await asyncio.to_thread(_merged, feed, content, read)
        feed.read, feed.expanded_at = read, now
        await asyncio.to_thread(feed.store.roll, feed.bookings)
        return True

    async def _read(self, feed: _Feed, content: Content, around: datetime) -> Read:
        async with self._reading:
            return await read_apart(feed.feeding, content, (around - BEHIND, around + AHEAD), feed.read)

    async def _say_known(self, feed: _Feed) -> None:
        """How the feed's bookings differ from what the controller knows: the truth is there, whatever was said before."""
        if feed.read_at is None:
            return
        at, known = self._clock.now(), self._known(feed.name)
        for part in await asyncio.to_thread(self._changes, feed, known, at):
            await self._deliver(part)
        await self._deliver(self._end_of(feed, at, feed.read_at))

    def _changes(self, feed: _Feed, known: Iterable[Booking], at: datetime) -> list[BookingsChanged]:
        with undisturbed(feed.content) if feed.content else nullcontext():
            return list(changes(self._site, feed.name, known, feed.bookings, at))

    def _end_of(self, feed: _Feed, at: datetime, read_at: datetime) -> CalendarRead:
        problems = [error.text for error in feed.read.understood.errors] if feed.read else []
        return CalendarRead(at=at, calendar=feed.name, problems=(*problems, *feed.writing.problems), read_at=read_at)

    async def _fail(self, feed: _Feed, problem: Text) -> None:
        await self._deliver(CalendarFailed(at=self._clock.now(), calendar=feed.name, problem=problem))


def _judged(feed: _Feed, content: Content, read: Read, now: datetime) -> tuple[tuple[Booking, ...], Text | None]:
    """What to believe after an answer, and why that must wait."""
    with undisturbed(content):
        bookings = merged(feed.bookings, read.understood, read.window)
        return bookings, feed.guard.problem(feed.bookings, bookings, now)


def _merged(feed: _Feed, content: Content, read: Read) -> tuple[Booking, ...]:
    with undisturbed(content):
        return merged(feed.bookings, read.understood, read.window)


def _is_due(feed: _Feed, now: datetime) -> bool:
    return feed.expanded_at is None or abs(now - feed.expanded_at) >= ROLLED
