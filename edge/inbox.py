"""Where everything that happens waits for the controller's next turn: presses first, then events, then the newest telemetry."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from edge.events import Event, Observed
from edge.facts import Facts

Decide = Callable[[Facts, datetime], Event]

MOST_EVENTS = 500
MOST_TELEMETRY = 500
BESIDE_PRESSES = 50
"""So many other events a turn takes when it has presses, which must not wait for more."""
GATHER_S = 0.02
"""Telemetry is looked at together, fifty times a second: each turn costs more than each value."""


class Received(NamedTuple):
    """An event, and whom to tell once it is durable."""

    event: Event
    on_durable: Callable[[], None] | None


class Action(NamedTuple):
    """What a person wants done; `done` gets the event, or the refusal."""

    decide: Decide
    done: asyncio.Future[Event]


@dataclass(slots=True)
class Batch:
    """What one turn takes on."""

    events: list[Received] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    telemetry: list[Observed] = field(default_factory=list)


class Inbox:
    """Filled from any thread, emptied by the controller's loop.

    Telemetry is bounded by the number of points; a turn is bounded too, so a press waits behind one turn of other things at most,
    and the turn that takes it has little else to do.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._wake = asyncio.Event()
        self._signalled = False
        self._gathering = False
        self._telemetry_due = False
        self._urgent: deque[Received] = deque()
        self._events: deque[Received] = deque()
        self._actions: deque[Action] = deque()
        self._telemetry: dict[tuple[str, str], Observed] = {}
        self.coalesced = 0
        """Telemetry values that a newer one replaced before anybody read them."""

    def telemetry(self, event: Observed) -> None:
        key = (event.device, event.point)
        if key in self._telemetry:
            self.coalesced += 1
        self._telemetry[key] = event
        if not self._gathering:
            self._gathering = True
            self._from_any_thread(self._gather)

    def event(self, event: Event, on_durable: Callable[[], None] | None = None, *, urgent: bool = False) -> None:
        (self._urgent if urgent else self._events).append(Received(event, on_durable))
        self._signal()

    def act(self, decide: Decide) -> asyncio.Future[Event]:
        done: asyncio.Future[Event] = self._loop.create_future()
        self._actions.append(Action(decide, done))
        self._signal()
        return done

    def waiting(self) -> int:
        return len(self._urgent) + len(self._events) + len(self._actions) + len(self._telemetry)

    def _signal(self) -> None:
        if not self._signalled:
            self._signalled = True
            self._from_any_thread(self._wake.set)

    def _from_any_thread(self, call: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: a driver's last words after the stop
            self._loop.call_soon_threadsafe(call)

    def _gather(self) -> None:
        self._loop.call_later(GATHER_S, self._look_at_telemetry)

    def _look_at_telemetry(self) -> None:
        if self._telemetry:
            self._telemetry_due = True
            self._wake.set()

    def _pressing(self) -> bool:
        return bool(self._urgent or self._events or self._actions or self._telemetry_due)

    async def wait(self, seconds: float | None) -> None:
        """Until there is something to look at, or for so many seconds."""
        if self._pressing() or (seconds is not None and seconds <= 0):
            await asyncio.sleep(0)  # under load there is always something, and screens must have their turn too
            return
        alarm = None if seconds is None else self._loop.call_later(seconds, self._wake.set)
        await self._wake.wait()
        if alarm is not None:
            alarm.cancel()

    def take(self) -> Batch:
        self._wake.clear()
        self._signalled = False
        batch = Batch()
        while self._urgent:
            batch.events.append(self._urgent.popleft())
        pressed = bool(batch.events)
        most = len(batch.events) + BESIDE_PRESSES if pressed else MOST_EVENTS
        while self._events and len(batch.events) < most:
            batch.events.append(self._events.popleft())
        while self._actions:
            batch.actions.append(self._actions.popleft())
        if not pressed:
            self._take_telemetry(batch)
        return batch

    def _take_telemetry(self, batch: Batch) -> None:
        # First, so that a value which comes meanwhile asks for another look.
        self._gathering = self._telemetry_due = False
        for key in list(self._telemetry)[:MOST_TELEMETRY]:
            batch.telemetry.append(self._telemetry.pop(key))
        if self._telemetry:
            self._gathering = self._telemetry_due = True
