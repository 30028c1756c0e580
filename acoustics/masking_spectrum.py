"""The shape of masking noise: falling towards high frequencies, so that it covers speech without hissing.

Most satisfying of eleven noises at 42 dB(A) was one of -7 dB an octave (JASA 137, 2015, p. 1344, as quoted); -5 is the customary
"neutral" curve (from memory). Steeper is calmer and covers less: 2 dB an octave cost about 3.5 dB of level.
"""

from collections.abc import Sequence
from math import log2

from acoustics.bands import OCTAVES
from acoustics.checks import number, numbers
from acoustics.weighting import a_level

NEUTRAL_SLOPE_DB, CALM_SLOPE_DB = -5.0, -7.0
"""In dB an octave, of band levels."""


def masking_spectrum(
    level_dba: float, slope_db: float = NEUTRAL_SLOPE_DB, frequencies_hz: Sequence[float] = OCTAVES
) -> tuple[float, ...]:
    """Band levels in dB of noise that falls evenly and whose A-weighted sum over these very bands is `level_dba`.

    slope_db: dB an octave, -30..30; with thirds each band falls by a third of it. Raises IllegalInput.
    """
    frequencies = numbers(frequencies_hz, "The frequency", 1.0, 100_000.0)
    slope = number(slope_db, "The slope", -30.0, 30.0)
    shape = [slope * log2(f / 1000.0) for f in frequencies]
    shift = number(level_dba, "The masking level") - a_level(frequencies, shape)
    return tuple(one + shift for one in shape)
