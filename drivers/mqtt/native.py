"""The native profile: its topics and its payloads. Pure; `docs/mqtt.md` is the same for integrators.

State is the bare JSON value, or `{"value": …, "t": …, "id": …}`; a command is `{"value", "for_s", "epoch", "seq", "t"}`.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from drivers.mqtt.strict_json import read, scalar, text
from edge.commands import Command
from edge.errors import Garbled
from edge.points import PointKind, Value
from edge.problems import Reason

ROOT = "talonmies"
MAX_ID = 128


def state_topic(site: str, device: str, point: str) -> str:
    return f"{ROOT}/{site}/{device}/{point}"


def command_topic(state: str) -> str:
    return f"{state}/set"


def ack_topic(state: str) -> str:
    return f"{state}/ack"


class Reading(NamedTuple):
    """One value as it was said. press_id: the id exactly as the device wrote it, to be sent back; None without a usable one.

    bad: why there is no usable value; then value is None.
    """

    value: Value
    sent_at: datetime | None = None
    press_id: str | int | None = None
    bad: Reason = ""


def read_state(payload: bytes) -> Reading:
    """Raises Garbled."""
    said = read(payload)
    if not isinstance(said, dict):
        return Reading(scalar(said))
    if "value" not in said:
        raise Garbled('no "value"')
    return Reading(scalar(said["value"]), time_of(said.get("t")), id_of(said.get("id")))


def check(kind: PointKind, value: Value) -> None:
    """Raises Garbled when the point cannot carry the value."""
    if problem := kind.problem_with(value):
        raise Garbled(problem)


def write_state(value: Value, t: datetime | None = None, press_id: str | None = None) -> bytes:
    """What a device publishes."""
    if t is None and press_id is None:
        return dump(value)
    said = {"value": value, "t": t and t.isoformat(), "id": press_id}
    return dump({name: part for name, part in said.items() if part is not None or name == "value"})


def write_command(command: Command) -> bytes:
    return dump(
        {
            "value": command.value,
            "for_s": command.for_s,
            "epoch": command.epoch,
            "seq": command.seq,
            "t": command.at.isoformat(),
        }
    )


@dataclass(frozen=True, slots=True)
class Order:
    """A command as a device reads it."""

    value: Value
    epoch: int
    seq: int
    for_s: float | None = None


def read_command(payload: bytes, kind: PointKind) -> Order:
    """Raises Garbled."""
    said = read(payload)
    if not isinstance(said, dict) or "value" not in said:
        raise Garbled("not a command")
    value, epoch, seq, for_s = scalar(said["value"]), said.get("epoch"), said.get("seq"), said.get("for_s")
    check(kind, value)
    if type(epoch) is not int or type(seq) is not int:
        raise Garbled("a command without epoch and seq")
    if for_s is not None and (isinstance(for_s, bool) or not isinstance(for_s, int | float) or not 0 < for_s < 1e6):
        raise Garbled("a lease out of range")
    return Order(value, epoch, seq, for_s)


def write_ack(press_id: str | int) -> bytes:
    return dump({"id": press_id})


def read_ack(payload: bytes) -> str | int:
    """Raises Garbled."""
    said = read(payload)
    press_id = id_of(said.get("id")) if isinstance(said, dict) else None
    if press_id is None:
        raise Garbled("an acknowledgement without an id")
    return press_id


def id_of(value: object) -> str | int | None:
    """A usable id, or None: a press with a broken id is still a press."""
    if type(value) is int:
        return value if abs(value) <= 2**53 else None
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID:
        return None
    try:
        return text(value)
    except Garbled:
        return None


def time_of(value: object) -> datetime | None:
    """The device's own time, or None: it is shown, and nothing is decided on it, so a broken one costs nothing."""
    if not isinstance(value, str):
        return None
    try:
        t = datetime.fromisoformat(value)
        return None if t.tzinfo is None else t.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def dump(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
