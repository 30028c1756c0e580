"""In which ways a virtual device goes wrong, and how its battery runs empty."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum


class Behaviour(Enum):
    """Of a device that takes orders; one that only senses is stuck when it is jammed, and says the opposite when it lies."""

    OBEDIENT = "does and says"
    JAMMED = "does nothing, and says so"
    MUTE = "does, and says nothing"
    SLOW = "does and says, some seconds later"
    LYING = "does nothing, and says that it did"
    DRAINED = "its battery runs empty, and then it does and says nothing"


LATE_BY = timedelta(seconds=4)
"""Of a slow device: long enough that a command is repeated meanwhile, and short enough to be confirmed in time."""
FULL, EMPTY = 100.0, 0.0
_DRAINING = ((0, 14.0), (10, 7.0), (20, 2.0), (30, EMPTY))
"""After how many seconds the battery has how many per cent; the first is low already."""


def draining(since: datetime, stretch: float) -> Iterator[tuple[datetime, float]]:
    """What the battery has from when on."""
    return ((since + timedelta(seconds=seconds) * stretch, percent) for seconds, percent in _DRAINING)
