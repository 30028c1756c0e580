"""Scans of the lines of the site that runs, one at a time, each a process of its own.

On a line where two speakers would garble each other, the driver that speaks there asks for the scan, between its own reads.
"""

import asyncio
import json
import logging
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from api.scan_port import How, ScanSeen, Seen
from drivers.scanning import OF_ONE_SPEAKER, ScanOrder
from edge.refusal import Refusal
from edge.scan_process import Task, look_around
from edge.secrets import read_secret
from edge.site import Site
from edge.text import Text, say

log = logging.getLogger("talonmies.scans")

_WITHIN_S = 30.0
_LISTEN_S = 10.0
_CLOSED_WITHIN_S = 3.0
_LONGEST_MESSAGE = 1 << 20
_PROGRAM = (sys.executable, "-P", "-m", "edge.scan_process")

AskOn = Callable[[str, Callable[[Any], Any]], Future[Any]]
"""Has the driver of a connection ask something on its line (drivers.port.Lender). Raises Unreachable."""


class LineScans:
    """Implements api.scan_port.Scans. folder: that of the site file. within_s: then a scan ends. listen_s: how long it listens
    where devices speak unasked."""

    def __init__(self, folder: Path, now: Callable[[], datetime], within_s: float = _WITHIN_S, listen_s: float = _LISTEN_S) -> None:
        self._folder = folder
        self._now = now
        self._within_s = within_s
        self._listen_s = listen_s
        self._site: Site | None = None
        self._ask_on: AskOn
        self._last: ScanSeen | None = None
        self._going_on: asyncio.Task[None] | None = None

    async def serve_site(self, site: Site, ask_on: AskOn) -> None:
        """site: the one that runs from now on, with whole paths. What was found beside another one is forgotten."""
        await self.end()
        self._site, self._ask_on, self._last = site, ask_on, None

    def last(self) -> ScanSeen | None:
        return self._last

    def begin(self, connection: str, by: str, units: range) -> None:
        if self._going_on is not None and not self._going_on.done():
            assert self._last is not None  # noqa: S101 (it has begun)
            raise Refusal(
                say("A scan of {connection} goes on: wait until it has ended, or end it.", connection=self._last.connection)
            )
        if self._site is None or connection not in self._site.connections:
            raise Refusal(say("There is no connection {connection}.", connection=connection))
        log.info("%s scans %s", by, connection)
        began = self._now()
        self._last = ScanSeen(connection, by, began, began + timedelta(seconds=self._within_s))
        one_speaker = self._site.connections[connection].protocol in OF_ONE_SPEAKER
        look = self._between if one_speaker else self._beside
        self._going_on = asyncio.create_task(self._scan(connection, partial(look, self._site, connection, units)))

    async def end(self) -> None:
        if self._going_on is not None:
            self._going_on.cancel()
            await asyncio.wait([self._going_on])
            self._over("ended")

    async def _scan(self, connection: str, look: Callable[[], Awaitable[None]]) -> None:
        self._said: tuple[How, Text | None] = "failed", say("The scan broke off; why is in the controller's log.")
        try:
            async with asyncio.timeout(self._within_s):
                await look()
        except TimeoutError:
            self._said = "time", None
        except Exception:
            log.exception("the scan of %s failed", connection)
        self._over(*self._said)

    # --- through the driver of the line ---------------------------------------------------------------------------

    async def _between(self, site: Site, connection: str, units: range) -> None:
        async def ask(question: Callable[[Any], Any]) -> Any:
            return await asyncio.wrap_future(self._ask_on(connection, question))

        section, secret = site.connections[connection], partial(read_secret, folder=self._folder)
        asked = lambda unit: self._take(asked=unit)  # noqa: E731
        order = ScanOrder(connection, section, site, secret, self._listen_s, units, asked, shared=True, ask=ask)
        await look_around(order, site, self._take)

    # --- the process ----------------------------------------------------------------------------------------------

    async def _beside(self, site: Site, connection: str, units: range) -> None:
        task = Task(_of_lines(site), self._folder, connection, units, self._within_s, self._listen_s)
        # In a session of its own: an interrupt from the keyboard is the controller's, which then ends it.
        process = await asyncio.create_subprocess_exec(
            *_PROGRAM, stdin=PIPE, stdout=PIPE, limit=_LONGEST_MESSAGE, start_new_session=True
        )
        try:
            assert process.stdin is not None  # noqa: S101 (asked for)
            assert process.stdout is not None  # noqa: S101 (asked for)
            process.stdin.write(await asyncio.to_thread(pickle.dumps, task))
            process.stdin.write_eof()
            while line := await process.stdout.readline():
                self._take(**json.loads(line))
        finally:
            await _closed(process)

    # --- what it tells --------------------------------------------------------------------------------------------

    def _take(self, **message: Any) -> None:
        assert self._last is not None  # noqa: S101 (it has begun)
        match message:
            case {"found": dict(found)}:
                self._last = replace(self._last, found=(*self._last.found, Seen(**found)))
            case {"asked": int(unit)}:
                self._last = replace(self._last, asked=unit)
            case {"failed": str(problem)}:
                self._said = "failed", say("The line cannot be looked around on: {problem}", problem=problem)
            case {"full": _}:
                self._said = "full", None
            case {"done": _}:
                self._said = "done", None

    def _over(self, how: How, problem: Text | None = None) -> None:
        """The first word on how it was over stays."""
        if self._last is not None and self._last.how == "running":
            self._last = replace(self._last, how=how, problem=problem)


def _of_lines(site: Site) -> Site:
    """What a scan compares with. The rest of a site that runs holds what it has worked out, which cannot be sent."""
    return Site.model_construct(site=site.site, spaces={}, connections=site.connections, devices=site.devices)


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
