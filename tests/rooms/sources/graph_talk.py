"""Talking with the Microsoft 365 of the tests, without a network where none is needed."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from rooms.graph_events import read_events
from rooms.ics import Feed
from rooms.sources.graph import GraphSource
from rooms.sources.graph_login import GraphLoginState
from rooms.sources.port import Answer, Content, Failed, Request, Response, WritableSource
from tests.graph_calendar import HELSINKI, MAILBOX, Window
from tests.graph_service import BASE, CLIENT, SECRET, TENANT, GraphService

NOW = datetime(2026, 10, 5, 6, tzinfo=UTC)
Outcome = TypeVar("Outcome")


def source_at(base: str = BASE, secret: str = SECRET) -> GraphSource:
    return GraphSource(GraphLoginState(TENANT, CLIENT, secret, base), MAILBOX, f"{base}/v1.0", HELSINKI)


def converse(conversation: Generator[Request, Response, Outcome], answer: Callable[[Request], Response]) -> Outcome:
    try:
        request = next(conversation)
        while True:
            request = conversation.send(answer(request))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def believed(source: WritableSource, service: GraphService, now: datetime = NOW) -> Content:
    """Asked, and the answer accepted."""
    return taken(source, converse(source.ask(now), service.answer))


def taken(source: WritableSource, answer: Answer) -> Content:
    assert not isinstance(answer, Failed), answer.problem
    source.accept(answer.content)
    return answer.content


def window_of(now: datetime) -> Window:
    """What bookings are wanted for."""
    return now - timedelta(days=2), now + timedelta(days=60)


def feed_of(source: WritableSource, window: Window) -> Feed:
    assert source.content is not None
    return read_events(source.content.parts[MAILBOX], zone=HELSINKI, window=window)


def bookings(source: WritableSource, window: Window) -> set[tuple[object, ...]]:
    """As `GraphCalendar.bookings` gives them; nothing may be left out."""
    feed = feed_of(source, window)
    assert feed.errors == ()
    return {(o.uid, o.rid, o.start, o.end, o.all_day, o.status, o.busy, o.summary) for o in feed.occurrences}
