"""The least masking with which a conversation stays private, or the plain answer that no allowed level does it.

Masking works at the listener: speech, masking and ambient noise are all meant there. The search is ours; each index is as its
own module has it.
"""

from collections.abc import Callable, Iterable, Sequence
from math import ceil

from acoustics.articulation import articulation_index, privacy_index
from acoustics.bands import AI_THIRDS, OCTAVES, SPC_THIRDS, THIRDS
from acoustics.checks import number, spectrum
from acoustics.levels import together
from acoustics.masking_spectrum import NEUTRAL_SLOPE_DB, masking_spectrum
from acoustics.spc import speech_privacy_class
from acoustics.sti import Reverberation, speech_transmission_index
from edge.errors import IllegalInput

STEP_DB = 0.5
"""Smallest step of common masking units."""
_EXACT_DB = 0.01


def masking_for_sti(
    speech_db: Iterable[float],
    target: float,
    lowest_dba: float,
    highest_dba: float,
    slope_db: float = NEUTRAL_SLOPE_DB,
    reverberation_s: Reverberation = None,
    ambient_db: Iterable[float] | None = None,
) -> float | None:
    """Least masking level in dB(A) of lowest..highest with which STI at the listener is at most `target`; None: not reachable.

    speech_db, ambient_db: band levels at the listener in dB for OCTAVES; the ambient helps, and is not part of the answer.
    lowest_dba is the answer wherever it is enough. Raises IllegalInput.
    """
    speech, most = spectrum(speech_db, "The speech", OCTAVES), number(target, "The target", 0.0, 1.0)
    noise = _noise(OCTAVES, OCTAVES, slope_db, ambient_db)
    reverberation = tuple(reverberation_s) if isinstance(reverberation_s, Iterable) else reverberation_s
    return _least(lambda dba: speech_transmission_index(speech, noise(dba), reverberation) <= most, lowest_dba, highest_dba)


def masking_for_privacy_index(
    speech_db: Iterable[float],
    target: float,
    lowest_dba: float,
    highest_dba: float,
    slope_db: float = NEUTRAL_SLOPE_DB,
    ambient_db: Iterable[float] | None = None,
) -> float | None:
    """As `masking_for_sti`, for a PI of at least `target` (0..100) and band levels for AI_THIRDS.

    The answer is the noise's whole A-weighted level from 100 Hz to 10 kHz, so the same noise has the same figure for every index.
    """
    speech, least = spectrum(speech_db, "The speech", AI_THIRDS), number(target, "The target", 0.0, 100.0)
    noise = _noise(AI_THIRDS, THIRDS, slope_db, ambient_db)
    return _least(lambda dba: privacy_index(articulation_index(speech, noise(dba))) >= least, lowest_dba, highest_dba)


def masking_for_spc(
    level_difference_db: Iterable[float],
    target: float,
    lowest_dba: float,
    highest_dba: float,
    slope_db: float = NEUTRAL_SLOPE_DB,
    ambient_db: Iterable[float] | None = None,
) -> float | None:
    """As `masking_for_privacy_index`, for an SPC of at least `target`; level differences and ambient for SPC_THIRDS."""
    differences, least = spectrum(level_difference_db, "The level difference", SPC_THIRDS), number(target, "The target")
    noise = _noise(SPC_THIRDS, THIRDS, slope_db, ambient_db)
    return _least(lambda dba: speech_privacy_class(differences, noise(dba)) >= least, lowest_dba, highest_dba)


def _noise(
    bands: Sequence[float], whole: Sequence[float], slope_db: float, ambient_db: Iterable[float] | None
) -> Callable[[float], tuple[float, ...]]:
    """Masking and ambient together in `bands`, by the masking level, which is summed over the `whole` range of the noise."""
    shape = dict(zip(whole, masking_spectrum(0.0, slope_db, whole), strict=True))
    at_0_dba = [shape[f] for f in bands]
    ambient = None if ambient_db is None else spectrum(ambient_db, "The ambient noise", bands)

    def noise(masking_dba: float) -> tuple[float, ...]:
        masking = tuple(one + masking_dba for one in at_0_dba)
        return masking if ambient is None else together(masking, ambient)

    return noise


def _least(met: Callable[[float], bool], lowest_dba: float, highest_dba: float) -> float | None:
    """The least level from which on the target is met at every step up to the highest.

    Walked down from the highest and not halved at once: STI is not quite monotonic, as neighbouring bands share what they carry.
    """
    lowest, highest = number(lowest_dba, "The lowest level", 0.0, 200.0), number(highest_dba, "The highest level", 0.0, 200.0)
    if lowest > highest:
        raise IllegalInput(f"The lowest masking level, {lowest:g}, is above the highest, {highest:g}")
    if not met(highest):
        return None
    enough = highest
    for step in range(1, ceil((highest - lowest) / STEP_DB) + 1):
        lower = max(lowest, highest - step * STEP_DB)
        if not met(lower):
            return _between(met, lower, enough)
        enough = lower
    return enough


def _between(met: Callable[[float], bool], too_low: float, enough: float) -> float:
    while enough - too_low > _EXACT_DB:
        middle = (too_low + enough) / 2.0
        too_low, enough = (too_low, middle) if met(middle) else (middle, enough)
    return enough
