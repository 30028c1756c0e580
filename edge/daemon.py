"""The running controller of one site: turns of the kernel, with everything that leaves it held back until it is durable.

A turn takes what has come in, asks the policies, commits all that must last in one transaction, and only then answers presses,
tells followers and sends commands. While the disk fails, presses stay unanswered (their buttons repeat them) but alarms are shown
and doors are still commanded; everything is committed when the disk works again.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from api.port import JournalLine, Status
from drivers.port import Counted, Driver, Lender, Publisher
from edge.clock import Clock, SystemClock
from edge.commands import Command
from edge.controller import Controller
from edge.device_figures import DeviceFigures, Figures, Requests
from edge.errors import IllegalCommand, IllegalInput, TalonmiesError, Unreachable
from edge.events import ClockJumped, DaemonStarted, DaemonStopped, Event, JournalHealth, Observed, decode
from edge.facts import READING, START, Facts
from edge.feed import Feed, FeedItem
from edge.inbox import Batch, Decide, Inbox
from edge.journal import Entry, Journal, JournalFailed, can_be_kept
from edge.kernel import Outcome
from edge.site import Site
from security.proof.waiver import ProofWaived
from security.supervision import CONNECTION

VERSION = "0.1.0"
CHECKPOINT_EVERY = 5_000
"""Journal entries after which the state is written whole, so that a restart reads few of them."""
RETENTION = timedelta(days=400)
_RETRY_S = 1.0
_START_OVER_S = 10.0

log = logging.getLogger("talonmies")

T = TypeVar("T")
DriverFactory = Callable[[str, Inbox], Driver]
"""Makes the driver of one connection of the site file."""


class Daemon:
    """Implements api.port.Desk. Lives in one event loop; `start`, then `run` until `stop`. data: the journal's folder."""

    def __init__(
        self,
        site: Site,
        data: Path,
        make_driver: DriverFactory,
        *,
        clock: Clock | None = None,
        stretch: float = 1.0,
        waived: ProofWaived | None = None,
    ) -> None:
        self.site = site
        self.clock: Clock = clock or SystemClock()
        self.feed = Feed()
        self.data = data
        self._make_driver = make_driver
        self._waived = waived
        self._controller = Controller(site, stretch=stretch)
        self._figures = DeviceFigures(site.devices)
        self._drivers: dict[str, Driver] = {}
        self._writer = ThreadPoolExecutor(1, "journal")
        self._unsaved: list[Event] = []
        self._unanswered: list[Callable[[], None]] = []
        self._failing = False
        self._since_checkpoint = 0
        self._stopping = False
        self._turning = asyncio.Lock()

    # --- api.port.Desk --------------------------------------------------------------------------------------------

    @property
    def facts(self) -> Facts:
        return self._controller.facts

    def status(self) -> Status:
        problems = [f"no connection to {c}" for c in self.site.connections if not ((s := self.facts(CONNECTION(c))) and s.up)]
        if self._failing:
            problems.append("events cannot be saved")
        waiting = self.inbox.waiting() + len(self._unsaved)
        return Status(not problems, tuple(problems), self.started_at, VERSION, self.journal.last_seq, waiting)

    def figures(self) -> Mapping[str, Figures]:
        return self._figures.by_device

    def requests(self) -> Mapping[str, Requests]:
        counting = (driver for driver in self._drivers.values() if isinstance(driver, Counted))
        return {device: counted for driver in counting for device, counted in driver.requests().items()}

    async def act(self, decide: Decide) -> Event:
        if self._stopping:
            raise Unreachable("The controller is stopping: try again in a moment.")
        return await self.inbox.act(decide)

    def hear(self, event: Event) -> None:
        self.inbox.event(event)

    def journal_back(
        self, kinds: Collection[str], *, before: int | None = None, start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[JournalLine]:
        return map(_line, self.journal.newest_first(kinds, before, start, end))

    def journal_about(self, kinds: Collection[str], numbers: Collection[int]) -> Iterator[JournalLine]:
        return map(_line, self.journal.about(kinds, numbers))

    def journal_numbers(self, kinds: Collection[str], words: str) -> frozenset[int]:
        return self.journal.numbers_with(kinds, words)

    def journal_after(self, seq: int, limit: int) -> Iterator[JournalLine]:
        return map(_line, self.journal.entries(seq, limit))

    def deliver(self, connection: str, topic: str, payload: bytes, within_s: float) -> None:
        """Publish a message of the outbox over one of our lines. Blocks; from any thread. Raises Unreachable."""
        driver = self._drivers.get(connection)
        if not isinstance(driver, Publisher):
            raise Unreachable(f"there is no line {connection} that publishes")
        driver.deliver(topic, payload, within_s)

    def ask_on(self, connection: str, question: Callable[[Any], Any]) -> Future[Any]:
        """What somebody wants to know on a line that only its driver may use (`Lender.ask`). Raises Unreachable."""
        driver = self._drivers.get(connection)
        if not isinstance(driver, Lender):
            raise Unreachable(f"there is no line {connection} on which one can ask")
        return driver.ask(question)

    # --- life -----------------------------------------------------------------------------------------------------

    async def start(self, accept_loss: bool = False) -> None:
        """Open the journal, rebuild the state, connect. Presses are taken from here on. Raises StartRefused.

        Whatever it raises, it holds nothing: another daemon may take the journal.
        """
        self.inbox = Inbox(asyncio.get_running_loop())
        self._drivers = {connection: self._make_driver(connection, self.inbox) for connection in self.site.connections}
        self.journal = Journal.open(self.data, clock=self.clock, accept_loss=accept_loss)
        try:
            self._begin()
        except BaseException:
            for driver in self._drivers.values():
                driver.stop()
            self.journal.close()
            raise

    def _begin(self) -> None:
        self._controller.restore(self.journal.replay())
        # Counted from the file: lives that end early must not make the next starts ever longer.
        self._since_checkpoint = self.journal.since_checkpoint()
        self.started_at = self.clock.now()
        before = self.facts(START())
        # Also above any epoch of a journal that was lost: devices refuse an older one.
        epoch = max(before.epoch + 1 if before else 1, int(self.started_at.timestamp()))
        self._started = DaemonStarted(at=self.started_at, epoch=epoch, version=VERSION, site=self.site.site.id)
        self.inbox.event(self._started, urgent=True)
        if self._waived is not None:
            self.inbox.event(replace(self._waived, at=self.started_at), urgent=True)
        for driver in self._drivers.values():
            driver.start()

    async def run(self) -> None:
        """Turn after turn, until `stop`."""
        while not self._stopping:
            await self.inbox.wait(self._seconds_to_next())
            async with self._turning:
                if not self._stopping:
                    await self._turn(self.inbox.take())
                    if self._checkpoint_due():
                        await self._checkpoint()

    async def stop(self) -> None:
        """Close the lines, finish what has come in, and leave the journal with a checkpoint. `run` returns."""
        self._stopping = True
        for driver in self._drivers.values():
            driver.stop()
        self.inbox.event(DaemonStopped(at=self.clock.now()))
        async with self._turning:
            while self.inbox.waiting():
                await self._turn(self.inbox.take())
            self.feed.end()
            await self._checkpoint()
            self._writer.shutdown()
            self.journal.close()

    async def forget_old(self) -> None:
        """Remove journal entries past their retention."""
        async with self._turning:
            if await self._checkpoint():
                await self._write(self.journal.prune, self.clock.now() - RETENTION)

    def _seconds_to_next(self) -> float | None:
        deadline = self._controller.next_deadline()
        seconds = None if deadline is None else max(self.clock.seconds_until(deadline), 0.0)
        if self._unsaved or self._failing:
            return _RETRY_S if seconds is None else min(seconds, _RETRY_S)
        return seconds

    # --- a turn ---------------------------------------------------------------------------------------------------

    async def _turn(self, batch: Batch) -> None:
        now = self.clock.now()
        jump = self.clock.take_jump()
        if jump is not None:
            self._controller.observe(ClockJumped(at=now, by_s=jump))
        for received in batch.events:
            self._controller.observe(received.event)
        for observed in batch.telemetry:
            self._controller.observe(observed)
        acted = self._carry_out(batch, now)
        outcome = self._controller.settle(now)
        for fault in self._take_faults():
            log.error("a rule failed: %r", fault, exc_info=fault)
        self._unanswered += [r.on_durable for r in batch.events if r.on_durable is not None]
        saved = await self._save(outcome.events)
        for event in (*outcome.events, *(observed for observed in batch.telemetry if observed.bad)):
            self._figures.take(event)
        self._tell(outcome, batch.telemetry, first_seq=saved)
        self._send(outcome.commands)
        if saved is not None or not self._failing:
            self._answer()
        for done, event in acted:
            if not done.cancelled():
                done.set_result(event)

    def _carry_out(self, batch: Batch, now: datetime) -> list[tuple[asyncio.Future[Event], Event]]:
        """People's actions, judged by the facts as they are now: of two that exclude each other the second is refused.

        At the instant of the turn, not later: to the rules of this turn what was done would still lie ahead. An event of before
        says that it is so already: nothing happens again.
        """
        acted = []
        for action in batch.actions:
            try:
                event = action.decide(self.facts, now)
            except TalonmiesError as refusal:
                if not action.done.cancelled():
                    action.done.set_exception(refusal)
                continue
            if event.at >= now:
                self._controller.observe(event)
            acted.append((action.done, event))
        return acted

    def _take_faults(self) -> Sequence[Exception]:
        faults, self._controller.kernel.faults = self._controller.kernel.faults, []
        return faults

    async def _save(self, events: list[Event]) -> int | None:
        """Commit the events with whatever an earlier failure left behind. Returns the number of the first of `events`.

        Takes out of `events` what can never be committed: nobody is told of it either.
        """
        if not events and not self._unsaved:
            return None
        waiting = [*self._unsaved, *events]
        try:
            last = await self._write(self.journal.append, waiting)
        except IllegalInput as fault:
            # One event that could not be read back must not hold back the others, now and for ever.
            log.critical("an event cannot be journaled and is left out: %s", fault)
            self._unsaved = [event for event in self._unsaved if can_be_kept(event)]
            events[:] = [event for event in events if can_be_kept(event)]
            return await self._save(events)
        except JournalFailed as failure:
            self._unsaved = waiting
            self._note_health(good=False, problem=str(failure))
            return None
        self._unsaved = []
        self._note_health(good=True)
        self._since_checkpoint += len(waiting)
        return last - len(events) + 1

    def _checkpoint_due(self) -> bool:
        # It holds up presses for a moment, so it waits until the start is over and nothing else waits; but not for ever.
        quiet = not self.inbox.waiting() and self.clock.seconds_until(self.started_at) < -_START_OVER_S
        return self._since_checkpoint >= CHECKPOINT_EVERY * (1 if quiet else 4)

    async def _checkpoint(self) -> bool:
        """Between turns only: it must hold what all entries before it have made of the state, and nothing else."""
        if self._unsaved:
            return False
        self._since_checkpoint = 0
        try:
            # The snapshot alone would forget the epoch, and devices would refuse commands of an older one.
            await self._write(self.journal.checkpoint, [self._started, *self._controller.snapshot(self.clock.now())])
        except JournalFailed as failure:
            log.warning("no checkpoint; the next start will read more: %s", failure)
            return False
        return True

    async def _write(self, write: Callable[..., T], *args: object) -> T:
        """In the journal's own thread: the loop goes on taking in messages while the disk works."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, write, *args)

    def _note_health(self, *, good: bool, problem: str = "") -> None:
        if good == self._failing:
            self._failing = not good
            self.inbox.event(JournalHealth(at=self.clock.now(), good=good, problem=problem), urgent=True)

    def _tell(self, outcome: Outcome, telemetry: Sequence[Observed], *, first_seq: int | None) -> None:
        if not len(self.feed):
            return
        for offset, event in enumerate(outcome.events):
            self.feed.tell(FeedItem(None if first_seq is None else first_seq + offset, event))
        for observed in telemetry:
            reading = self.facts(READING(observed.device, observed.point))
            if reading is not None and reading.since == observed.at:
                self.feed.tell(FeedItem(None, observed))

    def _send(self, commands: Sequence[Command]) -> None:
        for command in commands:
            driver = self._drivers[self.site.devices[command.point.device].connection]
            try:
                driver.send(command)
            except Unreachable:
                pass  # the connection's own condition tells people; the reconciler asks again
            except IllegalCommand as error:
                log.error("a command to %s cannot be sent: %s", command.point, error)

    def _answer(self) -> None:
        answers, self._unanswered = self._unanswered, []
        for answer in answers:
            answer()


def _line(entry: Entry) -> JournalLine:
    return JournalLine(entry.seq, decode(entry.kind, entry.body), entry.hash)
