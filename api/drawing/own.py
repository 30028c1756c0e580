"""Where the doors of a customer's drawing lead: along the thinner side of what is drawn, from the one space to the other."""

from typing import Final

from api.drawing.geometry import Box
from edge.site.fields import OUTSIDE
from edge.site.model import Site
from edge.site.plans.drawing import Corners, Drawing

_LONG: Final = 1.5
"""A door so much longer than thick lies in a wall of that direction."""


def box_of(corners: Corners) -> Box:
    left, top, right, bottom = corners
    return Box(left, top, right - left, bottom - top)


def middle(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def ahead(site: Site, drawing: Drawing, name: str) -> tuple[int, int]:
    """One step in the direction that the door guards, along one axis."""
    door, box = site.doors[name], box_of(drawing.doors[name])
    x, y = middle(box)
    before, behind = (_seen_from(drawing, end, (x, y)) for end in (door.from_, door.to))
    dx, dy = behind[0] - before[0], behind[1] - before[1]
    level = box.width > _LONG * box.height or (box.height <= _LONG * box.width and abs(dy) > abs(dx))
    return (0, 1 if dy > 0 else -1) if level else (1 if dx > 0 else -1, 0)


def _seen_from(drawing: Drawing, space: str, at: tuple[float, float]) -> tuple[float, float]:
    """Where a space lies, seen from a door, in parts of its own size; what is not on the drawing lies nowhere."""
    if space == OUTSIDE or space not in drawing.spaces:
        return 0.0, 0.0
    box = box_of(drawing.spaces[space])
    x, y = middle(box)
    return (x - at[0]) / (box.width or 1.0), (y - at[1]) / (box.height or 1.0)
