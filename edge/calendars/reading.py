"""The daemon's side of `edge.calendars.reader`: hands a content over, takes in the outcome, and stops waiting in time."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Timer

from pydantic import TypeAdapter

from edge.calendars.reader import Errand, Outcome, give
from edge.calendars.undisturbed import undisturbed
from edge.errors import DeviceFault
from edge.text import Text, say
from rooms.feeding import Feeding
from rooms.ics_lines import Unreadable
from rooms.ics_series import Window
from rooms.sources.port import Content
from rooms.understanding import BookingsUnderstood, renewed

DEADLINE_S = 60.0
_SOME = TypeAdapter(BookingsUnderstood)
_OUTCOME = TypeAdapter(Outcome)


class NotRead(DeviceFault):
    """The reading did not come to an end; the content itself may be good."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.message)
        self.text = text


@dataclass(frozen=True, slots=True)
class Read:
    """packed: the content as it is to be kept. known: entries of its events; empty where they cannot be told apart."""

    understood: BookingsUnderstood
    window: Window
    known: bytes
    packed: str


async def read_apart(
    feeding: Feeding, content: Content, window: Window, before: Read | None = None, deadline_s: float = DEADLINE_S
) -> Read:
    """before: an earlier reading with the same feeding; of the same window, only what differs from it is read.

    Raises Unreadable when the content is refused, NotRead when it took too much time or memory.
    """
    reading = _Reading(feeding, content, window, _renewable(before, feeding, window))
    try:
        return await asyncio.to_thread(reading.run, deadline_s)
    finally:
        reading.stop()


def _renewable(before: Read | None, feeding: Feeding, window: Window) -> Read | None:
    if before is None or before.window != window or not feeding.hashed or not before.understood.is_of_events_alone:
        return None
    return before


class _Reading:
    """One process and the thread that talks to it; the event loop has no part in it."""

    def __init__(self, feeding: Feeding, content: Content, window: Window, before: Read | None) -> None:
        self._before = before
        self._known = before.known if before else b""
        self._packed = before.packed.encode() if before and before.known else b""
        sizes = {name: len(part) for name, part in content.parts.items()}
        self._errand = Errand(feeding, window, content.form, sizes, len(self._known), len(self._packed))
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
                with undisturbed(self._content):
                    return self._take_in(self._process)
            except ValueError as error:
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
                give(self._errand, given)
                given.write(self._known)
                given.write(self._packed)
                for part in self._content.parts.values():
                    given.write(part)
        except BrokenPipeError:
            pass  # it has ended early; what it said tells

    def _take_in(self, process: "subprocess.Popen[bytes]") -> Read:
        said = process.stdout
        if said is None:
            raise ValueError("no pipe")
        some = []
        while (line := said.readline()) not in (b"\n", b""):
            some.append(_SOME.validate_json(line))
        outcome = _OUTCOME.validate_json(said.readline())
        if outcome.refused is not None:
            raise Unreadable(outcome.refused)
        known, packed = said.read(outcome.known), said.read(outcome.packed)
        if (len(known), len(packed)) != (outcome.known, outcome.packed):
            raise ValueError("cut short")
        understood = _together(some)
        if outcome.touched is not None and self._before is not None:
            understood = renewed(self._before.understood, understood, set(outcome.touched))
        return Read(understood, self._errand.window, known, packed.decode())


def _together(some: Sequence[BookingsUnderstood]) -> BookingsUnderstood:
    return BookingsUnderstood(
        tuple(booking for few in some for booking in few.bookings),
        tuple(error for few in some for error in few.errors),
        tuple(lost for few in some for lost in few.lost),
    )
