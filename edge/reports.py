"""Reports of the site that runs: of each month when its time has come, of any month on demand; each by a process of its own."""

import asyncio
import json
import logging
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from api.report_port import KeptReport, Making
from api.reports.month import Month
from api.reports.shelf import Shelf
from edge.clock import Clock
from edge.refusal import Refusal
from edge.report_process import ReportTask
from edge.site import Site
from edge.text import Text, say

if TYPE_CHECKING:
    from edge.scheduler import Scheduler

log = logging.getLogger("talonmies.reports")

FOLDER: Final = "reports"
SETTLED_AFTER: Final = timedelta(hours=4)
"""How long after the end of a month its report is made: over time of the last evening is known by then."""
_LOOK_EVERY = timedelta(hours=1)
_FIRST_LOOK = timedelta(minutes=5)
_WITHIN_S = 1800.0
_CLOSED_WITHIN_S = 3.0
_PROGRAM: Final = (sys.executable, "-P", "-m", "edge.report_process")


class MonthlyReports:
    """Implements api.report_port.Reports. data: folder of the journal, where reports are kept too. now: the controller's clock."""

    def __init__(
        self, data: Path, now: Callable[[], datetime], within_s: float = _WITHIN_S, program: Sequence[str] = _PROGRAM
    ) -> None:
        self._data = data
        self._now = now
        self._within_s = within_s
        self._program = program
        self._shelf = Shelf(data / FOLDER)
        self._site: Site | None = None
        self._making: Making | None = None
        self._scheduler: Scheduler | None = None
        self._going_on: asyncio.Task[None] | None = None

    def keep_up(self, clock: Clock) -> None:
        """Look again and again whether a report is due, until `end`: after a day off, too."""
        from edge.scheduler import Scheduler  # presses are taken before it is imported

        self._scheduler = Scheduler(clock)
        self._scheduler.every(_LOOK_EVERY, self.look, "monthly reports", first_after=_FIRST_LOOK)
        self._scheduler.start()

    def serve_site(self, site: Site) -> None:
        """The one that runs from now on."""
        self._site = site

    async def look(self) -> None:
        """Make the report of the last month, once it is settled, unless it was made since then. Returns when it is made."""
        month = self._due()
        if month is None or self._is_busy or await asyncio.to_thread(self._is_final, month):
            return
        self.begin(month, "")
        await self.finished()

    def _due(self) -> Month | None:
        if self._site is None:
            return None
        now = self._now()
        month = Month.at(now, self._site).before
        return month if now >= _settled(month, self._site) else None

    def _is_final(self, month: Month) -> bool:
        """Whether it is there as it will stay, and not one that somebody wanted before all of the month was known."""
        made_at = self._shelf.made_at(month)
        return self._site is None or (made_at is not None and made_at >= _settled(month, self._site))

    async def finished(self) -> None:
        if self._going_on is not None:
            await asyncio.wait([self._going_on])

    async def end(self) -> None:
        if self._scheduler is not None:
            self._scheduler.stop()
        if self._going_on is not None:
            self._going_on.cancel()
            await asyncio.wait([self._going_on])

    # --- api.report_port.Reports ------------------------------------------------------------------------------------

    def kept(self) -> Sequence[KeptReport]:
        return self._shelf.kept()

    def file(self, month: Month, name: str) -> Path | None:
        return self._shelf.file(month, name)

    def making(self) -> Making | None:
        return self._making

    def begin(self, month: Month, by: str) -> None:
        if self._is_busy and self._making is not None:
            raise Refusal(say("The report of {month} is being made: wait until it is done.", month=str(self._making.month)))
        if self._site is None:
            raise Refusal(say("No reports can be made here."))
        now = self._now()
        if month.start(self._site) >= now:
            raise Refusal(say("{month} has not begun yet.", month=str(month)))
        log.info("the report of %s is made%s", month, f" for {by}" if by else "")
        self._making = Making(month, by)
        task = ReportTask(_whole(self._site), self._data.absolute(), month, self._shelf.place(month).absolute(), now)
        self._going_on = asyncio.create_task(self._make(task))

    @property
    def _is_busy(self) -> bool:
        return self._going_on is not None and not self._going_on.done()

    # --- the process ------------------------------------------------------------------------------------------------

    async def _make(self, task: ReportTask) -> None:
        problem: Text | None = say("The report could not be made; why is in the controller's log.")
        try:
            async with asyncio.timeout(self._within_s):
                process = await asyncio.create_subprocess_exec(*self._program, stdin=PIPE, stdout=PIPE, start_new_session=True)
                try:
                    problem = await _outcome(process, task, problem)
                finally:
                    await _closed(process)
            if problem is None:
                await asyncio.to_thread(self._shelf.note_made, task.month, task.now)
        except TimeoutError:
            log.error("the report of %s took too long", task.month)
        except Exception:
            log.exception("the report of %s failed", task.month)
        by = self._making.by if self._making is not None else ""
        self._making = None if problem is None else Making(task.month, by, problem)


def _settled(month: Month, site: Site) -> datetime:
    return month.end(site) + SETTLED_AFTER


async def _outcome(process: Process, task: ReportTask, unknown: Text | None) -> Text | None:
    told, _ = await process.communicate(await asyncio.to_thread(pickle.dumps, task))
    lines = told.splitlines()
    match json.loads(lines[-1]) if lines else {}:
        case {"done": True}:
            return None
        case {"failed": str(why)}:
            log.error("the report of %s failed: %s", task.month, why)
            return say("The report could not be made: {problem}", problem=why)
        case _:
            return unknown


def _whole(site: Site) -> Site:
    """The site without what it has worked out since, which cannot be sent."""
    return Site.model_construct(**{name: getattr(site, name) for name in type(site).model_fields})


async def _closed(process: Process) -> None:
    """Also where this is cancelled a second time, it does not run on."""
    try:
        with suppress(ProcessLookupError):
            process.terminate()
        async with asyncio.timeout(_CLOSED_WITHIN_S):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
