"""What a pair is told with: its class, the voice that is counted on, its door, and how well its insulation is known."""

from collections.abc import Mapping
from typing import Final, Literal

from acoustics.pairs import OPEN_DOOR_DB, Basis
from acoustics.privacy import Standing
from edge.text import Text, say

Class = Literal["confidential", "limited", "overhearable", "unknown"]
DoorState = Literal["closed", "open", "unseen", "none"]

CLASSES: Final[Mapping[Standing, Class]] = {
    Standing.CONFIDENTIAL: "confidential",
    Standing.LIMITED: "limited",
    Standing.OVERHEARABLE: "overhearable",
}
CLASS_NAMES: Final[Mapping[Class, Text]] = {
    "confidential": say("Confidential"),
    "limited": say("Limited"),
    "overhearable": say("Overhearable"),
    "unknown": say("Unknown"),
}
MEANS: Final[Mapping[Standing, Text]] = {
    Standing.CONFIDENTIAL: say("Voices may be heard, words are not understood"),
    Standing.LIMITED: say("A careful listener picks up some words"),
    Standing.OVERHEARABLE: say("Conversations can be followed; use a room"),
}
DOORS: Final[Mapping[DoorState, Text]] = {
    "closed": say("The door is closed"),
    "open": say("The door is open: about {left} dB are left of the wall", left=round(OPEN_DOOR_DB)),
    "unseen": say("The door is taken to be closed; nothing tells"),
    "none": say("There is no door between the two"),
}
BASES: Final[Mapping[Basis, Text]] = {
    "measured": say("insulation measured in this building"),
    "declared": say("insulation as declared, not measured"),
    "assumed": say("insulation as such rooms are usually built, not measured"),
}
VOICES: Final[Mapping[bool, Text]] = {False: say("for normal voices"), True: say("for raised voices")}
"""By whether they are raised."""
ESTIMATE: Final = say("An estimate, not a measurement")
