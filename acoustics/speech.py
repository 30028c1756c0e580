"""Voices: how loud a talker is, band by band.

Two standards have a normal voice, and they differ: ANSI S3.5 has 59.2 dB(A) at 1 m before the mouth, ISO 3382-3 has 57.4 dB(A)
as the mean of all directions. Whoever keeps a figure keeps which voice it was. SII wants spectrum levels (dB/Hz), everything
else band levels (dB).
"""

from collections.abc import Iterable
from enum import Enum

from acoustics.bands import SII_OCTAVES, SII_THIRDS
from acoustics.checks import numbers
from edge.errors import IllegalInput


class Effort(Enum):
    """Vocal efforts of ANSI S3.5; overall 62.35, 68.34, 74.85 and 82.30 dB at 1 m."""

    NORMAL = "normal"
    RAISED = "raised"
    LOUD = "loud"
    SHOUT = "shout"


OFFICE_VOICE_1M = (49.9, 54.3, 58.0, 52.0, 44.8, 38.8, 33.5)
"""Normal effort, mean of all directions, free field at 1 m: band levels in dB for OCTAVES; 57.4 dB(A).

Source: ISO 3382-3, band values from memory; their A-weighted sum is the one commonly stated.
"""

POWER_OVER_1M_DB = 11.0
"""Sound power level over the free-field level at 1 m, source in the open: 10 lg 4 pi."""

RAISED_OVER_NORMAL_DB = 7.2
"""A-weighted, of the voices below: what is added to OFFICE_VOICE_1M for a raised voice."""

SPECTRUM_LEVELS = {
    Effort.NORMAL: (
        32.41, 34.48, 34.75, 33.98, 34.59, 34.27, 32.06, 28.30, 25.01,
        23.00, 20.15, 17.32, 13.18, 11.55, 9.33, 5.31, 2.59, 1.13,
    ),
    Effort.RAISED: (
        33.81, 33.92, 38.98, 38.57, 39.11, 40.15, 38.78, 36.37, 33.86,
        31.89, 28.58, 25.32, 22.35, 20.15, 16.78, 11.47, 7.67, 5.07,
    ),
    Effort.LOUD: (
        35.29, 37.76, 41.55, 43.78, 43.30, 44.85, 45.55, 44.05, 42.16,
        40.53, 37.70, 34.39, 30.98, 28.21, 25.41, 18.35, 13.87, 11.39,
    ),
    Effort.SHOUT: (
        30.77, 36.65, 42.50, 46.51, 47.40, 49.24, 51.21, 51.44, 51.31,
        49.63, 47.65, 44.32, 40.80, 38.13, 34.41, 28.24, 23.45, 20.72,
    ),
}  # fmt: skip
"""Spectrum levels in dB/Hz for SII_THIRDS, 1 m before the mouth.

Source: ANSI S3.5-1997, table 3, as transcribed in speech-intelligibility-index 1.0.2 (sii.py).
"""

_THIRD_BANDWIDTHS_DB = tuple(15.65 + n for n in range(len(SII_THIRDS)))
_OCTAVE_BANDWIDTHS_DB = tuple(22.48 + 3.0 * n for n in range(len(SII_OCTAVES)))


def band_levels(spectrum_levels_db: Iterable[float]) -> tuple[float, ...]:
    """Band levels in dB of spectrum levels in dB/Hz; 18 bands (SII_THIRDS) or 6 (SII_OCTAVES). Raises IllegalInput.

    Source: bandwidths in dB of ANSI S3.5-1997, table 3 (thirds) and as in the R package SII (octaves).
    """
    checked = numbers(spectrum_levels_db, "A spectrum level")
    return tuple(one + width for one, width in zip(checked, _bandwidths_db(len(checked)), strict=True))


def spectrum_levels(band_levels_db: Iterable[float]) -> tuple[float, ...]:
    """The way back: spectrum levels in dB/Hz of band levels in dB; 18 bands or 6. Raises IllegalInput."""
    checked = numbers(band_levels_db, "A band level")
    return tuple(one - width for one, width in zip(checked, _bandwidths_db(len(checked)), strict=True))


def voice(effort: Effort, frequencies_hz: Iterable[float]) -> tuple[float, ...]:
    """Band levels in dB, in thirds from 160 to 8000 Hz, 1 m before the mouth. Raises IllegalInput for other bands."""
    of_band = dict(zip(SII_THIRDS, band_levels(SPECTRUM_LEVELS[effort]), strict=True))
    try:
        return tuple(of_band[f] for f in frequencies_hz)
    except KeyError as error:
        raise IllegalInput(f"No voice is known at {error.args[0]} Hz; thirds from 160 to 8000 Hz are") from error


def office_voice_power(raised: bool = False) -> tuple[float, ...]:
    """Sound power levels in dB of a talker in an office, for OCTAVES; 68.4 dB(A) with normal effort.

    Source: OFFICE_VOICE_1M. The raised voice is the normal one, louder in every band by what ANSI's raised voice is in dB(A).
    """
    louder = POWER_OVER_1M_DB + (RAISED_OVER_NORMAL_DB if raised else 0.0)
    return tuple(one + louder for one in OFFICE_VOICE_1M)


def _bandwidths_db(bands: int) -> tuple[float, ...]:
    for widths in (_THIRD_BANDWIDTHS_DB, _OCTAVE_BANDWIDTHS_DB):
        if len(widths) == bands:
            return widths
    raise IllegalInput(f"Spectrum levels have 18 thirds or 6 octaves, not {bands} bands")
