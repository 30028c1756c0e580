"""YAML read to a tree of `edge.site.document`.

The tree is built from the parser's events, not by yaml.compose: depth and size are bounded while reading (compose recurses,
and libyaml takes minutes over a few hundred thousand brackets), aliases are shared and never copied, duplicate keys are
seen, and scalars follow YAML 1.2: only true, false, null and numbers are not text. `no`, `on`, 9:00 and dates are text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from edge.site.document import Entries, Items, Node, Scalar, Spot, Value
from edge.site.finding import Problem, error
from edge.text import Text, say

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML without libyaml: the same, slower
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_NODES = 100_000
"""Parts of a document with aliases written out."""
MAX_DEPTH = 40

_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?[0-9]{0,18}\.[0-9]{1,18}")


class Unreadable(Exception):
    """No tree can be made."""

    def __init__(self, text: Text, spot: Spot) -> None:
        self.text = text
        self.spot = spot


class Misplaced(NamedTuple):
    """A problem that the tree itself no longer shows."""

    problem: Problem
    spot: Spot


@dataclass(slots=True)
class _Open:
    """A list or mapping being read."""

    node: Items | Entries
    anchor: str | None
    key: tuple[str, Spot] | None = None
    merges: list[tuple[Spot, Node]] = field(default_factory=list)


class TreeBuilder:
    """Feed it every event of one document; then take `root` and `problems`."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.problems: list[Misplaced] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._nodes = 0

    def feed(self, event: yaml.Event) -> None:
        spot = spot_of(event.start_mark)
        match event:
            case yaml.DocumentStartEvent() if self.root is not None:
                raise Unreadable(say("A second document begins here. A site file is one document: remove the line ---."), spot)
            case yaml.AliasEvent():
                self._place(self._target_of(event.anchor, spot), spot, None)
            case yaml.ScalarEvent():
                self._refuse_tag(event.tag, spot)
                self._place(_scalar(event, spot), spot, event.anchor)
            case yaml.SequenceStartEvent():
                self._begin(Items(spot), event)
            case yaml.MappingStartEvent():
                self._begin(Entries(spot), event)
            case yaml.CollectionEndEvent():
                self._end()

    def _begin(self, node: Items | Entries, event: yaml.CollectionStartEvent) -> None:
        if event.tag is not None:
            self._refuse_tag(event.tag, node.spot)
        parent = self._open[-1] if self._open else None
        if parent and isinstance(parent.node, Entries) and parent.key is None:
            raise Unreadable(say("A list or mapping stands where a key belongs. Keys are plain words."), node.spot)
        if len(self._open) >= MAX_DEPTH:
            raise Unreadable(say("The file is nested deeper than {limit} levels.", limit=MAX_DEPTH), node.spot)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Open(node, event.anchor))

    def _end(self) -> None:
        done = self._open.pop()
        if isinstance(done.node, Entries):
            for spot, merged in done.merges:
                self._merge(done.node, merged, spot)
        self._place(done.node, done.node.spot, done.anchor)

    def _place(self, node: Node, spot: Spot, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = node
        self._nodes += 1
        if not self._open:
            self.root = node
        elif isinstance(self._open[-1].node, Items):
            self._open[-1].node.items.append(node)
            self._count(self._open[-1].node, node, spot)
        else:
            self._place_in_mapping(self._open[-1], self._open[-1].node, node, spot)

    def _place_in_mapping(self, top: _Open, parent: Entries, node: Node, spot: Spot) -> None:
        if top.key is None:
            if not isinstance(node, Scalar):
                raise Unreadable(say("A list or mapping stands where a key belongs. Keys are plain words."), spot)
            top.key = (node.source, spot)
            return
        (key, key_spot), top.key = top.key, None
        if key == "<<":
            top.merges.append((key_spot, node))
        elif key in parent.entries:
            self._refuse_twice(key, key_spot, parent.entries[key][0])
        else:
            parent.entries[key] = (key_spot, node)
            self._count(parent, node, spot)

    def _refuse_twice(self, key: str, spot: Spot, first: Spot) -> None:
        path = (*(open_.key[0] if open_.key else len(_items(open_.node)) for open_ in self._open[:-1]), key)
        text = say('"{key}" is already on line {line}. Keep one of the two.', key=key, line=first.line)
        self.problems.append(Misplaced(error(path, text), spot))

    def _merge(self, into: Entries, merged: Node, spot: Spot) -> None:
        """YAML's merge key: entries of other mappings, where this one has none of its own."""
        for source in merged.items if isinstance(merged, Items) else [merged]:
            if not isinstance(source, Entries):
                raise Unreadable(say("Only a mapping can be merged with <<."), spot)
            for key, entry in source.entries.items():
                if key not in into.entries:
                    into.entries[key] = entry
                    self._count(into, entry[1], spot)

    def _count(self, parent: Node, child: Node, spot: Spot) -> None:
        parent.size += child.size
        parent.depth = max(parent.depth, child.depth + 1)
        if max(parent.size, self._nodes) > MAX_NODES or parent.depth > MAX_DEPTH:
            raise Unreadable(say("The file is too large with its aliases written out. Use fewer aliases (*)."), spot)

    def _target_of(self, anchor: str | None, spot: Spot) -> Node:
        if anchor is None or anchor not in self._anchors:
            raise Unreadable(say("*{anchor} refers to nothing: no &{anchor} stands before it.", anchor=str(anchor)), spot)
        target = self._anchors[anchor]
        if target is None:
            raise Unreadable(say("*{anchor} stands inside what it refers to.", anchor=anchor), spot)
        return target

    def _refuse_tag(self, tag: str | None, spot: Spot) -> None:
        if tag is not None and tag not in _TEXT_TAGS:
            raise Unreadable(say("The tag {tag} has no meaning here. Remove it.", tag=tag), spot)


def spot_of(mark: Any) -> Spot:
    """mark: of either parser of PyYAML."""
    return Spot(mark.line + 1, mark.column + 1) if mark else Spot(1, 1)


def _items(node: Node) -> list[Node]:
    return node.items if isinstance(node, Items) else []


def _scalar(event: yaml.ScalarEvent, spot: Spot) -> Scalar:
    source = event.value
    plain = event.implicit[0] and event.tag is None
    return Scalar(spot, value=_value(source) if plain else source, source=source)


def _value(source: str) -> Value:
    if source in _CONSTANTS:
        return _CONSTANTS[source]
    if _INTEGER.fullmatch(source):
        return int(source)
    if _FLOAT.fullmatch(source):
        return float(source)
    return source


def events_of(text: str) -> Iterator[yaml.Event]:
    """Raises yaml.YAMLError."""
    yield from yaml.parse(text, Loader=_Loader)
