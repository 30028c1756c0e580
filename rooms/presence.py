"""Whether somebody is in a room, as far as sensors that can be believed tell. Presence alone never unlocks anything."""

from dataclasses import dataclass
from datetime import datetime

from edge.events import Event, Observed
from edge.facts import ONLINE, READING, Facts, Family, Look
from edge.site import Site

HEARD_SINCE: Family[datetime] = Family("heard-since")
"""Since when a device has been heard without a break: what was in the room before, nobody knows."""


@dataclass(frozen=True, slots=True)
class Presence:
    """seen: somebody is there. empty_since: all sensors are healthy and see nobody since then; None while that is not known.
    seen_since: when the longest of the sensors that see somebody began to."""

    seen: bool = False
    seen_since: datetime | None = None
    empty_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a healthy sensor says. since: of the value; watched_since: of the sensor's being healthy."""

    somebody: bool
    since: datetime
    watched_since: datetime


def fold(facts: Facts, event: Event) -> None:
    if isinstance(event, Observed) and facts(ONLINE(event.device)) is not True:
        facts.set(HEARD_SINCE(event.device), event.at)


def presence(look: Look, site: Site, room: str) -> Presence:
    """A sensor that is silent, lost, tampered with or not heard since the start tells neither the one nor the other."""
    sights = [_sight(look, sensor) for sensor in site.sensors_of(room)]
    seeing = [sight.since for sight in sights if sight is not None and sight.somebody]
    if seeing:
        return Presence(seen=True, seen_since=min(seeing))
    if not sights or any(sight is None for sight in sights):
        return Presence()
    return Presence(empty_since=max(max(sight.since, sight.watched_since) for sight in sights if sight is not None))


def _sight(look: Look, sensor: str) -> _Sight | None:
    reading, tamper = look(READING(sensor, "present")), look(READING(sensor, "tamper"))
    if reading is None or not reading.good or look(ONLINE(sensor)) is not True or (tamper is not None and tamper.value is True):
        return None
    heard_since = look(HEARD_SINCE(sensor)) or reading.since
    watched_since = heard_since if tamper is None else max(heard_since, tamper.since)
    return _Sight(reading.value is True, reading.since, watched_since)
