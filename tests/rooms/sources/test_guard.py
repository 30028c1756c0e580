"""Answers that are well-formed and hard to believe."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edge.text import say
from rooms.bookings import Booking
from rooms.sources.guard import RemovalGuard

NOW = datetime(2026, 10, 5, 6, tzinfo=UTC)


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
