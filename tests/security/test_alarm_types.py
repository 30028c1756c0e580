"""Whoever sees an alarm knows what to do and when it is over."""

import pytest

from edge.conditions import CONDITIONS
from edge.site.wrong import in_english
from security.alarm_types import ALARM_TYPES


def test_every_condition_has_a_row() -> None:
    assert set(ALARM_TYPES) == CONDITIONS


@pytest.mark.parametrize("name", sorted(ALARM_TYPES))
def test_a_row_says_what_to_do_and_what_ends_it(name: str) -> None:
    row = ALARM_TYPES[name]
    assert row.response
    assert all(in_english(step).endswith(".") for step in (*row.response, row.clears))
    assert row.level in (None, 1, 2, 3, 4)
