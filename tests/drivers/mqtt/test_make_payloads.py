"""Whatever a make publishes is a value that its point can carry, a reason why there is none, or a fault; never a false press."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.mqtt.makes import at_path, parsed, path_of, with_value
from drivers.mqtt.payloads import hear
from drivers.mqtt.routes import Route, routes_of
from edge.errors import Garbled, IllegalCommand, IllegalInput
from edge.points import Value
from edge.profiles import PROFILES
from edge.profiles.message_template import FOR_S, VALUE, filled, problem_with, recognised
from edge.profiles.mqtt_mapping import MqttMapping
from edge.profiles.translation import Translation
from tests.drivers.mqtt.makes import Make, site_with

ROUTES: list[tuple[Route, ...]] = [
    routes
    for name, profile in PROFILES.items()
    if isinstance(profile.mapping, MqttMapping)
    for type_ in profile.mapping.points
    for lane in [routes_of(site_with(type_, name, at="a/b/c"), "broker")]
    for routes in (*lane.rest.values(), *lane.panic.values())
]
WORDS = sorted(
    {part for routes in ROUTES for route in routes if route.make for part in (*path_of(route.make.field), *route.make.values)}
    | {"events", "component", "event", "input:0", "switch:0", "output", "id", "t", "value", "nan", "unavailable"}
)
scalars = st.none() | st.booleans() | st.floats() | st.integers() | st.sampled_from(WORDS) | st.text(max_size=12)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=6), inner, max_size=5),
    max_leaves=20,
)


@st.composite
def said_to(draw: st.DrawFn) -> tuple[tuple[Route, ...], bytes]:
    """A message for some routes: anything, JSON, or JSON that has just the fields that they look for."""
    routes = draw(st.sampled_from(ROUTES))
    kind = draw(st.sampled_from(["octets", "words", "json", "fitting"]))
    if kind == "octets":
        return routes, draw(st.binary(max_size=60))
    if kind == "words":
        return routes, draw(st.sampled_from(WORDS)).encode()
    said: Any = draw(values)
    if kind == "fitting":
        for route in routes:
            if route.make and route.make.field:
                said = with_value(said, path_of(route.make.field), draw(values))
    return routes, json.dumps(said).encode()


@given(said_to())
def test_no_payload_makes_the_driver_raise_or_take_nonsense_for_a_value(message: tuple[tuple[Route, ...], bytes]) -> None:
    routes, payload = message
    heard, faults = hear(routes, payload)
    for route, reading in heard:
        if reading.bad:
            assert reading.value is None
            assert not route.kind.momentary
        else:
            assert route.kind.problem_with(reading.value) is None
        assert reading.press_id is None
        str(reading.value).encode()
    assert {device for device, _ in faults} <= {"x"}
    pressed = [reading for route, reading in heard if route.kind.momentary]
    assert len(pressed) <= 2
    for route in routes:
        if route.kind.momentary and route.make and pressed:
            assert any(word in payload.decode() for word in route.make.values)


steps = st.lists(st.sampled_from([word for word in WORDS if "=" not in word]) | st.sampled_from(["0", "1"]), max_size=4)


@given(values, steps, st.sampled_from([[], ["component=input:0", "event"]]), scalars)
def test_what_is_put_at_a_path_is_found_there(said: object, path: list[str], searched: list[str], value: Value) -> None:
    whole = [*path, *searched]
    assert value in [*at_path(with_value(said, whole, value), whole)] or value != value


@given(st.binary(max_size=80) | values.map(lambda value: json.dumps(value).encode()))
def test_any_payload_is_json_or_text_or_garbage(payload: bytes) -> None:
    try:
        parsed(payload)
    except Garbled:
        return


TEMPLATES = ["{value}", "set {value}", '{"state": {value}}', '{"a": [{"b": {value}}, 1], "for": {for_s}}', "[{value}, {for_s}]"]


@given(st.sampled_from(TEMPLATES), st.booleans() | st.integers() | st.text(max_size=8), st.none() | st.floats(1, 1000))
def test_a_command_is_recognised_by_its_template(template: str, value: Value, for_s: float | None) -> None:
    payload = filled(template, value, for_s)
    if not template.startswith(('{"', "[")):
        assert recognised(template, payload.decode()) == {VALUE: value if isinstance(value, str) else json.dumps(value)}
    elif template.startswith("[") and for_s is None:
        assert json.loads(payload) == [value]
    else:
        found = recognised(template, json.loads(payload))
        assert found is not None
        assert found[VALUE] == value
        assert found.get(FOR_S) == (for_s if FOR_S in template else None)


@pytest.mark.parametrize("template", ['{"a": "{value}"}', "[1", '{"a": {value}', '{"a" {value}}'])
def test_what_is_no_template(template: str) -> None:
    assert problem_with(template)
    with pytest.raises(IllegalInput):
        filled(template, "x", None)


@given(st.floats(-1000, 1000), st.floats(0.01, 100), st.floats(-100, 100))
def test_a_number_comes_back_within_a_thousandth_of_the_devices_own_unit(value: float, scale: float, offset: float) -> None:
    translation = Translation(scale=scale, offset=offset)
    said = translation.write(value)
    assert isinstance(said, int | float)
    back = translation.read(said)
    assert isinstance(back, int | float)
    assert abs(back - value) <= scale * 0.001 + 1e-6


def test_words_both_ways() -> None:
    translation = Translation({"ON": True, "1": True, "0": False, "65535": None})
    assert [translation.read(said) for said in ("ON", 1, 1.0, 0, 65535)] == [True, True, True, False, None]
    assert (translation.write(value=True), translation.write(value=False)) == ("ON", 0)
    with pytest.raises(Garbled):
        translation.read("on")
    with pytest.raises(IllegalCommand):
        translation.write("on")
    assert Translation({"true": "unlocked", "false": "locked"}).write("unlocked") is True
    assert Translation({"255": None}, scale=0.5).read(42) == 21


# --- a payload that nobody knows: mqtt.json ---------------------------------------------------------------------------


def json_make(type_: str = "relay", **points: Any) -> Make:
    return Make(type_, "mqtt.json", points=points)


def test_any_payload_is_described_in_the_site_file() -> None:
    relay = json_make(
        on={
            "topic": "io/7",
            "field": "out.0.on",
            "values": {"1": True, "0": False},
            "set": "io/7/set",
            "command": '{"on": {value}}',
        },
        tamper={"topic": "io/7", "field": "cover", "values": {"open": True, "shut": False, "?": None}},
        link={"topic": "io/7/status", "values": {"online": True, "offline": False}},
    )
    assert relay.says("io/7", '{"out": [{"on": 1}, {"on": 0}], "cover": "shut"}') == {"on": True, "tamper": False}
    assert relay.says("io/7", '{"cover": "?"}') == {"tamper": "it says ?"}
    assert relay.says("io/7", '{"out": [{"on": 2}], "cover": "open"}') == {"tamper": True, "fault": "not one of 1, 0"}
    assert relay.says("io/7", '{"temperature": 20}') == {"fault": "no out.0.on or cover"}
    assert relay.says("io/7", "on") == {"fault": "no out.0.on or cover"}
    assert relay.says("io/7/status", "offline") == {"link": False}
    assert relay.hears("on", value=True) == ("io/7/set", '{"on":1}')


def test_numbers_are_scaled_both_ways() -> None:
    unit = json_make(
        "masking-unit",
        level={"topic": "m/level", "scale": 0.5, "offset": 30, "set": "m/level/set", "command": "{value}"},
        ambient={"topic": "m/ambient", "field": "dB", "scale": 0.1},
    )
    assert unit.says("m/level", "24") == {"level": 42.0}
    assert unit.hears("level", 42.0) == ("m/level/set", "24")
    assert unit.says("m/ambient", '{"dB": 412}') == {"ambient": pytest.approx(41.2)}
    assert unit.says("m/ambient", '{"dB": 4120}') == {"fault": "outside 0..140"}
    counter = json_make("occupancy-sensor", count={"topic": "c", "field": "n", "scale": 2})
    assert counter.says("c", '{"n": 3}') == {"count": 6}
    assert counter.says("c", '{"n": 1.25}') == {"fault": "not a whole number"}


def test_an_id_in_the_payload_of_a_make_is_not_that_of_a_press() -> None:
    """It is the number of the button: each press would look like a repeat of the first."""
    button = json_make("panic-button", pressed={"topic": "b", "field": "event", "values": {"S": True}})
    (route,) = button.routes.panic["b"]
    heard, _ = hear((route,), b'{"id": 0, "event": "S"}')
    assert [(reading.value, reading.press_id) for _, reading in heard] == [(True, None)]
    assert button.says("b", '{"id": 0, "event": "L"}') == {}
    assert button.says("b", '{"id": 0}') == {"fault": "no event"}


def test_one_and_true_are_written_as_the_words_that_mean_them() -> None:
    counts, switch = Translation({"on": True, "many": 1}), Translation({"one": 1, "on": True})
    assert [counts.write(value) for value in (True, 1)] == ["on", "many"]
    assert [switch.write(value) for value in (True, 1)] == ["on", "one"]
