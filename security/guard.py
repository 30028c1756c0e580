"""The zoning guard: no way from public to internal space may open without a credential.

Any such way has a last public space and a first internal one, and only semi-public spaces between them. So the building falls
into clusters of semi-public spaces joined by doors, and each cluster can be judged alone: a room with its front and back door is
one, a meeting centre with its rooms another. That keeps a judgement as small as the rooms it concerns (docs/decisions/0004).
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from edge.claims import Claim
from edge.facts import DECISION, ONLINE, READING, START, Look
from edge.points import PointId
from edge.site import Site
from edge.text import Ref, Route, Text, say

PUBLIC, INTERNAL = "public", "internal"


@dataclass(frozen=True, slots=True)
class Passage:
    """One direction of a door. lock: the point whose `unlocked` opens it; None when nothing of ours does."""

    door: str
    start: str
    end: str
    lock: PointId | None
    always: bool


_Steps = dict[str, Passage | None]
"""Spaces, each with the passage by which it was reached; None for where the search began."""


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where one gets from public space through what is open, and from where one gets to internal space."""

    from_public: _Steps
    to_internal: _Steps

    def completed_by(self, passages: Iterable[Passage]) -> Passage | None:
        return next((p for p in passages if p.start in self.from_public and p.end in self.to_internal and not p.always), None)

    def around(self, door: Passage) -> tuple[list[Passage], list[Passage]]:
        """The steps from public space to the passage, last first, and those from it to internal space."""
        before: list[Passage] = []
        while (step := self.from_public[before[-1].start if before else door.start]) is not None:
            before.append(step)
        after: list[Passage] = []
        while (step := self.to_internal[after[-1].end if after else door.end]) is not None:
            after.append(step)
        return before, after


class _Cluster:
    """The passages of one cluster, by where they start and where they end."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.out: dict[str, list[Passage]] = {}
        self.into: dict[str, list[Passage]] = {}
        self.of_door: dict[str, list[Passage]] = {}
        for passage in passages:
            self.out.setdefault(passage.start, []).append(passage)
            self.into.setdefault(passage.end, []).append(passage)
            self.of_door.setdefault(passage.door, []).append(passage)


class ZoningGuard:
    """Judges which unlocks may come true together, from the doors' wanted and real states.

    cold_start: how long after a start it waits for doors to report, so that a restart locks nobody out for a moment.
    """

    def __init__(self, site: Site, cold_start: timedelta = timedelta(0)) -> None:
        self._site = site
        self._cold_start = cold_start
        clusters = _clusters(site)
        passages: dict[str, list[Passage]] = {}
        for door, cluster in clusters.items():
            passages.setdefault(cluster, []).extend(_passages_of(site, door))
        self._clusters = {name: _Cluster(found) for name, found in passages.items()}
        self.cluster_of = {
            PointId(device, "lock"): cluster for door, cluster in clusters.items() if (device := site.device_at(door)) is not None
        }

    def judge(self, look: Look, cluster: str, wishes: Mapping[PointId, Sequence[Claim]]) -> Mapping[PointId, Text] | None:
        """Grants unlocks one by one, the most urgent first; refuses each that would complete a way (D2)."""
        plan = self._clusters[cluster]
        if self._some_unknown(look, plan) and (start := look(START())) is not None and not look.lasted(start.at, self._cold_start):
            return None
        opened = {door: why for door, (way, *_) in plan.of_door.items() if (why := self._open_because(look, way)) is not None}
        reach = self._reach(plan, opened)
        refusals: dict[PointId, Text] = {}
        for point in self._in_order(look, wishes):
            door = self._site.devices[point.device].door or ""
            others, completing = reach, reach.completed_by(plan.of_door[door])
            if completing is not None and door in opened:
                # That it stands open itself proves nothing: it would be locked, granted and refused again without end.
                others = self._reach(plan, {other: why for other, why in opened.items() if other != door})
                completing = others.completed_by(plan.of_door[door])
            if completing is not None:
                refusals[point] = self._refusal(completing, others, opened)
                continue
            opened.setdefault(door, say("{door} is to be unlocked too", door=Ref(door)))
            for passage in plan.of_door[door]:
                if passage.start in reach.from_public:
                    self._spread(plan, opened, reach.from_public, (passage.end,), onward=True, by=passage)
                if passage.end in reach.to_internal:
                    self._spread(plan, opened, reach.to_internal, (passage.start,), onward=False, by=passage)
        return refusals

    def _some_unknown(self, look: Look, plan: _Cluster) -> bool:
        return any(way.lock is not None and not _has_reported(look, way.lock) for way, *_ in plan.of_door.values())

    def _reach(self, plan: _Cluster, opened: Mapping[str, Text]) -> _Reach:
        reach = _Reach({}, {})
        publics = (space for space in plan.out if self._site.zone_of(space) == PUBLIC)
        internals = (space for space in plan.into if self._site.zone_of(space) == INTERNAL)
        self._spread(plan, opened, reach.from_public, publics, onward=True)
        self._spread(plan, opened, reach.to_internal, internals, onward=False)
        return reach

    def _in_order(self, look: Look, wishes: Mapping[PointId, Sequence[Claim]]) -> list[PointId]:
        """Points that someone wants unlocked: by priority, then those already unlocked, then by name."""

        def rank(point: PointId) -> tuple[int, bool, PointId]:
            known = look(DECISION(*point))
            return (wishes[point][0].priority, known is None or known.value != "unlocked", point)

        return sorted((p for p, claims in wishes.items() if claims and claims[0].value == "unlocked"), key=rank)

    def _open_because(self, look: Look, passage: Passage) -> Text | None:
        """Why the door of this passage lets people through at present whatever is wanted of it; None if it does not."""
        door = Ref(passage.door)
        if passage.lock is None:
            return None
        device = passage.lock.device
        lock, contact, online = look(READING(device, "lock")), look(READING(device, "contact")), look(ONLINE(device))
        if lock is None or not _has_reported(look, passage.lock):
            return say("{door} has not reported yet", door=door)
        if online is False and self._site.doors[passage.door].fail == "unlocked":
            return say("{door} has lost its controller and falls open", door=door)
        if lock.value == "unlocked":
            return say("{door} is unlocked", door=door)
        if contact is not None and contact.value == "open" and look.lasted(contact.since, self._site.doors[passage.door].held_open):
            return say("{door} is held open", door=door)
        return None

    def _spread(
        self,
        plan: _Cluster,
        opened: Mapping[str, Text],
        reached: _Steps,
        starts: Iterable[str],
        *,
        onward: bool,
        by: Passage | None = None,
    ) -> None:
        """Add the spaces reached from the starts through open passages (onward), or from which the starts are reached. Public and
        internal spaces are ends: a way goes through semi-public ones only. by: the passage that leads to the starts."""
        waiting = deque(start for start in starts if start not in reached)
        reached.update(dict.fromkeys(waiting, by))
        while waiting:
            space = waiting.popleft()
            if self._site.zone_of(space) != "semi-public" and reached[space] is not None:
                continue
            for passage in (plan.out if onward else plan.into).get(space, ()):
                there = passage.end if onward else passage.start
                if there not in reached and (passage.always or passage.door in opened):
                    reached[there] = passage
                    waiting.append(there)

    def _refusal(self, door: Passage, reach: _Reach, opened: Mapping[str, Text]) -> Text:
        before, after = reach.around(door)
        way = _direct((*reversed(before), door, *after))
        route = Route((way[0].start, *(passage.end for passage in way)))
        culprit = next((p for p in (*after, *before) if p in way), None)
        if culprit is None:
            return say("It would open a way from public to internal space: {route}", route=route)
        always = say("{door} is always open from this side", door=Ref(culprit.door))
        cause = always if culprit.always else opened[culprit.door]
        return say("It would open a way from public to internal space: {route}, because {cause}", route=route, cause=cause)


def _direct(way: Iterable[Passage]) -> list[Passage]:
    """The same way without the rounds it makes."""
    direct: list[Passage] = []
    for passage in way:
        been = next((n for n, step in enumerate(direct) if step.start == passage.end), None)
        direct = [*direct, passage] if been is None else direct[:been]
    return direct


def _has_reported(look: Look, lock: PointId) -> bool:
    """Since the start; for a door that lost its controller the last report is all there will be."""
    reading = look(READING(*lock))
    return reading is not None and (reading.good or look(ONLINE(lock.device)) is False)


def _passages_of(site: Site, door_id: str) -> Iterable[Passage]:
    door = site.doors[door_id]
    device = site.device_at(door_id)
    lock = PointId(device, "lock") if device is not None else None
    opening = door.kind == "opening"
    yield Passage(door_id, door.from_, door.to, lock, opening)
    yield Passage(door_id, door.to, door.from_, lock, opening or door.back == "free")


def _clusters(site: Site) -> dict[str, str]:
    """The cluster of each door that touches a semi-public space or joins public with internal; others cannot matter."""
    parent: dict[str, str] = {}

    def root(space: str) -> str:
        while (above := parent.setdefault(space, space)) != space:
            space = above
        return space

    semi = {door_id: [s for s in (d.from_, d.to) if site.zone_of(s) == "semi-public"] for door_id, d in site.doors.items()}
    for spaces in semi.values():
        if len(spaces) == 2:
            parent[root(spaces[0])] = root(spaces[1])
    clusters = {door_id: root(spaces[0]) for door_id, spaces in semi.items() if spaces}
    for door_id, door in site.doors.items():
        if {site.zone_of(door.from_), site.zone_of(door.to)} == {PUBLIC, INTERNAL}:
            clusters[door_id] = f"door {door_id}"
    return clusters
