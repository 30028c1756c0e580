"""What a profile says of a building-management system that speaks OPC UA: at which node each point is, and what is said there.

Pure: node ids are read and values are translated here without a line to a server.
"""

import base64
import binascii
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import ClassVar, NamedTuple
from uuid import UUID

from edge.errors import Garbled, IllegalCommand, IllegalInput
from edge.points import DEVICE_TYPES, PointKind, Value
from edge.profiles.protocol import Protocol

_NODE = re.compile(r"(?:ns=([0-9]{1,5});|nsu=([^;\s]+);)?([isgb])=([^\x00-\x1f\x7f]{1,4096})")
_MOST_INDEX, _MOST_NUMBER = 0xFFFF, 0xFFFF_FFFF


class NodeRef(NamedTuple):
    """A node id. namespace: its index, or its URI where the index may change from one start of the server to the next."""

    namespace: int | str
    kind: str
    identifier: str

    def __str__(self) -> str:
        return self.under(self.namespace) if isinstance(self.namespace, int) else f"nsu={self.namespace};{self._rest}"

    def under(self, index: int) -> str:
        """As OPC UA writes it, with the namespace as an index."""
        return f"ns={index};{self._rest}"

    @property
    def _rest(self) -> str:
        return f"{self.kind}={self.identifier}"


def node_ref(text: str) -> NodeRef:
    """From ns=2;s=Room1, or nsu=URI;s=Room1; also with i=, g= or b=. Raises IllegalInput."""
    match = _NODE.fullmatch(text)
    if match is None or not _is_identifier(match[3], match[4]) or int(match[1] or 0) > _MOST_INDEX:
        raise IllegalInput(f"{text!r} is no node id")
    return NodeRef(match[2] or int(match[1] or 0), match[3], match[4])


def _is_identifier(kind: str, identifier: str) -> bool:
    try:
        if kind == "i":
            return identifier.isascii() and identifier.isdigit() and int(identifier) <= _MOST_NUMBER
        if kind == "g":
            return str(UUID(identifier)) == identifier.lower()
        if kind == "b":
            base64.b64decode(identifier, validate=True)
    except (ValueError, binascii.Error):
        return False
    return True


@dataclass(frozen=True, slots=True)
class NodeTranslation:
    """Between what a node holds and the value of a point.

    values: what the node holds, as text, and which value of the point that is; empty: the same. scale, offset: a number of the node
    is multiplied by the one, and the other is added.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    scale: float = 1.0
    offset: float = 0.0

    def read(self, held: object, builtin: str, kind: PointKind) -> Value:
        """builtin: the type in which the node holds it, by its OPC UA name. Raises Garbled."""
        if builtin == "Float" and isinstance(held, float):
            held = _shortest(held)
        try:
            value = self._meant(held, kind)
        except OverflowError as error:
            raise Garbled("too large a number") from error
        if problem := kind.problem_with(value):
            raise Garbled(problem)
        return value

    def _meant(self, held: object, kind: PointKind) -> Value:
        if self.values:
            said = _as_text(held)
            if said not in self.values:
                raise Garbled(f"none of {', '.join(self.values)}")
            return self.values[said]
        if held is None or isinstance(held, bool | str):
            return held
        if not isinstance(held, int | float):
            raise Garbled("neither a number nor text nor true or false")
        if (self.scale, self.offset) != (1.0, 0.0):
            held = _rounded(held * self.scale + self.offset)
        # Many systems keep whole numbers in nodes that could hold more.
        return int(held) if kind.type is int and isinstance(held, float) and held.is_integer() else held

    def write(self, value: Value, builtin: str) -> Value:
        """What a node of that type should hold. Raises IllegalCommand."""
        if self.values:
            found = [said for said, meant in self.values.items() if meant == value and type(meant) is type(value)]
            if not found:
                raise IllegalCommand(f"{value!r} is none of {', '.join(map(str, self.values.values()))}")
            return _parsed(found[0], builtin)
        try:
            if isinstance(value, int | float) and not isinstance(value, bool) and (self.scale, self.offset) != (1.0, 0.0):
                value = _rounded((value - self.offset) / self.scale)
            return _fitted(value, builtin)
        except (OverflowError, ZeroDivisionError) as error:
            raise IllegalCommand(f"a node of type {builtin} cannot hold {value!r}") from error


AS_IT_IS = NodeTranslation()


def _as_text(held: object) -> str:
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, float) and held.is_integer():
        return str(int(held))
    return str(held)


def _rounded(number: float) -> float:
    """Without the last digits, in which binary fractions differ."""
    return float(f"{number:.12g}")


def _shortest(number: float) -> float:
    """The number with the fewest digits that a node of 32 bits would hold the same way: 40.4 and not 40.40000152587890625."""
    for digits in range(6, 9):
        short = float(f"{number:.{digits}g}")
        if isfinite(number) and _narrow(short) == number:
            return short
    return number


def _narrow(number: float) -> float | None:
    try:
        narrowed: float = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return None
    return narrowed


_WHOLE = {
    "SByte": (-(2**7), 2**7 - 1),
    "Byte": (0, 2**8 - 1),
    "Int16": (-(2**15), 2**15 - 1),
    "UInt16": (0, 2**16 - 1),
    "Int32": (-(2**31), 2**31 - 1),
    "UInt32": (0, 2**32 - 1),
    "Int64": (-(2**63), 2**63 - 1),
    "UInt64": (0, 2**64 - 1),
}
_TEXT = ("String", "LocalizedText")


def _parsed(said: str, builtin: str) -> Value:
    """What the left side of `values` is in a node of that type."""
    if builtin in _TEXT:
        return said
    try:
        if builtin == "Boolean":
            return {"true": True, "false": False, "1": True, "0": False}[said.casefold()]
        return _fitted(float(said) if builtin in ("Float", "Double") else int(said), builtin)
    except (KeyError, ValueError) as error:
        raise IllegalCommand(f"a node of type {builtin} cannot hold {said!r}") from error


def _fitted(value: Value, builtin: str) -> Value:
    if isinstance(value, bool):
        if builtin == "Boolean":
            return value
    elif value is None or isinstance(value, str):
        if builtin in _TEXT:
            return value
    elif isfinite(value):
        low, high = _WHOLE.get(builtin, (1, 0))
        if low <= round(value) <= high:
            return round(value)
        if builtin == "Double" or (builtin == "Float" and _narrow(value) is not None):
            return float(value)
    raise IllegalCommand(f"a node of type {builtin} cannot hold {value!r}")


@dataclass(frozen=True, slots=True)
class NodePoint:
    """path: browse names from the device's node down to this one, separated by /. means: what it holds. order: the node that takes
    commands, where that is another."""

    path: str
    means: NodeTranslation = AS_IT_IS
    order: "NodePoint | None" = None


@dataclass(frozen=True, slots=True)
class OpcuaMapping:
    """points: by type of device and name, below the node that the site file gives as `at`; none: the site file gives each node."""

    protocol: ClassVar[Protocol] = "opcua"
    points: Mapping[str, Mapping[str, NodePoint]] = field(default_factory=dict)

    @property
    def types(self) -> frozenset[str]:
        """Of the devices that it describes. A press is an event, and a node only ever tells a state."""
        if self.points:
            return frozenset(self.points)
        return frozenset(name for name, kinds in DEVICE_TYPES.items() if not any(kind.momentary for kind in kinds.values()))
