"""The counters of encrypted messages: none counts twice, and none that is older than one that did, also after a restart.

In memory a counter is known as soon as a message was taken. On disk it stands only when every press up to it is in the journal: a
press that was lost on the way there is taken when the fob repeats it. What was committed after the last save, the journal knows by
its press ids.
"""

import json
import os
from pathlib import Path
from threading import Lock
from typing import Literal

Verdict = Literal["new", "repeat", "old"]
_BEGINS_BELOW = 100
"""Where a counter that may begin anew does so, as the bthome-ble library has it."""


class Counters:
    """mark: names a device and its key. path: of the file that keeps them; broken: it was there and could not be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._newest, self.broken = _read(path)
        self._under_way: dict[str, set[int]] = {}
        self._saved = dict(self._newest)

    def verdict(self, mark: str, counter: int, *, begins_anew: bool) -> Verdict:
        newest = self._newest.get(mark, -1)
        if counter == newest:
            return "repeat"
        return "new" if counter > newest or (begins_anew and counter < _BEGINS_BELOW) else "old"

    def take(self, mark: str, counter: int, *, press: bool) -> None:
        with self._lock:
            self._newest[mark] = counter
            if press:
                self._under_way.setdefault(mark, set()).add(counter)

    def durable(self, mark: str, counter: int) -> None:
        """A press is in the journal. From any thread."""
        with self._lock:
            self._under_way.get(mark, set()).discard(counter)

    def save(self) -> None:
        """Write what is new, if anything is. Raises OSError."""
        with self._lock:
            wanted = {mark: min((newest, *(c - 1 for c in self._under_way.get(mark, ())))) for mark, newest in self._newest.items()}
        if wanted != self._saved:
            beside = self._path.with_suffix(".new")
            with beside.open("w", encoding="utf-8") as file:
                json.dump(wanted, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
            self._saved = wanted


def _read(path: Path) -> tuple[dict[str, int], bool]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, False
    except (OSError, ValueError):
        return {}, True
    if not isinstance(said, dict) or not all(type(counter) is int for counter in said.values()):
        return {}, True
    return said, False
