"""Followers of the feed: nothing is lost without a word, and nobody can hold up the controller."""

import asyncio
from datetime import UTC, datetime

from edge.events import DaemonStopped, Observed
from edge.feed import TELEMETRY_EVERY_S, Feed, FeedItem

EVENT = DaemonStopped(at=datetime(2026, 11, 23, tzinfo=UTC))


async def test_each_follower_gets_everything_in_order() -> None:
    feed = Feed()
    one, other = feed.follow(), feed.follow()
    for seq in range(3):
        feed.tell(FeedItem(seq, EVENT))
    feed.end()
    assert [item.seq async for item in one] == [item.seq async for item in other] == [0, 1, 2]


async def test_one_that_does_not_keep_up_is_cut_off_and_the_others_are_not() -> None:
    feed = Feed(depth=2)
    slow, quick = feed.follow(), feed.follow()
    for seq in range(4):
        feed.tell(FeedItem(seq, EVENT))
        assert (await anext(quick)).seq == seq
    assert slow.cut
    assert [item.seq async for item in slow] == [0, 1]


async def test_who_has_left_gets_nothing_and_counts_no_more() -> None:
    feed = Feed()
    follower = feed.follow()
    feed.leave(follower)
    feed.tell(FeedItem(1, EVENT))
    follower.end()
    assert [item async for item in follower] == []
    assert len(feed) == 0


async def test_nobody_begins_to_follow_a_feed_that_has_ended() -> None:
    feed = Feed()
    feed.end()
    assert [item async for item in feed.follow()] == []


def telemetry(value: float, device: str = "masking") -> FeedItem:
    return FeedItem(None, Observed(at=EVENT.at, device=device, point="level", value=value))


async def test_events_come_before_telemetry_that_waits() -> None:
    follower = Feed().follow()
    for number in range(10_000):
        follower.put(telemetry(number))
    follower.put(FeedItem(7, EVENT))
    assert (await anext(follower)).seq == 7
    assert not follower.cut, "telemetry cuts nobody off"


async def test_of_telemetry_a_follower_gets_the_newest_a_few_times_a_second() -> None:
    follower = Feed().follow()
    began = asyncio.get_running_loop().time()
    follower.put(telemetry(1))
    assert (await anext(follower)).event == telemetry(1).event, "the first after a pause comes at once"
    for number in range(2, 100):
        follower.put(telemetry(number))
        follower.put(telemetry(number, "other"))
    assert [await anext(follower), await anext(follower)] == [telemetry(99), telemetry(99, "other")]
    assert asyncio.get_running_loop().time() - began >= TELEMETRY_EVERY_S * 0.9


async def test_an_event_interrupts_the_wait_for_telemetry() -> None:
    follower = Feed().follow()
    follower.put(telemetry(1))
    await anext(follower)
    follower.put(telemetry(2))
    asyncio.get_running_loop().call_soon(follower.put, FeedItem(1, EVENT))
    assert (await anext(follower)).seq == 1
