"""The stream: every journaled event once and in order, whenever a reader comes, goes and comes back."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from itertools import count
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api import gate, stream
from edge.events import Observed
from edge.feed import Feed, FeedItem
from security.alarms import AlarmNoted
from tests.api.conftest import AUTHORIZED, TOKEN
from tests.api.desk import MemoryDesk, busy_desk
from tests.api.serving import served

Message = dict[str, Any]


async def messages(answer: httpx.Response) -> AsyncIterator[Message]:
    message: Message = {"event": ""}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            message[name] = json.loads(value) if name == "data" else value
        else:
            if "data" in message:
                yield message
            message = {"event": ""}


@asynccontextmanager
async def following(address: str, **more: Any) -> AsyncIterator[AsyncIterator[Message]]:
    headers = {**AUTHORIZED, **more.pop("headers", {})}
    async with (
        httpx.AsyncClient(timeout=10) as client,
        client.stream("GET", f"{address}/api/v1/events", headers=headers, params=more) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        async with aclosing(messages(answer)) as read:
            yield read


async def until(read: AsyncIterator[Message], seq: int) -> list[Message]:
    """Messages up to the journaled event of this number, without heartbeats."""
    seen = []
    async for message in read:
        if message["event"] != "heartbeat":
            seen.append(message)
        if message.get("id") == str(seq):
            return seen
    raise AssertionError("the stream ended")


async def until_true(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def note(desk: MemoryDesk, text: str) -> None:
    desk.happen(AlarmNoted(at=desk.clock.now(), number=3, by="x", note=text))


async def test_a_reader_without_a_number_gets_what_happens_from_now_on(app: FastAPI, desk: MemoryDesk) -> None:
    async with served(app, desk) as address, following(address, language="en") as read:
        assert (await anext(read))["event"] == "heartbeat"
        before = len(desk.journal)
        desk.press("panic-room-1", "p-2")
        seen = await until(read, len(desk.journal))
    assert [int(message["id"]) for message in seen] == list(range(before + 1, len(desk.journal) + 1))
    raised = next(message["data"] for message in seen if message["data"]["kind"] == "alarm-raised")
    assert (raised["subject"], raised["because"], raised["seq"]) == ("panic-room-1", "The button was pressed", before + 2)


@pytest.mark.parametrize("how", ["after", "last-event-id"])
async def test_a_reader_that_comes_back_misses_nothing(app: FastAPI, desk: MemoryDesk, how: str) -> None:
    last = len(desk.journal)
    resuming: dict[str, Any] = {"after": 3} if how == "after" else {"headers": {"Last-Event-ID": "3"}, "after": 0}
    async with served(app, desk) as address, following(address, **resuming) as read:
        seen = await until(read, last)
    assert [int(message["id"]) for message in seen] == list(range(4, last + 1))


async def test_no_gap_and_no_repeat_while_much_happens_and_readers_come_and_go(
    app: FastAPI, desk: MemoryDesk, monkeypatch: Any
) -> None:
    """Readers leave after a few messages and resume, through many small pages of the journal, while events keep coming."""
    monkeypatch.setattr(stream, "PAGE", 7)
    goal = len(desk.journal) + 600
    coming = asyncio.Event()

    async def happen() -> None:
        numbers = count()
        while len(desk.journal) < goal:
            note(desk, f"note {next(numbers)}")
            await asyncio.sleep(0)
        coming.set()

    async def read_all(address: str, stay: int) -> list[int]:
        seen: list[int] = []
        while not seen or seen[-1] < goal:
            async with following(address, after=seen[-1] if seen else 0) as read:
                before = len(seen)
                async for message in read:
                    if message["event"] == "":
                        seen.append(int(message["id"]))
                    if len(seen) - before >= stay or (seen and seen[-1] >= goal):
                        break
        return seen

    async with served(app, desk) as address:
        happening = asyncio.create_task(happen())
        readers = await asyncio.gather(*(read_all(address, stay) for stay in (13, 90, 1000)))
        await happening
    assert all(seen == list(range(1, len(seen) + 1)) and seen[-1] >= goal for seen in readers)


async def test_what_happens_between_following_and_reading_back_comes_once(desk: MemoryDesk) -> None:
    """The journal is read in a thread; events that are committed meanwhile are both in it and in the feed."""
    reading, go_on = threading.Event(), threading.Event()
    journal_after = desk.journal_after

    def slow(seq: int, limit: int) -> Any:
        reading.set()
        go_on.wait(5)
        return journal_after(seq, limit)

    desk.journal_after = slow  # type: ignore[method-assign]
    follower = desk.feed.follow()
    source = stream.happenings(desk, follower, 0)
    first = asyncio.ensure_future(anext(source))
    await asyncio.to_thread(reading.wait, 5)
    note(desk, "while the journal is read")
    go_on.set()
    seen = [(await first).seq]
    note(desk, "and after")
    while seen[-1] < len(desk.journal):
        seen.append((await anext(source)).seq)
    assert seen == list(range(1, len(desk.journal) + 1))
    desk.feed.end()


async def test_telemetry_comes_without_a_number(app: FastAPI, desk: MemoryDesk) -> None:
    async with served(app, desk) as address, following(address) as read:
        await anext(read)
        desk.report("masking-lobby", "ambient", 47.5)
        message = await anext(m async for m in read if m["event"] == "telemetry")
    assert "id" not in message
    assert (message["data"]["point"], message["data"]["value"]) == ("ambient", 47.5)


async def test_a_heartbeat_with_the_controllers_time_comes_each_second(app: FastAPI, desk: MemoryDesk) -> None:
    async with served(app, desk) as address, following(address) as read:
        loop, times = asyncio.get_running_loop(), []
        async for message in read:
            assert (message["event"], message["data"]["t"]) == ("heartbeat", desk.clock.now().isoformat())
            times.append(loop.time())
            if len(times) == 3:
                break
    assert 1.5 < times[-1] - times[0] < 8


@pytest.mark.parametrize("after", [0, 999_999])
async def test_who_missed_too_much_is_told_to_look_at_the_state(
    app: FastAPI, desk: MemoryDesk, monkeypatch: Any, after: int
) -> None:
    monkeypatch.setattr(stream, "LONGEST_REPLAY", 5)
    last = len(desk.journal)
    async with served(app, desk) as address, following(address, after=after) as read:
        message = await anext(m async for m in read if m["event"] != "heartbeat")
        assert (message["event"], message["id"], message["data"]) == ("reset", str(last), {"seq": last})
        note(desk, "and on it goes")
        assert [m["id"] for m in await until(read, last + 1)] == [str(last + 1)]


async def test_who_comes_back_after_retention_is_told_to_look_at_the_state(app: FastAPI, desk: MemoryDesk) -> None:
    desk.forgotten = 5
    async with served(app, desk) as address, following(address, after=2) as read:
        message = await anext(m async for m in read if m["event"] != "heartbeat")
        assert (message["event"], message["id"]) == ("reset", str(len(desk.journal)))
    async with served(app, desk) as address, following(address, after=5) as read:
        message = await anext(m async for m in read if m["event"] != "heartbeat")
        assert (message["event"], message["id"]) == ("", "6")


async def test_a_reader_that_is_cut_off_gets_the_rest_when_it_comes_back() -> None:
    desk = busy_desk()
    desk.feed = Feed(depth=3)
    follower = desk.feed.follow()
    before = len(desk.journal)
    for number in range(10):
        note(desk, str(number))
    assert follower.cut
    seen = [item.seq async for item in stream.happenings(desk, follower, before)]
    assert seen == list(range(before + 1, before + 11))  # all of them were in the journal already


async def test_a_stream_ends_with_the_feed_and_is_left(app: FastAPI, desk: MemoryDesk) -> None:
    async with served(app, desk) as address, following(address) as read:
        await anext(read)
        assert len(desk.feed) == 1
        desk.feed.end()
        rest = [message async for message in read if message["event"] != "heartbeat"]
    assert rest == []
    assert len(desk.feed) == 0


async def test_titles_of_bookings_are_not_told(app: FastAPI, desk: MemoryDesk) -> None:
    async with served(app, desk) as address, following(address, after=0) as read:
        seen = await until(read, len(desk.journal))
    assert any(message["data"]["kind"] == "bookings-changed" for message in seen)
    assert "CANARY" not in json.dumps(seen)
    assert "title" not in json.dumps(seen)


async def test_heartbeats_come_between_busy_items_too() -> None:
    async def busy() -> AsyncIterator[int]:
        for number in count():
            yield number
            await asyncio.sleep(0)

    beats, items = 0, 0
    async with aclosing(stream.with_heartbeats(busy(), every_s=0.02)) as mixed:
        async for item in mixed:
            beats, items = beats + (item is None), items + (item is not None)
            if beats == 5:
                break
    assert items > 5


async def test_a_stream_ends_when_its_reader_may_no_longer_read() -> None:
    follower = Feed().follow()
    allowed = iter([True, True, False])
    seen = [item async for item in stream.with_heartbeats(follower, every_s=0.01, stays=lambda: next(allowed))]
    assert seen == [None, None]


async def test_a_session_that_ends_takes_its_stream_along(app: FastAPI, desk: MemoryDesk) -> None:
    async with served(app, desk) as address, httpx.AsyncClient(base_url=address, timeout=10) as client:
        origin = {"Origin": address}
        await client.post("/sign-in", data={"name": "M. Virtanen", "token": TOKEN}, headers=origin)
        async with client.stream("GET", "/api/v1/events") as answer:
            read = messages(answer)
            await anext(read)
            await client.post("/sign-out", headers=origin)
            assert [message["event"] async for message in read if message["event"] != "heartbeat"] == []


async def test_a_reader_that_takes_nothing_is_let_go(app: FastAPI, desk: MemoryDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "SEND_WITHIN_S", 0.3)
    async with served(app, desk) as address:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(("127.0.0.1", int(address.rpartition(":")[2])))
            deaf.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
            await until_true(lambda: len(desk.feed) == 1)
            for number in range(3000):
                large = Observed(at=desk.clock.now(), device=f"sign-{number}", point="text", value="x" * 4000)
                desk.feed.tell(FeedItem(None, large))
            await until_true(lambda: len(desk.feed) == 0)
        async with following(address) as read:
            assert (await anext(read))["event"] == "heartbeat"
