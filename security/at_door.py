"""What every act at a door is asked first. All raise Refusal."""

from edge.claims import Priority
from edge.facts import DECISION, Facts
from edge.points import PointId
from edge.refusal import Refusal
from edge.site import Site
from edge.text import Ref, say


def lock_of(site: Site, door: str) -> PointId:
    device = site.device_at(door)
    if device is None:
        raise Refusal(say("There is no door {door} with a controller.", door=door))
    return PointId(device, "lock")


def reason_given(reason: str) -> str:
    """The reason without the blanks around it; it stands in the journal beside the name."""
    if not (why := reason.strip()):
        raise Refusal(say("Say why: the reason is missing."))
    return why


def require_no_stronger(site: Site, facts: Facts, door: str, value: str) -> None:
    """Nobody is promised what fire, evacuation, lockdown or a panic alarm would not let happen."""
    decision = facts(DECISION(*lock_of(site, door)))
    if decision is None or decision.winner.priority > Priority.PANIC or decision.value == value:
        return
    named, because = Ref(door), decision.winner.because
    if decision.value == "locked":
        raise Refusal(say("{door} stays locked. {because}", door=named, because=because))
    raise Refusal(say("{door} stays unlocked. {because}", door=named, because=because))


def require_unlockable(site: Site, door: str) -> None:
    if site.doors[door].kind == "escape":
        raise Refusal(say("{door} is an escape door: only an emergency unlocks it.", door=Ref(door)))
