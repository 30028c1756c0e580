"""How loud it arrives: in the talker's room, through a partition, over a distance.

Levels and insulation of one band, or of all bands as A-weighted figures; for spectra there is `through_partition`.
"""

from collections.abc import Iterable
from math import log10, pi

from acoustics.checks import number, numbers, positive, spectrum
from acoustics.insulation import REFERENCE_REVERBERATION_S
from acoustics.levels import level
from edge.errors import IllegalInput

FREE_FIELD_DB = 20.0 * log10(2.0)
"""Decay of a small source's level with every doubling of the distance, in the open; screens and ceilings change it (D2,S)."""


def room_level(power_db: float, absorption_m2: float | None, distance_m: float | None = None, directivity: float = 1.0) -> float:
    """Sound pressure level in dB of a source of known power level: direct and reverberant field together.

    absorption_m2: equivalent absorption area; None: in the open. distance_m: None: anywhere, the reverberant field alone.
    Raises IllegalInput, also where both are None. Source: 10 lg(Q/(4 pi r2) + 4/A), from memory (room constant taken as A).
    """
    if absorption_m2 is None and distance_m is None:
        raise IllegalInput("The level of a source needs a distance, an absorption area, or both")
    q = positive(directivity, "The directivity")
    direct = 0.0 if distance_m is None else q / (4.0 * pi * positive(distance_m, "The distance") ** 2)
    reverberant = 0.0 if absorption_m2 is None else 4.0 / positive(absorption_m2, "The absorption area")
    return number(power_db, "The power level") + level(direct + reverberant)


def received_level(source_db: float, difference_db: float, reverberation_s: float = REFERENCE_REVERBERATION_S) -> float:
    """Level in dB in the next room, of the level in the source room and DnT of one band. Raises IllegalInput.

    reverberation_s: of the receiving room. Source: the definition of DnT (ISO 16283-1) turned round: L1 - DnT + 10 lg(T/0.5 s).
    """
    source, difference = number(source_db, "The level in the source room"), number(difference_db, "The level difference")
    return source - difference + level(positive(reverberation_s, "The reverberation time") / REFERENCE_REVERBERATION_S)


def through_partition(
    source_db: Iterable[float], difference_db: Iterable[float], reverberation_s: float = REFERENCE_REVERBERATION_S
) -> tuple[float, ...]:
    """`received_level` band by band. Raises IllegalInput where the numbers of bands differ."""
    sources = numbers(source_db, "The spectrum in the source room")
    differences = spectrum(difference_db, "The level difference", sources)
    return tuple(received_level(one, less, reverberation_s) for one, less in zip(sources, differences, strict=True))


def level_at_distance(level_db: float, from_m: float, to_m: float, decay_db: float = FREE_FIELD_DB) -> float:
    """Level in dB at `to_m` of what is `level_db` at `from_m`, falling by `decay_db` with every doubling. Raises IllegalInput.

    decay_db: 6.02 in the open; in an office its measured D2,S. Source: ISO 3382-3's straight line over lg r.
    """
    doublings = log10(positive(to_m, "The distance") / positive(from_m, "The distance")) / log10(2.0)
    return number(level_db, "The level") - number(decay_db, "The decay") * doublings
