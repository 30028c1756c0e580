"""Whether somebody is in a room, as far as sensors that can be believed tell. Presence alone never unlocks anything."""

from dataclasses import dataclass
from datetime import datetime

from edge.facts import ONLINE, READING, Look, Reading
from edge.site import Site


@dataclass(frozen=True, slots=True)
class Presence:
    """seen: somebody is there. empty_since: all sensors are healthy and see nobody since then; None while that is not known.
    seen_since: when the longest of the sensors that see somebody began to."""

    seen: bool = False
    seen_since: datetime | None = None
    empty_since: datetime | None = None


def presence(look: Look, site: Site, room: str) -> Presence:
    """A sensor that is silent, lost, tampered with or not heard since the start tells neither the one nor the other."""
    readings = [_healthy(look, sensor) for sensor in site.sensors_of(room)]
    seeing = [reading.since for reading in readings if reading is not None and reading.value is True]
    if seeing:
        return Presence(seen=True, seen_since=min(seeing))
    if not readings or any(reading is None for reading in readings):
        return Presence()
    return Presence(empty_since=max(reading.since for reading in readings if reading is not None))


def _healthy(look: Look, sensor: str) -> Reading | None:
    reading, tamper = look(READING(sensor, "present")), look(READING(sensor, "tamper"))
    if reading is None or not reading.good or look(ONLINE(sensor)) is not True or (tamper is not None and tamper.value is True):
        return None
    return reading
