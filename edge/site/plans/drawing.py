"""One storey as the customer drew it."""

from collections.abc import Mapping
from dataclasses import dataclass

Corners = tuple[float, float, float, float]
"""Least x and y, largest x and y."""
ViewBox = tuple[float, float, float, float]
"""x, y, width, height of what a drawing shows."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """svg: a whole file, without anything that runs, fetches or repeats itself for ever. spaces, doors: around each."""

    svg: str
    view_box: ViewBox
    spaces: Mapping[str, Corners]
    doors: Mapping[str, Corners]
