"""JSON from the outside, read with hard limits: size, depth, no NaN, no duplicate keys, no broken Unicode."""

import json
from math import isfinite
from typing import Any, NoReturn

from edge.errors import Garbled

MAX_BYTES = 64 * 1024
MAX_DEPTH = 32
MAX_TEXT = 1000


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Garbled("a key appears twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise Garbled(f"{name} is not JSON")


_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant).decode


def read(payload: bytes, longest: int = MAX_BYTES) -> Any:
    """The JSON value of a payload. Raises Garbled, with a few English words, for anything that is not one within the limits."""
    if not payload:
        raise Garbled("empty")
    if len(payload) > longest:
        raise Garbled(f"longer than {longest} bytes")
    if payload.count(b"[") + payload.count(b"{") > MAX_DEPTH and _depth(payload) > MAX_DEPTH:
        raise Garbled(f"nested deeper than {MAX_DEPTH}")
    try:
        return _decode(payload.decode())
    except UnicodeDecodeError as error:
        raise Garbled("not UTF-8") from error
    except ValueError as error:  # also a number of thousands of digits
        raise Garbled("not JSON") from error


def scalar(value: object) -> bool | int | float | str | None:
    """The value, if it is a bare one that can be stored and shown everywhere. Raises Garbled for the others."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float):
        if not isfinite(value):
            raise Garbled("a number out of range")
        return value
    if isinstance(value, int):  # a bool is one
        if abs(value) > 2**53:
            raise Garbled("a number out of range")
        return value
    if value is None:
        return None
    raise Garbled("not a bare value")


def text(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise Garbled(f"text longer than {MAX_TEXT} characters")
    if "\0" in value:
        raise Garbled("text with a NUL")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Garbled("text with half of a surrogate pair") from error
    return value


def _depth(payload: bytes) -> int:
    """At least the nesting of the payload; more where brackets stand inside its texts."""
    depth = deepest = 0
    for byte in payload:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
