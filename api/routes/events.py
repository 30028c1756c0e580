"""The stream of what becomes true."""

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse

from api import stream
from api.faults import READING
from api.port import Desk, JournalLine
from api.readers import Readers
from api.sessions import Caller
from api.telling import told
from api.unseen import Discretion
from edge.feed import FeedItem
from edge.language import Renderer

_ABOUT = """Server-sent events. Each journaled event is a message whose id is its number in the journal; a reader that comes
back with `Last-Event-ID`, or with `after`, misses nothing and gets nothing twice. Telemetry comes as events of the kind
`telemetry`, without an id. A `heartbeat` comes every second; a `reset` says that too much was missed: look at the state, and
go on from there."""
_Number = Annotated[int | None, Query(ge=0, le=2**53, description="Number of the last event that the reader has")]


def router(desk: Desk, readers: Readers) -> APIRouter:
    routes = APIRouter(tags=["events"])

    @routes.get(
        "/events",
        summary="Follow what becomes true",
        description=_ABOUT,
        response_class=StreamingResponse,
        responses={**READING, 200: {"content": {stream.MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "The stream"}},
    )
    async def events(
        request: Request,
        renderer: Annotated[Renderer, Depends(readers)],
        after: _Number = None,
        last_event_id: Annotated[str | None, Header(description="Counts before `after`; browsers send it by themselves")] = None,
    ) -> stream.EventStream:
        seen = int(last_event_id) if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 17 else after
        return stream.EventStream(_messages(desk, renderer, request.state.caller, seen))

    return routes


async def _messages(desk: Desk, renderer: Renderer, caller: Caller, after: int | None) -> AsyncGenerator[str, None]:
    follower, discretion = desk.feed.follow(), Discretion(desk.facts, caller.view)
    try:
        yield "retry: 1000\n\n"
        source = stream.happenings(desk, follower, after)
        async for item in stream.with_heartbeats(source, stays=caller.stays):
            if not isinstance(item, JournalLine | FeedItem) or discretion.tells(item.event):
                yield _message(desk, renderer, item)
    finally:
        desk.feed.leave(follower)


def _message(desk: Desk, renderer: Renderer, item: stream.Reset | JournalLine | FeedItem | None) -> str:
    now = desk.clock.now()
    match item:
        case None:
            return stream.message("heartbeat", {"t": now.isoformat()})
        case stream.Reset(seq):
            return stream.message("reset", {"seq": seq}, seq)
        case _:
            kind = "" if item.seq is not None else "telemetry"
            return stream.message(kind, {"seq": item.seq, **told(item.event, renderer, now)}, item.seq)
