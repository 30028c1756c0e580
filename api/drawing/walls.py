"""Puts each door on the wall between its two spaces, or on the wall of one with a line to the other."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import dist
from typing import Final

from api.drawing.geometry import Box, Facing, facing, way_out
from edge.site.fields import OUTSIDE
from edge.site.model import Site

DOOR: Final = 26.0
"""How much of a wall a door takes."""
_THICK: Final = 16.0
"""Spaces no further apart have a wall between them, not a way."""
_PARTS: Final = (0.5, 0.3, 0.7, 0.15, 0.85)
"""Where on a wall a door with a line may be."""
_SIDES: Final = ((0, -1), (1, 0), (0, 1), (-1, 0))
_APART: Final = 60.0
"""Doors so far from one another do not crowd."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PlacedDoor:
    """at: its middle, on a wall. ahead: one step in the direction that its lock guards, along one axis.

    line: from its middle to the edge of the space that it does not touch; none where it touches both.
    """

    at: Point
    ahead: tuple[int, int]
    line: tuple[Point, Point] | None = None

    def along(self, steps: float, aside: float = 0) -> Point:
        """The point so far ahead (behind if negative), and so far to the right of somebody who walks ahead."""
        (x, y), (dx, dy) = self.at, self.ahead
        return x + dx * steps - dy * aside, y + dy * steps + dx * aside


def placed_doors(site: Site, spaces: Mapping[str, Box], building: Box) -> dict[str, PlacedDoor]:
    together: dict[tuple[str, ...], list[str]] = defaultdict(list)
    here = {OUTSIDE, *spaces}
    onward = [name for name, door in site.doors.items() if not {door.from_, door.to} <= here]
    for name, door in site.doors.items():
        if name not in onward:
            together[tuple(sorted({door.from_, door.to}))].append(name)
    placed: dict[str, PlacedDoor] = {}
    crooked: list[str] = []
    for pair, doors in together.items():
        way = _way(pair, spaces, building)
        if way is None:
            crooked += doors
        else:
            placed.update(_along_the_wall(site, doors, pair, way))
    for name in crooked:
        placed[name] = _crooked(site, name, spaces, building, [door.at for door in placed.values()])
    for name in onward:
        placed[name] = _to_another_storey(site, name, spaces, building, [door.at for door in placed.values()])
    return {name: placed[name] for name in site.doors}


def _way(pair: tuple[str, ...], spaces: Mapping[str, Box], building: Box) -> Facing | None:
    """The straight way from the first of a pair to the second."""
    if len(pair) == 1:
        return None
    others = [box for name, box in spaces.items() if name not in pair]
    a, b = pair
    if OUTSIDE not in pair:
        return facing(spaces[a], spaces[b], others, DOOR)
    closest = way_out(spaces[b if a == OUTSIDE else a], building, others, DOOR)
    return closest.reversed() if closest is not None and a == OUTSIDE else closest


def _along_the_wall(site: Site, doors: list[str], pair: tuple[str, ...], way: Facing) -> Iterator[tuple[str, PlacedDoor]]:
    for place, name in enumerate(doors):
        aside = way.span[0] + way.length / len(doors) * (place + 0.5)
        door = site.doors[name]
        yield name, _on_wall(way if door.from_ == pair[0] else way.reversed(), aside, outward=door.to == OUTSIDE)


def _on_wall(way: Facing, aside: float, *, outward: bool) -> PlacedDoor:
    """On the wall of the space that the door guards; of the other one, where that is the outside."""
    ahead = (way.ahead, 0) if way.upright else (0, way.ahead)

    def point(depth: float) -> Point:
        return (depth, aside) if way.upright else (aside, depth)

    if way.gap <= _THICK:
        return PlacedDoor(point((way.near + way.far) / 2), ahead)
    on, off = (way.near, way.far) if outward else (way.far, way.near)
    return PlacedDoor(point(on), ahead, (point(on), point(off)))


def _crooked(site: Site, name: str, spaces: Mapping[str, Box], building: Box, taken: list[Point]) -> PlacedDoor:
    """A door whose spaces do not see each other: on the wall that looks towards the other space, with a line across the plan."""
    door = site.doors[name]
    inside, other = (door.from_, door.to) if door.to == OUTSIDE else (door.to, door.from_)
    box = spaces[inside]
    goal = _nearest_outside(box, building) if other == OUTSIDE else _facing_side(spaces[other], box)
    side = _towards(box, goal)
    at = max(
        (_on_side(box, side, part) for part in _PARTS), key=lambda point: min((dist(point, each) for each in taken), default=0)
    )
    return PlacedDoor(at, side if door.to == OUTSIDE else (-side[0], -side[1]), (at, goal))


def _to_another_storey(site: Site, name: str, spaces: Mapping[str, Box], building: Box, taken: list[Point]) -> PlacedDoor:
    """Away from other doors, on an outer wall if there is room: what is behind it is not on this storey."""
    door = site.doors[name]
    box = spaces[door.from_ if door.from_ in spaces else door.to]

    def fitness(place: tuple[tuple[int, int], Point]) -> tuple[float, bool, float]:
        (dx, dy), (x, y) = place
        outer = not building.x + 1 < x + dx < building.right - 1 or not building.y + 1 < y + dy < building.bottom - 1
        nearest = min((dist((x, y), each) for each in taken), default=_APART)
        return min(nearest, _APART), outer, nearest

    side, at = max(((side, _on_side(box, side, part)) for side in _SIDES for part in _PARTS), key=fitness)
    return PlacedDoor(at, side if door.from_ in spaces else (-side[0], -side[1]))


def _facing_side(box: Box, other: Box) -> Point:
    return _on_side(box, _towards(box, _middle(other)), 0.5)


def _middle(box: Box) -> Point:
    return box.x + box.width / 2, box.y + box.height / 2


def _nearest_outside(box: Box, building: Box) -> Point:
    x, y = _middle(box)
    goals = [(building.x, y), (x, building.y), (building.right, y), (x, building.bottom)]
    return min(goals, key=lambda goal: abs(goal[0] - x) + abs(goal[1] - y))


def _towards(box: Box, goal: Point) -> tuple[int, int]:
    x, y = _middle(box)
    dx, dy = (goal[0] - x) / box.width, (goal[1] - y) / box.height
    if abs(dx) > abs(dy):
        return (1 if dx > 0 else -1), 0
    return 0, (1 if dy > 0 else -1)


def _on_side(box: Box, side: tuple[int, int], part: float) -> Point:
    dx, dy = side
    x, y = _middle(box)
    if dx:
        return x + dx * box.width / 2, box.y + box.height * part
    return box.x + box.width * part, y + dy * box.height / 2
