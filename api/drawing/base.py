"""A storey as a picture that marks are laid on, such as alarms and open doors, and where on it everything is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from api.drawing.geometry import Box
from api.drawing.layout import Plan, plan
from api.drawing.lettering import fitted
from api.drawing.markup import element, number
from api.drawing.own import ahead, box_of, middle
from api.drawing.parts import is_hall, lettered, rect, way_of
from api.drawing.storeys import Storey, storeys
from api.drawing.symbols import definitions, used
from api.drawing.text import storey_name
from api.drawing.walls import PlacedDoor
from edge.language import Renderer, readable
from edge.site import Site
from edge.site.model import DoorKind
from edge.site.plans.drawing import Drawing

_MARGIN: Final = 18.0
"""How much of the outside is seen around the building: a door in its wall has room, and a mark on that."""
_LEAST: Final = (480.0, 320.0)
"""A storey of few rooms is drawn no larger for that."""
_LETTERS: Final = 11.5 / 520
"""Size of letters for each unit of the picture's width: 11.5 px where the whole picture is 520 px wide."""
_HALL: Final = 1.25
_SIZES: Final = (17.0, 26.0)
_PADDING: Final = 6.0
_LEAF: Final = 6.0
_ONWARD: Final = (64.0, 20.0)
"""What the name of another storey takes of a room: from the side, and from above or below."""
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
    """One for each storey, the lowest first: the customer's own drawing, or one of ours."""
    return bases_in(site, (renderer,))[0]


def bases_in(site: Site, renderers: Iterable[Renderer]) -> list[tuple[Base, ...]]:
    """The same in several languages: what takes long is done once for all of them."""
    parts = [(storey, site.drawings.get(storey.name) or plan(storey.site)) for storey in storeys(site)]
    return [
        tuple(
            _drawn_by_hand(storey, part) if isinstance(part, Drawing) else _base(storey, part, renderer) for storey, part in parts
        )
        for renderer in renderers
    ]


def _drawn_by_hand(storey: Storey, drawing: Drawing) -> Base:
    doors = {name: DoorAt(*middle(box_of(box)), *ahead(storey.site, drawing, name)) for name, box in drawing.doors.items()}
    spaces = {name: box_of(box) for name, box in drawing.spaces.items()}
    return Base(storey.name, drawing.svg, drawing.view_box, spaces, doors)


def _base(storey: Storey, placed: Plan, renderer: Renderer) -> Base:
    building = placed.building
    width, height = max(building.width, _LEAST[0]) + 2 * _MARGIN, max(building.height, _LEAST[1]) + 2 * _MARGIN
    seen = Box(building.x + (building.width - width) / 2, building.y + (building.height - height) / 2, width, height)
    doors = {name: DoorAt(*door.at, *door.ahead) for name, door in placed.doors.items()}
    svg = _drawn(storey, placed, renderer, seen)
    return Base(storey.name, svg, (seen.x, seen.y, seen.width, seen.height), placed.spaces, doors)


def _drawn(storey: Storey, placed: Plan, renderer: Renderer, seen: Box) -> str:
    return (
        element(
            "svg",
            f"<style>\n{_style()}</style>",
            definitions(_KINDS),
            *(rect(box, "house") for box in (*placed.spaces.values(), *placed.passages)),
            *(rect(passage, "passage") for passage in placed.passages),
            *(_space(storey, name, placed, renderer) for name in placed.spaces),
            *(_door(storey, name, placed, renderer) for name in placed.doors),
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


def _space(storey: Storey, name: str, placed: Plan, renderer: Renderer) -> str:
    space, box = storey.site.spaces[name], placed.spaces[name]
    own = space.name.in_language(renderer.language) if space.name else None
    free = _free_of_doors(storey, box, placed)
    largest = min(max(placed.building.width * _LETTERS, _SIZES[0]), _SIZES[1]) * (_HALL if is_hall(box) else 1)
    lettering = fitted(own or readable(name), free.width, free.height, largest)
    return element(
        "g",
        rect(box, "room"),
        *lettered(lettering, free.x + free.width / 2, free.y + free.height / 2, "name"),
        id=f"space-{name}",
        class_=f"space {space.zone}",
    )


def _free_of_doors(storey: Storey, box: Box, placed: Plan) -> Box:
    """What of a room its doors leave free for its name, the same on opposite sides so that the name stands in the middle."""
    across, down = 0.0, 0.0
    for name, door in placed.doors.items():
        side = _side(box, door)
        if side == "upright":
            beside = name in storey.onward and abs(door.at[1] - box.y - box.height / 2) < _ONWARD[1]
            across = max(across, _ONWARD[0] if beside else _LEAF)
        elif side == "level":
            down = max(down, _ONWARD[1] if name in storey.onward else _LEAF)
    return Box(box.x + _PADDING + across, box.y + 1 + down, box.width - 2 * (_PADDING + across), box.height - 2 * (1 + down))


def _side(box: Box, door: PlacedDoor) -> str | None:
    """In which walls of a room a door is: those that stand upright on the plan or those that lie level, if in any."""
    x, y = door.at
    if min(abs(x - box.x), abs(x - box.right)) < 1 and box.y <= y <= box.bottom:
        return "upright"
    return "level" if min(abs(y - box.y), abs(y - box.bottom)) < 1 and box.x <= x <= box.right else None


def _door(storey: Storey, name: str, placed: Plan, renderer: Renderer) -> str:
    door, section = placed.doors[name], storey.site.doors[name]
    return element(
        "g",
        *way_of(door),
        used(section.kind, door.at, door.ahead),
        *_onward(storey, name, door, renderer),
        id=f"door-{name}",
        class_=storey.site.spaces[section.from_ if section.from_ in placed.spaces else section.to].zone,
    )


def _onward(storey: Storey, name: str, door: PlacedDoor, renderer: Renderer) -> Iterator[str]:
    """Where stairs or a lift lead, in the room before them."""
    if name in storey.onward:
        into = -1 if storey.site.doors[name].from_ in storey.site.spaces else 1
        words = renderer.text(storey_name(storey.onward[name]))
        lettering = fitted(words, _ONWARD[0] - 12, _ONWARD[1] - 6, 13)
        yield from lettered(lettering, *door.along(into * (36 if door.ahead[0] else 14)), "onward")
