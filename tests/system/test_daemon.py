"""The daemon's own duties around the kernel: when it answers, what it keeps, how it ends. Real journal, no line to devices."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from edge import daemon as daemon_module
from edge.clock import SystemClock
from edge.commands import Command
from edge.controller import Controller
from edge.daemon import Daemon
from edge.errors import Unreachable
from edge.events import DaemonStarted, Event, Observed
from edge.facts import START
from edge.inbox import Inbox
from edge.journal import Journal, JournalFailed, verify
from edge.site import Site
from rooms.desk import book, release
from rooms.life import ROOM
from security.alarms import AlarmRaised, open_alarms
from tests.broker import small_site, until_async
from tests.builders import HOUR, site_of

SITE = small_site("daemon", 1883)
CLOCK = SystemClock()


class NoLine:
    """A driver whose line never comes up."""

    def __init__(self, *_: object) -> None:
        pass

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def send(self, command: Command) -> None:
        raise Unreachable(f"no line for {command}")


@asynccontextmanager
async def running(data: Path, site: Site = SITE) -> AsyncIterator[Daemon]:
    daemon = Daemon(site, data, NoLine)
    await daemon.start()
    turning = asyncio.create_task(daemon.run())
    yield daemon
    await daemon.stop()
    await turning


def press(number: int) -> Observed:
    return Observed(at=CLOCK.now(), device="panic", point="pressed", value=True, press=f"p-{number}")


class Answers:
    """Which presses were answered."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self.given: list[int] = []

    def press(self, number: int) -> None:
        self._daemon.inbox.event(press(number), lambda: self.given.append(number), urgent=True)

    async def all_of(self, numbers: Sequence[int]) -> None:
        await until_async(lambda: sorted(self.given) == sorted(numbers))


class FailingDisk:
    """Stands before the journal and fails when told; everything else is the journal's."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.failing = False
        self.tries = 0

    def append(self, events: Sequence[Event]) -> int:
        self.tries += 1
        if self.failing:
            raise JournalFailed("The journal could not be written: the disk is full")
        return self._journal.append(events)

    def checkpoint(self, events: Sequence[Event]) -> int:
        if self.failing:
            raise JournalFailed("The journal could not be written: the disk is full")
        return self._journal.checkpoint(events)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


def failing_disk(daemon: Daemon) -> FailingDisk:
    disk = FailingDisk(daemon.journal)
    daemon.journal = disk  # type: ignore[assignment]
    return disk


def raised(data: Path) -> list[str | None]:
    journal = Journal.open(data)
    presses = [entry.body.get("press") for entry in journal.entries(kinds=[AlarmRaised.kind])]
    journal.close()
    return presses


async def test_while_the_disk_fails_alarms_are_shown_and_presses_stay_unanswered(tmp_path: Path) -> None:
    async with running(tmp_path) as daemon:
        answers, follower = Answers(daemon), daemon.feed.follow()
        await until_async(lambda: daemon.journal.last_seq)
        disk = failing_disk(daemon)
        disk.failing = True
        for number in range(3):
            answers.press(number)
        shown = [item async for item in take_alarms(follower, 3)]
        assert [item.seq for item in shown] == [None] * 3, "shown, and not as durable"
        await until_async(lambda: "events cannot be saved" in daemon.status().problems)
        answers.press(0)
        await until_async(lambda: disk.tries >= 3)
        assert answers.given == []
        disk.failing = False
        await answers.all_of([0, 1, 2, 0])
        await until_async(lambda: "events cannot be saved" not in daemon.status().problems)
    assert sorted(p for p in raised(tmp_path) if p) == ["p-0", "p-1", "p-2"]
    assert verify(tmp_path).intact


async def take_alarms(follower: Any, count: int) -> AsyncIterator[Any]:
    async for item in follower:
        if isinstance(item.event, AlarmRaised) and item.event.press:
            yield item
            count -= 1
            if not count:
                return


async def test_no_checkpoint_is_made_of_what_is_not_in_the_journal_yet(tmp_path: Path) -> None:
    """Otherwise a restart would find the alarm in the checkpoint, and again in the entries that follow it."""
    async with running(tmp_path) as daemon:
        answers = Answers(daemon)
        await until_async(lambda: daemon.journal.last_seq)
        disk = failing_disk(daemon)
        disk.failing = True
        answers.press(1)
        await until_async(lambda: disk.tries)
        disk.failing = False
        await daemon.forget_old()
        await answers.all_of([1])
        after_a_kill = Controller(SITE)
        after_a_kill.restore(daemon.journal.replay())
        (alarm,) = [a for a in open_alarms(after_a_kill.facts) if a.press]
        assert alarm.version == 1


async def test_a_checkpoint_that_fails_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon_module, "CHECKPOINT_EVERY", 1)

    class NoCheckpoint(FailingDisk):
        def checkpoint(self, events: Sequence[Event]) -> int:
            self.tries += 100 * len(events)
            raise JournalFailed("The journal could not be written: the disk is full")

    async with running(tmp_path) as daemon:
        answers = Answers(daemon)
        daemon.journal = disk = NoCheckpoint(daemon.journal)  # type: ignore[assignment]
        for number in range(10):
            answers.press(number)
            await answers.all_of(range(number + 1))
        assert disk.tries > 100


async def test_forgetting_waits_its_turn(tmp_path: Path) -> None:
    """It must not look at the state while a turn changes it."""
    async with running(tmp_path) as daemon:
        answers = Answers(daemon)
        forgetting = []
        for number in range(40):
            answers.press(number)
            forgetting.append(asyncio.create_task(daemon.forget_old()))
            await asyncio.sleep(0)
        await asyncio.gather(*forgetting)
        await answers.all_of(range(40))
    assert verify(tmp_path).intact
    async with running(tmp_path) as daemon:
        assert {a.press for a in open_alarms(daemon.facts) if a.press} == {f"p-{n}" for n in range(40)}


class SlowDisk(FailingDisk):
    """Each append takes as long as it is told to."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self.goes_on = threading.Event()

    def append(self, events: Sequence[Event]) -> int:
        self.tries += 1
        self.goes_on.wait(10)
        return super().append(events)


async def test_stopping_waits_for_the_turn_that_has_begun(tmp_path: Path) -> None:
    """A press that is answered is in the journal, also when the stop came in the middle of its turn."""
    async with running(tmp_path) as daemon:
        answers = Answers(daemon)
        await until_async(lambda: daemon.journal.last_seq)
        daemon.journal = disk = SlowDisk(daemon.journal)  # type: ignore[assignment]
        answers.press(1)
        await until_async(lambda: disk.tries)
        asyncio.get_running_loop().call_later(0.1, disk.goes_on.set)
        assert answers.given == []
    assert answers.given == [1]
    assert "p-1" in raised(tmp_path)


async def test_epochs_rise_over_restarts_within_one_second_and_over_checkpoints(tmp_path: Path) -> None:
    for _ in range(4):  # each stop leaves a checkpoint
        async with running(tmp_path) as daemon:
            await until_async(lambda: daemon.journal.last_seq)
            restored = daemon.facts(START())
            assert restored is not None
    journal = Journal.open(tmp_path)
    epochs = [entry.body["epoch"] for entry in journal.entries(kinds=[DaemonStarted.kind])]
    journal.close()
    assert epochs == sorted(set(epochs))
    assert len(epochs) == 4


async def test_lives_that_end_early_do_not_make_starts_ever_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon_module, "CHECKPOINT_EVERY", 10)
    journal = Journal.open(tmp_path)
    journal.append([press(number) for number in range(100)])
    journal.close()
    async with running(tmp_path) as daemon:
        await until_async(lambda: daemon.journal.since_checkpoint() < 10)


async def test_a_controller_that_always_has_something_to_do_lets_others_have_their_turn() -> None:
    """The same loop serves the screens."""
    inbox = Inbox(asyncio.get_running_loop())
    inbox.event(Observed(at=CLOCK.now(), device="door-controller", point="contact", value="open"))
    others: list[str] = []
    asyncio.get_running_loop().call_soon(others.append, "a screen")
    await inbox.wait(None)
    assert others == ["a screen"]


async def test_what_somebody_did_shows_at_once(tmp_path: Path) -> None:
    """Whoever is answered may look: the room stands as they left it."""
    desk = site_of(
        {"lobby": "public", "room": "semi-public"},
        {"front": {"from": "lobby", "to": "room", "unlock": "booking"}},
        calendars={"desk": {"local": "room"}},
    )
    async with running(tmp_path, desk) as daemon:
        await until_async(lambda: daemon.facts(ROOM("room")))
        await daemon.act(lambda facts, at: book(facts, desk, at, "room", "Aino", start=at, end=at + HOUR, agency=None))
        await daemon.act(lambda facts, at: release(facts, desk, at, "room", "Aino"))
        room = daemon.facts(ROOM("room"))
        assert room is not None
        assert room.state == "released"


async def test_an_event_that_could_not_be_read_back_holds_nothing_back(tmp_path: Path) -> None:
    async with running(tmp_path) as daemon:
        answers, told = Answers(daemon), daemon.feed.follow()
        odd = Observed(at=CLOCK.now(), device="door-controller", point="lock", value=float("nan"))
        daemon.inbox.event(odd)
        answers.press(1)
        await answers.all_of([1])
        answers.press(2)
        await answers.all_of([2, 1])
        lines = {line.seq: line.event for line in daemon.journal_after(0, 1000)}
    heard = [item async for item in told]
    assert heard
    assert all(lines[item.seq] == item.event for item in heard if item.seq in lines)
    assert verify(tmp_path).intact


class Broken(NoLine):
    """A driver that cannot begin."""

    def start(self) -> None:
        raise Unreachable("no such line")


async def test_a_daemon_that_cannot_begin_leaves_the_journal_to_another(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        await Daemon(SITE, tmp_path, Broken).start()
    async with running(tmp_path) as daemon:
        await until_async(lambda: daemon.facts(START()) is not None)
