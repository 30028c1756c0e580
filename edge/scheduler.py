"""Housekeeping at regular times: calendar polls, reports, retention. No door, alarm or escalation hangs on it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from edge.clock import Clock, SystemClock


class Scheduler:
    """Runs jobs on the event loop. A job that comes late still runs, once; one that is still running is not started again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs = AsyncIOScheduler(timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})

    def start(self) -> None:
        """Call with the event loop running."""
        self._jobs.start()

    def stop(self) -> None:
        """Running jobs are cut off."""
        if self._jobs.running:
            self._jobs.shutdown(wait=False)

    def every(
        self,
        period: timedelta,
        job: Callable[[], Awaitable[None]],
        name: str,
        first_after: timedelta = timedelta(),
        jitter: timedelta = timedelta(),
    ) -> None:
        """Times are those of the building's clock: on a fast one, jobs come as often as its days.

        jitter: by which each time but the first is earlier or later, so that jobs alike do not all come at once.
        """
        real_first = SystemClock().now() + self._real(first_after)
        trigger = IntervalTrigger(seconds=self._real(period).total_seconds(), jitter=self._real(jitter).total_seconds() or None)
        self._jobs.add_job(_ending_quietly(job), trigger, name=name, id=name, next_run_time=real_first)

    def _real(self, span: timedelta) -> timedelta:
        return timedelta(seconds=self._clock.seconds_until(self._clock.now() + span))


def _ending_quietly(job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """A job that is cut off when the controller stops is no error to be logged with a traceback."""

    async def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await job()

    return run
