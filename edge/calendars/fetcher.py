"""Fetches the calendars of a site and says what they hold; whatever fails is told, and never raised.

The last good body of each calendar is kept, so that bookings roll on day by day, and over a restart, without any network.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from edge.calendars.download import DownloadFailed, download
from edge.calendars.reading import NotRead, read_apart
from edge.calendars.store import FeedStore
from edge.clock import Clock
from edge.errors import TalonmiesError
from edge.events import Event
from edge.scheduler import Scheduler
from edge.site import Site
from edge.site.booking import Calendar
from edge.text import Text, say
from rooms.bookings import Booking, BookingsRead, CalendarFailed, CalendarUnchanged
from rooms.feeding import Feeding, feeding
from rooms.ics_lines import Unreadable
from rooms.sources.ics import MOST_OCTETS, Answer, Failed, IcsSource, NewBody, RemovalGuard, Unchanged
from rooms.understanding import BookingsUnderstood, merged

log = logging.getLogger("talonmies")

BEHIND, AHEAD = timedelta(days=2), timedelta(days=60)
ROLLED = timedelta(days=1)
TOO_HEAVY = timedelta(minutes=10)
"""How long a feed rests after its reading took too much time."""
FILE_POLL = timedelta(seconds=5)
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class _Rest:
    """Why a calendar is not asked, until when."""

    until: datetime
    problem: Text


@dataclass(slots=True)
class _Feed:
    """One calendar and all that is known of it. read_at: when it last gave a good answer. expanded_at: the middle of the window."""

    section: Calendar
    feeding: Feeding
    store: FeedStore
    path: Path | None
    source: IcsSource = field(default_factory=IcsSource)
    guard: RemovalGuard = field(default_factory=RemovalGuard)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    restored: bool = False
    bookings: tuple[Booking, ...] = ()
    problems: tuple[Text, ...] = ()
    read_at: datetime | None = None
    expanded_at: datetime | None = None
    resting: _Rest | None = None

    @property
    def name(self) -> str:
        return self.feeding.calendar


class CalendarFetcher:
    """replaced: files to read instead of what the site file says. keep and kept: a durable place for texts by name."""

    def __init__(
        self,
        site: Site,
        site_folder: Path,
        clock: Clock,
        deliver: Callable[[Event], None],
        *,
        keep: Callable[[str, str], None],
        kept: Callable[[str], str | None],
        replaced: Mapping[str, Path] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._clock = clock
        self._deliver = deliver
        self._patience_s = patience_s
        self._trust = ssl.create_default_context()
        # One feed is read at a time: the other core is for the building.
        self._reading = asyncio.Semaphore(1)
        self._feeds: dict[str, _Feed] = {}
        for name, section in site.calendars.items():
            own = None if section.file is None else site_folder / section.file
            path = (replaced or {}).get(name, own)
            store = FeedStore(name, str(path or section.url), keep, kept)
            self._feeds[name] = _Feed(section, feeding(site, name), store, path)

    def start(self, scheduler: Scheduler) -> None:
        for name, feed in self._feeds.items():
            period = feed.section.poll if feed.path is None else min(feed.section.poll, FILE_POLL)
            scheduler.every(period, partial(self.fetch, name), f"calendar {name}")

    async def fetch(self, calendar_id: str) -> None:
        """Ask a calendar once and deliver BookingsRead or CalendarFailed, or both where old bookings had to be rolled on."""
        feed = self._feeds[calendar_id]
        async with feed.lock:
            try:
                await self._restore(feed)
                await self._take(feed, await self._ask(feed))
            except Exception:
                log.exception("the calendar %s could not be fetched", calendar_id)
                self._fail(feed, say("Reading the calendar failed in a way that nobody expected; the log has more"))

    async def _restore(self, feed: _Feed) -> None:
        """What was known before the last stop, once."""
        if feed.restored:
            return
        feed.restored = True
        if (body := feed.store.body()) and (read_at := feed.store.read_at()):
            feed.source.accept(body)
            feed.read_at, feed.bookings = read_at, feed.store.bookings()
            await self._roll_if_due(feed)
            self._say_known(feed)

    async def _ask(self, feed: _Feed) -> Answer:
        if feed.resting and self._clock.now() < feed.resting.until:
            return Failed(feed.resting.problem)
        feed.resting = None
        if feed.path is not None:
            return await asyncio.to_thread(_read_file, feed.source, feed.path)
        if feed.section.url is None:
            return Failed(say("The calendar has neither a file nor an address"))
        try:
            response = await download(feed.section.url, feed.source.request_headers(), self._trust, self._patience_s)
        except DownloadFailed as failure:
            return Failed(failure.text)
        return feed.source.receive(response.status, response.headers, response.body)

    async def _take(self, feed: _Feed, answer: Answer) -> None:
        match answer:
            case NewBody():
                await self._take_new(feed, answer)
            case Unchanged():
                feed.guard.forget()
                feed.read_at = self._clock.now()
                feed.store.keep_read_at(feed.read_at)
                if await self._roll_if_due(feed):
                    self._say_known(feed)
                else:
                    self._deliver(CalendarUnchanged(at=feed.read_at, calendar=feed.name))
            case Failed(problem, retry_after):
                if retry_after:
                    feed.resting = _Rest(self._clock.now() + retry_after, problem)
                if await self._roll_if_due(feed):
                    self._say_known(feed)
                self._fail(feed, problem)

    async def _take_new(self, feed: _Feed, new: NewBody) -> None:
        now = self._clock.now()
        try:
            understood = await self._understand(feed, new.body, now)
        except Unreadable as error:
            feed.source.refuse(new, error.text)
            return self._fail(feed, error.text)
        except NotRead as error:
            feed.resting = _Rest(now + TOO_HEAVY, error.text)
            return self._fail(feed, error.text)
        bookings = merged(feed.bookings, understood, _window(now))
        if problem := feed.guard.problem(feed.bookings, bookings, now):
            return self._fail(feed, problem)
        feed.source.accept(new)
        self._believe(feed, bookings, understood, now)
        feed.read_at = now
        await feed.store.keep_body(new)
        feed.store.keep_read_at(now)
        return self._say_known(feed)

    async def _roll_if_due(self, feed: _Feed) -> bool:
        now = self._clock.now()
        if feed.source.good is None or (feed.expanded_at is not None and abs(now - feed.expanded_at) < ROLLED):
            return False
        try:
            await self._roll(feed)
        except TalonmiesError as error:
            log.warning("the kept calendar %s cannot be read again: %s", feed.name, error)
            return False
        return True

    async def _roll(self, feed: _Feed) -> None:
        """The bookings of the last good body for the window around now."""
        now, good = self._clock.now(), feed.source.good
        if good is not None:
            understood = await self._understand(feed, good.body, now)
            self._believe(feed, merged(feed.bookings, understood, _window(now)), understood, now)

    async def _understand(self, feed: _Feed, body: bytes, now: datetime) -> BookingsUnderstood:
        async with self._reading:
            return await read_apart(feed.feeding, body, _window(now))

    def _believe(self, feed: _Feed, bookings: tuple[Booking, ...], understood: BookingsUnderstood, now: datetime) -> None:
        feed.bookings = bookings
        feed.problems = tuple(error.text for error in understood.errors)
        feed.expanded_at = now
        feed.store.keep_bookings(bookings)

    def _say_known(self, feed: _Feed) -> None:
        if feed.read_at is not None:
            self._deliver(
                BookingsRead(
                    at=self._clock.now(),
                    calendar=feed.name,
                    bookings=feed.bookings,
                    problems=feed.problems,
                    read_at=feed.read_at,
                )
            )

    def _fail(self, feed: _Feed, problem: Text) -> None:
        self._deliver(CalendarFailed(at=self._clock.now(), calendar=feed.name, problem=problem))


def _window(now: datetime) -> tuple[datetime, datetime]:
    return now - BEHIND, now + AHEAD


def _read_file(source: IcsSource, path: Path) -> Answer:
    if not path.is_file():
        return Failed(say("There is no file {path}", path=str(path)))
    try:
        with path.open("rb") as file:
            return source.read(file.read(MOST_OCTETS + 1))
    except OSError as error:
        return Failed(say("The file {path} cannot be read: {reason}", path=str(path), reason=error.strerror or "?"))
