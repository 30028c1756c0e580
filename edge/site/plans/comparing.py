"""One storey as the customer drew it, and whether everything of the site is in it and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from edge.site.model import Site
from edge.site.plans.cleaning import by_id, cleaned
from edge.site.plans.drawing import Corners, Drawing, ViewBox
from edge.site.plans.shapes import FAR, NO_CHANGE, Matrix, around_element, change_of, combined, length, numbers
from edge.site.plans.tree import BadDrawing, Element, read_tree
from edge.site.wrong import near_miss, shown
from edge.text import Text, say

_KINDS: Final = ("space", "door")
_MARKS: Final = (":", "-")
"""Between the kind and the id; not every program for drawing keeps a colon."""


class Fault(NamedTuple):
    """What is wrong at a line of a drawing."""

    line: int
    text: Text


@dataclass(frozen=True, slots=True)
class _Part:
    """An element that is named as a thing of the site. matrix: of all that it stands in."""

    kind: str
    name: str
    element: Element
    matrix: Matrix


def understand(data: bytes, site: Site, storey: str) -> tuple[Drawing | None, list[Fault]]:
    """A drawing only where nothing is wrong with it."""
    try:
        root = read_tree(data)
        view_box = _view_box(root)
        svg = cleaned(root, view_box)
    except BadDrawing as bad:
        return None, [Fault(bad.line, bad.text)]
    parts, faults = _told_apart(root, _of_storey(site, storey))
    targets = by_id(root)
    places: dict[str, dict[str, Corners]] = {kind: {} for kind in _KINDS}
    for part in parts:
        corners = around_element(part.element, part.matrix, targets)
        if corners is None:
            faults.append(
                Fault(
                    part.element.line,
                    say(
                        "The {kind} {id} has no shape in the drawing: it needs a path, a rect or the like.",
                        kind=part.kind,
                        id=part.name,
                    ),
                )
            )
        elif not _shown(corners, view_box):
            faults.append(
                Fault(part.element.line, say("The {kind} {id} lies outside what the drawing shows.", kind=part.kind, id=part.name))
            )
        else:
            places[part.kind][part.name] = corners
    drawing = None if faults else Drawing(svg, view_box, places["space"], places["door"])
    return drawing, sorted(faults, key=lambda fault: fault.line)


def _view_box(root: Element) -> ViewBox:
    """What the drawing shows: as it says, or as large as it is."""
    sides = numbers(root.attributes.get("viewBox", "")) or [0, 0, length(root, "width"), length(root, "height")]
    if len(sides) != 4 or sides[2] <= 0 or sides[3] <= 0 or any(abs(side) > FAR for side in sides):
        raise BadDrawing(root.line, say("The drawing does not say how large it is. Add a viewBox of four numbers to svg."))
    return sides[0], sides[1], sides[2], sides[3]


def _shown(corners: Corners, view_box: ViewBox) -> bool:
    x, y = (corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2
    return view_box[0] <= x <= view_box[0] + view_box[2] and view_box[1] <= y <= view_box[1] + view_box[3]


def _of_storey(site: Site, storey: str) -> dict[str, list[str]]:
    spaces = [name for name, space in site.spaces.items() if space.storey == storey]
    return {"space": spaces, "door": [name for name in site.doors if storey in site.storeys_of(name)]}


def _told_apart(root: Element, wanted: Mapping[str, list[str]]) -> tuple[list[_Part], list[Fault]]:
    """The parts that the site knows, each once, and what is missing, unknown or there twice."""
    known: dict[tuple[str, str], _Part] = {}
    faults: list[Fault] = []
    for part in _parts(root, NO_CHANGE):
        key = (part.kind, part.name)
        if part.name not in wanted[part.kind]:
            faults.append(Fault(part.element.line, _unknown(part, wanted[part.kind])))
        elif key in known:
            text = say(
                "The {kind} {id} is in the drawing twice, first in line {line}.",
                kind=part.kind,
                id=part.name,
                line=known[key].element.line,
            )
            faults.append(Fault(part.element.line, text))
        else:
            known[key] = part
    for kind, names in wanted.items():
        for name in names:
            if (kind, name) not in known:
                text = say(
                    'The {kind} {id} is not in the drawing. Give its shape the id "{wanted}".',
                    kind=kind,
                    id=name,
                    wanted=f"{kind}:{name}",
                )
                faults.append(Fault(root.line, text))
    return list(known.values()), faults


def _unknown(part: _Part, known: list[str]) -> Text:
    meant = near_miss(part.name, known)
    if meant:
        return say(
            'This storey has no {kind} "{found}". Did you mean "{meant}"?', kind=part.kind, found=shown(part.name), meant=meant
        )
    return say('This storey has no {kind} "{found}". Rename or remove it.', kind=part.kind, found=shown(part.name))


def _parts(element: Element, matrix: Matrix) -> Iterator[_Part]:
    """Only of what is drawn where it stands: not of definitions."""
    for child in element.elements:
        name = child.attributes.get("id", "")
        for kind in _KINDS:
            if name[: len(kind) + 1] in {f"{kind}{mark}" for mark in _MARKS}:
                yield _Part(kind, name[len(kind) + 1 :], child, matrix)
        if child.tag == "g":
            yield from _parts(child, combined(matrix, change_of(child)))
