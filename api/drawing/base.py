"""A storey as a picture that marks are laid on, such as alarms and open doors, and where on it everything is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from api.drawing.geometry import Box
from api.drawing.layout import Plan, plan
from api.drawing.lettering import fitted
from api.drawing.markup import element, number
from api.drawing.parts import is_hall, lettered, rect, way_of
from api.drawing.symbols import definitions, used
from api.drawing.walls import PlacedDoor
from edge.language import Renderer, readable
from edge.site import Site
from edge.site.model import DoorKind

_MARGIN: Final = 18.0
"""How much of the outside is seen around the building: a door in its wall has room, and a mark on that."""
_LETTERS: Final = 11.5 / 520
"""Size of letters for each unit of the picture's width: 11.5 px where the whole picture is 520 px wide."""
_HALL: Final = 1.25
_LARGEST: Final = 26.0
_PADDING: Final = 6.0
_LEAF: Final = 6.0
_KINDS: Final[tuple[DoorKind, ...]] = ("swing", "sliding", "opening", "escape")


@dataclass(frozen=True, slots=True)
class DoorAt:
    """The middle of a door, and the unit vector in which it leads."""

    x: float
    y: float
    dx: float
    dy: float


@dataclass(frozen=True, slots=True)
class Base:
    """One storey as a picture, and where on it everything is, in the picture's own units.

    svg: a whole SVG file that runs nothing and fetches nothing. view_box: x, y, width and height of what it shows.
    """

    storey: str
    svg: str
    view_box: tuple[float, float, float, float]
    spaces: Mapping[str, Box]
    doors: Mapping[str, DoorAt]


def bases(site: Site, renderer: Renderer) -> tuple[Base, ...]:
    """One for each storey, the lowest first; none for a site without spaces."""
    return (_base(site, "1", renderer),) if site.spaces else ()


def _base(site: Site, storey: str, renderer: Renderer) -> Base:
    placed = plan(site)
    seen = Box(
        placed.building.x - _MARGIN,
        placed.building.y - _MARGIN,
        placed.building.width + 2 * _MARGIN,
        placed.building.height + 2 * _MARGIN,
    )
    doors = {name: DoorAt(*door.at, *door.ahead) for name, door in placed.doors.items()}
    view_box = (seen.x, seen.y, seen.width, seen.height)
    return Base(storey, _drawn(site, placed, renderer, seen), view_box, placed.spaces, doors)


def _drawn(site: Site, placed: Plan, renderer: Renderer, seen: Box) -> str:
    return (
        element(
            "svg",
            f"<style>\n{_style()}</style>",
            definitions(_KINDS),
            *(rect(passage, "passage") for passage in placed.passages),
            *(_space(site, name, placed, renderer) for name in placed.spaces),
            *_walls(placed),
            *(_door(site, name, door) for name, door in placed.doors.items()),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=" ".join(number(side) for side in (seen.x, seen.y, seen.width, seen.height)),
            width=seen.width,
            height=seen.height,
            lang=renderer.language,
        )
        + "\n"
    )


@cache
def _style() -> str:
    return Path(__file__).with_name("base.css").read_text(encoding="utf-8")


def _walls(placed: Plan) -> Iterator[str]:
    if not placed.measured:  # a measured building may have any outline
        yield rect(placed.building, "house")


def _space(site: Site, name: str, placed: Plan, renderer: Renderer) -> str:
    space, box = site.spaces[name], placed.spaces[name]
    own = space.name.in_language(renderer.language) if space.name else None
    free = _beside_doors(box, placed)
    largest = min(placed.building.width * _LETTERS, _LARGEST) * (_HALL if is_hall(box) else 1)
    lettering = fitted(own or readable(name), free.width, free.height, largest)
    return element(
        "g",
        rect(box, "room"),
        *lettered(lettering, free.x + free.width / 2, free.y + free.height / 2, "name"),
        id=f"space-{name}",
        class_=f"space {space.zone}",
    )


def _beside_doors(box: Box, placed: Plan) -> Box:
    """What of a room the doors in its walls leave free for its name."""
    at = [door.at for door in placed.doors.values()]
    left = any(abs(x - box.x) < 1 and box.y <= y <= box.bottom for x, y in at)
    right = any(abs(x - box.right) < 1 and box.y <= y <= box.bottom for x, y in at)
    top = any(abs(y - box.y) < 1 and box.x <= x <= box.right for x, y in at)
    bottom = any(abs(y - box.bottom) < 1 and box.x <= x <= box.right for x, y in at)
    across, down = (_PADDING + _LEAF * max(left, right)), (1 + _LEAF * max(top, bottom))
    return Box(box.x + across, box.y + down, box.width - 2 * across, box.height - 2 * down)


def _door(site: Site, name: str, door: PlacedDoor) -> str:
    return element("g", *way_of(door), used(site.doors[name].kind, door.at, door.ahead), id=f"door-{name}")
