"""A-weighting: a spectrum as one number, roughly as the ear hears soft sounds."""

from collections.abc import Iterable
from math import log10, sqrt

from acoustics.bands import THIRDS
from acoustics.checks import number, numbers, spectrum
from acoustics.levels import energy_sum

A_WEIGHTS = (
    -19.1, -16.1, -13.4, -10.9, -8.6, -6.6, -4.8, -3.2, -1.9, -0.8, 0.0,
    0.6, 1.0, 1.2, 1.3, 1.2, 1.0, 0.5, -0.1, -1.1, -2.5,
)  # fmt: skip
"""In dB, for THIRDS. Source: IEC 61672-1:2013, table 3, as transcribed in the data of python-acoustics."""

_NOMINAL = dict(zip(THIRDS, A_WEIGHTS, strict=True))
_POLES = (20.598997, 107.65265, 737.86223, 12194.217)


def a_weight(frequency_hz: float) -> float:
    """What A-weighting adds at a frequency (1..100000 Hz), in dB.

    At the nominal bands of 100 Hz to 10 kHz it is the table's value, elsewhere the closed form. Raises IllegalInput.
    Source: A_WEIGHTS; the constants of the closed form are from memory, and agree with the table within 0.055 dB.
    """
    f = number(frequency_hz, "The frequency", 1.0, 100_000.0)
    return _NOMINAL[f] if f in _NOMINAL else _closed_form(f)


def a_level(frequencies_hz: Iterable[float], levels_db: Iterable[float]) -> float:
    """LA in dB(A) of band levels (not of spectrum levels in dB/Hz). Raises IllegalInput.

    Source: LA = 10 lg sum 10^((Li + Ai)/10).
    """
    frequencies = numbers(frequencies_hz, "The frequency", 1.0, 100_000.0)
    levels = spectrum(levels_db, "The spectrum", frequencies)
    return energy_sum(one + a_weight(f) for f, one in zip(frequencies, levels, strict=True))


def _closed_form(f: float) -> float:
    lowest, low, high, highest = (pole**2 for pole in _POLES)
    square = f * f
    return 2.0 + 20.0 * log10(
        highest * square**2 / ((square + lowest) * sqrt((square + low) * (square + high)) * (square + highest))
    )
