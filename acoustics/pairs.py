"""Who may overhear whom: the pairs of the site file, and those that doors, walls and distances of its plan suggest.

Masking works at the listener, so a pair has a direction: from where people talk to where somebody else may listen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from typing import Literal

from edge.site import Site
from edge.site.acoustics_settings import Acoustics, RoomAcoustics
from edge.site.fields import OUTSIDE
from edge.site.model import Space

NEXT_ROOM_DB, CORRIDOR_DB, OPEN_DOOR_DB = 44.0, 35.0, 10.0
"""Of service rooms as they are built: to the room beside, and through the door. An open door leaves about 10 dB of any wall."""
FARTHEST_M, NEAREST_M, UNKNOWN_M = 16.0, 2.0, 4.0
"""In an open space: beyond this nobody is counted as listening; nobody stands nearer; taken where the plan says nothing."""
_TOUCHING_M = 0.5

TALKED_IN = frozenset({"service-room", "safe-room", "remote-service-room", "meeting-room", "desk"})
_OPEN = frozenset({"desk", "waiting", "lobby", "self-service", "entrance"})

Basis = Literal["measured", "declared", "assumed"]


@dataclass(frozen=True, slots=True)
class Pair:
    """rating: dB with closed doors, None in one open space; distance_m: there. doors: with a leaf, between the two.

    basis: how well the insulation is known. open_way: an opening without a leaf joins the two.
    """

    talker: str
    listener: str
    rating: float | None
    distance_m: float | None = None
    decay_db: float = 7.0
    basis: Basis = "assumed"
    doors: tuple[str, ...] = ()
    open_way: bool = False

    @property
    def name(self) -> str:
        return f"{self.talker}>{self.listener}"


def pairs_of(site: Site, section: Acoustics) -> dict[str, Pair]:
    """By name; what the site file says goes before what the plan suggests."""
    written = {pair.name: pair for pair in _written(site, section)}
    suggested = {pair.name: pair for pair in _suggested(site)} if section.derive else {}
    return suggested | written


def room_of(section: Acoustics, space: str) -> RoomAcoustics:
    return section.spaces.get(space) or RoomAcoustics()


def spaces_a_door_away(site: Site, space: str) -> set[str]:
    sides = ({door.from_, door.to} for door in site.doors.values() if space in (door.from_, door.to))
    return set().union(*sides) - {space, OUTSIDE}


def _written(site: Site, section: Acoustics) -> Iterator[Pair]:
    for pair in section.pairs:
        doors, open_way = _between(site, pair.from_, pair.to)
        yield Pair(pair.from_, pair.to, pair.rating, pair.distance, pair.decay, pair.source, doors, open_way)


def _suggested(site: Site) -> Iterator[Pair]:
    for talker, space in site.spaces.items():
        for listener, other in site.spaces.items() if space.kind in TALKED_IN else ():
            if listener != talker and (pair := _suggestion(site, talker, space, listener, other)) is not None:
                yield pair


def _suggestion(site: Site, talker: str, space: Space, listener: str, other: Space) -> Pair | None:
    doors, open_way = _between(site, talker, listener)
    if doors or (open_way and space.kind != "desk"):
        return Pair(talker, listener, CORRIDOR_DB, doors=doors, open_way=open_way)
    if space.storey != other.storey:
        return None
    if space.kind == "desk":
        distance = _distance(space, other)
        near = open_way or (other.kind in _OPEN and distance is not None and distance <= FARTHEST_M)
        return Pair(talker, listener, None, max(NEAREST_M, distance or UNKNOWN_M)) if near else None
    return Pair(talker, listener, NEXT_ROOM_DB) if other.kind != "desk" and _touch(space, other) else None


def _between(site: Site, one: str, other: str) -> tuple[tuple[str, ...], bool]:
    joining = [(name, door) for name, door in site.doors.items() if {door.from_, door.to} == {one, other}]
    leaves = tuple(name for name, door in joining if door.kind != "opening")
    return leaves, len(leaves) < len(joining)


def _distance(talker: Space, listener: Space) -> float | None:
    """From the middle of the one to the nearest point of the other, in metres; to the middle of a desk."""
    if talker.area is None or listener.area is None:
        return None
    x, y = _middle(talker.area)
    left, top, width, height = listener.area
    if listener.kind == "desk":
        nearest = _middle(listener.area)
    else:
        nearest = min(max(x, left), left + width), min(max(y, top), top + height)
    return hypot(x - nearest[0], y - nearest[1])


def _middle(area: tuple[float, float, float, float]) -> tuple[float, float]:
    x, y, width, height = area
    return x + width / 2, y + height / 2


def _touch(one: Space, other: Space) -> bool:
    """Whether a wall may separate the two: their rectangles meet along a side, and not only in a corner."""
    if one.area is None or other.area is None:
        return False
    (x, y, width, height), (x2, y2, width2, height2) = one.area, other.area
    across = min(x + width, x2 + width2) - max(x, x2)
    along = min(y + height, y2 + height2) - max(y, y2)
    return min(across, along) >= -_TOUCHING_M and max(across, along) > _TOUCHING_M
