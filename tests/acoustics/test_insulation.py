"""Ratings of insulation, to the last tenth; and what arrives behind it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acoustics.bands import OCTAVES, RATING_OCTAVES, RATING_THIRDS
from acoustics.insulation import (
    Adaptation,
    adaptation_term,
    apparent_reduction,
    combined_reduction,
    standardized_difference,
    typical_partition,
    weighted_rating,
)
from acoustics.speech import office_voice_power
from acoustics.transmission import level_at_distance, received_level, room_level, through_partition
from acoustics.weighting import a_level
from edge.errors import IllegalInput
from tests.acoustics.spectra import rows

WORKED = [20.4, 16.3, 17.7, 22.6, 22.4, 22.7, 24.8, 26.6, 28.0, 30.5, 31.8, 32.5, 33.4, 33.0, 31.0, 25.5]
"""The worked example of ISO 717-1, annex C, as phonometry's tests have it: 30 (-2; -3), unfavourable deviations 31.8 dB."""
REFERENCE = [33.0, 36.0, 39.0, 42.0, 45.0, 48.0, 51.0, 52.0, 53.0, 54.0, 55.0, 56.0, 56.0, 56.0, 56.0, 56.0]


def test_the_worked_example_of_the_standard() -> None:
    assert (weighted_rating(WORKED), adaptation_term(WORKED), adaptation_term(WORKED, Adaptation.CTR)) == (30, -2, -3)


def test_the_reference_curve_rates_54_in_thirds_and_in_octaves() -> None:
    assert weighted_rating(REFERENCE) == 54
    assert weighted_rating([36.0, 45.0, 52.0, 55.0, 56.0]) == 54


def test_a_sum_of_exactly_32_is_allowed_and_a_tenth_more_is_not() -> None:
    one_band = [REFERENCE[0] - 32.0, *(one + 40.0 for one in REFERENCE[1:])]
    assert weighted_rating(one_band) == 52
    assert weighted_rating([one_band[0] - 0.1, *one_band[1:]]) == 51
    assert weighted_rating([one_band[0] + 0.9, *one_band[1:]]) == 52
    assert weighted_rating([one_band[0] + 1.0, *one_band[1:]]) == 53


def test_a_sum_of_exactly_10_is_allowed_in_octaves() -> None:
    assert weighted_rating([26.0, 90.0, 90.0, 90.0, 90.0]) == 52
    assert weighted_rating([25.9, 90.0, 90.0, 90.0, 90.0]) == 51


def test_tenths_that_a_float_cannot_hold_add_up_exactly() -> None:
    """Sixteen deviations of 2.0, made of 0.1 and 1.9 and the like, are 32.0 and not a hair more."""
    parts = [0.1, 3.9, 0.7, 3.3, 1.1, 2.9, 1.3, 2.7, 1.7, 2.3, 1.9, 2.1, 0.3, 3.7, 0.9, 3.1]
    assert math.fsum(parts) == pytest.approx(32.0)
    assert weighted_rating([reference - part for reference, part in zip(REFERENCE, parts, strict=True)]) == 52


def test_values_are_rounded_to_a_tenth_before_anything_else() -> None:
    high = [one + 40.0 for one in REFERENCE[1:]]
    assert weighted_rating([0.95, *high]) == 52  # counts as 1.0
    assert weighted_rating([0.949, *high]) == 51  # counts as 0.9
    assert weighted_rating([1.05, 35.9, *high[1:]]) == 52, "halves count as the greater tenth, here 1.1"
    assert weighted_rating([1.04, 35.9, *high[1:]]) == 51


@pytest.mark.parametrize("bands", [RATING_THIRDS, RATING_OCTAVES])
@pytest.mark.parametrize("rating", [0, 30, 35, 44, 48, 70])
def test_a_typical_partition_has_the_rating_it_was_made_for(bands: tuple[float, ...], rating: int) -> None:
    assert weighted_rating(typical_partition(rating, bands)) == rating


@given(rows(RATING_THIRDS), st.integers(-20, 20), st.integers(0, 15), st.floats(0.0, 20.0))
def test_a_rating_follows_its_curve(curve: list[float], shift: int, band: int, added: float) -> None:
    tenths = [round(one, 1) for one in curve]
    rating = weighted_rating(tenths)
    assert weighted_rating([round(one + shift, 1) for one in tenths]) == rating + shift
    better = [one + added * (n == band) for n, one in enumerate(tenths)]
    assert weighted_rating(better) >= rating
    unfavourable = [
        sum(max(0, 10 * ref + 10 * (at - 52) - round(10 * one)) for ref, one in zip(REFERENCE, tenths, strict=True))
        for at in (rating, rating + 1)
    ]
    assert unfavourable[0] <= 320 < unfavourable[1]


def test_rating_and_term_together_are_the_insulation_of_a_flat_partition() -> None:
    assert weighted_rating([30.0] * 16) + adaptation_term([30.0] * 16) == 30
    for insulation, expected in ((30.1, 30), (30.2, 31)):  # 30.46 and 30.56 dB(A) behind pink noise
        assert weighted_rating([insulation] * 5) + adaptation_term([insulation] * 5) == expected


def test_measured_differences() -> None:
    assert standardized_difference(85.0, 45.0, 0.5) == pytest.approx(40.0)
    assert standardized_difference(85.0, 45.0, 1.0) == pytest.approx(43.01, abs=0.01)
    assert apparent_reduction(85.0, 45.0, area_m2=10.0, volume_m3=50.0, reverberation_s=0.5) == pytest.approx(37.96, abs=0.01)


def test_an_open_door_is_most_of_what_is_heard() -> None:
    assert combined_reduction([(9.0, 40.0), (1.0, 0.0)]) == pytest.approx(10.0, abs=0.01)
    assert combined_reduction([(10.0, 40.0)]) == pytest.approx(40.0)


@given(st.floats(0.0, 120.0), st.floats(-10.0, 80.0), st.floats(0.1, 10.0))
def test_what_was_received_gives_the_difference_back(source: float, difference: float, reverberation: float) -> None:
    received = received_level(source, difference, reverberation)
    assert standardized_difference(source, received, reverberation) == pytest.approx(difference, abs=1e-9)


def test_the_talkers_room_and_the_next() -> None:
    room = [room_level(one, absorption_m2=12.0) for one in office_voice_power()]
    assert a_level(OCTAVES, room) == pytest.approx(63.6, abs=0.1)
    assert through_partition(room, typical_partition(35.0, OCTAVES)) == pytest.approx(
        [39.1, 34.5, 31.2, 22.2, 14.0, 8.0, 2.7], abs=0.05
    )


def test_a_source_in_the_open_and_in_a_room() -> None:
    assert room_level(11.0, absorption_m2=None, distance_m=1.0) == pytest.approx(0.0, abs=0.01)
    assert room_level(75.0, 40.0, 2.0) == pytest.approx(65.79, abs=0.01)
    assert room_level(75.0, 40.0, 2.0) > room_level(75.0, 40.0) > room_level(75.0, 80.0)
    assert room_level(75.0, None, 2.0, directivity=2.0) - room_level(75.0, None, 2.0) == pytest.approx(3.01, abs=0.01)
    with pytest.raises(IllegalInput, match="a distance, an absorption area"):
        room_level(75.0, absorption_m2=None)


def test_masking_over_the_clerk_is_gone_at_the_queue() -> None:
    assert level_at_distance(45.0, 1.5, 4.0) == pytest.approx(36.5, abs=0.05)
    assert level_at_distance(57.4, 1.0, 4.0, decay_db=7.0) == pytest.approx(43.4)
