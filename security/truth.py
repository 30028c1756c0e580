"""How a door really is, as far as anybody can tell: one word, since when, and what it rests on.

Derived once per door (`security.doors`), and read by the zoning guard, the alarms and every screen.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from edge.facts import Family
from edge.text import Text


class DoorState(StrEnum):
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    """By a command of ours, which is a lease."""
    OPENED_BY_HAND = "opened-by-hand"
    """Unlocked or opened with a key, a handle or a card, without a command: lawful as far as can be told."""
    HELD_OPEN = "held-open"
    FORCED = "forced"
    UNKNOWN = "unknown"
    """Nothing is heard of it since the start, which counts as open; or its controller was lost, which counts as it fails."""
    OUT_OF_SERVICE = "out-of-service"
    """Somebody said so: counts as open, and raises no alarms."""


@dataclass(frozen=True, slots=True)
class DoorTruth:
    """passable: whether the zoning guard must take it for open from the side that the lock guards.

    sensed: whether a contact tells if the leaf is closed; without one, held open and forced are never seen.
    """

    state: DoorState
    since: datetime | None
    because: Text
    passable: bool
    sensed: bool


DOOR: Family[DoorTruth] = Family("door-truth")
"""By door. Only doors with a controller have one; of others nothing is ever known."""
