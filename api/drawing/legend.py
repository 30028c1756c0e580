"""The legend under the drawing: whatever is drawn, and nothing else."""

from collections.abc import Iterator
from math import ceil
from typing import Final

from api.drawing import text
from api.drawing.lettering import LINE, fitted
from api.drawing.markup import element, words
from api.drawing.symbols import used
from edge.language import Renderer
from edge.site import Site
from edge.text import Text

_ENTRY: Final = (264.0, 36.0)
_SWATCH: Final = 40.0


def legend(site: Site, renderer: Renderer, width: float) -> tuple[str, float]:
    """The markup, and how high it is."""
    entries = list(_entries(site))
    columns = max(1, int(width // _ENTRY[0]))
    across, rows = width / columns, ceil(len(entries) / columns)
    drawn = [
        _entry(symbol, renderer.text(meaning), (place // rows) * across, (place % rows) * _ENTRY[1], across)
        for place, (symbol, meaning) in enumerate(entries)
    ]
    return "".join(drawn), rows * _ENTRY[1]


def _entries(site: Site) -> Iterator[tuple[str, Text]]:
    doors = site.doors.values()
    zones = {space.zone for space in site.spaces.values()}
    kinds = {door.kind for door in doors}
    signs = {sign for door in doors for sign in text.signs_of_lock(door)}
    signs |= {manner for door in doors for manner in (door.escape.forward, door.escape.back) if manner}
    for zone, meaning in text.ZONES.items():
        if zone in zones:
            yield _room(zone), meaning
    for kind, meaning in text.KINDS.items():
        if kind in kinds:
            yield _kind(kind), meaning
    for sign, meaning in text.SIGNS.items():
        if sign in signs or (sign == "guards" and kinds - {"opening"}):
            yield used(sign, (10 if sign == "guards" else 20, 18)), meaning
    if site.interlocks:
        yield element("line", class_="interlock", x1=2, y1=18, x2=38, y2=18), text.INTERLOCK
    if any(space.capacity is not None for space in site.spaces.values()):
        yield used("persons", (20, 18)), text.CAPACITY


def _room(zone: str) -> str:
    return element("g", element("rect", class_="room", x=2, y=7, width=36, height=22), class_=zone)


def _kind(kind: str) -> str:
    signs = used("runner", (32, 18)) if kind == "escape" else ""
    return used(kind, (14 if signs else 20, 18)) + signs


def _entry(symbol: str, meaning: str, x: float, y: float, width: float) -> str:
    lettering = fitted(meaning, width - _SWATCH - 24, _ENTRY[1] - 2, 13)
    top = (_ENTRY[1] - lettering.height) / 2
    lines = (
        words("text", line, x=_SWATCH + 10, y=top + lettering.size * (LINE * place + 0.95), font_size=lettering.size)
        for place, line in enumerate(lettering.lines)
    )
    return element("g", symbol, *lines, transform=f"translate({x:.1f} {y:.1f})")
