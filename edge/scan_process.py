"""Looks around on one line, as a program of its own beside the controller: however much is there, presses do not wait for it.

What to do comes pickled on the standard input, from the controller itself; what is found goes out as lines of JSON: `found`,
`asked`, and at the end one of `done`, `full`, `failed`.
"""

import asyncio
import json
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from drivers.scanning import Found, ScanOrder, one_line, proposed_lines, scan_of
from edge.errors import TalonmiesError
from edge.secrets import read_secret
from edge.site import Site

_NICER = 10
_MOST_FOUND = 500
_MOST_DETAILS = 20
Tell = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Task:
    """site: what a scan compares with; files that its lines name have whole paths. folder: of secrets. within_s: then it ends,
    whatever has become of the controller. listen_s: how long to listen where devices speak unasked."""

    site: Site
    folder: Path
    connection: str
    units: range
    within_s: float
    listen_s: float


def main() -> None:
    os.nice(_NICER)
    task = pickle.load(sys.stdin.buffer)  # noqa: S301 (of the controller that started this)
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no message

    def tell(**message: Any) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    asyncio.run(_look(task, tell))


async def _look(task: Task, tell: Tell) -> None:
    looking = asyncio.create_task(_scan(task, tell))
    # So that what was opened is closed: a session of a server would stay for minutes.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, looking.cancel)
    await asyncio.wait([looking], timeout=task.within_s)
    looking.cancel()
    await asyncio.wait([looking])


async def _scan(task: Task, tell: Tell) -> None:
    section = task.site.connections[task.connection]
    secret = partial(read_secret, folder=task.folder)
    asked = lambda unit: tell(asked=unit)  # noqa: E731
    await look_around(
        ScanOrder(task.connection, section, task.site, secret, task.listen_s, task.units, asked, shared=True), task.site, tell
    )


async def look_around(order: ScanOrder, site: Site, tell: Tell) -> None:
    """Tells what is found, and how it was over."""
    line_of = _proposer(site)
    count = 0
    try:
        async for thing in scan_of(order.section.speaks)(order):
            if count == _MOST_FOUND:
                tell(full=True)
                return
            count += 1
            tell(found=_record(thing, line_of(thing)))
        tell(done=True)
    except TalonmiesError as error:
        tell(failed=one_line(str(error)))


def _proposer(site: Site) -> Callable[[Found], str]:
    """What is proposed for each thing, one after the other."""
    waiting: deque[Found] = deque()
    lines = proposed_lines(iter(waiting.popleft, None), site.devices)

    def line_of(thing: Found) -> str:
        waiting.append(thing)
        return next(lines)

    return line_of


def _record(thing: Found, line: str) -> dict[str, Any]:
    return {
        "address": one_line(thing.address),
        "what": one_line(thing.what),
        "make": thing.make,
        "type": thing.type,
        "details": {one_line(name): one_line(value) for name, value in islice(thing.details, _MOST_DETAILS)},
        "known_as": thing.known_as,
        "line": line,
    }


if __name__ == "__main__":
    main()
