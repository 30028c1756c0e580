"""SII, AI, STI and SPC: figures of others, and what must hold for every spectrum."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acoustics.articulation import AI_WEIGHTS, SpeechPrivacy, articulation_index, privacy_class, privacy_index
from acoustics.bands import AI_THIRDS, OCTAVES, SII_OCTAVES, SII_THIRDS, SPC_THIRDS
from acoustics.insulation import typical_partition
from acoustics.masking_spectrum import masking_spectrum
from acoustics.sii import OCTAVE_IMPORTANCE, THIRD_IMPORTANCE, sii_octave, sii_third
from acoustics.spc import SpcCategory, spc_category, speech_privacy_class, uniform_ratio
from acoustics.speech import OFFICE_VOICE_1M, SPECTRUM_LEVELS, Effort
from acoustics.sti import (
    RECEPTION_THRESHOLD_DB,
    auditory_masking_db,
    speech_transmission_index,
    sti_from_modulation,
    sti_from_transmission,
    sti_of_ratio,
)
from edge.errors import IllegalInput
from tests.acoustics.spectra import behind_partition, rows

more = st.floats(0.0, 30.0)
NORMAL = SPECTRUM_LEVELS[Effort.NORMAL]


def louder(levels: Sequence[float], db: float) -> list[float]:
    return [one + db for one in levels]


# --- SII


def test_the_octave_example_of_the_standard() -> None:
    """ANSI S3.5-1997, example C.1, as the R package SII has it."""
    assert sii_octave([50, 40, 40, 30, 20, 0], [70, 65, 45, 25, 1, -15], [0] * 6) == pytest.approx(0.5039555, abs=1e-7)


@pytest.mark.parametrize(
    ("speech", "noise", "threshold", "expected"),
    [
        (louder(SPECTRUM_LEVELS[Effort.SHOUT], 40.0), [20.0] * 18, [0.0] * 18, 0.66898),
        (
            louder(SPECTRUM_LEVELS[Effort.RAISED], -30.0),
            [15.0 - 2 * n for n in range(18)],
            [10.0 + 2 * n for n in range(18)],
            0.14229,
        ),
        (NORMAL, [60.0] + [-50.0] * 17, [0.0] * 18, 0.95273),
    ],
    ids=["distorted by its level", "behind a partition, old ears", "noise below speech masks upwards"],
)
def test_thirds_as_another_program_has_them(
    speech: Sequence[float], noise: Sequence[float], threshold: Sequence[float], expected: float
) -> None:
    """Computed with speech-intelligibility-index 1.0.2."""
    assert sii_third(speech, noise, threshold) == pytest.approx(expected, abs=1e-5)


def test_silence_and_normal_hearing_are_what_is_left_out() -> None:
    assert sii_third(NORMAL) == sii_third(NORMAL, [-50.0] * 18, [0.0] * 18) == pytest.approx(0.9958, abs=1e-4)
    assert sii_octave(NORMAL[:6]) == sii_octave(NORMAL[:6], [-50.0] * 6, [0.0] * 6)


def test_the_greater_of_noise_and_threshold_disturbs_not_their_sum() -> None:
    level = -3.4  # half a decibel above the internal noise of the lowest octave
    one_band = [0.0] + [-200.0] * 5
    assert sii_octave(one_band, [level] * 6) == pytest.approx(0.0617 * (0.0 + 3.4 + 15.0) / 30.0)


def test_importance_is_shared_out_completely() -> None:
    assert sum(THIRD_IMPORTANCE) == pytest.approx(1.0, abs=1e-9)
    assert sum(OCTAVE_IMPORTANCE) == pytest.approx(1.0, abs=1e-9)


@given(rows(SII_THIRDS), rows(SII_THIRDS), more)
def test_noise_never_helps_sii(speech: list[float], noise: list[float], added: float) -> None:
    before, after = sii_third(speech, noise), sii_third(speech, louder(noise, added))
    assert 0.0 <= after <= before + 1e-12 <= 1.0 + 1e-12


@given(rows(SII_OCTAVES), rows(SII_OCTAVES), st.integers(0, 5), more)
def test_noise_in_one_octave_never_helps_sii(speech: list[float], noise: list[float], band: int, added: float) -> None:
    worse = [one + added * (n == band) for n, one in enumerate(noise)]
    assert 0.0 <= sii_octave(speech, worse) <= sii_octave(speech, noise) <= 1.0


# --- AI and PI


def test_ai_has_thirty_decibels_that_count() -> None:
    assert sum(AI_WEIGHTS) * 30.0 == pytest.approx(0.999)
    noise = [40.0] * 15
    assert articulation_index([28.0] * 15, noise) == 0.0
    assert articulation_index([28.1] * 15, noise) > 0.0
    assert articulation_index([58.0] * 15, noise) == articulation_index([90.0] * 15, noise) == pytest.approx(0.999)


def test_a_decibel_of_masking_is_three_points_of_privacy() -> None:
    noise = [40.0] * 15
    points = privacy_index(articulation_index([40.0] * 15, louder(noise, 1.0))) - privacy_index(
        articulation_index([40.0] * 15, noise)
    )
    assert points == pytest.approx(3.33, abs=0.01)


@given(rows(AI_THIRDS), rows(AI_THIRDS), st.integers(0, 14), more)
def test_noise_in_one_band_never_costs_privacy(speech: list[float], noise: list[float], band: int, added: float) -> None:
    worse = [one + added * (n == band) for n, one in enumerate(noise)]
    before, after = articulation_index(speech, noise), articulation_index(speech, worse)
    assert 0.0 <= after <= before <= 1.0
    assert 0.0 <= privacy_index(before) <= privacy_index(after) <= 100.0


@pytest.mark.parametrize(("ai", "expected"), [
    (0.0, SpeechPrivacy.CONFIDENTIAL), (0.05, SpeechPrivacy.CONFIDENTIAL), (0.0501, SpeechPrivacy.NORMAL),
    (0.2, SpeechPrivacy.NORMAL), (0.2001, SpeechPrivacy.POOR), (1.0, SpeechPrivacy.POOR),
])  # fmt: skip
def test_classes_of_privacy(ai: float, expected: SpeechPrivacy) -> None:
    assert privacy_class(privacy_index(ai)) is expected


# --- STI


def test_a_path_without_loss_and_one_without_sound() -> None:
    assert sti_from_transmission([1.0] * 7) == pytest.approx(1.0)
    assert sti_from_transmission([0.0] * 7) == 0.0
    assert sti_from_modulation([[1.0] * 14] * 7) == pytest.approx(1.0)
    assert sti_from_modulation([[0.0] * 14] * 7) == 0.0
    assert sti_of_ratio([1000.0 / 4] * 7) == pytest.approx(1.0)
    assert sti_of_ratio([-1000.0] * 7) == 0.0


def test_the_weights_can_give_more_than_one_and_are_cut_there() -> None:
    assert sti_from_transmission([1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]) == 1.0, "1.036 of the sum"


def test_very_loud_speech_masks_itself() -> None:
    """From 100 dB on each octave masks the next one at 10 dB below itself: a transmission of 25/30."""
    assert speech_transmission_index([105.0] * 7, None) == pytest.approx(sti_from_transmission([1.0] + [25 / 30] * 6), abs=1e-6)


@pytest.mark.parametrize(("level", "masking"), [
    (0.0, -65.0), (62.999, -33.5), (63.0, -33.5), (67.0, -26.3), (68.0, -25.8), (99.999, -9.8), (100.0, -10.0), (120.0, -10.0),
])  # fmt: skip
def test_auditory_masking_at_its_corners(level: float, masking: float) -> None:
    assert auditory_masking_db(level) == pytest.approx(masking, abs=0.002)


def test_what_cannot_be_heard_is_not_understood_even_in_silence() -> None:
    inaudible = louder(RECEPTION_THRESHOLD_DB, -20.0)
    assert speech_transmission_index(inaudible, None) == 0.0
    assert speech_transmission_index(louder(RECEPTION_THRESHOLD_DB, 40.0), None) > 0.9


@pytest.mark.parametrize(("slope", "expected"), [(-3.0, 0.257), (-5.0, 0.338), (-7.0, 0.444), (-9.0, 0.535)])
def test_steeper_masking_covers_less(slope: float, expected: float) -> None:
    talker = louder(OFFICE_VOICE_1M, -18.0)
    assert speech_transmission_index(talker, masking_spectrum(42.0, slope), 0.5) == pytest.approx(expected, abs=0.001)


def test_four_combinations_of_partition_and_background() -> None:
    """35 dB and 33 dB(A) is overheard; ten decibels of insulation or nine of background help alike."""
    stis = [
        speech_transmission_index(behind_partition(rating), masking_spectrum(background), 0.5)
        for rating, background in ((35.0, 33.0), (45.0, 33.0), (35.0, 42.0), (45.0, 42.0))
    ]
    assert stis == pytest.approx([0.25, 0.03, 0.04, 0.0], abs=0.012)


def test_a_decibel_of_masking_is_a_thirtieth_of_sti_at_most() -> None:
    at = [speech_transmission_index(behind_partition(35.0), masking_spectrum(db), 0.5) for db in (33.0, 34.0)]
    assert 0.02 < at[0] - at[1] < 1 / 30


@given(rows(OCTAVES), st.floats(0.0, 20.0), st.floats(0.0, 20.0))
def test_reverberation_never_helps_a_band_nor_sti_much(ratios: list[float], one: float, other: float) -> None:
    """Alike ratios: strictly so. Neighbouring bands share what they carry, so that unlike ones may gain a trace."""
    shorter, longer = sorted((one, other))
    alike = [ratios[0]] * 7
    assert sti_of_ratio(alike, longer) <= sti_of_ratio(alike, shorter) + 1e-12 <= sti_of_ratio(alike) + 2e-12
    assert sti_of_ratio(ratios, 0.0) == pytest.approx(sti_of_ratio(ratios), abs=1e-9)


@given(rows(OCTAVES), rows(OCTAVES), st.one_of(st.none(), st.floats(0.0, 10.0)))
def test_sti_stays_in_its_range(speech: list[float], noise: list[float], reverberation: float | None) -> None:
    assert 0.0 <= speech_transmission_index(speech, noise, reverberation) <= 1.0


@given(st.floats(20.0, 60.0), st.booleans(), st.sampled_from([-3.0, -5.0, -7.0]), st.floats(10.0, 60.0), more)
def test_more_masking_never_helps_who_listens_through_a_partition(
    rating: float, raised: bool, slope: float, masking: float, added: float
) -> None:
    speech = behind_partition(rating, raised)
    before, after = (speech_transmission_index(speech, masking_spectrum(db, slope), 0.5) for db in (masking, masking + added))
    assert after <= before + 1e-9


@given(st.floats(20.0, 60.0), more, st.booleans(), st.floats(20.0, 55.0))
def test_more_insulation_is_never_less_private(rating: float, added: float, raised: bool, masking: float) -> None:
    """From 20 dB on: of a voice that arrives louder than some 60 dB, the ear itself masks a part."""
    noise = masking_spectrum(masking)
    before, after = (speech_transmission_index(behind_partition(db, raised), noise, 0.5) for db in (rating, rating + added))
    assert after <= before + 1e-9


@given(rows(OCTAVES), rows(OCTAVES), st.floats(0.0, 1.0))
def test_sti_rises_little_where_masking_rises(speech: list[float], noise: list[float], added: float) -> None:
    """That it may rise at all: of two neighbouring bands the weaker one counts against the stronger."""
    before, after = speech_transmission_index(speech, noise), speech_transmission_index(speech, louder(noise, added))
    assert after <= before + 0.06


# --- SPC


@pytest.mark.parametrize(("rating", "background", "expected"), [(35.0, 40.0, 62.0), (44.0, 33.0, 64.0), (44.0, 40.0, 71.0)])
def test_partitions_and_their_spc(rating: float, background: float, expected: float) -> None:
    noise = masking_spectrum(background, -5.0, SPC_THIRDS)
    assert speech_privacy_class(typical_partition(rating, SPC_THIRDS), noise) == pytest.approx(expected, abs=0.5)


@given(rows(SPC_THIRDS), rows(SPC_THIRDS), more)
def test_spc_adds_insulation_and_background(insulation: list[float], background: list[float], added: float) -> None:
    before = speech_privacy_class(insulation, background)
    assert speech_privacy_class(louder(insulation, added), background) == pytest.approx(before + added)
    assert speech_privacy_class(insulation, louder(background, added)) == pytest.approx(before + added)
    assert uniform_ratio(insulation, background) >= -32.0


@pytest.mark.parametrize(("spc", "expected"), [
    (69.99, None), (70.0, SpcCategory.MINIMAL_PRIVACY), (79.9, SpcCategory.STANDARD_PRIVACY),
    (90.0, SpcCategory.VERY_HIGH_SECURITY),
])  # fmt: skip
def test_categories_of_spc(spc: float, expected: SpcCategory | None) -> None:
    assert spc_category(spc) is expected


def test_spc_and_ratings_have_as_many_bands_but_not_the_same() -> None:
    with pytest.raises(IllegalInput, match="160 to 5000 Hz"):
        speech_privacy_class([30.0] * 15, [25.0] * 16)
