"""What people are told of a door that is not as it should be: for as long as the zoning guard's decision is that it be locked.

    it says          because                                            and people are told
    unlocked         it does not obey; by hand, after its `dwell`       DOOR_NOT_FOLLOWING after 5 s (`security.supervision`)
    locked, open     opened while locked, and nobody asked to leave     DOOR_FORCED at once
    told to, open    the same, but no read-back: perhaps a card         DOOR_CONTRADICTS after `dwell` and 5 s
    locked, open     a handle, a request to leave, open before that     DOOR_OPEN_LONG, and DOOR_HELD_OPEN at `held_open`
    nothing          lost, or not heard since the start                 what was told before stays told

A leaf that stands open makes the word "locked" worth nothing, but it does so at every lawful passage too; therefore it is given
`held_open`. The zoning guard waits for none of this where force is seen.

Clearing: forced, when the door has been closed for `held_open` or is to be unlocked; the others, when it is closed or is to be
unlocked. None leaves the list unacknowledged, and one that comes back is the same alarm again (`security.alarms`).

A door out of service raises none of these: people work on it. Its cover stays watched, as does its life: to take a door out must
not be a way to open its controller unseen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from edge.claims import Condition, Decision
from edge.commands import Timing
from edge.conditions import DOOR_CONTRADICTS, DOOR_FORCED, DOOR_HELD_OPEN, DOOR_OPEN_LONG, UNLOCK_REFUSED
from edge.facts import ACTIVE, DECISION, Flight, Look
from edge.site import Site
from edge.text import Ref, say
from security.doors import opened_since, opened_while_locked
from security.truth import DOOR, DoorState, DoorTruth

_OF_A_LEAF = (DOOR_FORCED, DOOR_CONTRADICTS, DOOR_HELD_OPEN, DOOR_OPEN_LONG)


@dataclass(frozen=True, slots=True)
class DoorAlarms:
    """The conditions of the doors of one site that have a controller."""

    site: Site
    timing: Timing

    def conditions(self, look: Look, door: str) -> Iterable[Condition]:
        """A door that stands open while it should be locked, or whose unlocking the zoning guard refuses."""
        truth, decision = look(DOOR(door)), look(DECISION(self.site.controllers[door], "lock"))
        if truth is None or decision is None:
            return
        if truth.state is DoorState.UNKNOWN:
            yield from self._told_before(look, door)
        elif truth.state is not DoorState.OUT_OF_SERVICE and decision.value == "locked":
            yield from self._open(look, door, truth, decision)
        if decision.refused is not None and look.lasted(decision.refused_since or decision.since, self.timing.settle):
            yield Condition(UNLOCK_REFUSED, door, decision.refused)

    def _told_before(self, look: Look, door: str) -> Iterable[Condition]:
        for kind in _OF_A_LEAF:
            if (began := look(ACTIVE(kind, door))) is not None:
                yield Condition(kind, door, began.because)

    def _open(self, look: Look, door: str, truth: DoorTruth, decision: Decision) -> Iterable[Condition]:
        opened = opened_since(look, self.site, door)
        if truth.state is DoorState.FORCED:
            yield Condition(DOOR_FORCED, door, truth.because)
        elif opened is not None and self._unexplained(look, door, opened):
            told = say("{door} was told to lock, and has been open since {since}", door=Ref(door), since=opened)
            yield Condition(DOOR_CONTRADICTS, door, told)
        elif opened is not None:
            yield from self._held_open(look, door, opened, max(opened, decision.since))

    def _unexplained(self, look: Look, door: str, opened: datetime) -> bool:
        if self.site.senses(door, "read-back") or not opened_while_locked(look, self.site, door, opened):
            return False
        return look.lasted(opened, self.site.doors[door].dwell + self.timing.confirm_within)

    def _held_open(self, look: Look, door: str, opened: datetime, begin: datetime) -> Iterable[Condition]:
        """begin: since when it is both open and to be locked."""
        section = self.site.doors[door]
        if look.lasted(begin, section.held_open):
            yield Condition(DOOR_HELD_OPEN, door, say("{door} has been open since {since}", door=Ref(door), since=opened))
        elif section.held_open_warning and look.lasted(begin, section.held_open - section.held_open_warning):
            told = say(
                "{door} has been open since {since}; at {held} it counts as held open",
                door=Ref(door),
                since=opened,
                held=begin + section.held_open,
            )
            yield Condition(DOOR_OPEN_LONG, door, told)


def excuses(look: Look, site: Site, door: str, flight: Flight | None) -> bool:
    """Whether a lock that does not follow is not to be told: people work on the door, or a card lets one person through."""
    truth = look(DOOR(door))
    if truth is None or truth.state is DoorState.OUT_OF_SERVICE:
        return truth is not None
    by_hand = truth.state is DoorState.OPENED_BY_HAND and flight is not None and flight.value == "locked"
    return by_hand and truth.since is not None and not look.lasted(truth.since, site.doors[door].dwell)
