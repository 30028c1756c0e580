"""Arithmetic of levels: decibels are not added as numbers.

Source: the definition of the level, 10 lg of a ratio of powers.
"""

import math
from collections.abc import Iterable

from acoustics.checks import number, numbers
from edge.errors import IllegalInput


def power(level_db: float) -> float:
    """Power relative to the reference of the level."""
    return math.pow(10.0, level_db / 10.0)


def level(power_ratio: float) -> float:
    """Level in dB of a power above zero."""
    return 10.0 * math.log10(power_ratio)


def energy_sum(levels_db: Iterable[float]) -> float:
    """Level of incoherent sounds together, in dB: of equal levels, 3 dB more than one. Raises IllegalInput for none, or NaN."""
    checked = numbers(levels_db, "A level")
    loudest = max(checked)  # taken out, so that very low levels do not vanish
    return loudest + level(sum(power(one - loudest) for one in checked))


def energy_mean(levels_db: Iterable[float]) -> float:
    """Level of the mean power, in dB: over places, or over equal spans of time. Raises IllegalInput for none, or NaN."""
    checked = numbers(levels_db, "A level")
    return energy_sum(checked) - level(len(checked))


def remaining_level(total_db: float, part_db: float, least_excess_db: float = 0.0) -> float | None:
    """What is left of a total when a part of it falls silent, in dB; None where that cannot be told.

    It cannot be told when the total is not above the part, or not by `least_excess_db`: errors of half a decibel in two close
    levels are many decibels in their difference. Use 3 dB with measured levels.
    """
    total, part = number(total_db, "The total level"), number(part_db, "The level of the part")
    excess = total - part
    if excess < number(least_excess_db, "The least excess", 0.0):
        return None
    remainder = 1.0 - power(-excess)
    return total + level(remainder) if remainder > 0.0 else None


def together(*spectra_db: Iterable[float]) -> tuple[float, ...]:
    """Incoherent sounds together, band by band, in dB. Raises IllegalInput where the numbers of bands differ."""
    rows = [numbers(row, "A spectrum") for row in spectra_db]
    if len({len(row) for row in rows}) != 1:
        raise IllegalInput("Spectra that are put together must have the same bands")
    return tuple(energy_sum(column) for column in zip(*rows, strict=True))


def percentile_level(levels_db: Iterable[float], percent: float) -> float:
    """The level that is exceeded during `percent` (0..100) of the time, in dB: L90 is the background, L10 what stands out.

    levels_db: equal spans of time in any order; between two of them it is interpolated. Raises IllegalInput for none, or NaN.
    Source: LN,T of ISO 1996-1, from memory; the interpolation is ours.
    """
    ordered = sorted(numbers(levels_db, "A level"), reverse=True)
    place = number(percent, "The share of time", 0.0, 100.0) / 100.0 * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
