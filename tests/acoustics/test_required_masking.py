"""The least masking that is enough, and the answer where none is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acoustics.articulation import articulation_index, privacy_index
from acoustics.bands import AI_THIRDS, OCTAVES, SII_THIRDS, SPC_THIRDS, THIRDS
from acoustics.insulation import typical_partition
from acoustics.levels import together
from acoustics.masking_spectrum import masking_spectrum
from acoustics.ramp import slew
from acoustics.required_masking import masking_for_privacy_index, masking_for_spc, masking_for_sti
from acoustics.spc import speech_privacy_class
from acoustics.speech import OFFICE_VOICE_1M, Effort, voice
from acoustics.sti import speech_transmission_index
from acoustics.transmission import level_at_distance, through_partition
from acoustics.weighting import a_level
from edge.errors import IllegalInput
from tests.acoustics.spectra import behind_partition

slopes = st.sampled_from([-3.0, -5.0, -7.0])


def thirds_behind_partition(rating: float, raised: bool = False) -> tuple[float, ...]:
    """As `behind_partition`, for AI_THIRDS: an ANSI voice, as loud in the talker's room as the office voice is."""
    effort = Effort.RAISED if raised else Effort.NORMAL
    in_room = (70.84 if raised else 63.64) - a_level(SII_THIRDS, voice(effort, SII_THIRDS))
    return through_partition([one + in_room for one in voice(effort, AI_THIRDS)], typical_partition(rating, AI_THIRDS))


def noise_in(bands: tuple[float, ...], masking_dba: float, slope: float) -> list[float]:
    whole = dict(zip(THIRDS, masking_spectrum(masking_dba, slope, THIRDS), strict=True))
    return [whole[f] for f in bands]


@pytest.mark.parametrize(
    ("raised", "rating", "limited", "confidential", "unintelligible"),
    [
        (False, 30.0, 40.0, 44.5, 40.5),
        (False, 35.0, 35.0, 39.5, 35.0),
        (False, 40.0, 30.0, 34.5, 29.5),
        (False, 44.0, 26.0, 30.5, 25.0),
        (True, 30.0, 47.5, 52.5, 48.0),
        (True, 35.0, 42.5, 47.5, 42.5),
        (True, 40.0, 37.5, 42.5, 37.5),
        (True, 44.0, 33.5, 38.5, 33.0),
        (True, 48.0, 29.5, 34.5, 29.0),
    ],
)
def test_background_that_partitions_need(
    raised: bool, rating: float, limited: float, confidential: float, unintelligible: float
) -> None:
    """A table in half decibels, computed by others for PI 80, PI 95 and STI 0.20."""
    speech = thirds_behind_partition(rating, raised)
    assert masking_for_privacy_index(speech, 80.0, 0.0, 90.0) == pytest.approx(limited, abs=0.55)
    assert masking_for_privacy_index(speech, 95.0, 0.0, 90.0) == pytest.approx(confidential, abs=0.55)
    assert masking_for_sti(behind_partition(rating, raised), 0.20, 0.0, 90.0, reverberation_s=0.5) == pytest.approx(
        unintelligible, abs=0.55
    )


def test_a_calmer_spectrum_costs_level() -> None:
    needed = [masking_for_sti(behind_partition(35.0), 0.2, 0.0, 90.0, slope, 0.5) for slope in (-5.0, -7.0)]
    assert needed[0] is not None
    assert needed[1] is not None
    assert needed[1] - needed[0] == pytest.approx(3.5, abs=0.5)


@pytest.mark.parametrize(("distance", "unintelligible"), [(2.0, 59.0), (3.0, 55.0), (4.0, 52.0), (6.0, 48.0)])
def test_a_queue_is_out_of_reach_of_masking(distance: float, unintelligible: float) -> None:
    speech = [level_at_distance(one, 1.0, distance, decay_db=7.0) for one in OFFICE_VOICE_1M]
    assert masking_for_sti(speech, 0.20, 30.0, 45.0) is None
    assert masking_for_sti(speech, 0.20, 30.0, 90.0) == pytest.approx(unintelligible, abs=0.5)


@given(st.floats(15.0, 60.0), st.booleans(), slopes, st.floats(0.05, 0.6), st.one_of(st.none(), st.floats(0.0, 45.0)))
def test_the_least_masking_for_sti_is_enough_and_half_a_decibel_less_is_not(
    rating: float, raised: bool, slope: float, target: float, ambient_dba: float | None
) -> None:
    speech = behind_partition(rating, raised)
    ambient = None if ambient_dba is None else masking_spectrum(ambient_dba, -6.0)

    def sti(masking_dba: float) -> float:
        masking = masking_spectrum(masking_dba, slope)
        return speech_transmission_index(speech, masking if ambient is None else together(masking, ambient), 0.5)

    found = masking_for_sti(speech, target, 30.0, 48.0, slope, 0.5, ambient)
    if found is None:
        assert sti(48.0) > target
    else:
        assert 30.0 <= found <= 48.0
        assert sti(found) <= target
        for less in (0.02, 0.5):
            assert found == 30.0 or sti(max(found - less, 30.0)) > target


@given(st.floats(15.0, 60.0), st.booleans(), slopes, st.floats(50.0, 99.0))
def test_the_least_masking_for_pi_is_enough_and_half_a_decibel_less_is_not(
    rating: float, raised: bool, slope: float, target: float
) -> None:
    speech = thirds_behind_partition(rating, raised)

    def pi(masking_dba: float) -> float:
        return privacy_index(articulation_index(speech, noise_in(AI_THIRDS, masking_dba, slope)))

    found = masking_for_privacy_index(speech, target, 30.0, 48.0, slope)
    if found is None:
        assert pi(48.0) < target
    else:
        assert pi(found) >= target
        for less in (0.02, 0.5):
            assert found == 30.0 or pi(max(found - less, 30.0)) < target


@given(st.floats(15.0, 60.0), slopes, st.floats(50.0, 90.0))
def test_the_least_masking_for_spc_is_enough_and_half_a_decibel_less_is_not(rating: float, slope: float, target: float) -> None:
    insulation = typical_partition(rating, SPC_THIRDS)
    found = masking_for_spc(insulation, target, 30.0, 48.0, slope)
    if found is None:
        assert speech_privacy_class(insulation, noise_in(SPC_THIRDS, 48.0, slope)) < target
    else:
        assert speech_privacy_class(insulation, noise_in(SPC_THIRDS, found, slope)) >= target
        less = max(found - 0.5, 30.0)
        assert found == 30.0 or speech_privacy_class(insulation, noise_in(SPC_THIRDS, less, slope)) < target


def test_ambient_noise_is_taken_into_account_in_every_index() -> None:
    loud = masking_spectrum(60.0)
    assert masking_for_sti(behind_partition(35.0), 0.2, 30.0, 45.0, ambient_db=loud) == 30.0
    thirds = noise_in(AI_THIRDS, 60.0, -5.0)
    assert masking_for_privacy_index(thirds_behind_partition(35.0), 95.0, 30.0, 45.0) is not None
    assert masking_for_privacy_index(thirds_behind_partition(35.0), 95.0, 30.0, 45.0, ambient_db=thirds) == 30.0
    assert masking_for_spc(typical_partition(35.0, SPC_THIRDS), 75.0, 30.0, 45.0) is None
    assert (
        masking_for_spc(typical_partition(35.0, SPC_THIRDS), 75.0, 30.0, 45.0, ambient_db=noise_in(SPC_THIRDS, 60.0, -5.0)) == 30.0
    )


def test_a_range_of_one_level_and_a_range_upside_down() -> None:
    speech = behind_partition(35.0)
    assert masking_for_sti(speech, 0.2, 40.0, 40.0, reverberation_s=0.5) == 40.0
    assert masking_for_sti(speech, 0.2, 40.0, 40.3, reverberation_s=0.5) == 40.0, "a range of less than a step"
    assert masking_for_sti(speech, 0.2, 33.0, 33.0, reverberation_s=0.5) is None
    with pytest.raises(IllegalInput, match="above the highest"):
        masking_for_sti(speech, 0.2, 45.0, 30.0)


@given(st.floats(20.0, 60.0), st.floats(-12.0, 6.0), st.sampled_from([OCTAVES, THIRDS, SII_THIRDS]))
def test_masking_falls_evenly_and_is_as_loud_as_asked(level: float, slope: float, bands: tuple[float, ...]) -> None:
    noise = dict(zip(bands, masking_spectrum(level, slope, bands), strict=True))
    assert a_level(bands, noise.values()) == pytest.approx(level, abs=1e-9)
    assert noise[2000.0] - noise[1000.0] == pytest.approx(slope)
    assert noise[500.0] - noise[250.0] == pytest.approx(slope)


@given(
    st.floats(30.0, 48.0),
    st.lists(st.tuples(st.floats(30.0, 48.0), st.floats(0.0, 60.0)), max_size=40),
    st.floats(0.0, 1.0),
    st.floats(0.0, 6.0),
)
def test_no_path_of_targets_makes_a_level_jump(start: float, path: list[tuple[float, float]], up: float, down: float) -> None:
    level = start
    for target, elapsed_s in path:
        after = slew(level, target, up, down, elapsed_s)
        assert -down * elapsed_s / 60.0 - 1e-9 <= after - level <= up * elapsed_s / 60.0 + 1e-9
        assert min(level, target) <= after <= max(level, target)
        level = after


def test_a_rate_of_nothing_holds_and_a_near_target_is_reached_exactly() -> None:
    assert slew(38.0, 44.0, 0.0, 0.2, 600.0) == 38.0
    assert slew(38.0, 30.0, 0.2, 0.0, 600.0) == 38.0
    assert slew(40.0, 40.05, 0.2, 0.1, 60.0) == 40.05
    assert slew(40.0, 39.0, 0.2, 0.1, 60.0) == pytest.approx(39.9)
    assert slew(40.0, 44.0, 0.2, 0.1, 0.0) == 40.0
