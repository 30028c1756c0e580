"""The text of a command with {value} and {for_s} in it, filled in and recognised. Pure.

In an object or a list a value is written as JSON writes it: `{"state": {value}}` becomes `{"state": "ON"}`. A text that is neither
carries it as it is: `{value}` becomes `ON`. A member whose value would be {for_s} is left out of a command that lasts.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from edge.errors import IllegalInput
from edge.points import Value

VALUE, FOR_S = "{value}", "{for_s}"
_LEFT_OUT = object()


def problem_with(template: str) -> str | None:
    """What is wrong with it, in a few English words."""
    try:
        _parsed(template)
    except IllegalInput as error:
        return str(error)
    return None


def filled(template: str, value: Value, for_s: float | None) -> bytes:
    """Raises IllegalInput for a template that is none."""
    seconds = int(for_s) if for_s is not None and float(for_s).is_integer() else for_s
    parsed = _parsed(template)
    if isinstance(parsed, str):
        return _text(parsed, {VALUE: value, FOR_S: seconds}).encode()
    return json.dumps(_fill(parsed, {VALUE: value, FOR_S: seconds}), separators=(",", ":"), ensure_ascii=False).encode()


def recognised(template: str, said: object) -> dict[str, Value] | None:
    """What stands at {value} and {for_s} in a message that was made of the template; None for any other. said: the JSON value of
    the message, or its text where it has none."""
    found: dict[str, Value] = {}
    parsed = _parsed(template)
    if isinstance(parsed, str):
        before, _, after = parsed.partition(VALUE)
        text = said if isinstance(said, str) else json.dumps(said)
        if VALUE not in parsed:
            return found if text == parsed else None
        inside = text.startswith(before) and text.endswith(after) and len(text) >= len(before) + len(after)
        return {VALUE: text[len(before) : len(text) - len(after)]} if inside else None
    return found if _same(parsed, said, found) else None


@lru_cache(maxsize=1024)
def _parsed(template: str) -> Any:
    """The JSON value, with the names of the places for texts; the template itself where it is plain text."""
    marked = template
    for name in (VALUE, FOR_S):
        marked = marked.replace(name, json.dumps(name))
    if not marked.lstrip().startswith(("{", "[")):
        return template
    try:
        return json.loads(marked)
    except ValueError as error:
        raise IllegalInput("neither JSON nor plain text; write {value} without quotation marks") from error


def _text(template: str, values: Mapping[str, Value]) -> str:
    for name, value in values.items():
        template = template.replace(name, value if isinstance(value, str) else json.dumps(value))
    return template


def _fill(part: Any, values: Mapping[str, Value]) -> Any:
    if isinstance(part, dict):
        members = ((name, _fill(inner, values)) for name, inner in part.items())
        return {name: inner for name, inner in members if inner is not _LEFT_OUT}
    if isinstance(part, list):
        return [inner for inner in (_fill(inner, values) for inner in part) if inner is not _LEFT_OUT]
    if isinstance(part, str) and part in values:
        return _LEFT_OUT if part == FOR_S and values[part] is None else values[part]
    return part


def _same(part: Any, said: object, found: dict[str, Value]) -> bool:
    if isinstance(part, str) and part in (VALUE, FOR_S):
        if isinstance(said, bool | int | float | str) or said is None:
            found[part] = said
            return True
        return False
    if isinstance(part, dict):
        return (
            isinstance(said, dict)
            and said.keys() <= part.keys()
            and all(name in said or inner == FOR_S for name, inner in part.items())
            and all(_same(part[name], inner, found) for name, inner in said.items())
        )
    if isinstance(part, list):
        return isinstance(said, list) and len(said) == len(part) and all(map(lambda p, s: _same(p, s, found), part, said))
    return bool(part == said and type(part) is type(said))
