"""What each masking unit makes now, as far as it says so, or is assumed to do what it was told."""

from dataclasses import dataclass
from math import isfinite

from acoustics.zones import Zones
from edge.facts import DECISION, ONLINE, Look


@dataclass(frozen=True, slots=True)
class Sound:
    """level: dB(A) at its own place, None where it is silent. assumed: it does not say so itself."""

    level: float | None
    assumed: bool = False


def sound_of(look: Look, zones: Zones, unit: str) -> Sound | None:
    """None: nobody knows."""
    make, fixed = zones.make(unit), zones.fixed(unit)
    mute = is_mute(look, zones, unit)
    if not make.reads_back:
        told = look(DECISION(unit, "level" if make.levels else "muted"))
        if look(ONLINE(unit)) is not True:
            return None
        return Sound(None if mute or told is None else number(told.value) if fixed is None else fixed, assumed=True)
    if fixed is not None:
        return None if mute is None else Sound(None if mute else fixed)
    level = level_said(look, unit)
    return None if level is None else Sound(None if mute or level <= 0.0 else level)


def is_mute(look: Look, zones: Zones, unit: str) -> bool | None:
    """None: it has not said so."""
    if not zones.make(unit).reads_back:
        return is_told_to_be_mute(look, unit)
    reading = look.heard(unit, "muted")
    return None if reading is None else reading.value is True


def is_told_to_be_mute(look: Look, unit: str) -> bool:
    decided = look(DECISION(unit, "muted"))
    return decided is not None and decided.value is True


def level_said(look: Look, unit: str) -> float | None:
    reading = look.heard(unit, "level")
    return None if reading is None else number(reading.value)


def number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and isfinite(value) else None
