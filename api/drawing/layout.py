"""Where everything of a site is drawn: spaces as boxes, doors on the walls between them. Pure, and the same for every language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from api.drawing.bands import in_bands
from api.drawing.geometry import Box, around
from api.drawing.ranks import ways
from api.drawing.walls import PlacedDoor, placed_doors
from edge.site.model import Site

_NARROWEST: Final = 104.0
"""How wide the narrowest measured room is drawn at least, so that its name and doors have room."""
_SCALES: Final = (12.0, 44.0)
"""Units for a metre, at least and at most."""
_BESIDE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """building: what holds all spaces. passages: ways to doors kept free between them. unmeasured: spaces that have no place in the
    site file. measured: whether any has one.
    """

    spaces: Mapping[str, Box]
    doors: Mapping[str, PlacedDoor]
    building: Box
    passages: tuple[Box, ...]
    unmeasured: tuple[str, ...]
    measured: bool


def plan(site: Site) -> Plan:
    measured = _measured(site)
    others = [space for space in site.spaces if space not in measured]
    bands = in_bands(ways(site, others), {space: site.spaces[space].zone for space in others})
    shift = around(measured.values()).right + _BESIDE if measured else 0.0
    boxes = {**measured, **{space: box.moved(shift, 0) for space, box in bands.spaces.items()}}
    spaces = {space: boxes[space] for space in site.spaces}
    building = around(spaces.values())
    doors = placed_doors(site, spaces, building)
    return Plan(spaces, doors, building, tuple(box.moved(shift, 0) for box in bands.passages), tuple(others), bool(measured))


def _measured(site: Site) -> dict[str, Box]:
    metres = {name: Box(*space.area) for name, space in site.spaces.items() if space.area is not None}
    scale = _scale(metres.values())
    whole = around(metres.values())
    return {
        name: Box((box.x - whole.x) * scale, (box.y - whole.y) * scale, box.width * scale, box.height * scale)
        for name, box in metres.items()
    }


def _scale(metres: Iterable[Box]) -> float:
    narrowest = min((box.width for box in metres), default=1.0)
    return min(max(_NARROWEST / narrowest, _SCALES[0]), _SCALES[1])
