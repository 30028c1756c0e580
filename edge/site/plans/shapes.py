"""Where the parts of a drawing are: boxes around what they draw, in the drawing's own units.

Of curves the control points count, of letters nothing: the box is for marks to be laid on, not for cutting out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from math import cos, isfinite, radians, sin, tan
from typing import Final

from edge.site.plans.drawing import Corners
from edge.site.plans.tree import SHAPES, Element

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]

NO_CHANGE: Final[Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
FAR: Final = 1e6
_MOST_REFERENCES: Final = 4
_NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"
_NUMBERS: Final = re.compile(_NUMBER)
_LENGTH: Final = re.compile(rf"\s*({_NUMBER})(?:px)?\s*")
_CHANGE: Final = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)")
_STEP: Final = re.compile(r"([MmLlHhVvCcSsQqTtAaZz])([^MmLlHhVvCcSsQqTtAaZz]*)")
_FLAG: Final = re.compile(r"[01]")
_TAKEN: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7}


def around_element(element: Element, matrix: Matrix, targets: Mapping[str, Element]) -> Corners | None:
    """matrix: of all that the element stands in. targets: elements by id, for references; None where nothing is drawn."""
    points = [point for point in _drawn(element, matrix, targets, _MOST_REFERENCES) if _near(point)]
    if not points:
        return None
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


def _near(point: Point) -> bool:
    return all(isfinite(part) and abs(part) <= FAR for part in point)


def _drawn(element: Element, outer: Matrix, targets: Mapping[str, Element], references: int) -> Iterator[Point]:
    matrix = combined(outer, change_of(element))
    if element.tag in SHAPES:
        yield from (applied(matrix, point) for point in _points(element))
    elif element.tag == "use" and references and (target := targets.get(element.attributes.get("href", "")[1:])):
        shift = (1.0, 0.0, 0.0, 1.0, length(element, "x"), length(element, "y"))
        yield from _drawn(target, combined(matrix, shift), targets, references - 1)
    elif element.tag in ("g", "svg"):
        for child in element.elements:
            yield from _drawn(child, matrix, targets, references)


def length(element: Element, name: str) -> float:
    """A length in units of the drawing; nothing where it is missing or in others."""
    found = _LENGTH.fullmatch(element.attributes.get(name, ""))
    return float(found[1]) if found else 0.0


def numbers(text: str) -> list[float]:
    return [float(number) for number in _NUMBERS.findall(text)]


# --- shapes -----------------------------------------------------------------------------------------------------------


def _points(element: Element) -> Iterable[Point]:
    match element.tag:
        case "rect":
            x, y, width, height = (length(element, name) for name in ("x", "y", "width", "height"))
            return [(x, y), (x + width, y), (x, y + height), (x + width, y + height)] if width > 0 and height > 0 else []
        case "line":
            x1, y1, x2, y2 = (length(element, name) for name in ("x1", "y1", "x2", "y2"))
            return [(x1, y1), (x2, y2)]
        case "circle" | "ellipse":
            return _round(element)
        case "path":
            return _on_path(element.attributes.get("d", ""))
        case _:
            each = numbers(element.attributes.get("points", ""))
            return list(zip(each[::2], each[1::2], strict=False))


def _round(element: Element) -> list[Point]:
    x, y = length(element, "cx"), length(element, "cy")
    radii = ("r", "r") if element.tag == "circle" else ("rx", "ry")
    across, down = (length(element, name) for name in radii)
    return [(x - across, y - down), (x + across, y - down), (x - across, y + down), (x + across, y + down)] if across > 0 else []


def _on_path(text: str) -> list[Point]:
    """Ends and control points of all its steps."""
    points: list[Point] = []
    at, start = (0.0, 0.0), (0.0, 0.0)
    for letter, rest in _STEP.findall(text):
        kind = letter.upper()
        if kind == "Z":
            at = start
            continue
        taken = _TAKEN[kind]
        values = _of_arc(rest) if kind == "A" else numbers(rest)
        for first in range(0, len(values) - taken + 1, taken):
            step = _absolute(kind, values[first : first + taken], at if letter.islower() else None, at)
            points += step
            at = step[-1]
            if kind == "M" and first == 0:
                start = at
    return points


def _absolute(kind: str, values: list[float], origin: Point | None, at: Point) -> list[Point]:
    """The points of one step. origin: what they count from; None for the drawing's own. at: where the step before ended."""
    x, y = origin or (0.0, 0.0)
    if kind == "H":
        return [(x + values[0], at[1])]
    if kind == "V":
        return [(at[0], y + values[0])]
    ends = values[5:] if kind == "A" else values
    return [(x + across, y + down) for across, down in zip(ends[::2], ends[1::2], strict=True)]


def _of_arc(text: str) -> list[float]:
    """Numbers of arcs, whose two flags may stand without anything between them and the next number."""
    values: list[float] = []
    at = 0
    while found := (_FLAG if len(values) % 7 in (3, 4) else _NUMBERS).search(text, at):
        values.append(float(found[0]))
        at = found.end()
    return values


# --- transforms -------------------------------------------------------------------------------------------------------


def change_of(element: Element) -> Matrix:
    """The element's own transform; what cannot be read changes nothing, as in a browser."""
    matrix = NO_CHANGE
    for name, arguments in _CHANGE.findall(element.attributes.get("transform", "")):
        matrix = combined(matrix, _change(name, numbers(arguments)))
    return matrix


def _change(name: str, values: list[float]) -> Matrix:
    match name, values:
        case "matrix", [a, b, c, d, e, f]:
            return (a, b, c, d, e, f)
        case "translate", [x, *y]:
            return (1, 0, 0, 1, x, y[0] if y else 0)
        case "scale", [x, *y]:
            return (x, 0, 0, y[0] if y else x, 0, 0)
        case "rotate", [angle]:
            turn = radians(angle)
            return (cos(turn), sin(turn), -sin(turn), cos(turn), 0, 0)
        case "rotate", [angle, x, y]:
            return combined(combined((1, 0, 0, 1, x, y), _change("rotate", [angle])), (1, 0, 0, 1, -x, -y))
        case "skewX", [angle]:
            return (1, 0, tan(radians(angle)), 1, 0, 0)
        case "skewY", [angle]:
            return (1, tan(radians(angle)), 0, 1, 0, 0)
        case _:
            return NO_CHANGE


def combined(outer: Matrix, inner: Matrix) -> Matrix:
    a, b, c, d, e, f = outer
    k, l_, m, n, o, p = inner
    return (a * k + c * l_, b * k + d * l_, a * m + c * n, b * m + d * n, a * o + c * p + e, b * o + d * p + f)


def applied(matrix: Matrix, point: Point) -> Point:
    a, b, c, d, e, f = matrix
    x, y = point
    return a * x + c * y + e, b * x + d * y + f
