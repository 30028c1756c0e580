"""Speech Intelligibility Index (SII), 0..1: the share of speech cues that a listener of normal hearing can use.

Source: ANSI S3.5-1997, clause 4, read in two public programs (the R package SII, and speech-intelligibility-index 1.0.2, whose
comments name the clauses) and not in the standard itself.
"""

from collections.abc import Iterable, Sequence
from math import log10

from acoustics.bands import SII_OCTAVES, SII_THIRDS
from acoustics.checks import spectrum
from acoustics.levels import level, power
from acoustics.speech import SPECTRUM_LEVELS, Effort

NO_NOISE_DB = -50.0
"""Equivalent noise spectrum level where there is no noise. Source: ANSI S3.5-1997, note in clause 4.2, as the programs cite it."""

THIRD_IMPORTANCE = (
    0.0083, 0.0095, 0.0150, 0.0289, 0.0440, 0.0578, 0.0653, 0.0711, 0.0818, 0.0844, 0.0882, 0.0898, 0.0868, 0.0844, 0.0771, 0.0527,
    0.0364, 0.0185,
)  # fmt: skip
THIRD_INTERNAL_NOISE_DB = (
    0.6, -1.7, -3.9, -6.1, -8.2, -9.7, -10.8, -11.9, -12.5, -13.5, -15.4, -17.7, -21.2, -24.2, -25.9, -23.6, -15.8, -7.1,
)  # fmt: skip
OCTAVE_IMPORTANCE = (0.0617, 0.1671, 0.2373, 0.2648, 0.2142, 0.0549)
OCTAVE_INTERNAL_NOISE_DB = (-3.9, -9.7, -12.5, -17.7, -25.9, -7.1)

_NORMAL_THIRDS = SPECTRUM_LEVELS[Effort.NORMAL]
_NORMAL_OCTAVES = tuple(one for f, one in zip(SII_THIRDS, _NORMAL_THIRDS, strict=True) if f in SII_OCTAVES)


def sii_third(speech: Iterable[float], noise: Iterable[float] | None = None, threshold: Iterable[float] | None = None) -> float:
    """SII of spectrum levels at the listener in dB/Hz, 18 bands (SII_THIRDS).

    threshold: equivalent hearing threshold levels in dB HL; None is normal hearing. No noise is -50 dB/Hz.
    Raises IllegalInput for another number of bands, or NaN.
    """
    heard, unwanted, hearing = _checked(speech, noise, threshold, SII_THIRDS)
    return _index(heard, _masking(heard, unwanted), hearing, _NORMAL_THIRDS, THIRD_INTERNAL_NOISE_DB, THIRD_IMPORTANCE)


def sii_octave(speech: Iterable[float], noise: Iterable[float] | None = None, threshold: Iterable[float] | None = None) -> float:
    """SII of spectrum levels in dB/Hz, 6 bands (SII_OCTAVES), otherwise as `sii_third`.

    Octaves know no masking of one band by another, so thirds are the better choice where they are at hand.
    """
    heard, unwanted, hearing = _checked(speech, noise, threshold, SII_OCTAVES)
    return _index(heard, unwanted, hearing, _NORMAL_OCTAVES, OCTAVE_INTERNAL_NOISE_DB, OCTAVE_IMPORTANCE)


def _checked(
    speech: Iterable[float], noise: Iterable[float] | None, threshold: Iterable[float] | None, bands: Sequence[float]
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    quiet, normal = [NO_NOISE_DB] * len(bands), [0.0] * len(bands)
    return (
        spectrum(speech, "The speech", bands),
        spectrum(quiet if noise is None else noise, "The noise", bands),
        spectrum(normal if threshold is None else threshold, "The hearing threshold", bands),
    )


def _masking(speech: Sequence[float], noise: Sequence[float]) -> list[float]:
    """Equivalent masking spectrum level Z: noise, and what spreads upwards from lower bands (clauses 4.3.2.1 to 4.3.2.5)."""
    masker = [max(n, e - 24.0) for n, e in zip(noise, speech, strict=True)]  # speech masks itself
    slope = [-80.0 + 0.6 * (b + 10.0 * log10(f) - 6.353) for b, f in zip(masker, SII_THIRDS, strict=True)]
    masking = [masker[0]]
    for i in range(1, len(SII_THIRDS)):
        spread = sum(power(masker[k] + 3.32 * slope[k] * log10(0.89 * SII_THIRDS[i] / SII_THIRDS[k])) for k in range(i))
        masking.append(level(power(noise[i]) + spread))
    return masking


def _index(
    speech: Sequence[float],
    masking: Sequence[float],
    threshold: Sequence[float],
    normal: Sequence[float],
    internal: Sequence[float],
    importance: Sequence[float],
) -> float:
    """Clauses 4.4 to 4.8. The disturbance is the greater of masking and hearing threshold, and not their energetic sum."""
    total = 0.0
    for e, z, t, u, x, weight in zip(speech, masking, threshold, normal, internal, importance, strict=True):
        audible = _clip((e - max(z, x + t) + 15.0) / 30.0)
        undistorted = _clip(1.0 - (e - u - 10.0) / 160.0)
        total += weight * undistorted * audible
    return _clip(total)


def _clip(share: float) -> float:
    return min(max(share, 0.0), 1.0)
