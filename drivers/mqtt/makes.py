"""Payloads of other makes, read and written as a mapping says. Pure; nothing but Garbled comes out of reading."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from drivers.mqtt.native import Reading, check, dump, time_of
from drivers.mqtt.strict_json import read, scalar, text
from edge import problems
from edge.errors import Garbled
from edge.points import PointKind, Value
from edge.profiles.mqtt_mapping import MqttPoint
from edge.profiles.translation import NO_VALUE, Translation


def parsed(payload: bytes) -> Any:
    """The JSON value of a payload, or its text where it is no JSON. Raises Garbled."""
    try:
        return read(payload)
    except Garbled as garbled:
        if str(garbled) != "not JSON" and not payload.endswith(b"NaN"):
            raise
    return text(payload.decode().strip())


def path_of(field: str) -> tuple[str, ...]:
    return tuple(field.split(".")) if field else ()


class Manner(NamedTuple):
    """How a point is heard, worked out once."""

    path: tuple[str, ...]
    heard: Translation


def manner_of(point: MqttPoint) -> Manner:
    return Manner(path_of(point.field), point.heard)


def at_path(said: object, path: Sequence[str]) -> Iterator[object]:
    """Every value at a path: one at most, unless a list is searched on the way."""
    if not path:
        yield said
        return
    part, rest = path[0], path[1:]
    if isinstance(said, dict):
        if part in said:
            yield from at_path(said[part], rest)
    elif isinstance(said, list):
        name, searched, wanted = part.partition("=")
        if searched:
            for item in said:
                if isinstance(item, dict) and name in item and str(item[name]) == wanted:
                    yield from at_path(item, rest)
        elif part.isascii() and part.isdecimal() and int(part) < len(said):
            yield from at_path(said[int(part)], rest)


def readings(manner: Manner, kind: PointKind, said: object) -> list[Reading]:
    """What a message says of a point; nothing if it is not there. Raises Garbled."""
    found = [*at_path(said, manner.path)]
    if not found or (not manner.path and isinstance(said, dict | list)):
        return []
    sent_at = time_of(said["t"]) if isinstance(said, dict) and "t" in said else None
    if kind.momentary:
        # A make says much of its buttons that is no press: released, idle, nothing. And its "id" is rarely that of one press: taken
        # for one, it would make each press a repeat of the first.
        return [Reading(True, sent_at)] if any(_is_press(manner.heard, value) for value in found) else []
    return [_reading(manner.heard, kind, value, sent_at) for value in found]


def _is_press(heard: Translation, said: object) -> bool:
    try:
        return heard.read(scalar(said)) is True
    except Garbled:
        return False


def _reading(heard: Translation, kind: PointKind, said: object, sent_at: datetime | None) -> Reading:
    bare = scalar(said)
    value = heard.read(bare)
    if kind.type is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    missing = no_value(kind, value, bare)
    return Reading(value, sent_at) if missing is None else missing._replace(sent_at=sent_at)


def no_value(kind: PointKind, value: Value, said: Value) -> Reading | None:
    """For what a device says where it has no value. Raises Garbled for what the point cannot carry otherwise."""
    if kind.problem_with(value) is None:
        return None
    if value is None or (isinstance(value, str) and value.lower() in NO_VALUE):
        return Reading(None, bad=problems.NO_VALUE if said is None else problems.unknown_word(str(said)))
    check(kind, value)
    return None


def with_value(said: Any, path: Sequence[str], value: Value) -> Any:
    """What a device says: what it said last, with the value at the path changed."""
    if not path:
        return value
    part, rest = path[0], path[1:]
    name, searched, wanted = part.partition("=")
    if searched:
        return [with_value({name: wanted}, rest, value)]
    if part.isdecimal():
        items = [*said] if isinstance(said, list) else []
        items += [{}] * (int(part) + 1 - len(items))
        items[int(part)] = with_value(items[int(part)], rest, value)
        return items
    members = dict(said) if isinstance(said, dict) else {}
    members[part] = with_value(members.get(part), rest, value)
    return members


def written(said: object, *, bare: bool) -> bytes:
    """The payload. bare: it is the value itself, so that a text is not in quotation marks."""
    return said.encode() if bare and isinstance(said, str) else dump(said)
