"""What is left of a drawing that anybody may have made: shapes, letters, paint, and references within the drawing itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from edge.site.plans.drawing import ViewBox
from edge.site.plans.tree import BadDrawing, Element
from edge.text import say

_PAINTING: Final = frozenset(
    (
        "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-dashoffset",
        "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity", "color", "display", "visibility", "paint-order",
        "vector-effect", "font-family", "font-size", "font-style", "font-weight", "font-variant", "letter-spacing", "word-spacing",
        "text-anchor", "dominant-baseline", "alignment-baseline", "baseline-shift", "text-decoration", "stop-color", "stop-opacity",
    )
)  # fmt: skip
_GEOMETRY: Final = frozenset(
    (
        "id", "class", "transform", "x", "y", "width", "height", "rx", "ry", "x1", "y1", "x2", "y2", "cx", "cy", "r", "fx", "fy",
        "dx", "dy", "rotate", "d", "points", "pathLength", "textLength", "lengthAdjust", "viewBox", "offset", "gradientUnits",
        "gradientTransform", "spreadMethod", "patternUnits", "patternContentUnits", "patternTransform", "lang",
    )
)  # fmt: skip
_LOCAL: Final = re.compile(r"#[^\s'\"()\\<>&]+")
_PAINT_OF: Final = re.compile(r"url\(\s*(['\"]?)(#[^\s'\"()\\<>&]+)\1\s*\)")
_SELECTOR: Final = re.compile(r"[\w\s.,#*>-]+")
_HARMLESS: Final = re.compile(r"[\w\s.,#%+'\"()-]*")
MOST_DRAWN: Final = 50_000
"""So many elements a drawing may have once its references are followed; a long one counts as several."""
_LONG: Final = 200


def cleaned(root: Element, view_box: ViewBox) -> str:
    """The drawing as a file of its own, in units of its view box. Raises BadDrawing."""
    _refuse_bombs(root)
    size = {"viewBox": " ".join(f"{side:g}" for side in view_box), "width": f"{view_box[2]:g}", "height": f"{view_box[3]:g}"}
    own = {name: value for name, value in _attributes(root) if name not in {*size, "x", "y", "transform"}}
    return _written("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, **own}, root) + "\n"


def _written(tag: str, attributes: Mapping[str, str], element: Element) -> str:
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    if tag == "style":
        inside = escape(_style_sheet("".join(child for child in element.children if isinstance(child, str))))
    else:
        inside = "".join(
            escape(child) if isinstance(child, str) else _written(child.tag, dict(_attributes(child)), child)
            for child in element.children
        )
    return f"<{tag}{written}>{inside}</{tag}>" if inside else f"<{tag}{written}/>"


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attributes.items():
        if name in _GEOMETRY or (name in _PAINTING and _is_paint(value)) or (name == "href" and _LOCAL.fullmatch(value)):
            yield name, value
        elif name == "style" and (kept := _declarations(value)):
            yield name, kept


def _declarations(text: str) -> str:
    """Of a style, what says how to paint."""
    pairs = (declaration.partition(":") for declaration in _without_comments(text).split(";"))
    return ";".join(f"{name.strip()}:{value.strip()}" for name, _, value in pairs if name.strip() in _PAINTING and _is_paint(value))


def _is_paint(value: str) -> bool:
    """Colours, lengths, names, and paint of the drawing itself; no function that could fetch anything."""
    rest = _PAINT_OF.sub("", value)
    return _HARMLESS.fullmatch(rest) is not None and not re.search(r"(?i)url|image|src\(|attr\(|expression|var\(", rest)


def _style_sheet(text: str) -> str:
    """Plain rules; paint that refers to something stands at the element and not here, where nobody counts it."""
    rules = []
    for rule in _without_comments(text).split("}"):
        selector, _, declarations = rule.partition("{")
        kept = _declarations(declarations) if declarations else ""
        if _SELECTOR.fullmatch(selector) and kept and "url(" not in kept:
            rules.append(f"{selector.strip()}{{{kept}}}")
    return "\n".join(rules)


def _without_comments(text: str) -> str:
    first, *others = text.split("/*")
    return first + "".join(other.partition("*/")[2] for other in others)


def references(element: Element) -> Iterator[str]:
    """Ids of what this element draws besides its children."""
    for name, value in _attributes(element):
        if name == "href":
            yield value[1:]
        elif name in _PAINTING or name == "style":
            yield from (paint[2][1:] for paint in _PAINT_OF.finditer(value))


def _written_length(element: Element) -> int:
    return sum(map(len, element.attributes.values())) + sum(len(child) for child in element.children if isinstance(child, str))


def by_id(element: Element) -> dict[str, Element]:
    """The first of each id counts, as in a browser."""
    found: dict[str, Element] = {}
    waiting = [element]
    while waiting:
        each = waiting.pop()
        if "id" in each.attributes:
            found.setdefault(each.attributes["id"], each)
        waiting += reversed(each.elements)
    return found


def _refuse_bombs(root: Element) -> None:
    """A few references to references to references draw a million shapes, or go round for ever."""
    targets = by_id(root)
    drawn: dict[int, int] = {}
    under_way: set[int] = set()

    def weight(element: Element) -> int:
        if id(element) in under_way:
            raise BadDrawing(element.line, say("This part of the drawing refers to itself."))
        if id(element) not in drawn:
            under_way.add(id(element))
            parts = [*element.elements, *(targets[name] for name in references(element) if name in targets)]
            drawn[id(element)] = 1 + _written_length(element) // _LONG + sum(weight(part) for part in parts)
            under_way.discard(id(element))
            if drawn[id(element)] > MOST_DRAWN:
                raise BadDrawing(
                    element.line, say("This part of the drawing repeats others more than {limit} times.", limit=MOST_DRAWN)
                )
        return drawn[id(element)]

    try:
        weight(root)
    except RecursionError:
        raise BadDrawing(root.line, say("The references of the drawing are too long a chain.")) from None
