"""What a message says about the points behind its topic, and what a command to one of them is: native, or as a make has it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from drivers.mqtt import makes
from drivers.mqtt.native import Reading, check, read_state, write_command
from drivers.mqtt.routes import Route
from edge.commands import Command
from edge.errors import Garbled
from edge.points import PointKind
from edge.profiles.message_template import filled

Heard = list[tuple[Route, Reading]]
Faults = list[tuple[str, str]]
"""Device, and what is wrong with what it said."""

# Sensors say the same few things thousands of times a second.
_MOST_REPEATED_BYTES = 24
_read_again = lru_cache(maxsize=4096)(read_state)


def hear(routes: Sequence[Route], payload: bytes) -> tuple[Heard, Faults]:
    """A message may say nothing of some points; what is wrong with one of them hides nothing of the others."""
    heard: Heard = []
    faults: Faults = []
    said: list[Any] = []
    for route in routes:
        try:
            if route.manner is None:
                heard.append((route, _native(route.kind, payload)))
            else:
                if not said:
                    said.append(makes.parsed(payload))
                heard += [(route, reading) for reading in makes.readings(route.manner, route.kind, said[0])]
        except Garbled as error:
            faults.append((route.point.device, str(error)))
    if not heard and not faults and (missing := [route for route in routes if _is_missed(route, said[0])]):
        wanted = " or ".join(route.make.field or "bare value" for route in missing if route.make)
        faults.append((missing[0].point.device, f"no {wanted}"))
    return heard, faults


def _is_missed(route: Route, said: object) -> bool:
    """Of a button, only presses are heard: another word is no fault, a message without any is."""
    if not route.expected or route.manner is None:
        return False
    bare_is_there = bool(route.manner.path) or not isinstance(said, dict | list)
    return not (bare_is_there and any(True for _ in makes.at_path(said, route.manner.path)))


def write_order(route: Route, command: Command) -> bytes:
    """Raises IllegalCommand."""
    make = route.make
    if make is None or not make.command:
        return write_command(command)
    return filled(make.command, make.said.write(command.value), command.for_s)


def _native(kind: PointKind, payload: bytes) -> Reading:
    reading = _read_again(payload) if len(payload) <= _MOST_REPEATED_BYTES else read_state(payload)
    if kind.momentary:
        check(kind, reading.value)
        return reading
    missing = makes.no_value(kind, reading.value, reading.value)
    return reading if missing is None else missing._replace(sent_at=reading.sent_at)
