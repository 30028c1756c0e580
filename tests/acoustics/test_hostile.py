"""Whatever is no spectrum, no level or no time is refused with one sentence; NumPy's arrays are as good as lists."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from acoustics import (
    articulation,
    insulation,
    levels,
    masking_spectrum,
    open_plan,
    ramp,
    required_masking,
    sii,
    spc,
    speech,
    sti,
    transmission,
    weighting,
)
from acoustics.bands import OCTAVES
from edge.errors import IllegalInput

ROWS: dict[str, tuple[Callable[[Any], object], int]] = {
    "energy_sum": (levels.energy_sum, 7),
    "energy_mean": (levels.energy_mean, 7),
    "together": (lambda row: levels.together(row, [40.0] * 7), 7),
    "percentile_level": (lambda row: levels.percentile_level(row, 90.0), 7),
    "a_level": (lambda row: weighting.a_level(OCTAVES, row), 7),
    "band_levels": (speech.band_levels, 18),
    "spectrum_levels": (speech.spectrum_levels, 6),
    "sii_third": (sii.sii_third, 18),
    "sii_third noise": (lambda row: sii.sii_third([40.0] * 18, row), 18),
    "sii_octave threshold": (lambda row: sii.sii_octave([40.0] * 6, None, row), 6),
    "articulation_index": (lambda row: articulation.articulation_index([40.0] * 15, row), 15),
    "sti_from_transmission": (sti.sti_from_transmission, 7),
    "sti_from_modulation": (lambda row: sti.sti_from_modulation([row] * 7), 14),
    "sti_of_ratio": (sti.sti_of_ratio, 7),
    "sti_of_ratio reverberation": (lambda row: sti.sti_of_ratio([3.0] * 7, row), 7),
    "speech_transmission_index": (lambda row: sti.speech_transmission_index(row, [40.0] * 7), 7),
    "speech_transmission_index noise": (lambda row: sti.speech_transmission_index([40.0] * 7, row), 7),
    "speech_privacy_class": (lambda row: spc.speech_privacy_class(row, [30.0] * 16), 16),
    "uniform_ratio": (lambda row: spc.uniform_ratio([30.0] * 16, row), 16),
    "weighted_rating": (insulation.weighted_rating, 16),
    "adaptation_term": (insulation.adaptation_term, 5),
    "through_partition": (lambda row: transmission.through_partition([60.0] * 7, row), 7),
    "spatial_decay": (lambda row: open_plan.spatial_decay([2.0, 3.0, 4.0, 8.0], row), 4),
    "masking_for_sti": (lambda row: required_masking.masking_for_sti(row, 0.2, 30.0, 45.0), 7),
    "masking_for_privacy_index": (lambda row: required_masking.masking_for_privacy_index(row, 95.0, 30.0, 45.0), 15),
    "masking_for_spc ambient": (lambda row: required_masking.masking_for_spc([40.0] * 16, 70.0, 30.0, 45.0, -5.0, row), 16),
}
SHARES = {"sti_from_transmission", "sti_from_modulation"}
BROKEN = [math.nan, math.inf, -math.inf, True, np.True_, Fraction(10**400), 10**400, 1e9, -1e9]
NO_NUMBERS = ["40", None, b"4", 1 + 2j, [40.0], np.array([40.0])]


@pytest.mark.parametrize("name", ROWS)
def test_a_row_with_something_broken_in_it(name: str) -> None:
    function, _ = ROWS[name]
    good = good_row(name)
    assert function(good) is None or function(np.array(good)) == function(good)
    function(np.array(good, dtype=np.float32))
    for bad in BROKEN:
        with pytest.raises(IllegalInput) as refused:
            function([*good[:-1], bad])
        assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("name", [name for name in ROWS if "reverberation" not in name])
def test_what_is_no_row_of_numbers(name: str) -> None:
    function, bands = ROWS[name]
    good = good_row(name)
    for bad in NO_NUMBERS:
        with pytest.raises(IllegalInput):
            function([*good[:-1], bad])
    for nothing in ("", "3" * bands, 30.0, [], {}, np.zeros((bands, 2)), np.float64(3.0)):
        with pytest.raises(IllegalInput):
            function(nothing)


@pytest.mark.parametrize("name", [name for name in ROWS if name not in ("energy_sum", "energy_mean", "percentile_level")])
def test_a_band_too_many_or_too_few(name: str) -> None:
    function, bands = ROWS[name]
    for count in (bands - 1, bands + 1, 1):
        with pytest.raises(IllegalInput):
            function(good_row(name)[:1] * count)


def good_row(name: str) -> list[float]:
    unit = 0.01 if name in SHARES else 1.0
    return [(30.0 + n) * unit for n in range(ROWS[name][1])]


@pytest.mark.parametrize("bad", [-0.1, math.nan, math.inf, "0.5", True], ids=str)
@pytest.mark.parametrize(
    "function",
    [
        lambda bad: sti.sti_of_ratio([0.0] * 7, bad),
        lambda bad: sti.speech_transmission_index([40.0] * 7, [30.0] * 7, bad),
        lambda bad: sti.sti_of_ratio([0.0] * 7, [0.5] * 6 + [bad]),
        lambda bad: insulation.standardized_difference(80.0, 40.0, bad),
        lambda bad: insulation.apparent_reduction(80.0, 40.0, 10.0, 50.0, bad),
        lambda bad: insulation.apparent_reduction(80.0, 40.0, bad, 50.0, 0.5),
        lambda bad: insulation.combined_reduction([(bad, 40.0)]),
        lambda bad: transmission.received_level(80.0, 40.0, bad),
        lambda bad: transmission.room_level(80.0, bad),
        lambda bad: transmission.room_level(80.0, 10.0, bad),
        lambda bad: transmission.level_at_distance(60.0, bad, 4.0),
        lambda bad: transmission.level_at_distance(60.0, 1.0, bad),
        lambda bad: open_plan.distance_to_sti([bad, 3.0, 4.0, 5.0], [0.5, 0.4, 0.3, 0.2]),
        lambda bad: ramp.slew(40.0, 41.0, bad, 0.2, 60.0),
        lambda bad: ramp.slew(40.0, 41.0, 0.2, bad, 60.0),
        lambda bad: ramp.slew(40.0, 41.0, 0.2, 0.2, bad),
        lambda bad: weighting.a_weight(bad),
        lambda bad: levels.percentile_level([40.0], bad),
        lambda bad: articulation.privacy_index(bad),
        lambda bad: articulation.privacy_class(bad),
        lambda bad: required_masking.masking_for_sti([40.0] * 7, bad, 30.0, 45.0),
        lambda bad: required_masking.masking_for_sti([40.0] * 7, 0.2, bad, 45.0),
        lambda bad: required_masking.masking_for_sti([40.0] * 7, 0.2, 0.0, bad),
        lambda bad: masking_spectrum.masking_spectrum(40.0, -5.0, [bad]),
        lambda bad: insulation.typical_partition(bad, OCTAVES),
    ],
)
def test_times_areas_and_shares_below_zero(function: Callable[[object], object], bad: object) -> None:
    with pytest.raises(IllegalInput):
        function(bad)


@pytest.mark.parametrize("zero", [
    lambda: insulation.standardized_difference(80.0, 40.0, 0.0), lambda: transmission.received_level(80.0, 40.0, 0.0),
    lambda: transmission.room_level(80.0, 0.0), lambda: transmission.level_at_distance(60.0, 0.0, 4.0),
])  # fmt: skip
def test_a_room_without_reverberation_and_a_place_without_distance(zero: Callable[[], object]) -> None:
    with pytest.raises(IllegalInput, match="above zero"):
        zero()


@pytest.mark.parametrize("above", [1.01, 2.0])
def test_shares_above_one(above: float) -> None:
    for refused in (
        lambda: sti.sti_from_transmission([above] * 7),
        lambda: sti.sti_from_modulation([[above] * 14] * 7),
        lambda: articulation.privacy_index(above),
        lambda: open_plan.distance_to_sti([2.0, 3.0, 4.0, 5.0], [0.5, 0.4, 0.3, 0.2], above),
    ):
        with pytest.raises(IllegalInput):
            refused()


def test_a_modulation_matrix_of_another_shape() -> None:
    for rows, columns in ((6, 14), (8, 14), (7, 13), (14, 7)):
        with pytest.raises(IllegalInput):
            sti.sti_from_modulation([[0.5] * columns] * rows)
    assert sti.sti_from_modulation(np.full((7, 14), 0.5)) == pytest.approx(0.5)


def test_extreme_but_finite_levels_have_answers() -> None:
    for low, high in ((-1000.0, 300.0), (300.0, -1000.0)):
        assert 0.0 <= sti.speech_transmission_index([low] * 7, [high] * 7, 0.5) <= 1.0
        assert 0.0 <= sii.sii_third([low] * 18, [high] * 18) <= 1.0
        assert 0.0 <= articulation.articulation_index([low] * 15, [high] * 15) <= 1.0
        assert levels.energy_sum([low, high]) == pytest.approx(300.0)


def test_partitions_and_bands_that_nothing_is_known_of() -> None:
    with pytest.raises(IllegalInput, match="No insulation is known at 63 Hz"):
        insulation.typical_partition(35.0, [63.0])
    with pytest.raises(IllegalInput, match="at least one part"):
        insulation.combined_reduction([])
    with pytest.raises(IllegalInput, match="16 thirds"):
        insulation.weighted_rating([30.0] * 7)
