"""Who uses a room is told when nothing covers their voices: the panel at its door, and its bookings, show the note of the room."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from acoustics.occasions import OCCASIONS
from acoustics.wishes import Wishes
from acoustics.zones import Zones
from edge.claims import Derived
from edge.conditions import MASKING_FAULT, MASKING_WEAK
from edge.facts import ACTIVE, ONLINE, READING, Family, Look
from edge.text import Ref, Text, say

PRIVACY_NOTE: Family[Text] = Family("privacy-note")
"""By space, while people talk there or are about to, and a unit that should cover it cannot be relied on."""
BEFORE_A_BOOKING = timedelta(hours=1)


@dataclass(frozen=True)
class Notes:
    """The rule of one site's rooms."""

    zones: Zones
    wishes: Wishes

    def room(self, look: Look, talker: str) -> Iterable[Derived]:
        if not self._is_in_use(look, talker):
            return
        for pair in self.zones.overheard(talker):
            if any(is_out_of_action(look, unit) for unit in self.zones.homes(pair.listener)):
                told = say("Masking is out of action: what is said in here may be heard in {place}", place=Ref(pair.listener))
                yield Derived(PRIVACY_NOTE(talker), told)
                return

    def _is_in_use(self, look: Look, talker: str) -> bool:
        booked = any(
            not look.passed(occasion.end) and look.passed(occasion.start - BEFORE_A_BOOKING)
            for occasion in look(OCCASIONS(talker)) or ()
        )
        return booked or self.wishes.live(look, talker) is not None


def is_out_of_action(look: Look, unit: str) -> bool:
    """Lost, without a usable level, muted though nobody asked, or weaker than it says."""
    reading = look(READING(unit, "level"))
    return (
        look(ONLINE(unit)) is False
        or (reading is not None and reading.problem != "")
        or look(ACTIVE(MASKING_FAULT, unit)) is not None
        or look(ACTIVE(MASKING_WEAK, unit)) is not None
    )
