"""A document with places: a tree that knows the line and column of each part."""

from dataclasses import dataclass, field
from typing import NamedTuple

from edge.site.finding import Path

Value = str | int | float | bool | None


class Spot(NamedTuple):
    """Line and column, from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Node:
    """size and depth count aliases as if they were written out."""

    spot: Spot
    size: int = 1
    depth: int = 1


@dataclass(slots=True)
class Scalar(Node):
    value: Value = None
    source: str = ""


@dataclass(slots=True)
class Items(Node):
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Entries(Node):
    """Keys are text, whatever they look like; merged keys are among the entries."""

    entries: dict[str, tuple[Spot, Node]] = field(default_factory=dict)


def plain(node: Node) -> object:
    """The document as Python data."""
    match node:
        case Scalar():
            return node.value
        case Items():
            return [plain(item) for item in node.items]
        case Entries():
            return {key: plain(value) for key, (_, value) in node.entries.items()}
    raise TypeError(node)


def locate(root: Node, path: Path, *, at_key: bool = False) -> tuple[Path, Spot]:
    """The part of the path that the document has, and where it is: at its key or, for a value on the way, at the value.

    Steps that the document does not know (a branch of a type, a key that is missing) are passed over.
    """
    found: list[str | int] = []
    node, key_spot = root, root.spot
    for step in path:
        match node:
            case Entries() if step in node.entries:
                key_spot, node = node.entries[str(step)]
            case Items() if isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                key_spot = node.spot
            case _:
                continue
        found.append(step)
    whole = isinstance(node, Items | Entries)
    return tuple(found), key_spot if at_key or whole else node.spot
