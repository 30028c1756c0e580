"""The zoning guard: no way from public to internal space may open without a credential.

It looks at the doors as they are (`security.truth`), not as they should be, and judges each cluster alone, which keeps a judgement
as small as the rooms it concerns (`security.clusters`). It refuses an unlock that
* would complete a way from public to internal space (D2), together with what is open or was granted before;
* would open a door while another of its interlock is open or was granted;
* has no known kind of cause (D3).

It never refuses fire or evacuation; what those open counts as open for the others. It cannot make a dead end: a refusal leaves a
door locked in the direction that its lock guards, as it is by default, and no output of ours is on an exit side. So there is
nothing of the kind to refuse.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from edge.claims import Claim, Priority
from edge.facts import DECISION, START, Look
from edge.points import PointId
from edge.site import Site
from edge.text import Ref, Route, Text, say
from security.clusters import Cluster, Crossing, Reach, clusters_of
from security.truth import DOOR, DoorState, DoorTruth

JUSTIFIED = frozenset(("booking", "scene", "hours", "release", "override", "fire", "evacuation"))
"""What may stand behind an unlock: the first word of a claim's cause."""
_STANDS_OPEN = (DoorState.OPENED_BY_HAND, DoorState.HELD_OPEN, DoorState.FORCED)


class ZoningGuard:
    """Judges which unlocks may come true together, from the doors' wanted and real states.

    cold_start: how long after a start it waits for doors to report, so that a restart locks nobody out for a moment.
    """

    def __init__(self, site: Site, cold_start: timedelta = timedelta(0)) -> None:
        self._site = site
        self._cold_start = cold_start
        clusters = clusters_of(site)
        self._clusters = {name: Cluster(site, doors) for name, doors in clusters.items()}
        self.cluster_of = {
            PointId(device, "lock"): name
            for name, doors in clusters.items()
            for door in doors
            if (device := site.device_at(door)) is not None
        }

    def judge(self, look: Look, cluster: str, wishes: Mapping[PointId, Sequence[Claim]]) -> Mapping[PointId, Text] | None:
        """Grants unlocks one by one, the most urgent first. Of two that exclude each other at most one is granted."""
        found = self._clusters[cluster]
        truths = {door: look(DOOR(door)) for door in found.controlled}
        wanted = self._in_order(look, wishes)
        emergency = any(_is_emergency(wishes[point][0]) for point in wanted)
        if not emergency and any(_is_unheard(truth) for truth in truths.values()) and self._has_just_started(look):
            return None
        passable = {door: why for door, truth in truths.items() if (why := _passable_because(door, truth)) is not None}
        standing = {door: truth.because for door, truth in truths.items() if truth is not None and truth.state in _STANDS_OPEN}
        judged = _Judgement(self._site, found, passable, standing)
        return {point: why for point in wanted if (why := judged.refuses(point, wishes[point][0])) is not None}

    def _has_just_started(self, look: Look) -> bool:
        start = look(START())
        return start is not None and not look.lasted(start.at, self._cold_start)

    def _in_order(self, look: Look, wishes: Mapping[PointId, Sequence[Claim]]) -> list[PointId]:
        """Points that someone wants unlocked: by priority, then those already unlocked, then by name."""

        def rank(point: PointId) -> tuple[int, bool, PointId]:
            known = look(DECISION(*point))
            return (wishes[point][0].priority, known is None or known.value != "unlocked", point)

        return sorted((p for p, claims in wishes.items() if claims and claims[0].value == "unlocked"), key=rank)


class _Judgement:
    """One judgement of a cluster; what it grants counts as open for those that are asked after."""

    def __init__(self, site: Site, cluster: Cluster, passable: dict[str, Text], standing: Mapping[str, Text]) -> None:
        self._site = site
        self._passable = passable
        self._open = {**standing, **passable}
        self._reach = Reach(cluster, passable)

    def refuses(self, point: PointId, wish: Claim) -> Text | None:
        door = self._site.devices[point.device].door or ""
        why = None if _is_emergency(wish) else self._unjustified(wish) or self._interlocked(door) or self._opens_way(door)
        if why is None:
            granted = say("{door} is to be unlocked too", door=Ref(door))
            self._passable.setdefault(door, granted)
            self._open.setdefault(door, granted)
            self._reach.open(door)
        return why

    def _unjustified(self, wish: Claim) -> Text | None:
        if wish.cause.partition(":")[0] in JUSTIFIED:
            return None
        return say("Nothing that may unlock a door stands behind it ({cause})", cause=wish.cause)

    def _interlocked(self, door: str) -> Text | None:
        other = next((other for other in self._site.interlocks.get(door, ()) if other in self._open), None)
        return None if other is None else say("Its interlock keeps it locked, because {cause}", cause=self._open[other])

    def _opens_way(self, door: str) -> Text | None:
        crossing = self._reach.crossing(door)
        return None if crossing is None else self._told(crossing)

    def _told(self, crossing: Crossing) -> Text:
        way = crossing.way
        route = Route((way[0].start, *(passage.end for passage in way)))
        culprit = next((p for p in (*crossing.after, *crossing.before) if p in way), None)
        if culprit is None:
            return say("It would open a way from public to internal space: {route}", route=route)
        always = say("{door} is always open from this side", door=Ref(culprit.door))
        cause = always if culprit.always else self._passable[culprit.door]
        return say("It would open a way from public to internal space: {route}, because {cause}", route=route, cause=cause)


def _is_emergency(wish: Claim) -> bool:
    return wish.priority <= Priority.EVACUATION


def _is_unheard(truth: DoorTruth | None) -> bool:
    """Not since the start; a door that is known to be lost will say nothing more, so nobody waits for it."""
    return truth is None or (truth.state is DoorState.UNKNOWN and truth.since is None)


def _passable_because(door: str, truth: DoorTruth | None) -> Text | None:
    if truth is None:
        return say("{door} has not reported yet", door=Ref(door))
    return truth.because if truth.passable else None
