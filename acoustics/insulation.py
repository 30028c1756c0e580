"""Sound insulation between rooms: measured quantities, and their rating as one number.

Source: ISO 717-1 (2013 and 2020 agree), clauses 4.4 and 4.5 and tables 3 and 4, as cited and transcribed in phonometry; the
standard itself was not read. Not done as in python-acoustics, which refuses a sum of deviations of exactly 32.0 dB and so rates
such a curve 1 dB too low.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from math import floor

from acoustics.bands import RATING_OCTAVES, RATING_THIRDS
from acoustics.checks import number, numbers, positive
from acoustics.levels import energy_sum, level
from edge.errors import IllegalInput

REFERENCE_REVERBERATION_S = 0.5
_HIGHEST_BANDS = {4000.0: 56, 5000.0: 56, 6300.0: 56, 8000.0: 56}
_REFERENCE = dict(zip(RATING_THIRDS, (33, 36, 39, 42, 45, 48, 51, 52, 53, 54, 55, 56, 56, 56, 56, 56), strict=True))
"""In octaves the reference has the same values at the same frequencies."""
_REFERENCE_RATING = 54
"""The reference curve itself rates 54, and not the 52 dB that it has at 500 Hz: 2 dB higher everywhere is still allowed."""
_ALLOWED_TENTHS = {RATING_THIRDS: 320, RATING_OCTAVES: 100}
"""The greatest sum of unfavourable deviations, in tenths of a decibel."""


class Adaptation(Enum):
    """Spectra whose insulation in dB(A) a rating is adapted to."""

    C = "pink noise, such as speech"
    CTR = "road traffic"


_SPECTRA = {
    (Adaptation.C, RATING_THIRDS): (-29, -26, -23, -21, -19, -17, -15, -13, -12, -11, -10, -9, -9, -9, -9, -9),
    (Adaptation.C, RATING_OCTAVES): (-21, -14, -8, -5, -4),
    (Adaptation.CTR, RATING_THIRDS): (-20, -20, -18, -16, -15, -14, -13, -12, -11, -9, -8, -9, -10, -11, -13, -15),
    (Adaptation.CTR, RATING_OCTAVES): (-14, -10, -7, -4, -6),
}


def weighted_rating(bands_db: Iterable[float]) -> int:
    """Rw, R'w, Dn,w or DnT,w in dB of band values: 16 thirds from 100 to 3150 Hz, or 5 octaves from 125 to 2000 Hz.

    The values are first rounded to a tenth, halves away from zero. Raises IllegalInput for another number of bands, or NaN.
    Source: clause 4.4; unfavourable deviations may sum up to 32.0 dB (octaves 10.0 dB) and that very sum is allowed.
    """
    tenths, bands = _tenths(bands_db)
    reference = [10 * _REFERENCE[f] for f in bands]
    shift = min(value - curve for value, curve in zip(tenths, reference, strict=True)) // 10  # nothing unfavourable yet
    while _unfavourable(tenths, reference, shift + 1) <= _ALLOWED_TENTHS[bands]:
        shift += 1
    return _REFERENCE[500.0] + shift


def adaptation_term(bands_db: Iterable[float], adaptation: Adaptation = Adaptation.C) -> int:
    """C or Ctr in dB, of the same band values as for `weighted_rating`. Raises IllegalInput.

    Source: clause 4.5 and table 4; the insulation in dB(A) is rounded to a whole number, halves up, before the rating is taken off.
    """
    tenths, bands = _tenths(bands_db)
    values = [value / 10.0 for value in tenths]
    weighted = -energy_sum(source - value for source, value in zip(_SPECTRA[adaptation, bands], values, strict=True))
    return floor(weighted + 0.5) - weighted_rating(values)


def standardized_difference(source_db: float, receiving_db: float, reverberation_s: float) -> float:
    """DnT in dB of one band: levels in both rooms, reverberation time in the receiving one. Raises IllegalInput.

    Source: ISO 16283-1 as the project's notes have it: L1 - L2 + 10 lg(T/0.5 s).
    """
    return _difference(source_db, receiving_db) + level(
        positive(reverberation_s, "The reverberation time") / REFERENCE_REVERBERATION_S
    )


def apparent_reduction(source_db: float, receiving_db: float, area_m2: float, volume_m3: float, reverberation_s: float) -> float:
    """R' in dB of one band: area of the partition, volume and reverberation time of the receiving room. Raises IllegalInput.

    Source: ISO 16283-1 from memory: L1 - L2 + 10 lg(S T/(0.16 V)).
    """
    area, volume = positive(area_m2, "The area"), positive(volume_m3, "The volume")
    absorption = 0.16 * volume / positive(reverberation_s, "The reverberation time")
    return _difference(source_db, receiving_db) + level(area / absorption)


def combined_reduction(parts: Iterable[tuple[float, float]]) -> float:
    """R in dB of a partition of several parts, each an area in m2 and its R in dB; an opening has 0 dB. Raises IllegalInput.

    A wall of 40 dB with an open door on a tenth of its area has 10 dB. Source: the mean of the transmitted power, from memory.
    """
    checked = [(positive(area, "The area"), number(reduction, "The reduction")) for area, reduction in parts]
    if not checked:
        raise IllegalInput("A partition has at least one part")
    passed = energy_sum(level(area) - reduction for area, reduction in checked)
    return level(sum(area for area, _ in checked)) - passed


def typical_partition(rating_db: float, frequencies_hz: Iterable[float]) -> tuple[float, ...]:
    """Band values in dB, shaped like the reference curve, of a partition of which only the rating is known. Raises IllegalInput.

    frequencies_hz: thirds or octaves from 100 to 8000 Hz. `weighted_rating` of the result is the rating again, for a whole one.
    Source: table 3; above 3150 Hz it goes on at its last value (ours). A real door leaks more at high frequencies.
    """
    rating = number(rating_db, "The rating", 0.0, 100.0)
    curve = _REFERENCE | _HIGHEST_BANDS
    frequencies = numbers(frequencies_hz, "The frequency", 0.0, 100_000.0)
    unknown = [f for f in frequencies if f not in curve]
    if unknown:
        raise IllegalInput(f"No insulation is known at {unknown[0]:g} Hz; thirds and octaves from 100 to 8000 Hz are")
    return tuple(curve[f] + rating - _REFERENCE_RATING for f in frequencies)


def _tenths(bands_db: Iterable[float]) -> tuple[list[int], tuple[float, ...]]:
    values = numbers(bands_db, "The insulation")
    for bands in (RATING_THIRDS, RATING_OCTAVES):
        if len(values) == len(bands):
            # As decimals: 0.05 is a half only as it is written, not as a float.
            return [int(Decimal(repr(value)).scaleb(1).to_integral_value(ROUND_HALF_UP)) for value in values], bands
    raise IllegalInput(f"A rating needs 16 thirds (100 to 3150 Hz) or 5 octaves (125 to 2000 Hz), not {len(values)} bands")


def _unfavourable(tenths: Sequence[int], reference: Sequence[int], shift: int) -> int:
    return sum(max(0, curve + 10 * shift - value) for value, curve in zip(tenths, reference, strict=True))


def _difference(source_db: float, receiving_db: float) -> float:
    return number(source_db, "The level in the source room") - number(receiving_db, "The level in the receiving room")
