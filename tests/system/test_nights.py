"""The nights on which clocks change, through the whole daemon on a fast clock (R7, D15): real hours count."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.daemon import Daemon
from edge.events import Decided
from edge.journal import verify
from edge.site import Site
from tests.builders import local, site_of
from tests.system.test_daemon import NoLine

SPEED = 6000.0
TOLERANCE = timedelta(minutes=20)
"""Real milliseconds on a busy machine, at that speed."""


class NightClock:
    def __init__(self, start: datetime) -> None:
        self._start, self._began = start, time.monotonic()

    def now(self) -> datetime:
        return (self._start + timedelta(seconds=(time.monotonic() - self._began) * SPEED)).astimezone(UTC)

    def seconds_until(self, t: datetime) -> float:
        return (t - self.now()).total_seconds() / SPEED

    def take_jump(self) -> float | None:
        return None


def night_site() -> Site:
    return site_of(
        {"lobby": "public"},
        {"entrance": {"from": "outside", "to": "lobby", "unlock": {"hours": "night"}}},
        hours={"night": {"mon-sun": "2:00-5:00"}},
    )


@pytest.mark.parametrize(("evening", "hours"), [("2026-10-25 01:30", 4), ("2026-03-29 01:30", 2), ("2026-03-28 01:30", 3)])
async def test_a_door_is_open_for_as_long_as_it_really_is(tmp_path: Path, evening: str, hours: int) -> None:
    opens = local(evening) + timedelta(minutes=30)
    before = opens - timedelta(hours=5)  # three real seconds, in which a busy machine can start
    daemon = Daemon(night_site(), tmp_path, NoLine, clock=NightClock(before), stretch=SPEED)
    await daemon.start()
    follower = daemon.feed.follow()
    turning = asyncio.create_task(daemon.run())
    decided: list[Decided] = []
    async with asyncio.timeout(15):
        async for item in follower:
            if isinstance(item.event, Decided):
                decided.append(item.event)
                if [event.value for event in decided] == ["locked", "unlocked", "locked"]:
                    break
    await daemon.stop()
    await turning
    unlocked, locked = decided[1:]
    assert opens <= unlocked.at <= opens + TOLERANCE
    assert unlocked.until == opens + timedelta(hours=hours)
    assert unlocked.until <= locked.at <= unlocked.until + TOLERANCE
    assert verify(tmp_path).intact
