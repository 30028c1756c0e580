"""Payloads of other makes, read and written as a mapping says. Pure; nothing but Garbled comes out of reading."""

from collections.abc import Iterator, Sequence
from typing import Any

from drivers.mqtt.native import Reading, check, dump, time_of
from drivers.mqtt.strict_json import read, scalar, text
from edge.errors import Garbled
from edge.points import PointKind, Value
from edge.profiles.mqtt_mapping import MqttPoint
from edge.profiles.translation import NO_VALUE


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


def readings(point: MqttPoint, kind: PointKind, said: object) -> list[Reading]:
    """What a message says of a point; nothing if it is not there. Raises Garbled."""
    found = [*at_path(said, path_of(point.field))]
    if not point.field and isinstance(said, dict | list):
        return []
    sent_at = time_of(said.get("t")) if isinstance(said, dict) else None
    if kind.momentary:
        # A make says much of its buttons that is no press: released, idle, nothing. And its "id" is rarely that of one press: taken
        # for one, it would make each press a repeat of the first.
        return [Reading(True, sent_at)] if any(_is_press(point, value) for value in found) else []
    return [_reading(point, kind, value)._replace(sent_at=sent_at) for value in found]


def _is_press(point: MqttPoint, said: object) -> bool:
    try:
        return point.heard.read(scalar(said)) is True
    except Garbled:
        return False


def _reading(point: MqttPoint, kind: PointKind, said: object) -> Reading:
    bare = scalar(said)
    value = point.heard.read(bare)
    if kind.type is int and isinstance(value, float) and value.is_integer():
        value = int(value)
    return Reading(value) if (missing := no_value(kind, value, bare)) is None else missing


def no_value(kind: PointKind, value: Value, said: Value) -> Reading | None:
    """For what a device says where it has no value. Raises Garbled for what the point cannot carry otherwise."""
    if kind.problem_with(value) is None:
        return None
    if value is None or (isinstance(value, str) and value.lower() in NO_VALUE):
        return Reading(None, bad="the device says null" if said is None else f"the device says {said!r}")
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
