"""The stream behind an open page: a heartbeat with the controller's time, and whatever on the board is newer than the page."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from typing import Final

from api import stream
from api.console.guard_sections import ALARMS
from api.console.pages import Pages
from api.port import Desk
from api.sessions import Caller
from edge.events import Observed
from edge.feed import FeedItem, Follower
from edge.language import Renderer
from security.consoles import WATCHING, ConsoleSeen, is_supervised

GATHER_S: Final = 0.03
"""What changes within so short a time after a drawing is drawn together; after a pause the first change is drawn at once."""
SEEN_EVERY_S: Final = 3.0
"""How often the controller hears that somebody has the alarms open."""


class _Changes:
    """When something last became true, and a way to wait for the next time."""

    def __init__(self, follower: Follower, clock: Callable[[], float]) -> None:
        self._follower = follower
        self._clock = clock
        self._changed = asyncio.Event()
        self.at = clock()
        self.ended = False

    async def watch(self) -> None:
        async for item in self._follower:
            if not _is_telemetry(item):
                self._note()
        self.ended = True
        self._note()

    def _note(self) -> None:
        self.at = self._clock()
        self._changed.set()

    async def wait(self, seconds: float, drawn_at: float) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), max(seconds, 0.0))
            await asyncio.sleep(max(drawn_at + GATHER_S - self._clock(), 0.0))
        except TimeoutError:
            # Time itself changes a page too, and one look each second is enough for all pages together.
            self.at = self._clock() - stream.HEARTBEAT_S
        self._changed.clear()


def _is_telemetry(item: FeedItem) -> bool:
    return item.seq is None and isinstance(item.event, Observed)


async def messages(
    desk: Desk, pages: Pages, renderer: Renderer, caller: Caller, lists: Collection[str], after: str
) -> AsyncGenerator[str, None]:
    """lists: those that the page shows; it is told of no others. after: its cursor."""
    loop = asyncio.get_running_loop()
    follower = desk.feed.follow()
    changes = _Changes(follower, loop.time)
    watching = asyncio.create_task(changes.watch())
    try:
        yield "retry: 300\n\n"
        heartbeat_at = seen_at = loop.time()
        first = True
        watches = caller.role in WATCHING and ALARMS in lists and is_supervised(desk.site)
        while not changes.ended and caller.stays():
            drawn_at = loop.time()
            board = pages.board(renderer.language, caller.view, lists, changes.at)
            patch, first = board.newer_than(after, lists, first=first), False
            if patch is not None and caller.stays():
                after = board.cursor
                yield stream.message("patch", patch, after)
            if loop.time() >= heartbeat_at:
                heartbeat_at = loop.time() + stream.HEARTBEAT_S
                now = desk.clock.now()
                yield stream.message("heartbeat", {"t": now.timestamp(), "clock": renderer.clock(now), "edition": pages.edition})
            if watches and loop.time() >= seen_at:
                seen_at = loop.time() + SEEN_EVERY_S
                desk.hear(ConsoleSeen(at=desk.clock.now()))
            await changes.wait(heartbeat_at - loop.time(), drawn_at)
    finally:
        watching.cancel()
        desk.feed.leave(follower)
