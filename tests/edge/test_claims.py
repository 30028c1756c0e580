"""Whose claim wins a point."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from edge.claims import Claim, Priority, ranked
from edge.points import PointId
from edge.text import say
from tests.builders import HOUR, MINUTE, MONDAY

LOCK = PointId("lock-front-1", "lock")


def claim(cause: str, priority: Priority = Priority.BOOKING, until: datetime | None = None, value: str = "unlocked") -> Claim:
    return Claim(LOCK, value, priority, cause, say("Because"), until)


def causes(*claims: Claim) -> list[str]:
    return [c.cause for c in ranked(claims)]


def test_the_lower_number_wins() -> None:
    assert causes(claim("hours", Priority.HOURS), claim("panic", Priority.PANIC), claim("person", Priority.RELEASE)) == [
        "panic",
        "person",
        "hours",
    ]


def test_of_one_priority_the_one_that_lasts_longest_wins() -> None:
    short, long, endless = claim("a", until=MONDAY), claim("b", until=MONDAY + HOUR), claim("c")
    assert causes(short, long, endless) == ["c", "b", "a"]


def test_of_equals_the_name_decides() -> None:
    assert causes(claim("b", until=MONDAY), claim("a", until=MONDAY)) == ["a", "b"]


claims = st.builds(
    claim,
    st.sampled_from("abcdef"),
    st.sampled_from(Priority),
    st.none() | st.integers(0, 3).map(lambda n: MONDAY + n * MINUTE),
)


@given(st.lists(claims, unique_by=lambda c: c.cause).flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))))
def test_the_order_in_which_claims_came_does_not_matter(two: tuple[list[Claim], list[Claim]]) -> None:
    assert ranked(two[0]) == ranked(two[1])
