"""Levels are added as powers, whatever their order."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acoustics.bands import OCTAVES, SII_THIRDS, THIRDS
from acoustics.levels import energy_mean, energy_sum, percentile_level, remaining_level, together
from acoustics.speech import OFFICE_VOICE_1M, Effort, band_levels, office_voice_power, spectrum_levels, voice
from acoustics.weighting import A_WEIGHTS, a_level, a_weight
from edge.errors import IllegalInput
from tests.acoustics.spectra import any_level

levels = st.lists(any_level, min_size=1, max_size=20)


@given(levels, st.randoms())
def test_a_sum_has_no_order_and_is_bounded(some: list[float], chance: object) -> None:
    shuffled = sorted(some, key=lambda _: chance.random())  # type: ignore[attr-defined]
    total = energy_sum(some)
    assert total == pytest.approx(energy_sum(shuffled), abs=1e-9)
    assert max(some) - 1e-9 <= total <= max(some) + 10 * math.log10(len(some)) + 1e-9


@given(levels, any_level)
def test_one_more_sound_is_never_less(some: list[float], other: float) -> None:
    assert energy_sum([*some, other]) >= energy_sum(some) - 1e-9


@given(levels)
def test_a_mean_lies_between_and_not_below_the_mean_of_numbers(some: list[float]) -> None:
    mean = energy_mean(some)
    assert sum(some) / len(some) - 1e-9 <= mean <= max(some) + 1e-9


@given(any_level, st.floats(-20.0, 20.0))
def test_what_was_added_can_be_taken_off_again(part: float, above: float) -> None:
    other = part + above
    assert remaining_level(energy_sum([part, other]), part) == pytest.approx(other, abs=1e-6)


@pytest.mark.parametrize(("total", "part"), [(40.0, 40.0), (40.0, 40.1), (-5.0, 300.0), (40.0, 39.99999999999999)])
def test_nothing_is_left_where_the_part_is_the_whole(total: float, part: float) -> None:
    left = remaining_level(total, part)
    assert left is None or left < total - 100.0


def test_close_measured_levels_have_no_difference() -> None:
    assert remaining_level(43.0, 40.0, least_excess_db=3.0) == pytest.approx(39.98, abs=0.01)
    assert remaining_level(42.9, 40.0, least_excess_db=3.0) is None
    assert remaining_level(42.9, 40.0) == pytest.approx(39.78, abs=0.01)


def test_spectra_are_put_together_band_by_band() -> None:
    assert together([40.0, 50.0], [40.0, 30.0]) == pytest.approx([43.01, 50.04], abs=0.01)
    with pytest.raises(IllegalInput, match="same bands"):
        together([40.0, 50.0], [40.0])


@given(levels, st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_what_is_exceeded_for_longer_is_lower(some: list[float], one: float, other: float) -> None:
    shorter, longer = sorted((one, other))
    assert percentile_level(some, shorter) >= percentile_level(some, longer) - 1e-9
    assert percentile_level(some, 0.0) == max(some)
    assert percentile_level(some, 100.0) == min(some)


def test_background_and_peaks_of_a_minute() -> None:
    minute = [34.0] * 54 + [60.0] * 6
    assert percentile_level(minute, 90.0) == 34.0
    assert percentile_level(minute, 5.0) == 60.0


def test_the_closed_form_agrees_with_the_table() -> None:
    for n, weight in enumerate(A_WEIGHTS):
        exact = 1000.0 * 10.0 ** ((n - 10) / 10.0) * (1 + 1e-9)
        assert a_weight(exact) == pytest.approx(weight, abs=0.055)
    assert dict(zip(THIRDS, A_WEIGHTS, strict=True))[1000.0] == a_weight(1000.0) == 0.0
    assert a_weight(31.62) == pytest.approx(-39.4, abs=0.055)
    assert a_weight(15849.0) == pytest.approx(-6.6, abs=0.055)


@pytest.mark.parametrize(("effort", "weighted", "overall"), [
    (Effort.NORMAL, 59.2, 62.35), (Effort.RAISED, 66.4, 68.34), (Effort.LOUD, 73.9, 74.85), (Effort.SHOUT, 82.2, 82.30),
])  # fmt: skip
def test_voices_are_as_loud_as_the_standard_says(effort: Effort, weighted: float, overall: float) -> None:
    bands = voice(effort, SII_THIRDS)
    assert a_level(SII_THIRDS, bands) == pytest.approx(weighted, abs=0.05)
    assert energy_sum(bands) == pytest.approx(overall, abs=0.06)


def test_the_voice_of_offices_is_another_one() -> None:
    assert a_level(OCTAVES, OFFICE_VOICE_1M) == pytest.approx(57.41, abs=0.01)
    assert a_level(OCTAVES, office_voice_power()) == pytest.approx(68.41, abs=0.01)
    assert a_level(OCTAVES, office_voice_power(raised=True)) == pytest.approx(75.61, abs=0.01)


def test_spectrum_levels_and_band_levels() -> None:
    assert band_levels([0.0] * 18)[0] == 15.65
    assert band_levels([0.0] * 18)[-1] == pytest.approx(32.65)
    assert band_levels([0.0] * 6) == pytest.approx([22.48, 25.48, 28.48, 31.48, 34.48, 37.48])
    assert spectrum_levels(band_levels([10.0] * 6)) == pytest.approx([10.0] * 6)
    with pytest.raises(IllegalInput, match="18 thirds or 6 octaves"):
        band_levels([0.0] * 7)
    with pytest.raises(IllegalInput, match="No voice is known at 125"):
        voice(Effort.NORMAL, [125.0])
