"""What has just become true, for whoever follows: consoles, programs, the terminal. Only durable things are told as durable.

Each follower has a bounded queue. One that does not keep up is cut off and must begin again from its last number: the controller
never waits for a reader.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from edge.events import Event


@dataclass(frozen=True, slots=True)
class FeedItem:
    """seq: the event's number in the journal; None for telemetry and for what could not be journaled."""

    seq: int | None
    event: Event


class Follower:
    """One reader's place in the feed: `async for item in follower`."""

    def __init__(self, depth: int) -> None:
        self._queue: asyncio.Queue[FeedItem | None] = asyncio.Queue(depth)
        self.cut = False
        """True once it fell too far behind; the iteration then ends."""

    def __aiter__(self) -> AsyncIterator[FeedItem]:
        return self

    async def __anext__(self) -> FeedItem:
        item = None if self.cut and self._queue.empty() else await self._queue.get()
        if item is None:
            raise StopAsyncIteration
        return item

    def put(self, item: FeedItem) -> None:
        if self.cut:
            return
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            self.cut = True

    def end(self) -> None:
        self.cut = True
        if self._queue.empty():
            self._queue.put_nowait(None)


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
