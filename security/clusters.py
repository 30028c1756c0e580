"""What the zoning guard judges together, and the ways through it.

Any forbidden way has a last public space and a first internal one, and only semi-public spaces between them. So the building falls
into clusters of semi-public spaces joined by doors: a room with its front and back door is one, a meeting centre with its rooms
another. Doors of one interlock are judged together too, wherever they are (docs/decisions/0004).
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from edge.site import Site

PUBLIC, SEMI_PUBLIC, INTERNAL = "public", "semi-public", "internal"


@dataclass(frozen=True, slots=True)
class Passage:
    """One direction of a door. always: nobody needs to unlock it."""

    door: str
    start: str
    end: str
    always: bool


@dataclass(frozen=True, slots=True)
class Crossing:
    """A forbidden way over one passage. before: the steps from public space to it, last first; after: those to internal space."""

    before: list[Passage]
    passage: Passage
    after: list[Passage]

    @property
    def way(self) -> list[Passage]:
        """The steps in walking order, without the rounds they make."""
        direct: dict[str, Passage] = {}
        for passage in (*reversed(self.before), self.passage, *self.after):
            direct[passage.start] = passage
            while passage.end in direct:
                direct.popitem()
        return list(direct.values())


class Cluster:
    """Doors that are judged together. controlled: those with a controller, of which something is known."""

    def __init__(self, site: Site, doors: Iterable[str]) -> None:
        self.controlled: list[str] = []
        self.out: dict[str, list[Passage]] = {}
        self.into: dict[str, list[Passage]] = {}
        self.of_door: dict[str, list[Passage]] = {}
        for door in doors:
            if door in site.controllers:
                self.controlled.append(door)
            for passage in _passages_of(site, door) if _can_matter(site, door) else ():
                self.out.setdefault(passage.start, []).append(passage)
                self.into.setdefault(passage.end, []).append(passage)
                self.of_door.setdefault(door, []).append(passage)
        self.zone = {space: site.zone_of(space) for space in (*self.out, *self.into)}


_Steps = dict[str, Passage | None]
"""Spaces, each with the passage by which it was reached; None for where the search began."""


class Reach:
    """Where one gets from public space through what is open, and from where one gets to internal space."""

    def __init__(self, cluster: Cluster, opened: Iterable[str]) -> None:
        self._cluster = cluster
        self._opened = set(opened)
        self._from_public: _Steps = {}
        self._to_internal: _Steps = {}
        self._spread(self._from_public, (s for s in cluster.out if cluster.zone[s] == PUBLIC), None, onward=True)
        self._spread(self._to_internal, (s for s in cluster.into if cluster.zone[s] == INTERNAL), None, onward=False)

    def open(self, door: str) -> None:
        self._opened.add(door)
        for passage in self._cluster.of_door.get(door, ()):
            if self._leads_on(self._from_public, passage.start):
                self._spread(self._from_public, (passage.end,), passage, onward=True)
            if self._leads_on(self._to_internal, passage.end):
                self._spread(self._to_internal, (passage.start,), passage, onward=False)

    def crossing(self, door: str) -> Crossing | None:
        """The forbidden way that this door completes, or would. That it stands open itself proves nothing, else it would be
        locked, granted and refused again without end."""
        for passage in self._cluster.of_door.get(door, ()):
            if passage.always or not self._between(passage):
                continue
            before = self._steps(passage.start, door, onward=True)
            after = self._steps(passage.end, door, onward=False)
            if before is not None and after is not None:
                return Crossing(before, passage, after)
        return None

    def _between(self, passage: Passage) -> bool:
        reached = passage.start in self._from_public and passage.end in self._to_internal
        return reached and self._cluster.zone[passage.start] != INTERNAL and self._cluster.zone[passage.end] != PUBLIC

    def _spread(self, reached: _Steps, starts: Iterable[str], by: Passage | None, *, onward: bool) -> None:
        """Add the spaces reached from the starts through open passages (onward), or from which the starts are reached. by: the
        passage that leads to the starts."""
        waiting = deque(start for start in starts if start not in reached)
        reached.update(dict.fromkeys(waiting, by))
        while waiting:
            space = waiting.popleft()
            if not self._leads_on(reached, space):
                continue
            for passage in (self._cluster.out if onward else self._cluster.into).get(space, ()):
                there = passage.end if onward else passage.start
                if there not in reached and (passage.always or passage.door in self._opened):
                    reached[there] = passage
                    waiting.append(there)

    def _leads_on(self, reached: _Steps, space: str) -> bool:
        """Public and internal spaces that were reached are ends: a way goes through semi-public ones only."""
        return space in reached and (self._cluster.zone[space] == SEMI_PUBLIC or reached[space] is None)

    def _steps(self, space: str, but: str, *, onward: bool) -> list[Passage] | None:
        """The steps between public space (onward; else internal) and a space without unlocking one door, nearest first."""
        steps: list[Passage] = []
        reached, here = (self._from_public if onward else self._to_internal), space
        while (step := reached[here]) is not None:
            steps.append(step)
            here = step.start if onward else step.end
        if any(step.door == but and not step.always for step in steps):
            return self._search(space, but, onward=onward)
        return steps

    def _search(self, space: str, but: str, *, onward: bool) -> list[Passage] | None:
        came: _Steps = {space: None}
        waiting = deque([space])
        while waiting:
            here = waiting.popleft()
            for passage in (self._cluster.into if onward else self._cluster.out).get(here, ()):
                there = passage.start if onward else passage.end
                if there in came or not (passage.always or (passage.door in self._opened and passage.door != but)):
                    continue
                came[there] = passage
                if self._cluster.zone[there] == (PUBLIC if onward else INTERNAL):
                    return _unwound(came, there, onward=onward)
                if self._cluster.zone[there] == SEMI_PUBLIC:
                    waiting.append(there)
        return None


def _unwound(came: Mapping[str, Passage | None], there: str, *, onward: bool) -> list[Passage]:
    steps: list[Passage] = []
    while (step := came[there]) is not None:
        steps.append(step)
        there = step.end if onward else step.start
    return steps[::-1]


def _passages_of(site: Site, door_id: str) -> Iterable[Passage]:
    """An exit button asks for no credential: whoever is on that side can pass, as with a handle."""
    door = site.doors[door_id]
    opening = door.kind == "opening"
    yield Passage(door_id, door.from_, door.to, opening)
    yield Passage(door_id, door.to, door.from_, opening or door.back in ("free", "button"))


def _can_matter(site: Site, door_id: str) -> bool:
    """Whether a door touches a semi-public space or joins public with internal; others are on no forbidden way."""
    zones = {site.zone_of(site.doors[door_id].from_), site.zone_of(site.doors[door_id].to)}
    return SEMI_PUBLIC in zones or zones == {PUBLIC, INTERNAL}


def clusters_of(site: Site) -> dict[str, list[str]]:
    """Doors by cluster, without those that can neither be on a forbidden way nor belong to an interlock."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while (above := parent.setdefault(node, node)) != node:
            node = above
        return node

    for name, door in site.doors.items():
        spaces = [f"space {space}" for space in (door.from_, door.to) if site.zone_of(space) == SEMI_PUBLIC]
        for joined in (*spaces, *(f"door {other}" for other in site.interlocks.get(name, ()))):
            parent[root(f"door {name}")] = root(joined)
    clusters: dict[str, list[str]] = {}
    for name in site.doors:
        if _can_matter(site, name) or name in site.interlocks:
            clusters.setdefault(root(f"door {name}"), []).append(name)
    return clusters
