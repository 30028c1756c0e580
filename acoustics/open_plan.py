"""Open-plan offices: how fast speech fades along a row of desks, and from where on it no longer distracts.

Source: ISO 3382-3:2012, clauses 3 and 6, as cited in phonometry; the standard itself was not read. At least four positions, as
its clause 5.2.2 asks: with fewer, nothing is concluded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log2
from statistics import linear_regression

from acoustics.checks import HIGHEST_DB, LOWEST_DB, number, numbers, spectrum

DISTRACTION_STI, PRIVACY_STI = 0.50, 0.20
COMFORT_LEVEL_DB = 45.0
FEWEST_POSITIONS = 4
NEAREST_M, FARTHEST_M = 2.0, 16.0


@dataclass(frozen=True, slots=True)
class SpatialDecay:
    """D2,S: what speech loses with every doubling of the distance, in dB. Lp,A,S,4m: the line's level at 4 m, in dB(A)."""

    per_doubling_db: float
    level_4m_db: float

    def comfort_distance(self) -> float | None:
        """rC in m: where speech has fallen to 45 dB(A); None where it does not fall. Source: ISO 3382-3, from memory."""
        if self.per_doubling_db <= 0.0:
            return None
        doublings = (self.level_4m_db - COMFORT_LEVEL_DB) / self.per_doubling_db
        return float(4.0 * 2.0**doublings) if abs(doublings) < 1000.0 else None


def spatial_decay(distances_m: Iterable[float], levels_db: Iterable[float]) -> SpatialDecay | None:
    """The line of A-weighted speech levels (dB(A)) over lg r through the positions from 2 to 16 m.

    None where fewer than four positions lie there, or all at one distance. Raises IllegalInput for rows of unequal length, NaN,
    or a distance that is not above zero. Source: clause 6.2.
    """
    distances, levels = _positions(distances_m, levels_db, "The speech level")
    used = [(log2(r), one) for r, one in zip(distances, levels, strict=True) if NEAREST_M <= r <= FARTHEST_M]
    line = _line([x for x, _ in used], [y for _, y in used])
    if line is None:
        return None
    slope, start = line
    return SpatialDecay(per_doubling_db=-slope, level_4m_db=start + slope * log2(4.0))


def distance_to_sti(distances_m: Iterable[float], stis: Iterable[float], threshold: float = DISTRACTION_STI) -> float | None:
    """Distance in m where the straight line of STI over distance falls to the threshold: rD at 0.50, rP at 0.20.

    All positions count, and the line may lead beyond them. None where STI does not fall with the distance, where the crossing
    lies at or before the talker, and with fewer than four positions. Raises IllegalInput. Source: clause 6.3.
    """
    distances, values = _positions(distances_m, stis, "STI", 0.0, 1.0)
    wanted = number(threshold, "The threshold", 0.0, 1.0)
    line = _line(distances, values)
    if line is None or line[0] >= 0.0:
        return None
    slope, start = line
    crossing = (wanted - start) / slope
    return crossing if crossing > 0.0 else None


def _positions(
    distances_m: Iterable[float], values: Iterable[float], what: str, low: float = LOWEST_DB, high: float = HIGHEST_DB
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    distances = numbers(distances_m, "A distance", 0.001, 10_000.0)
    return distances, spectrum(values, what, distances, low, high)


def _line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float] | None:
    """Slope and intercept by least squares; None where nothing can be fitted."""
    if len(x) < FEWEST_POSITIONS or max(x) - min(x) < 1e-9:
        return None
    slope, intercept = linear_regression(x, y)
    return slope, intercept
