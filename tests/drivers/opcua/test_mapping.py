"""What a node holds and what a point is: pure, both ways, for any value."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import Garbled, IllegalCommand, IllegalInput
from edge.points import DEVICE_TYPES, PointKind, Value
from edge.profiles import PROFILES
from edge.profiles.opcua_mapping import NodeRef, NodeTranslation, OpcuaMapping, node_ref

LEVEL, MUTED = DEVICE_TYPES["masking-unit"]["level"], DEVICE_TYPES["masking-unit"]["muted"]
COUNT, TEXT, LOCK = DEVICE_TYPES["occupancy-sensor"]["count"], DEVICE_TYPES["sign"]["text"], DEVICE_TYPES["door-controller"]["lock"]
WHOLE = ("SByte", "Byte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64")
KINDS = [kind for kinds in DEVICE_TYPES.values() for kind in kinds.values()]
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=8),
    st.lists(st.integers(), max_size=3),
)
translations = st.builds(
    NodeTranslation,
    st.dictionaries(
        st.text(max_size=5), st.one_of(st.booleans(), st.integers(-5, 5), st.sampled_from(["locked", "open"])), max_size=3
    ),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(
    means=translations,
    held=ANYTHING,
    kind=st.sampled_from(KINDS),
    builtin=st.sampled_from(["Boolean", "Float", "Double", "String"]),
)
def test_whatever_a_node_holds_becomes_a_value_of_the_point_or_is_refused(
    means: NodeTranslation, held: object, kind: PointKind, builtin: str
) -> None:
    try:
        value = means.read(held, builtin, kind)
    except Garbled:
        return
    assert kind.problem_with(value) is None


@given(
    means=translations,
    value=st.one_of(st.none(), st.booleans(), st.integers(), st.just(10**400), st.floats(), st.text(max_size=20)),
    builtin=st.sampled_from([*WHOLE, "Boolean", "Float", "Double", "String", "LocalizedText", "DateTime"]),
)
def test_whatever_is_commanded_fits_into_the_node_or_is_refused(means: NodeTranslation, value: Value, builtin: str) -> None:
    try:
        held = means.write(value, builtin)
    except IllegalCommand:
        return
    if builtin in WHOLE:
        bits = int(builtin.lstrip("SUBInt").replace("yte", "8") or 8)
        low = -(1 << (bits - 1)) if builtin[0] in "SI" else 0
        assert type(held) is int
        assert low <= held < low + (1 << bits)
    elif builtin == "Float":
        assert isinstance(held, float)
        struct.pack("<f", held)
    else:
        types: dict[str, Any] = {"Boolean": bool, "Double": float, "String": str | None, "LocalizedText": str | None}
        assert isinstance(held, types[builtin])


@given(
    tenths=st.integers(0, 1000),
    scale=st.sampled_from([1.0, 0.1, 0.01, 2.0, 100.0, -0.5]),
    offset=st.sampled_from([0.0, 30.0, -273.15]),
    builtin=st.sampled_from(["Float", "Double"]),
)
def test_what_is_written_is_read_back_as_it_was(tenths: int, scale: float, offset: float, builtin: str) -> None:
    means, value = NodeTranslation(scale=scale, offset=offset), tenths / 10
    held = means.write(value, builtin)
    assert isinstance(held, float)
    kept = held if builtin == "Double" else struct.unpack("f", struct.pack("f", held))[0]
    assert means.read(kept, builtin, LEVEL) == value


@given(value=st.floats(0, 100), scale=st.sampled_from([0.1, 0.5, 1.0]))
def test_a_whole_number_holds_a_value_to_half_a_step(value: float, scale: float) -> None:
    means = NodeTranslation(scale=scale)
    read = means.read(means.write(value, "Int32"), "Int32", LEVEL)
    assert isinstance(read, float | int)
    assert abs(read - value) <= scale / 2 + 1e-9


@pytest.mark.parametrize(
    ("means", "held", "builtin", "kind", "value"),
    [
        (NodeTranslation(), True, "Boolean", MUTED, True),
        (NodeTranslation({"0": True, "1": False}), 1, "Byte", MUTED, False),
        (NodeTranslation({"1": True, "0": False}), 1.0, "Double", MUTED, True),
        (NodeTranslation({"true": "locked", "false": "unlocked"}), False, "Boolean", LOCK, "unlocked"),
        (NodeTranslation({"OPEN": "unlocked", "SHUT": "locked"}), "SHUT", "String", LOCK, "locked"),
        (NodeTranslation(), 3.0, "Double", COUNT, 3),
        (NodeTranslation(scale=100), struct.unpack("f", struct.pack("f", 0.77))[0], "Float", LEVEL, 77.0),
        (NodeTranslation(scale=0.1, offset=30), 104, "Int16", LEVEL, 40.4),
        (NodeTranslation(), None, "Null", TEXT, None),
        (NodeTranslation(), "Varattu", "LocalizedText", TEXT, "Varattu"),
    ],
)
def test_read(means: NodeTranslation, held: object, builtin: str, kind: PointKind, value: Value) -> None:
    read = means.read(held, builtin, kind)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("means", "held", "kind", "problem"),
    [
        (NodeTranslation(), 1, MUTED, "not true or false"),
        (NodeTranslation({"1": True}), 2, MUTED, "none of 1"),
        (NodeTranslation(), float("nan"), LEVEL, "outside 0..100"),
        (NodeTranslation(), 2.5, COUNT, "not a whole number"),
        (NodeTranslation(), None, LOCK, "no value"),
        (NodeTranslation(), b"\x00", TEXT, "neither a number nor text"),
        (NodeTranslation(scale=1e300), 1e300, LEVEL, "outside 0..100"),
    ],
)
def test_read_what_cannot_be(means: NodeTranslation, held: object, kind: PointKind, problem: str) -> None:
    with pytest.raises(Garbled, match=problem):
        means.read(held, "Double", kind)


@pytest.mark.parametrize(
    ("means", "value", "builtin", "held"),
    [
        (NodeTranslation({"0": "locked", "1": "unlocked"}), "unlocked", "Int32", 1),
        (NodeTranslation({"0": False, "1": True}), True, "Boolean", True),
        (NodeTranslation({"0": False, "1.5": True}), True, "Double", 1.5),
        (NodeTranslation({"ON": True, "OFF": False}), False, "String", "OFF"),
        (NodeTranslation(scale=0.1), 40.4, "UInt16", 404),
        (NodeTranslation(), None, "String", None),
    ],
)
def test_write(means: NodeTranslation, value: Value, builtin: str, held: Value) -> None:
    written = means.write(value, builtin)
    assert (written, type(written)) == (held, type(held))


@pytest.mark.parametrize(
    ("means", "value", "builtin"),
    [
        (NodeTranslation(), True, "Int32"),
        (NodeTranslation(), 1, "Boolean"),
        (NodeTranslation(), 300, "Byte"),
        (NodeTranslation(), 1e39, "Float"),
        (NodeTranslation(), float("inf"), "Double"),
        (NodeTranslation({"1": True}), False, "Int32"),
        (NodeTranslation({"1": 1}), True, "Int32"),
        (NodeTranslation({"one": True}), True, "Int32"),
        (NodeTranslation({"2": True}), True, "Boolean"),
        (NodeTranslation(), "text", "DateTime"),
    ],
)
def test_write_what_cannot_be(means: NodeTranslation, value: Value, builtin: str) -> None:
    with pytest.raises(IllegalCommand):
        means.write(value, builtin)


@given(st.text(max_size=60))
def test_any_text_is_a_node_id_or_none(text: str) -> None:
    try:
        found = node_ref(text)
    except IllegalInput:
        return
    assert node_ref(str(found)) == found


def test_node_ids_in_all_their_forms() -> None:
    assert node_ref("i=2259") == NodeRef(0, "i", "2259")
    assert node_ref("ns=2;s=Room 1;Presence=x") == NodeRef(2, "s", "Room 1;Presence=x")
    assert node_ref("nsu=http://a.example/UA/;s=A") == NodeRef("http://a.example/UA/", "s", "A")
    assert node_ref("nsu=urn:a;i=1").under(4) == "ns=4;i=1"


def test_the_makes_say_what_they_are_for() -> None:
    makes = {name: profile for name, profile in PROFILES.items() if isinstance(profile.mapping, OpcuaMapping)}
    assert makes["opcua.pulse_door"].lease == "pulse"
    assert makes["opcua.nodes"].lease == "latch"
    for profile in makes.values():
        assert isinstance(profile.mapping, OpcuaMapping)
        assert "panic-button" not in profile.mapping.types
        for device_type, points in profile.mapping.points.items():
            assert set(points) <= set(DEVICE_TYPES[device_type])
