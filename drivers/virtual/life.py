"""People in the virtual building, as a demo needs them: they come through doors that are unlocked, stay a while, and talk."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from edge.points import Value
from edge.site.model import Site

_OPENS = 0.25
_LEAVES = 0.06
_OFFICE_HOURS = range(8, 16)
_QUIET_DB = 34.0
_MOST_DB = 62.0

Change = tuple[str, str, Value]


class Life:
    """The same seed, steps and door states give the same day."""

    def __init__(self, site: Site, seed: int) -> None:
        self._site = site
        self._random = random.Random(seed)  # noqa: S311 (a plausible day, not a secret)
        self._zone = ZoneInfo(site.site.timezone)
        self._people: Counter[str] = Counter()

    def step(self, now: datetime, state: Callable[[str, str], Value]) -> list[Change]:
        """What has changed since the last step, some seconds ago. state: how a point of a device really is."""
        changes = [*self._doors(state)]
        self._strollers(now)
        changes += self._rooms(state)
        return [change for change in changes if change[2] != state(change[0], change[1])]

    def all_leave(self, space: str) -> None:
        """Somebody has sent them away."""
        self._people[space] = 0

    def _doors(self, state: Callable[[str, str], Value]) -> Iterator[Change]:
        for device, described in self._site.devices.items():
            door = self._site.doors.get(described.door or "")
            if described.type != "door-controller" or door is None:
                continue
            if state(device, "contact") == "open":
                yield device, "contact", "closed"
            elif state(device, "lock") == "unlocked" and self._random.random() < _OPENS:
                self._people[door.to] += 1
                yield device, "contact", "open"

    def _strollers(self, now: datetime) -> None:
        open_now = now.astimezone(self._zone).hour in _OFFICE_HOURS
        for place, space in self._site.spaces.items():
            staying = sum(self._random.random() > _LEAVES for _ in range(self._people[place]))
            arrives = open_now and space.zone == "public" and self._random.random() < _OPENS
            self._people[place] = min(staying + arrives, space.capacity or 8)

    def _rooms(self, state: Callable[[str, str], Value]) -> Iterator[Change]:
        for device, described in self._site.devices.items():
            people = self._people[described.space or ""]
            if described.type == "occupancy-sensor":
                yield device, "present", people > 0
                yield device, "count", people
            elif state(device, "ambient") is not None:
                noise_db = _QUIET_DB + 5 * min(people, 4) + self._random.gauss(0, 1.5)
                yield device, "ambient", round(min(max(noise_db, 0.0), _MOST_DB), 1)
