"""What to ask, and what the answers mean; written as conversations."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edge.text import say
from rooms.bookings import Booking
from rooms.sources.ics import MOST_OCTETS, Failed, IcsSource, NewBody, RemovalGuard, Unchanged

NOW = datetime(2026, 10, 5, 6, tzinfo=UTC)


def accepted(source: IcsSource, body: bytes, **headers: str) -> NewBody:
    answer = source.receive(200, {name.replace("_", "-"): value for name, value in headers.items()}, body)
    assert isinstance(answer, NewBody)
    source.accept(answer)
    return answer


def conditional(source: IcsSource) -> set[str]:
    return {name for name in source.request_headers() if name.startswith("If-")}


def test_a_good_body_is_asked_for_only_if_it_changed() -> None:
    source = IcsSource()
    assert conditional(source) == set()
    accepted(source, b"one", etag='"1"', last_modified="Mon, 05 Oct 2026 06:00:00 GMT")
    assert source.request_headers()["If-None-Match"] == '"1"'
    assert source.request_headers()["If-Modified-Since"] == "Mon, 05 Oct 2026 06:00:00 GMT"
    assert isinstance(source.receive(304, {}, b""), Unchanged)


def test_a_server_that_ignores_the_condition_still_says_the_same() -> None:
    source = IcsSource()
    accepted(source, b"one", etag='"1"')
    assert isinstance(source.receive(200, {"etag": '"2"'}, b"one"), Unchanged)
    assert source.request_headers()["If-None-Match"] == '"2"'


def test_unchanged_means_nothing_where_nothing_is_known() -> None:
    assert isinstance(IcsSource().receive(304, {}, b""), Failed)
    source = IcsSource()
    accepted(source, b"one")
    assert isinstance(source.receive(304, {}, b""), Failed)


def test_a_body_that_proved_bad_is_not_read_again_and_the_next_is_asked_for_whole() -> None:
    source = IcsSource()
    accepted(source, b"good", etag='"1"')
    bad = source.receive(200, {"etag": '"2"'}, b"bad")
    assert isinstance(bad, NewBody)
    source.refuse(bad, say("Bad"))
    assert conditional(source) == set()
    assert source.receive(200, {"etag": '"2"'}, b"bad") == Failed(say("Bad"))
    assert isinstance(source.receive(304, {}, b""), Failed)
    assert isinstance(source.receive(200, {"etag": '"1"'}, b"good"), Unchanged)
    assert conditional(source) == {"If-None-Match"}


@pytest.mark.parametrize("status", [201, 204, 206, 302, 400, 401, 403, 404, 410, 418, 429, 500, 502, 503])
def test_any_other_status_is_a_failure(status: int) -> None:
    source = IcsSource()
    accepted(source, b"good", etag='"1"')
    assert isinstance(source.receive(status, {}, b""), Failed)
    assert source.good is not None


@pytest.mark.parametrize("body", [b"", b"\r\n \n", b"x" * (MOST_OCTETS + 1)])
def test_an_empty_or_enormous_body_is_a_failure(body: bytes) -> None:
    assert isinstance(IcsSource().receive(200, {}, body), Failed)


@pytest.mark.parametrize(
    ("header", "wait"), [("120", 120), ("999999999999", 3600), ("Mon, 05 Oct 2026 06:00:00 GMT", None), ("-5", None)]
)
def test_a_busy_server_is_left_alone_as_long_as_it_asks_but_not_for_ever(header: str, wait: int | None) -> None:
    answer = IcsSource().receive(429, {"retry-after": header}, b"")
    assert isinstance(answer, Failed)
    assert answer.retry_after == (None if wait is None else timedelta(seconds=wait))


def bookings(count: int, first: datetime = NOW) -> list[Booking]:
    return [
        Booking(
            room="palvelu-1",
            calendar="c",
            uid=f"{first:%d}-{n}",
            rid="r",
            start=first + timedelta(hours=n),
            end=first + timedelta(hours=n + 1),
            all_day=False,
            status="CONFIRMED",
            verdict="yes",
            reason=say("Booked"),
            title="",
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("known", "left", "held"),
    [
        (12, 6, False),
        (12, 5, True),
        (5, 1, False),
        (5, 0, True),
        (6, 1, False),
        (8, 2, True),
        (0, 0, False),
        (1, 0, True),
        (40, 20, False),
    ],
)
def test_too_many_bookings_gone_at_once_must_be_said_twice(known: int, left: int, held: bool) -> None:
    guard = RemovalGuard()
    before = bookings(known)
    assert (guard.problem(before, before[:left], NOW) is not None) == held
    assert guard.problem(before, before[:left], NOW) is None


def test_the_second_answer_must_say_the_same_and_come_next() -> None:
    guard = RemovalGuard()
    before = bookings(20)
    assert guard.problem(before, before[:3], NOW)
    assert guard.problem(before, before[:4], NOW)
    assert guard.problem(before, before[:3], NOW)
    guard.forget()
    assert guard.problem(before, before[:3], NOW)
    assert guard.problem(before, before, NOW) is None
    assert guard.problem(before, before[:3], NOW)


def test_cancelled_over_or_far_bookings_do_not_count() -> None:
    cancelled = [replace(b, status="CANCELLED") for b in bookings(20)]
    over = bookings(20, NOW - timedelta(days=1))
    far = bookings(20, NOW + timedelta(days=8))
    stays = bookings(1, NOW + timedelta(days=2))
    assert RemovalGuard().problem([*cancelled, *over, *far, *stays], stays, NOW) is None


def test_a_cancellation_is_not_a_removal() -> None:
    before = bookings(20)
    assert RemovalGuard().problem(before, [replace(b, status="CANCELLED") for b in before], NOW) is None
