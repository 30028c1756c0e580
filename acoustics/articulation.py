"""Articulation index (AI) and privacy index (PI): the open-plan way of saying how much is overheard.

The weights are for English and for male talkers, and PI is meant for open plans: for Finnish through a door it ranks, and does
not promise. Report STI or SPC beside it.
"""

from collections.abc import Iterable
from enum import Enum

from acoustics.bands import AI_THIRDS
from acoustics.checks import number, spectrum

AI_WEIGHTS = (
    0.0004, 0.0010, 0.0010, 0.0014, 0.0014, 0.0020, 0.0020, 0.0024, 0.0030, 0.0037, 0.0038, 0.0034, 0.0034, 0.0024, 0.0020,
)  # fmt: skip
"""For AI_THIRDS, per dB of 30; their sum is 0.0333.

Source: ANSI S3.5-1969 (ASTM E1110 has the same, times 300), compared between two public programs that each have one slip.
"""

PEAKS_OVER_RMS_DB = 12.0
"""Speech peaks over its long-term level. Source: from memory."""

_ROUNDING = 1e-9


class SpeechPrivacy(Enum):
    """Classes of PI, by the usual reading of ASTM E1130 (from memory). "Normal" is its own word, for some being overheard."""

    CONFIDENTIAL = "confidential"
    NORMAL = "normal"
    POOR = "poor"


def articulation_index(speech: Iterable[float], noise: Iterable[float]) -> float:
    """AI, 0..1, of band levels (rms) at the listener in dB, 15 thirds from 200 to 5000 Hz (AI_THIRDS).

    Raises IllegalInput for another number of bands, or NaN. Source: see AI_WEIGHTS; AI = sum w clip(Ls + 12 - Ln, 0, 30).
    """
    heard, unwanted = spectrum(speech, "The speech", AI_THIRDS), spectrum(noise, "The noise", AI_THIRDS)
    return sum(
        weight * min(max(s + PEAKS_OVER_RMS_DB - n, 0.0), 30.0) for weight, s, n in zip(AI_WEIGHTS, heard, unwanted, strict=True)
    )


def privacy_index(ai: float) -> float:
    """PI in percent, 0..100, of an AI of 0..1. Raises IllegalInput. Source: ASTM E1130, from memory: 100 (1 - AI)."""
    return 100.0 * (1.0 - number(ai, "The articulation index", 0.0, 1.0))


def privacy_class(pi: float) -> SpeechPrivacy:
    """Confidential from 95, normal from 80. Raises IllegalInput outside 0..100."""
    checked = number(pi, "The privacy index", 0.0, 100.0) + _ROUNDING
    if checked >= 95.0:
        return SpeechPrivacy.CONFIDENTIAL
    return SpeechPrivacy.NORMAL if checked >= 80.0 else SpeechPrivacy.POOR
