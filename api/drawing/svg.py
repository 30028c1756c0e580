"""The drawing as one SVG file: no scripts, nothing from elsewhere, the same bytes for the same site and language."""

from collections.abc import Iterator, Mapping
from functools import cache
from math import hypot
from pathlib import Path
from typing import Final

from api.drawing import text
from api.drawing.geometry import Box
from api.drawing.layout import Plan
from api.drawing.legend import legend
from api.drawing.lettering import fitted
from api.drawing.markup import element, number, words
from api.drawing.parts import is_hall, lettered, rect, way_of
from api.drawing.symbols import SIGN, WEDGE, definitions, used
from api.drawing.walls import PlacedDoor, Point
from edge.language import Renderer, readable
from edge.site import Site
from edge.site.fields import OUTSIDE

_PAGE: Final = 28.0
_HEADER: Final = 76.0
_LEAST_WIDTH: Final = 820.0
_AROUND: Final = 44.0
_AT_DOORS: Final = (132.0, 92.0)
"""How wide, and how high, the outside is drawn on a side with doors, for their names and signs."""
_BOW: Final = 44.0
_PADDING: Final = 5.0


def draw(site: Site, placed: Plan, renderer: Renderer, storey: str | None = None) -> str:
    """storey: which one of a building that has several."""
    heading = renderer.text(text.heading(placed))
    if storey is not None:
        heading = f"{renderer.text(text.storey_name(storey))} – {heading}"
    outside = _outside(placed)
    width = max(outside.width, _LEAST_WIDTH)
    to_page = (_PAGE + (width - outside.width) / 2 - outside.x, _HEADER + _PAGE - outside.y)
    key, key_height = legend(site, renderer, width)
    below = _HEADER + 2 * _PAGE + outside.height
    size = (width + 2 * _PAGE, below + key_height + _PAGE)
    return (
        element(
            "svg",
            words("title", f"{renderer.name(site.site.id)} – {heading}", id="plan-title"),
            words("desc", _described(site, renderer), id="plan-description"),
            f"<style>\n{_style()}</style>",
            definitions(),
            element("rect", class_="paper", width=size[0], height=size[1]),
            words("text", renderer.name(site.site.id), class_="title", x=_PAGE, y=_PAGE + 24),
            words("text", heading, class_="heading", x=_PAGE, y=_PAGE + 48),
            element("g", *_building(site, placed, renderer, outside), transform=_shifted(*to_page)),
            element("g", key, class_="legend", transform=_shifted(_PAGE, below)),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(size[0])} {number(size[1])}",
            width=size[0],
            height=size[1],
            role="img",
            aria_labelledby="plan-title plan-description",
            lang=renderer.language,
        )
        + "\n"
    )


@cache
def _style() -> str:
    return Path(__file__).with_name("plan.css").read_text(encoding="utf-8")


def _shifted(x: float, y: float) -> str:
    return f"translate({number(x)} {number(y)})"


def _described(site: Site, renderer: Renderer) -> str:
    """What a screen reader says: the figures, then every door."""
    doors = (" ".join(renderer.text(sentence) for sentence in text.of_door(site, name)) for name in site.doors)
    return "\n".join([renderer.text(text.of_plan(site)), *doors])


def _building(site: Site, placed: Plan, renderer: Renderer, outside: Box) -> Iterator[str]:
    yield rect(outside, "outside")
    yield words("text", renderer.name(OUTSIDE), class_="around", x=outside.x + 12, y=outside.y + 24)
    yield from (rect(passage, "passage") for passage in placed.passages)
    free = _free_of_signs(site, placed)
    for name, box in placed.spaces.items():
        yield _space(site, name, box, free[name], renderer)
    yield from _interlocks(site, placed)
    for name, door in placed.doors.items():
        yield _door(site, name, door, renderer)
    yield from _door_names(site, placed, renderer, outside)


# --- the outside ------------------------------------------------------------------------------------------------------


def _outside(placed: Plan) -> Box:
    building, with_doors = placed.building, {_side_of(placed, door) for door in placed.doors.values()}
    left, right = (_AT_DOORS[0] if side in with_doors else _AROUND for side in ("left", "right"))
    top, bottom = (_AT_DOORS[1] if side in with_doors else _AROUND for side in ("top", "bottom"))
    return Box(building.x - left, building.y - top, building.width + left + right, building.height + top + bottom)


def _end(door: PlacedDoor) -> Point:
    return door.line[1] if door.line else door.at


def _side_of(placed: Plan, door: PlacedDoor) -> str | None:
    """The side of the building that a door opens to, if any."""
    building, (x, y) = placed.building, _end(door)
    edges = {"left": x - building.x, "right": building.right - x, "top": y - building.y, "bottom": building.bottom - y}
    return next((side for side, distance in edges.items() if distance < 1), None)


def _door_names(site: Site, placed: Plan, renderer: Renderer, outside: Box) -> Iterator[str]:
    """The names that people gave to the doors of the house, outside beside them."""
    for name, door in placed.doors.items():
        side = _side_of(placed, door)
        if OUTSIDE not in (site.doors[name].from_, site.doors[name].to) or site.doors[name].name is None or side is None:
            continue
        x, y = _end(door)
        lettering = fitted(renderer.name(name), _AT_DOORS[0] - 16, 40, 13)
        middle = {
            "left": (outside.x + _AT_DOORS[0] / 2, y - 20 - lettering.height / 2),
            "right": (outside.right - _AT_DOORS[0] / 2, y - 20 - lettering.height / 2),
            "top": (x, outside.y + 8 + lettering.height / 2),
            "bottom": (x, outside.bottom - 8 - lettering.height / 2),
        }[side]
        yield element("g", *lettered(lettering, *middle, "door-name"))


# --- spaces -----------------------------------------------------------------------------------------------------------


def _space(site: Site, name: str, box: Box, free: Box, renderer: Renderer) -> str:
    space = site.spaces[name]
    own = space.name.in_language(renderer.language) if space.name else None
    count = [] if space.capacity is None else [str(space.capacity)]
    below = 14.0 if count and free.height > 30 else 0.0
    lettering = fitted(own or readable(name), free.width, free.height - below, 17.0 if is_hall(box) else 12.5)
    x, y = free.x + free.width / 2, free.y + free.height / 2
    return element(
        "g",
        words("title", own or readable(name)),
        rect(box, "room"),
        *lettered(lettering, x, y - below / 2, "name"),
        *(_capacity(each, x, y + lettering.height / 2 + 1) for each in count if below),
        id=f"space-{name}",
        class_=f"space {space.zone}",
        data_space=name,
    )


def _capacity(count: str, x: float, y: float) -> str:
    start = x - 8 - 3.5 * len(count)
    return used("persons", (start, y - 1)) + words("text", count, class_="count", x=start + 9, y=y + 3)


def _free_of_signs(site: Site, placed: Plan) -> dict[str, Box]:
    """By space, the part of its box that no sign of a door reaches into."""
    insets: dict[str, dict[tuple[int, int], float]] = {name: {} for name in placed.spaces}
    for name, door in placed.doors.items():
        behind, before = _signs(site, name)
        (dx, dy), section = door.ahead, site.doors[name]
        depths = ((section.from_, (dx, dy), len(behind) * SIGN + 9), (section.to, (-dx, -dy), WEDGE + len(before) * SIGN))
        for space, wall, depth in depths:
            if space in insets and (door.line is None or _touches(placed.spaces[space], door)):
                insets[space][wall] = max(insets[space].get(wall, 0), depth)
    return {name: _inset(box, insets[name]) for name, box in placed.spaces.items()}


def _touches(box: Box, door: PlacedDoor) -> bool:
    x, y = door.at
    return box.x - 1 <= x <= box.right + 1 and box.y - 1 <= y <= box.bottom + 1


def _inset(box: Box, by: Mapping[tuple[int, int], float]) -> Box:
    left, right, top, bottom = (by.get(wall, 0) + _PADDING for wall in ((-1, 0), (1, 0), (0, -1), (0, 1)))
    width, height = box.width - left - right, box.height - top - bottom
    if width < box.width / 4:
        left, width = _PADDING, box.width - 2 * _PADDING
    if height < 14:
        top, height = 2.0, box.height - 4
    return Box(box.x + left, box.y + top, width, height)


# --- doors ------------------------------------------------------------------------------------------------------------


def _signs(site: Site, name: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """The signs behind and before a door, nearest first; with each, whether it is turned with the door's direction."""
    door = site.doors[name]
    behind = [(sign, False) for sign in text.signs_of_lock(door)]
    before: list[tuple[str, bool]] = []
    if door.kind == "escape":
        (behind if door.escape.forward else before).append(("runner", False))
    if door.escape.forward:
        behind.append((door.escape.forward, True))
    if door.escape.back:
        before.append((door.escape.back, True))
    return behind, before


def _door(site: Site, name: str, door: PlacedDoor, renderer: Renderer) -> str:
    section = site.doors[name]
    behind, before = _signs(site, name)
    back = (-door.ahead[0], -door.ahead[1])
    return element(
        "g",
        words("title", " ".join(renderer.text(sentence) for sentence in text.of_door(site, name))),
        *way_of(door),
        used(section.kind, door.at, door.ahead),
        *([] if section.kind == "opening" else [used("guards", door.at, door.ahead)]),
        *(used(sign, door.along(-SIGN * (n + 1) + 1), door.ahead if turned else (1, 0)) for n, (sign, turned) in enumerate(behind)),
        *(used(sign, door.along(WEDGE + SIGN * (n + 0.5)), back if turned else (1, 0)) for n, (sign, turned) in enumerate(before)),
        id=f"door-{name}",
        class_=f"door {section.kind}",
        data_door=name,
    )


def _interlocks(site: Site, placed: Plan) -> Iterator[str]:
    for name, others in site.interlocks.items():
        for other in others:
            if name < other:
                yield element("path", class_="interlock", d=_bow(placed.doors[name].at, placed.doors[other].at))


def _bow(start: Point, end: Point) -> str:
    """A bent line, so that it passes beside the name between its ends."""
    (x1, y1), (x2, y2) = start, end
    length = max(hypot(x2 - x1, y2 - y1), 1.0)
    x, y = (x1 + x2) / 2 - (y2 - y1) / length * _BOW, (y1 + y2) / 2 + (x2 - x1) / length * _BOW
    return f"M{number(x1)} {number(y1)}Q{number(x)} {number(y)} {number(x2)} {number(y2)}"
