"""Followers of the feed: nothing is lost without a word, and nobody can hold up the controller."""

from datetime import UTC, datetime

from edge.events import DaemonStopped
from edge.feed import Feed, FeedItem

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
