"""The parts that every drawing of a building is made of: rooms, letters in them, the way to a door on another wall."""

from collections.abc import Iterator
from typing import Final

from api.drawing.geometry import Box
from api.drawing.lettering import LINE, Lettering
from api.drawing.markup import element, words
from api.drawing.walls import PlacedDoor

_HALL: Final = (60.0, 20_000.0)
"""Spaces at least so wide and high, and so large, have larger letters."""


def rect(box: Box, class_: str) -> str:
    return element("rect", class_=class_, x=box.x, y=box.y, width=box.width, height=box.height)


def is_hall(box: Box) -> bool:
    return min(box.width, box.height) >= _HALL[0] and box.width * box.height >= _HALL[1]


def lettered(lettering: Lettering, x: float, y: float, class_: str) -> Iterator[str]:
    top = y - lettering.height / 2
    for place, line in enumerate(lettering.lines):
        yield words(
            "text", line, class_=class_, x=x, y=top + lettering.size * (LINE * place + 0.95), font_size=lettering.size
        )  # fmt: skip


def way_of(door: PlacedDoor) -> Iterator[str]:
    if door.line is not None:
        (x1, y1), (x2, y2) = door.line
        yield element("line", class_="way", x1=x1, y1=y1, x2=x2, y2=y2)
        yield element("circle", class_="way-end", cx=x2, cy=y2, r=4)
