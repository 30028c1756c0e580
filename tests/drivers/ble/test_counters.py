"""Counters of encrypted messages: none counts twice, also over restarts, and no press is lost between journal and file."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.ble.counters import Counters
from tests.conftest import EFFORT


def counters(folder: Path) -> Counters:
    return Counters(folder / "ble-radio.json")


def verdict(kept: Counters, counter: int, *, begins_anew: bool = False) -> str:
    return kept.verdict("fob", counter, begins_anew=begins_anew)


def test_only_what_is_newer_is_new(tmp_path: Path) -> None:
    kept = counters(tmp_path)
    assert verdict(kept, 0) == "new"
    kept.take("fob", 500, press=False)
    assert [verdict(kept, counter) for counter in (499, 500, 501, 3)] == ["old", "repeat", "new", "old"]
    assert kept.verdict("other", 3, begins_anew=False) == "new"


def test_only_a_sensor_may_begin_anew(tmp_path: Path) -> None:
    kept = counters(tmp_path)
    kept.take("fob", 500, press=False)
    assert [verdict(kept, counter, begins_anew=True) for counter in (3, 99, 100, 499)] == ["new", "new", "old", "old"]


def test_a_counter_outlasts_a_restart(tmp_path: Path) -> None:
    kept = counters(tmp_path)
    kept.take("fob", 500, press=False)
    kept.save()
    again = counters(tmp_path)
    assert not again.broken
    assert [verdict(again, counter) for counter in (499, 500, 501)] == ["old", "repeat", "new"]


def test_a_press_that_is_not_in_the_journal_is_taken_again_after_a_restart(tmp_path: Path) -> None:
    kept = counters(tmp_path)
    kept.take("fob", 7, press=True)
    kept.take("fob", 8, press=False)
    kept.save()
    assert verdict(counters(tmp_path), 7) == "new"
    kept.durable("fob", 7)
    kept.save()
    assert verdict(counters(tmp_path), 7) == "old"


@pytest.mark.parametrize("said", ["", "[]", '{"fob": "7"}', '{"fob": 7', "\0"])
def test_a_damaged_file_is_noticed(tmp_path: Path, said: str) -> None:
    (tmp_path / "ble-radio.json").write_text(said)
    kept = counters(tmp_path)
    assert kept.broken
    assert verdict(kept, 0) == "new"
    kept.take("fob", 5, press=False)
    kept.save()
    assert not counters(tmp_path).broken


@settings(max_examples=50 * EFFORT)
@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1))
def test_after_a_kill_a_lost_press_counts_and_a_kept_one_does_not(
    tmp_path_factory: pytest.TempPathFactory, presses: list[tuple[int, bool]]
) -> None:
    """Each press with its counter, and whether the journal had it before the kill."""
    folder = tmp_path_factory.mktemp("counters")
    kept, lost, durable = counters(folder), set[int](), set[int]()
    for counter, quick in presses:
        if verdict(kept, counter) == "new":
            kept.take("fob", counter, press=True)
            if quick:
                kept.durable("fob", counter)
            (durable if quick else lost).add(counter)
    kept.save()
    again = counters(folder)
    assert all(verdict(again, counter) == "new" for counter in lost)
    before_the_first_lost = {counter for counter in durable if counter < min(lost, default=31)}
    assert all(verdict(again, counter) != "new" for counter in before_the_first_lost)
