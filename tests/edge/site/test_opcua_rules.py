"""Rules about OPC UA: one small change to a good site, and the finding it must give."""

from typing import Any

import pytest

from tests.edge.site.small_site import found

LINE = {"protocol": "opcua", "url": "opc.tcp://10.20.0.30", "certificate": "a.der", "key": "a.pem", "server_certificate": "b.der"}
FAN = {"type": "relay", "profile": "opcua.nodes", "points": {"on": {"node": "ns=2;s=AHU 1.Fan;Cmd=1"}}}
SENSOR = {"type": "occupancy-sensor", "profile": "opcua.presence", "at": "ns=2;i=5001", "space": "room"}
DOOR = {
    "type": "door-controller",
    "profile": "opcua.nodes",
    "door": "rear",
    "lacks": ["contact"],
    "points": {"lock": {"node": "nsu=urn:a:b;i=4", "values": {"0": "locked", "1": "unlocked"}}},
}
COUNTER = {**SENSOR, "profile": "opcua.nodes", "at": None, "points": {"count": {"node": "i=77", "scale": 0}}}
GUID = {**SENSOR, "at": "ns=3;g=72962b91-fa75-4ae6-8d28-b404dc7daf63"}


def points(device: dict[str, Any], point: str, **change: Any) -> dict[str, Any]:
    return {**device, "points": {**device.get("points", {}), point: {**device.get("points", {}).get(point, {}), **change}}}


def findings(line: dict[str, Any], device: dict[str, Any]) -> list[str]:
    given = {"connection": "bms", **device}
    return found({"connections": {"bms": {**LINE, **line}}, "devices": {"it": {k: v for k, v in given.items() if v is not None}}})


@pytest.mark.parametrize("device", [FAN, SENSOR, DOOR, COUNTER, GUID, points(SENSOR, "present", node="ns=1;b=TQ==")])
def test_nothing_is_found_in_good_lines(device: dict[str, Any]) -> None:
    assert findings({}, device) == []


PLAIN: dict[str, Any] = {"certificate": None, "key": None, "server_certificate": None, "security": "none"}
LINES: list[tuple[dict[str, Any], str]] = [
    ({"certificate": None}, "error connections.bms: A signed or encrypted line needs certificate."),
    ({"key": None}, "error connections.bms: A signed or encrypted line needs key."),
    ({"server_certificate": None}, "warning connections.bms: Without server_certificate, anybody on the line can pose"),
    ({**PLAIN, "key": "a.pem"}, "error connections.bms.key: With security none, no certificate is used."),
    ({**PLAIN, "username": "a", "password": "env:A"}, "warning connections.bms.security: The password may go over the line"),
    ({"password": "env:A"}, "error connections.bms.password: A password belongs to a user name."),
    ({"username": "a", "password": "env:A", "security": "sign"}, "warning connections.bms.security: What is signed can be read"),
    ({"url": "opc.tcp://me:pw@10.20.0.30"}, "error connections.bms.url: A user name and a password do not belong in the address."),
]


@pytest.mark.parametrize(("line", "finding"), LINES, ids=[finding for _, finding in LINES])
def test_who_we_are_and_whom_we_trust(line: dict[str, Any], finding: str) -> None:
    assert any(text.startswith(finding) for text in findings(line, FAN)), findings(line, FAN)


def test_doors_on_a_line_without_security_are_warned_of_but_on_the_own_computer_nobody_else_is_on_the_line() -> None:
    assert findings(PLAIN, SENSOR) == []
    assert [text.partition(" Use")[0] for text in findings(PLAIN, DOOR)] == [
        "warning connections.bms.security: Anybody on the line can unlock the doors on it and pose as the server."
    ]
    assert findings({**PLAIN, "url": "opc.tcp://127.0.0.1:4840"}, DOOR) == []


DEVICES: list[tuple[dict[str, Any], str]] = [
    (points(FAN, "on", node="ns=2;Fan"), 'error devices.it.points.on.node: "ns=2;Fan" is no node id.'),
    (points(FAN, "on", node="ns=70000;s=Fan"), "error devices.it.points.on.node: "),
    (points(FAN, "on", node="ns=2;i=4294967296"), "error devices.it.points.on.node: "),
    (points(FAN, "on", node="ns=2;g=no-guid"), "error devices.it.points.on.node: "),
    (points(FAN, "on", node="ns=2;b=?"), "error devices.it.points.on.node: "),
    ({**SENSOR, "at": "Room1"}, 'error devices.it.at: "Room1" is no node id.'),
    ({**SENSOR, "at": None}, "error devices.it: The nodes of this profile are below one of the device."),
    ({**FAN, "at": "ns=2;s=Fan"}, "error devices.it.at: This profile knows no nodes."),
    ({**FAN, "points": {}}, "error devices.it.points: Give on its node."),
    ({**DOOR, "lacks": []}, "error devices.it.points: Give contact its node."),
    ({**COUNTER, "points": {"tamper": {"node": "i=77"}}}, "error devices.it.points: Give present its node."),
    (points(FAN, "link", node="i=4"), "error devices.it.points.link: Whether a device is there follows"),
    (points(FAN, "on", scale=0), "error devices.it.points.on.scale: A commanded point cannot be multiplied by 0."),
    (points(FAN, "on", values={"1": True, "2": True, "0": False}), "error devices.it.points.on.values: A commanded point has one"),
    (
        {"type": "panic-button", "profile": "opcua.nodes", "space": "room", "points": {"pressed": {"node": "i=4"}}},
        "error devices.it.profile: The profile opcua.nodes has no panic-button.",
    ),
]


@pytest.mark.parametrize(("device", "finding"), DEVICES, ids=[finding for _, finding in DEVICES])
def test_nodes_and_values(device: dict[str, Any], finding: str) -> None:
    assert any(text.startswith(finding) for text in findings({}, device)), findings({}, device)
