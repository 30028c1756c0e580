"""Rules about payment terminals: one small change to a good site, and the finding it must give."""

from typing import Any

import pytest

from edge.site.device import Device
from edge.site.terminals import beacons_of, hears
from tests.edge.site.small_site import found

UUID = "f7826da6-4fa2-4e98-8024-bc5b71e0893e"
DEVICES: dict[str, Any] = {
    "bay-1": {"type": "terminal-dock", "connection": "broker", "space": "room"},
    "bay-2": {"type": "terminal-dock", "connection": "broker", "space": "room"},
    "lamp": {"type": "relay", "connection": "broker", "space": "room"},
    "ear": {"type": "terminal-dock", "connection": "radio", "profile": "ble.ibeacon_dock", "at": f"{UUID}/17", "space": "lobby"},
}
AGENCIES = {"dvv": {"name": "DVV"}, "mml": {"name": "MML"}}


def checked(terminals: dict[str, Any], **more: Any) -> list[str]:
    """What is found of terminals and policies."""
    sections = {
        "agencies": AGENCIES,
        "connections": {"broker": {"protocol": "mqtt"}, "radio": {"protocol": "ble"}},
        "devices": DEVICES,
        "terminals": terminals,
        **more,
    }
    return [told for told in found(sections) if " terminals" in told or ".terminal" in told]


GOOD: list[dict[str, Any]] = [
    {"pos-1": {"dock": "bay-1"}, "pos-2": {"dock": "bay-2"}},
    {"pos-1": {"dock": "bay-1", "agency": "dvv", "reported": "T-17", "tag": "17-1", "unbooked": True, "name": "Terminal 1"}},
    {"pos-1": {"dock": "ear", "tag": "17-4"}},
]
BAD: list[tuple[dict[str, Any], str]] = [
    ({"pos-1": {"dock": "bay-9"}}, 'error terminals.pos-1.dock: "bay-9" is not in devices. Did you mean "bay-'),
    ({"pos-1": {"dock": "lamp"}}, "error terminals.pos-1.dock: lamp is a relay. Name a terminal-dock."),
    ({"pos-1": {"dock": "bay-1"}, "pos-2": {"dock": "bay-1"}}, "error terminals.pos-2.dock: This is the bay of pos-1 already."),
    ({"pos-1": {"dock": "bay-1", "agency": "vero"}}, 'error terminals.pos-1.agency: "vero" is not in agencies.'),
    (
        {"pos-1": {"dock": "bay-1"}, "pos-2": {"dock": "bay-2", "reported": "pos-1"}},
        "error terminals.pos-2.reported: pos-1 is called the same.",
    ),
    (
        {"pos-1": {"dock": "bay-1", "tag": "17-1"}, "pos-2": {"dock": "bay-2", "tag": "17-1"}},
        "error terminals.pos-2.tag: pos-1 is called the same.",
    ),
    ({"pos-1": {"dock": "ear"}}, "error terminals.pos-1.dock: This dock knows terminals by their beacons"),
    ({"pos-1": {"dock": "ear", "tag": "18-1"}}, "error terminals.pos-1.dock: This dock knows terminals by their beacons"),
    ({"pos-1": {"dock": "bay-1", "tag": "18-1"}}, "warning terminals.pos-1.tag: No Bluetooth receiver listens for this tag."),
    ({"lamp": {"dock": "bay-1"}}, 'error terminals.lamp: "lamp" is also in devices.'),
]


@pytest.mark.parametrize("terminals", GOOD)
def test_good_terminals(terminals: dict[str, Any]) -> None:
    assert checked(terminals) == []


@pytest.mark.parametrize(("terminals", "start"), BAD)
def test_each_fault_is_told_where_it_is(terminals: dict[str, Any], start: str) -> None:
    told = checked(terminals)
    assert any(each.startswith(start) for each in told), told


def test_a_dock_that_its_agency_does_not_have() -> None:
    spaces = {"room": {"zone": "semi-public", "kind": "service-room", "agency": "mml"}}
    told = checked({"pos-1": {"dock": "bay-1", "agency": "dvv"}}, spaces=spaces)
    assert [each for each in told if each.startswith("warning terminals.pos-1.dock: Its dock is in room, which dvv does not have.")]
    assert checked({"pos-1": {"dock": "bay-1"}}, spaces=spaces) == []


@pytest.mark.parametrize(
    ("need", "start"),
    [
        (["dvv"], ""),
        ("dvv", ""),
        (["mml"], "warning rooms.paid.terminal: No terminal is of mml, and none is shared: its bookings get none."),
        (["vero"], 'error rooms.paid.terminal.0: "vero" is not in agencies.'),
        (True, ""),
    ],
)
def test_bookings_that_need_one_can_get_one(need: object, start: str) -> None:
    told = checked({"pos-1": {"dock": "bay-1", "agency": "dvv"}}, rooms={"paid": {"terminal": need}})
    assert (not told) if not start else any(each.startswith(start) for each in told), told


def test_bookings_need_terminals_of_a_site_that_has_none() -> None:
    told = checked({}, rooms={"paid": {"terminal": True}})
    assert any(each.startswith("warning rooms.paid.terminal: There are no terminals") for each in told), told


@pytest.mark.parametrize(
    ("at", "tag", "is_heard"),
    [
        (UUID, "17-4", True),
        (f"{UUID}/17", "17-4", True),
        (f"{UUID}/17/4", "17-4", True),
        (f"{UUID}/17/5", "17-4", False),
        (f"{UUID}/1", "17-4", False),
        ("nonsense", "17-4", True),
    ],
)
def test_which_tags_a_receiver_hears(at: str, tag: str, is_heard: bool) -> None:
    """One without a usable address is told elsewhere, and hides no tag."""
    device = Device.model_validate({**DEVICES["ear"], "at": at})
    assert hears(device, tag) is is_heard
    assert beacons_of(Device.model_validate(DEVICES["bay-1"])) is None
