"""Rows of desks: lines through levels, and distances that cannot be told."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acoustics.open_plan import PRIVACY_STI, distance_to_sti, spatial_decay
from edge.errors import IllegalInput


def test_positions_outside_2_to_16_m_are_left_out() -> None:
    decay = spatial_decay([1.0, 2.0, 4.0, 8.0, 16.0, 20.0], [99.0, 64.0, 58.0, 52.0, 46.0, -99.0])
    assert decay is not None
    assert decay.per_doubling_db == pytest.approx(6.0)
    assert decay.level_4m_db == pytest.approx(58.0)
    assert decay.comfort_distance() == pytest.approx(17.96, abs=0.01)


@pytest.mark.parametrize(
    "distances",
    [[2.0, 4.0, 8.0], [0.5, 1.0, 1.5, 18.0], [1.0, 2.0, 4.0, 8.0], [4.0] * 5],
    ids=["three positions", "none in range", "three in range", "all at one distance"],
)
def test_no_line_through_too_few_positions(distances: list[float]) -> None:
    assert spatial_decay(distances, [60.0 - n for n in range(len(distances))]) is None


def test_speech_that_does_not_fade_has_no_comfort_distance() -> None:
    decay = spatial_decay([2.0, 4.0, 8.0, 16.0], [50.0, 51.0, 52.0, 53.0])
    assert decay is not None
    assert decay.per_doubling_db == pytest.approx(-1.0)
    assert decay.comfort_distance() is None


@given(st.floats(0.5, 12.0), st.floats(30.0, 70.0), st.lists(st.floats(2.0, 16.0), min_size=4, max_size=10, unique=True))
def test_a_straight_line_is_found_again(decay: float, at_4m: float, distances: list[float]) -> None:
    found = spatial_decay(distances, [at_4m - decay * log2(r / 4.0) for r in distances])
    if max(distances) - min(distances) > 0.1:
        assert found is not None
        assert found.per_doubling_db == pytest.approx(decay, abs=1e-3)
        assert found.level_4m_db == pytest.approx(at_4m, abs=1e-2)


def test_distraction_and_privacy_distance() -> None:
    distances = [2.0, 5.0, 10.0, 15.0]
    stis = [0.6 - 0.02 * r for r in distances]
    assert distance_to_sti(distances, stis) == pytest.approx(5.0)
    assert distance_to_sti(distances, stis, PRIVACY_STI) == pytest.approx(20.0), "the line leads beyond the last position"


@pytest.mark.parametrize(
    ("distances", "stis"),
    [
        ([2.0, 4.0, 8.0, 16.0], [0.3, 0.4, 0.5, 0.6]),
        ([2.0, 4.0, 8.0, 16.0], [0.6, 0.6, 0.6, 0.6]),
        ([2.0, 4.0, 6.0, 8.0], [0.36, 0.32, 0.28, 0.24]),
        ([2.0, 4.0, 8.0], [0.6, 0.5, 0.3]),
    ],
    ids=["rises", "level", "private before the talker", "three positions"],
)
def test_a_distance_that_cannot_be_told(distances: list[float], stis: list[float]) -> None:
    assert distance_to_sti(distances, stis) is None


@pytest.mark.parametrize(
    ("distances", "stis"),
    [
        ([2.0, 4.0, 8.0, 16.0], [0.6, 0.5, 0.4]),
        ([0.0, 4.0, 8.0, 16.0], [0.6, 0.5, 0.4, 0.3]),
        ([2.0, 4.0, 8.0, 16.0], [1.6, 0.5, 0.4, 0.3]),
    ],
    ids=["unequal rows", "at the talker", "STI above 1"],
)
def test_positions_that_are_none(distances: list[float], stis: list[float]) -> None:
    with pytest.raises(IllegalInput):
        distance_to_sti(distances, stis)
