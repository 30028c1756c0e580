"""Rectangles on the plan, and where one can be walked to from another in a straight line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

Span = tuple[float, float]

_TOUCHING: Final = 0.01
"""What rounding may do to edges that are meant to be the same."""


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def across(self) -> Span:
        return self.x, self.right

    @property
    def down(self) -> Span:
        return self.y, self.bottom

    def overlaps(self, other: "Box") -> bool:
        return _meet(self.across, other.across) and _meet(self.down, other.down)

    def moved(self, x: float, y: float) -> "Box":
        return Box(self.x + x, self.y + y, self.width, self.height)

    def turned(self) -> "Box":
        """With down for across and the other way round."""
        return Box(self.y, self.x, self.height, self.width)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds them all; an empty one at the origin for none."""
    all_ = list(boxes)
    if not all_:
        return Box(0, 0, 0, 0)
    x, y = min(box.x for box in all_), min(box.y for box in all_)
    return Box(x, y, max(box.right for box in all_) - x, max(box.bottom for box in all_) - y)


def _meet(a: Span, b: Span) -> bool:
    return min(a[1], b[1]) - max(a[0], b[0]) > _TOUCHING


def left_of(span: Span, taken: Iterable[Span]) -> list[Span]:
    """What is left of a span when others are taken away."""
    free = [span]
    for start, end in taken:
        free = [
            part
            for a, b in free
            for part in ((a, min(b, start)), (max(a, end), b))
            if part[1] - part[0] > _TOUCHING
        ]  # fmt: skip
    return free


def longest(spans: Iterable[Span]) -> Span | None:
    """The longest, the first of them where several are."""
    return max(spans, key=lambda span: round(span[1] - span[0], 3), default=None)


@dataclass(frozen=True, slots=True)
class Facing:
    """Where two boxes look at each other with nothing between them.

    upright: they stand side by side, so that what is between them is an upright wall. near and far: the edges of the first and the
    second box, along the axis that leads from one to the other. ahead: 1 if it leads right or down, -1 if left or up.
    span: the free stretch, along the other axis.
    """

    upright: bool
    near: float
    far: float
    ahead: int
    span: Span

    @property
    def gap(self) -> float:
        return abs(self.far - self.near)

    @property
    def length(self) -> float:
        return self.span[1] - self.span[0]

    def reversed(self) -> "Facing":
        return Facing(self.upright, self.far, self.near, -self.ahead, self.span)


def facing(a: Box, b: Box, others: Iterable[Box], least: float) -> Facing | None:
    """The closest way straight from one box to the other, at least so wide; of those equally close, the widest."""
    blocking = list(others)
    found = [
        way
        for way in (
            _side_by_side(a, b, blocking, upright=True),
            _side_by_side(a.turned(), b.turned(), [box.turned() for box in blocking], upright=False),
        )
        if way is not None and way.length >= least
    ]
    return min(found, key=lambda way: (round(way.gap, 3), -way.length), default=None)


def _side_by_side(a: Box, b: Box, others: list[Box], *, upright: bool) -> Facing | None:
    if a.right <= b.x + _TOUCHING:
        near, far, ahead = a.right, b.x, 1
    elif b.right <= a.x + _TOUCHING:
        near, far, ahead = a.x, b.right, -1
    else:
        return None
    between = (min(near, far), max(near, far))
    common = (max(a.y, b.y), min(a.bottom, b.bottom))
    if common[1] <= common[0]:
        return None
    span = longest(left_of(common, [box.down for box in others if _meet(box.across, between)]))
    return None if span is None else Facing(upright, near, far, ahead, span)


def way_out(box: Box, building: Box, others: Iterable[Box], least: float) -> Facing | None:
    """The closest way straight out of the building; of those equally close, the first of left, up, right and down."""
    blocking = list(others)
    ways = [way for side in _sides(building) if (way := facing(box, side, blocking, least))]
    return min(ways, key=lambda way: round(way.gap, 3), default=None)


def _sides(building: Box) -> Iterator[Box]:
    yield Box(building.x - 1, building.y, 1, building.height)
    yield Box(building.x, building.y - 1, building.width, 1)
    yield Box(building.right, building.y, 1, building.height)
    yield Box(building.x, building.bottom, building.width, 1)
