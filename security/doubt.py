"""While the time is in doubt nothing is unlocked anew because of it (D15).

A minute after the computer's clock has jumped, in whichever direction, nobody can tell yet which of two times is right; that is as
long as `edge.clock` needs to believe a jump. What bookings, scenes and hours opened before stays open; people and emergencies
open as ever.
"""

from collections.abc import Iterable
from datetime import timedelta

from edge.claims import Claim, Priority
from edge.facts import DECISION, Look
from edge.points import PointId
from edge.site import Site
from edge.text import say
from security.supervision import CLOCK_JUMP

DOUBTED_FOR = timedelta(seconds=60)
_BY_TIME = (Priority.BOOKING, Priority.HOURS)


def claims(look: Look, site: Site, door: str) -> Iterable[Claim]:
    """Locked, unless the door is open already for a reason that the time gave."""
    jump = look(CLOCK_JUMP())
    if jump is None or jump.at > look.now or look.lasted(jump.at, DOUBTED_FOR):
        return  # in the future lies what a clock that went back was told before the start: a start believes its clock
    lock, until = PointId(site.controllers[door], "lock"), jump.at + DOUBTED_FOR
    decision = look(DECISION(*lock))
    if decision is None or decision.value != "unlocked" or decision.winner.priority not in _BY_TIME:
        told = say("The clock of the controller changed; until {until} nothing is unlocked anew because of the time", until=until)
        yield Claim(lock, "locked", Priority.DOUBT, f"doubt:{jump.at.isoformat()}", told, until)
