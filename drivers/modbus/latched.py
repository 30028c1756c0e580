"""Presses that a unit counts and keeps: each is told once, and the unit may forget it once it is on disk.

The id of a press is made of what does not change when the controller or the unit starts anew, so a press that was told before a
crash and is told again after it is known to be the same one.
"""

from threading import Lock

from edge.errors import Garbled
from edge.profiles.modbus_table import Presses

_MOST_AT_ONCE = 100
"""More presses than that between two looks are not presses but nonsense."""
_COUNTS = 1 << 16


class LatchedPresses:
    """Of one button. place: where it is, the same at each start. From any thread."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._lock = Lock()
        self._series: int | None = None
        self._told = 0
        self._waiting: list[int] = []
        self._kept: int | None = None
        self._unit_knows = 0
        self._asked = False

    def new(self, said: Presses) -> list[tuple[int, str]]:
        """Presses that nobody was told of yet: their counts and ids. Raises Garbled."""
        with self._lock:
            if said.series != self._series:
                _waiting_of(said.count, said.taken)
                self._series, self._told, self._kept, self._waiting = said.series, said.taken, None, []
            new = _waiting_of(said.count, self._told)
            _waiting_of(said.count, said.taken)
            self._told, self._unit_knows, self._asked = said.count, said.taken, False
            self._waiting += new
            return [(count, f"{self._place}-{said.series:08x}-{count}") for count in new]

    def on_disk(self, series: int, count: int) -> None:
        with self._lock:
            if series == self._series and count in self._waiting:
                self._waiting.remove(count)
                self._kept = (self._waiting[0] - 1) % _COUNTS if self._waiting else self._told
                self._asked = False

    def owed(self) -> int | None:
        """Up to which count the unit is to be told that presses are on disk; None when it knows or was told just now."""
        with self._lock:
            return None if self._asked or self._kept is None or self._kept == self._unit_knows else self._kept

    def asked(self) -> None:
        """The unit was told; whether it took that, the next look will show."""
        with self._lock:
            self._asked = True

    @property
    def series(self) -> int:
        with self._lock:
            return self._series or 0


def _waiting_of(count: int, after: int) -> list[int]:
    """The counts after one and up to another. Raises Garbled."""
    number = (count - after) % _COUNTS
    if number > _MOST_AT_ONCE:
        raise Garbled(f"a count of {count} presses after {after}")
    return [(after + 1 + n) % _COUNTS for n in range(number)]
