"""Payloads of the native profile, as the documentation says, and everything that is not one."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.mqtt.native import (
    Order,
    Reading,
    check,
    read_ack,
    read_command,
    read_state,
    write_ack,
    write_command,
    write_state,
)
from drivers.mqtt.strict_json import MAX_BYTES, MAX_DEPTH, read
from edge.commands import Command
from edge.errors import Garbled
from edge.points import DEVICE_TYPES, PointId, PointKind
from edge.text import say

LOCK = DEVICE_TYPES["door-controller"]["lock"]
T = datetime(2026, 11, 27, 6, 57, tzinfo=UTC)
KINDS = [kind for points in DEVICE_TYPES.values() for kind in points.values()]


@pytest.mark.parametrize(
    ("payload", "reading"),
    [
        (b"true", Reading(True)),
        (b" 21.5 ", Reading(21.5)),
        (b'"unlocked"', Reading("unlocked")),
        (b"null", Reading(None)),
        (b'{"value": 3}', Reading(3)),
        (b'{"value": true, "t": "2026-11-27T08:57:00+02:00", "id": "b-1"}', Reading(True, T, "b-1")),
        (b'{"value": true, "id": 42}', Reading(True, None, 42)),
        (b'{"value": true, "t": "yesterday", "id": ""}', Reading(True)),
        (b'{"value": true, "t": "2026-11-27T08:57:00", "id": true}', Reading(True)),
        (b'{"value": true, "t": "0001-01-01T00:00:00+14:00", "id": "\\ud800"}', Reading(True)),
    ],
)
def test_readable_states(payload: bytes, reading: Reading) -> None:
    assert read_state(payload) == reading


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (b"", "empty"),
        (b"1" * (MAX_BYTES + 1), "longer than"),
        (b"[" * 10_000, "nested deeper"),
        (b'{"value":' * 1000 + b"1" + b"}" * 1000, "nested deeper"),
        (b"NaN", "NaN is not JSON"),
        (b'{"value": -Infinity}', "-Infinity is not JSON"),
        (b"1e400", "out of range"),
        (b"1" * 5000, "not JSON"),
        (b"9007199254740993", "out of range"),
        (b'{"value": 1, "value": 2}', "twice"),
        (b'"\\ud800"', "half of a surrogate pair"),
        (b'"\\u0000"', "NUL"),
        (b"\xff", "not UTF-8"),
        (b"\xef\xbb\xbf1", "not JSON"),
        (b"{", "not JSON"),
        (b"{}", 'no "value"'),
        (b'{"value": [1]}', "not a bare value"),
        (b"[true]", "not a bare value"),
        (b'"' + b"a" * 2000 + b'"', "longer than"),
    ],
)
def test_unreadable_states(payload: bytes, problem: str) -> None:
    with pytest.raises(Garbled, match=re.escape(problem)):
        read_state(payload)


def test_as_deep_as_allowed() -> None:
    assert read(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert read(b"[" + b"[]," * 500 + b"[]]")


anything = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["value", "id", "t", "seq", "x"]), inner),
        max_leaves=20,
    ).map(lambda value: json.dumps(value).encode()),
)
READERS: list[Callable[[bytes], object]] = [
    read_state,
    read_ack,
    lambda payload: read_command(payload, LOCK),
]


@given(anything, st.sampled_from(READERS), st.sampled_from(KINDS))
def test_nothing_but_garbled_comes_out_of_a_reader(payload: bytes, reader: Callable[[bytes], object], kind: PointKind) -> None:
    try:
        said = reader(payload)
        if isinstance(said, Reading):
            check(kind, said.value)
            str(said.value).encode()
            assert said.value is None or kind.problem_with(said.value) is None
    except Garbled:
        return


@given(st.one_of(st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_state_comes_back_as_it_was_written(value: float) -> None:
    assert read_state(write_state(value)) == Reading(value)
    assert read_state(write_state(value, T, "id-1")) == Reading(value, T, "id-1")


def test_a_command_comes_back_as_it_was_written() -> None:
    command = Command(PointId("door", "lock"), "unlocked", 17, 4021, T, 60.0, "hours:service", say("Open"))
    assert read_command(write_command(command), LOCK) == Order("unlocked", 17, 4021, 60.0)


@pytest.mark.parametrize(
    "payload",
    [
        b'"unlocked"',
        b'{"value": "unlocked"}',
        b'{"value": "ajar", "epoch": 1, "seq": 1}',
        b'{"value": "unlocked", "epoch": true, "seq": 1}',
        b'{"value": "unlocked", "epoch": 1, "seq": 1, "for_s": 0}',
        b'{"value": "unlocked", "epoch": 1, "seq": 1, "for_s": "long"}',
        b'{"value": "unlocked", "epoch": 1, "seq": 1, "for_s": true}',
    ],
)
def test_what_is_no_command(payload: bytes) -> None:
    with pytest.raises(Garbled):
        read_command(payload, LOCK)


@pytest.mark.parametrize("press_id", ["boot-1", 42])
def test_an_answer_carries_the_id_as_it_was(press_id: str | int) -> None:
    assert read_ack(write_ack(press_id)) == press_id


def test_the_examples_of_the_documentation_are_readable() -> None:
    """Each fenced example of docs/mqtt.md names its topic on the line before its payload."""
    text = (Path(__file__).parents[3] / "docs" / "mqtt.md").read_text()
    examples = re.findall(r"```mqtt\n(\S+)\n(.+?)\n```", text, re.DOTALL)
    assert len(examples) >= 6
    for topic, payload in examples:
        _, _, device, point, *more = topic.split("/")
        kinds = DEVICE_TYPES[device.rstrip("-0123456789")]
        if more == ["set"]:
            assert read_command(payload.encode(), kinds[point])
        elif more == ["ack"]:
            assert read_ack(payload.encode())
        else:
            check(kinds[point], read_state(payload.encode()).value)
