"""Fire, evacuation and lockdown: states of the whole building, of a zone or of one door, which outrank everything else at doors.

fire input > evacuation > lockdown > panic effects > staff release > override > booking and scene > hours > default
"""

from dataclasses import dataclass
from typing import Literal

from edge.events import Event
from edge.facts import Family

Mode = Literal["fire", "evacuation", "lockdown"]
SITE = "site"
"""The scope of the whole building; others are "zone:internal" and "door:lobby-staff"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeBegan(Event):
    """scope: SITE, "zone:" with a zone class, or "door:" with a door. by: a person, or the device that called fire."""

    kind = "mode-began"
    mode: Mode
    scope: str
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeEndAsked(Event):
    """The first of the two distinct actions that end a lockdown; the second is `ModeEnded`."""

    kind = "mode-end-asked"
    mode: Mode
    scope: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeEnded(Event):
    kind = "mode-ended"
    mode: Mode
    scope: str
    by: str
    reason: str = ""


MODE: Family[ModeBegan] = Family("mode")
"""By mode and scope: how one that holds began."""
