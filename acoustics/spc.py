"""Speech Privacy Class (SPC): what a listener near the partition makes out, of insulation and background together.

Source: ASTM E2638, its definition as the public help page of Strutt gives it; the standard itself was not read. It was made for
eavesdroppers near a partition and needs no voice: a loud talker only lowers the time that is private.
"""

from collections.abc import Iterable
from enum import IntEnum

from acoustics.bands import SPC_THIRDS
from acoustics.checks import number, spectrum

INAUDIBLE_DB = -32.0
"""A ratio of speech to noise below which more of it changes nothing."""


class SpcCategory(IntEnum):
    """Names of the five levels, by the SPC from which they hold. Source: from memory; that there are five was seen."""

    MINIMAL_PRIVACY = 70
    STANDARD_PRIVACY = 75
    STANDARD_SECURITY = 80
    HIGH_SECURITY = 85
    VERY_HIGH_SECURITY = 90


def speech_privacy_class(level_difference_db: Iterable[float], background_db: Iterable[float]) -> float:
    """SPC of level differences (room average to the listener) and background levels, each in dB for SPC_THIRDS (16 bands).

    Raises IllegalInput for another number of bands, or NaN. Source: arithmetic means, unweighted, added.
    """
    differences = spectrum(level_difference_db, "The level difference", SPC_THIRDS)
    background = spectrum(background_db, "The background", SPC_THIRDS)
    return (sum(differences) + sum(background)) / len(SPC_THIRDS)


def spc_category(spc: float) -> SpcCategory | None:
    """The highest category that an SPC reaches; None below minimal privacy. Raises IllegalInput for NaN."""
    checked = number(spc, "The speech privacy class")
    return max((category for category in SpcCategory if checked >= category), default=None)


def uniform_ratio(speech_db: Iterable[float], noise_db: Iterable[float]) -> float:
    """SNR_uni32 in dB: the mean speech-to-noise ratio over SPC_THIRDS, none of them counted below -32 dB.

    About -16 dB is where words begin to be understood (from memory). Raises IllegalInput.
    """
    speech, noise = spectrum(speech_db, "The speech", SPC_THIRDS), spectrum(noise_db, "The noise", SPC_THIRDS)
    return sum(max(s - n, INAUDIBLE_DB) for s, n in zip(speech, noise, strict=True)) / len(SPC_THIRDS)
