"""Where devices of other makes are on an MQTT line, and what can be sent to them."""

from typing import Any

import pytest

from tests.edge.site.small_site import found

SHELLY = {"type": "panic-button", "connection": "broker", "profile": "mqtt.shelly", "at": "x", "space": "room"}


def panic(**changes: Any) -> dict[str, Any]:
    return {"devices": {"panic": changes}}


def lock(profile: str = "native", **address: Any) -> dict[str, Any]:
    lock = {"topic": "a", "set": "b", **address}
    return {"devices": {"lock-front": {"profile": profile, "points": {"lock": lock}}}}


CASES: list[tuple[dict[str, Any], str]] = [
    (panic(profile="mqtt.shelly"), "error devices.panic: The topics of the profile mqtt.shelly begin with a name."),
    (panic(at="x"), "error devices.panic.at: The profile native has no place for at."),
    (panic(profile="mqtt.shelly", at="x/#"), 'error devices.panic.at: "x/#" cannot be part of a topic.'),
    (panic(profile="mqtt.shelly", at="x//y"), 'error devices.panic.at: "x//y" cannot be part of a topic.'),
    (panic(profile="mqtt.json"), "error devices.panic: The profile mqtt.json has no topics of its own."),
    ({"devices": {"panic": SHELLY, "fob": SHELLY}}, "error devices.fob.at: panic is already at x, channel 1."),
    (
        panic(points={"pressed": {"topic": "a", "values": {"hold": True}}}),
        "error devices.panic.points.pressed: The answer to a press is only for buttons that speak natively.",
    ),
    (panic(points={"battery": {"topic": "a", "scale": 0}}), "error devices.panic.points.battery.scale: A scale of 0"),
    (lock(command='{"s": "{value}"}'), "error devices.lock-front.points.lock.command: This is neither JSON nor plain text."),
    (lock(command="{value}"), "error devices.lock-front.points.lock.command: Nothing ends an unlock by itself: the command"),
    (lock("mqtt.json", command="x", set=None), "error devices.lock-front.points.lock: lock takes commands, and"),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_rule(change: dict[str, Any], expected: str) -> None:
    assert [line for line in found(change) if line.startswith(expected)]


@pytest.mark.parametrize(
    "change",
    [
        {"devices": {"panic": SHELLY, "fob": {**SHELLY, "channel": 2}}},
        panic(profile="mqtt.json", points={"pressed": {"topic": "a", "values": {"hold": True}}}),
        panic(points={"pressed": {"topic": "a"}}),
        lock("mqtt.json", command='{"open": {value}, "seconds": {for_s}}'),
        lock(),
        {"devices": {"lock-front": {"profile": "mqtt.esphome", "at": "a/lock/b", "lease": "latch"}}},
    ],
)
def test_what_is_right(change: dict[str, Any]) -> None:
    assert found(change) == []


def test_one_topic_may_take_commands_that_differ() -> None:
    relay = {"type": "relay", "connection": "broker", "profile": "mqtt.json"}
    points = [{"on": {"topic": f"a/{n}", "set": "rpc", "command": f'{{"id": {n}, "on": {{value}}}}'}} for n in (1, 2, 2)]
    first, second, third = ({**relay, "points": each} for each in points)
    assert found({"devices": {"one": first, "two": second}}) == []
    told = "error devices.three.points.on.set: two/on already uses the topic rpc."
    assert [line for line in found({"devices": {"two": second, "three": third}}) if line.startswith(told)]
