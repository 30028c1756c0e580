"""Masking that nobody notices changing: a level on its way to its target, at a limited rate.

Audible steps draw attention; the rates themselves are the site's. Source: ours.
"""

from acoustics.checks import number


def slew(current_db: float, target_db: float, up_db_per_min: float, down_db_per_min: float, elapsed_s: float) -> float:
    """The level in dB after `elapsed_s`, on the way from current to target and never past it.

    Raises IllegalInput for NaN and for a negative rate or time; a rate of 0 holds the level.
    """
    current, target = number(current_db, "The level"), number(target_db, "The target")
    minutes = number(elapsed_s, "The elapsed time", 0.0, 1e9) / 60.0
    up = number(up_db_per_min, "The rate", 0.0, 1e6) * minutes
    down = number(down_db_per_min, "The rate", 0.0, 1e6) * minutes
    return min(max(target, current - down), current + up)
