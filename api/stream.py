"""Server-sent events: what has become true, first from the journal and then as it happens, without a gap and without repeats."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, TypeVar

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.port import Desk, JournalLine
from edge.feed import FeedItem, Follower

HEARTBEAT_S: Final = 1.0
LONGEST_REPLAY: Final = 10_000
"""Entries read back for one follower; who missed more is told to look at the state and go on from now."""
PAGE: Final = 500
HEADERS: Final = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
MEDIA_TYPE: Final = "text/event-stream"
HOUSEKEEPING: Final = frozenset({"checkpoint", "journal-pruned", "journal-loss-accepted"})
"""The journal's own entries; live followers are not told of them either."""

T = TypeVar("T")


class EventStream(StreamingResponse):
    """messages: texts made by `message`. They are closed with the answer, however that ends."""

    media_type = MEDIA_TYPE

    def __init__(self, messages: AsyncGenerator[str, None]) -> None:
        super().__init__(messages, headers=HEADERS)
        self._messages = messages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._messages):
            await super().__call__(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Reset:
    """Too much was missed. seq: where the stream goes on."""

    seq: int


def message(event: str, data: object, id_: int | str | None = None) -> str:
    """One message in the form of the standard; `event` names its kind, empty for the usual one."""
    lines = [f"id: {id_}"] if id_ is not None else []
    if event:
        lines.append(f"event: {event}")
    lines.append(f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}")
    return "\n".join(lines) + "\n\n"


async def happenings(desk: Desk, follower: Follower, after: int | None) -> AsyncIterator[Reset | JournalLine | FeedItem]:
    """JournalLine for what is read back, then FeedItem for what happens. after: the last number the reader has; None: from now.

    The follower must follow the feed before this is asked: what is committed later reaches it, what was committed earlier is in
    the journal, and what is in both has a number that tells.
    """
    last = desk.status().last_seq
    cursor = last if after is None else after
    if not 0 <= last - cursor <= LONGEST_REPLAY:
        cursor = last
        yield Reset(last)
    behind = after is not None
    while behind:
        page = await asyncio.to_thread(_page, desk, cursor)
        behind = len(page) == PAGE
        if page and page[0].seq != cursor + 1:
            cursor = desk.status().last_seq
            yield Reset(cursor)  # the journal has forgotten what came in between
            break
        for line in page:
            cursor = line.seq
            if line.event.kind not in HOUSEKEEPING:
                yield line
    async for item in follower:
        if item.seq is None:
            yield item
        elif item.seq > cursor:
            cursor = item.seq
            yield item


def _page(desk: Desk, after: int) -> list[JournalLine]:
    return list(desk.journal_after(after, PAGE))


async def with_heartbeats(
    source: AsyncIterator[T], every_s: float = HEARTBEAT_S, stays: Callable[[], bool] = lambda: True
) -> AsyncIterator[T | None]:
    """The source's items, with None at once and then every `every_s` seconds, busy or not; ends when `stays` says no."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    waiting = asyncio.ensure_future(_next(source))
    try:
        while True:
            await asyncio.wait({waiting}, timeout=max(due - loop.time(), 0.0))
            if loop.time() >= due:
                if not stays():
                    return
                due = loop.time() + every_s
                yield None
            if waiting.done():
                try:
                    item = waiting.result()
                except StopAsyncIteration:
                    return
                if not stays():
                    return
                yield item
                waiting = asyncio.ensure_future(_next(source))
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def _next(source: AsyncIterator[T]) -> T:
    return await anext(source)
