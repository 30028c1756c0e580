"""What has just become true, for whoever follows: consoles, programs, the terminal. Only durable things are told as durable.

Events go first and all of them; of telemetry a follower gets the newest value of each point, a few times a second. One that does
not keep up even so is cut off and must begin again from its last number: the controller never waits for a reader.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from edge.events import Event, Observed

TELEMETRY_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class FeedItem:
    """seq: the event's number in the journal; None for telemetry and for what could not be journaled."""

    seq: int | None
    event: Event


class Follower:
    """One reader's place in the feed: `async for item in follower`. One task reads it."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._events: deque[FeedItem] = deque()
        self._telemetry: dict[tuple[str, str], FeedItem] = {}
        self._telling: dict[tuple[str, str], FeedItem] = {}
        self._telemetry_from = 0.0
        self._wake = asyncio.Event()
        self.cut = False
        """True once it fell too far behind, or the feed has ended; the iteration then ends."""

    def __aiter__(self) -> AsyncIterator[FeedItem]:
        return self

    async def __anext__(self) -> FeedItem:
        while True:
            if self._events:
                return self._events.popleft()
            if self._telling:
                return self._telling.pop(next(iter(self._telling)))
            if self.cut:
                raise StopAsyncIteration
            await self._more()

    def put(self, item: FeedItem) -> None:
        if self.cut:
            return
        if item.seq is None and isinstance(item.event, Observed) and item.event.press is None:
            self._telemetry[item.event.device, item.event.point] = item
        elif len(self._events) < self._depth:
            self._events.append(item)
        else:
            self.cut = True
        self._wake.set()

    def end(self) -> None:
        self.cut = True
        self._wake.set()

    async def _more(self) -> None:
        """Take what telemetry there is when its time has come, or wait for that or for an event."""
        loop = asyncio.get_running_loop()
        wait_s = self._telemetry_from - loop.time()
        if self._telemetry and wait_s <= 0:
            self._telling, self._telemetry = self._telemetry, {}
            self._telemetry_from = loop.time() + TELEMETRY_EVERY_S
            return
        self._wake.clear()
        alarm = loop.call_later(wait_s, self._wake.set) if self._telemetry else None
        try:
            await self._wake.wait()
        finally:
            if alarm is not None:
                alarm.cancel()


class Feed:
    """Tells every follower; lives in the controller's event loop."""

    def __init__(self, depth: int = 4096) -> None:
        self._depth = depth
        self._followers: set[Follower] = set()
        self._ended = False

    def follow(self) -> Follower:
        """A place in the feed from now on; one that has ended already, when the controller is stopping."""
        follower = Follower(self._depth)
        if self._ended:
            follower.end()
        else:
            self._followers.add(follower)
        return follower

    def leave(self, follower: Follower) -> None:
        self._followers.discard(follower)

    def tell(self, item: FeedItem) -> None:
        for follower in self._followers:
            follower.put(item)

    def end(self) -> None:
        self._ended = True
        for follower in self._followers:
            follower.end()

    def __len__(self) -> int:
        return len(self._followers)
