"""An SVG file read to a tree of the elements that draw; everything else never gets into the tree.

The parser is expat itself: it knows the lines, and what a drawing can do harm with is refused as it comes. A document type is
refused whole, for entities are declared in one.
"""

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from edge.text import Text, say

MAX_BYTES: Final = 2_000_000
MAX_ELEMENTS: Final = 20_000
MAX_DEPTH: Final = 60
_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_BETWEEN: Final = "|"
SHAPES: Final = frozenset({"path", "rect", "line", "polyline", "polygon", "circle", "ellipse"})
_PAINTS: Final = frozenset({"pattern", "linearGradient", "radialGradient", "stop"})
WITH_TEXT: Final = frozenset({"text", "tspan", "title", "desc", "style"})
DRAWING: Final = frozenset({"svg", "g", "defs", "use", *SHAPES, *_PAINTS, *WITH_TEXT})


class BadDrawing(Exception):
    """No drawing can be made of it."""

    def __init__(self, line: int, text: Text) -> None:
        super().__init__(text.message)
        self.line = line
        self.text = text


@dataclass(slots=True)
class Element:
    """attributes: without name spaces; those of other vocabularies than SVG are left out."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list["Element | str"] = field(default_factory=list)

    @property
    def elements(self) -> list["Element"]:
        return [child for child in self.children if isinstance(child, Element)]


def read_tree(data: bytes) -> Element:
    """Raises BadDrawing."""
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadDrawing(error.lineno, say("This is not XML: {problem}.", problem=expat.ErrorString(error.code))) from None
    except (LookupError, ValueError, UnicodeError):
        raise BadDrawing(1, say("The drawing is written in an encoding that is not known here. Save it as UTF-8.")) from None
    if reader.root is None:
        raise BadDrawing(1, say("The file holds no SVG drawing."))
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._skipped = 0
        self._count = 0
        self.parser = expat.ParserCreate(namespace_separator=_BETWEEN)
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _bad(self, text: Text) -> BadDrawing:
        return BadDrawing(self.parser.CurrentLineNumber, text)

    def _doctype(self, *_: object) -> None:
        raise self._bad(say("The drawing has a DOCTYPE. Remove it: a drawing needs none."))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, tag = name.rpartition(_BETWEEN)
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise self._bad(
                say("The drawing has more than {limit} elements. Leave out what a guard need not see.", limit=MAX_ELEMENTS)
            )
        if self.root is None and (space, tag) != (_SVG, "svg"):
            raise self._bad(say("The file holds no SVG drawing."))
        nested_drawing = tag == "svg" and self.root is not None
        if self._skipped or space != _SVG or tag not in DRAWING or nested_drawing:
            self._skipped += 1
            return
        if len(self._open) >= MAX_DEPTH:
            raise self._bad(say("Elements of the drawing are nested more than {limit} deep.", limit=MAX_DEPTH))
        element = Element(tag, _own(attributes), self.parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _: str) -> None:
        if self._skipped:
            self._skipped -= 1
        else:
            self._open.pop()

    def _text(self, text: str) -> None:
        if not self._skipped and self._open and self._open[-1].tag in WITH_TEXT:
            self._open[-1].children.append(text)


def _own(attributes: dict[str, str]) -> dict[str, str]:
    own = {name: value for name, value in attributes.items() if _BETWEEN not in name}
    linked = attributes.get(f"{_XLINK}{_BETWEEN}href")
    return own if linked is None else {"href": linked, **own}
