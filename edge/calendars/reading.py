"""The daemon's side of `edge.calendars.reader`: hands a feed over, waits for the outcome, and stops waiting in time."""

import asyncio
import sys

from pydantic import ValidationError

from edge.calendars.reader import ERRAND, OUTCOME, Errand
from edge.errors import DeviceFault
from edge.text import Text, say
from rooms.feeding import Feeding
from rooms.ics_lines import Unreadable
from rooms.ics_series import Window
from rooms.understanding import BookingsUnderstood

DEADLINE_S = 30.0


class NotRead(DeviceFault):
    """The reading did not come to an end; the feed itself may be good."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.message)
        self.text = text


async def read_apart(feeding: Feeding, body: bytes, window: Window, deadline_s: float = DEADLINE_S) -> BookingsUnderstood:
    """Raises Unreadable when the feed is refused, NotRead when it took too much time or memory."""
    errand = ERRAND.dump_json(Errand(feeding, window)) + b"\n"
    try:
        async with asyncio.timeout(deadline_s):
            written = await _run(errand + body)
    except TimeoutError as error:
        raise NotRead(say("Reading the calendar took too long")) from error
    try:
        outcome = await asyncio.to_thread(OUTCOME.validate_json, written)
    except ValidationError as error:
        raise NotRead(say("Reading the calendar took too much time or memory")) from error
    if outcome.refused is not None or outcome.understood is None:
        raise Unreadable(outcome.refused or say("The calendar cannot be read"))
    return outcome.understood


async def _run(given: bytes) -> bytes:
    reader = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "edge.calendars.reader",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        written, _ = await reader.communicate(given)
        return written
    finally:
        if reader.returncode is None:
            reader.kill()
            await reader.wait()
