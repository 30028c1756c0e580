"""How private a conversation is at a listener, as one of three classes, and how much background noise each class takes.

The stricter of PI, STI and (through a wall) SPC counts. "Confidential" asks for 3 dB more than the figures do: so much the
insulation may be wrong. Thresholds: PI and STI by the usual reading (see `acoustics.articulation`), words understood at all from
a uniform speech-to-noise ratio of -16 dB (E2638's threshold of intelligibility, from memory); that figure has its own reserve, as
it is for a listener at the wall, so no margin is added to it.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from math import log2, log10

from acoustics.bands import AI_THIRDS, OCTAVES, SPC_THIRDS, THIRDS
from acoustics.insulation import typical_partition
from acoustics.levels import energy_sum, level, power
from acoustics.required_masking import masking_for_privacy_index, masking_for_spc, masking_for_sti
from acoustics.speech import OFFICE_VOICE_1M, RAISED_OVER_NORMAL_DB, office_voice_power
from acoustics.transmission import received_level, room_level

MARGIN_DB = 3.0
CONFIDENTIAL_PI, CONFIDENTIAL_STI, UNDERSTOOD_RATIO_DB = 95.0, 0.20, -16.0
LIMITED_PI, LIMITED_STI = 80.0, 0.35
_LOWEST_DBA, _HIGHEST_DBA = 0.0, 80.0
_THIRD_OF_OCTAVE_DB = 10.0 * log10(3.0)


class Standing(IntEnum):
    """A higher one is more private."""

    OVERHEARABLE = 0
    LIMITED = 1
    CONFIDENTIAL = 2


@dataclass(frozen=True, slots=True)
class Path:
    """How speech reaches a listener. rating: dB of a wall, or None in one open space, where distance_m and decay_db count."""

    rating: float | None
    distance_m: float = 1.0
    decay_db: float = 7.0
    absorption_m2: float = 12.0
    reverberation_s: float = 0.5


@lru_cache(maxsize=4096)
def background_for(path: Path, raised: bool, standing: Standing) -> float | None:
    """Least background noise at the listener (masking and all else), dB(A), with which a conversation has that standing.

    None: not even 80 dB(A) would do. Nothing less than a number from 0.
    """
    if standing is Standing.OVERHEARABLE:
        return _LOWEST_DBA
    confidential = standing is Standing.CONFIDENTIAL
    margin = MARGIN_DB if confidential else 0.0
    octaves = [one + margin for one in _octaves(path, raised)]
    heard = dict(zip(THIRDS, _thirds(path, raised, THIRDS), strict=True))
    thirds = [heard[f] + margin for f in AI_THIRDS]
    sti, pi = (CONFIDENTIAL_STI, CONFIDENTIAL_PI) if confidential else (LIMITED_STI, LIMITED_PI)
    needed = [
        masking_for_sti(octaves, sti, _LOWEST_DBA, _HIGHEST_DBA, reverberation_s=path.reverberation_s),
        masking_for_privacy_index(thirds, pi, _LOWEST_DBA, _HIGHEST_DBA),
    ]
    if confidential and path.rating is not None:
        needed.append(_for_the_careful(path, raised))
    found = [one for one in needed if one is not None]
    return max(found) if len(found) == len(needed) else None


def standing_of(path: Path, raised: bool, background_dba: float) -> Standing:
    """The best class that this background noise is enough for."""
    for standing in (Standing.CONFIDENTIAL, Standing.LIMITED):
        needed = background_for(path, raised, standing)
        if needed is not None and background_dba >= needed:
            return standing
    return Standing.OVERHEARABLE


def masking_beside(needed_dba: float, ambient_dba: float | None) -> float:
    """Masking that brings a background of `ambient_dba` to `needed_dba`; 0 where that is enough by itself. One shape is assumed."""
    if ambient_dba is None:
        return needed_dba
    missing = power(needed_dba) - power(ambient_dba)
    return max(level(missing), 0.0) if missing > 0.0 else 0.0


def together_dba(*levels_dba: float | None) -> float | None:
    """Of noises of one place, those that are there at all; None where none is."""
    present = [one for one in levels_dba if one is not None]
    return energy_sum(present) if present else None


def _for_the_careful(path: Path, raised: bool) -> float | None:
    """Background with which a listener at the wall understands no word: SPC, for a talker of that voice."""
    talker = _in_thirds(_source(path, raised), SPC_THIRDS)
    arriving = _thirds(path, raised, SPC_THIRDS)
    least = sum(talker) / len(talker) - UNDERSTOOD_RATIO_DB
    return masking_for_spc([one - there for one, there in zip(talker, arriving, strict=True)], least, _LOWEST_DBA, _HIGHEST_DBA)


def _source(path: Path, raised: bool) -> tuple[float, ...]:
    """Octaves in the talker's room, or at 1 m in the open."""
    if path.rating is None:
        return tuple(one + (RAISED_OVER_NORMAL_DB if raised else 0.0) for one in OFFICE_VOICE_1M)
    return tuple(room_level(one, path.absorption_m2) for one in office_voice_power(raised))


def _octaves(path: Path, raised: bool) -> tuple[float, ...]:
    return _arriving(path, _source(path, raised), OCTAVES)


def _thirds(path: Path, raised: bool, frequencies: tuple[float, ...]) -> tuple[float, ...]:
    return _arriving(path, _in_thirds(_source(path, raised), frequencies), frequencies)


def _arriving(path: Path, source: tuple[float, ...], frequencies: tuple[float, ...]) -> tuple[float, ...]:
    if path.rating is None:
        fallen = path.decay_db * log2(path.distance_m)
        return tuple(one - fallen for one in source)
    wall = typical_partition(path.rating, [min(max(f, 100.0), 8000.0) for f in frequencies])
    return tuple(received_level(one, less, path.reverberation_s) for one, less in zip(source, wall, strict=True))


def _in_thirds(octaves: tuple[float, ...], frequencies: tuple[float, ...]) -> tuple[float, ...]:
    """Each octave spread evenly over its three thirds."""
    of_third = {}
    for octave, one in zip(OCTAVES, octaves, strict=True):
        middle = THIRDS.index(octave)
        of_third.update(dict.fromkeys(THIRDS[middle - 1 : middle + 2], one - _THIRD_OF_OCTAVE_DB))
    return tuple(of_third[f] for f in frequencies)
