"""The daemon's side of `edge.calendars.reader`: hands a content over, takes in the outcome, and stops waiting in time."""

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from threading import Timer

from pydantic import ValidationError

from edge.calendars.reader import ERRAND, OUTCOME, Errand
from edge.errors import DeviceFault, IllegalInput
from edge.text import Text, say
from rooms.bookings import Booking, decode_bookings
from rooms.feeding import Feeding
from rooms.ics_lines import Unreadable
from rooms.ics_series import Window
from rooms.sources.port import Content
from rooms.understanding import BookingsUnderstood

DEADLINE_S = 30.0


class NotRead(DeviceFault):
    """The reading did not come to an end; the feed itself may be good."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.message)
        self.text = text


@dataclass(frozen=True, slots=True)
class Read:
    """packed: the content as it is to be kept."""

    understood: BookingsUnderstood
    packed: str


async def read_apart(feeding: Feeding, content: Content, window: Window, deadline_s: float = DEADLINE_S) -> Read:
    """Raises Unreadable when the content is refused, NotRead when it took too much time or memory."""
    reading = _Reading(Errand(feeding, window, content.form, {name: len(part) for name, part in content.parts.items()}), content)
    try:
        return await asyncio.to_thread(reading.run, deadline_s)
    finally:
        reading.stop()


class _Reading:
    """One process and the thread that talks to it; the event loop has no part in it."""

    def __init__(self, errand: Errand, content: Content) -> None:
        self._errand = errand
        self._content = content
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self, deadline_s: float) -> Read:
        words = [sys.executable, "-m", "edge.calendars.reader"]
        with subprocess.Popen(  # noqa: S603
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as self._process:
            if self._stopped:
                self._process.kill()
            alarm = Timer(deadline_s, self.stop)
            alarm.start()
            try:
                self._hand_over(self._process)
                return self._take_in(self._process)
            except (ValidationError, IllegalInput, ValueError) as error:
                late = say("Reading the calendar took too long")
                raise NotRead(late if self._stopped else say("Reading the calendar took too much time or memory")) from error
            finally:
                alarm.cancel()
                self.stop()

    def stop(self) -> None:
        """From any thread; nothing happens to one that has ended."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def _hand_over(self, process: "subprocess.Popen[bytes]") -> None:
        if process.stdin is None:
            return
        try:
            with process.stdin as given:
                given.write(ERRAND.dump_json(self._errand) + b"\n")
                for part in self._content.parts.values():
                    given.write(part)
        except BrokenPipeError:
            pass  # it has ended early; what it said tells

    def _take_in(self, process: "subprocess.Popen[bytes]") -> Read:
        bookings: list[Booking] = []
        said = process.stdout
        line = said.readline() if said else b""
        while said and line.startswith(b"["):
            bookings += decode_bookings(line)
            line = said.readline()
        outcome = OUTCOME.validate_json(line)
        if outcome.refused is not None:
            raise Unreadable(outcome.refused)
        packed = said.read(outcome.packed).decode() if said else ""
        if len(packed) != outcome.packed:
            raise ValueError("cut short")
        return Read(BookingsUnderstood(tuple(bookings), outcome.errors), packed)
