"""Rules that need more than one section: one small change to a good site, and the finding it must give."""

from typing import Any

import pytest

from edge.site.check import check
from edge.site.draft import Draft
from edge.site.references import unknown_ids
from tests.edge.site.small_site import GOOD, found, merged


def lock(door: str) -> dict[str, str]:
    return {"type": "door-controller", "connection": "broker", "door": door}


def test_the_good_site_is_good() -> None:
    assert found({}) == []


def test_doors_on_a_bus_are_good() -> None:
    assert found(bus(DC4, {**DC4, "type": "door-controller", "door": "rear", "channel": 2})) == []
    assert found(bus({**DC4, "profile": "modbus.relay_board", "lease": "pulse"}, {**RELAY, "channel": 8})) == []


@pytest.mark.parametrize(
    ("lock", "other", "meet"),
    [
        ({"lacks": ["contact"]}, {"type": "alarm-input", "alarm": "frost"}, False),
        ({}, {"type": "alarm-input", "alarm": "frost"}, True),
        ({"lacks": ["contact"]}, {"type": "relay"}, True),
        (None, {"type": "alarm-input", "alarm": "frost"}, False),
        (None, {"type": "relay"}, True),
    ],
)
def test_the_relay_and_the_input_of_a_channel_may_be_two_devices(
    lock: dict[str, Any] | None, other: dict[str, Any], meet: bool
) -> None:
    board = {"connection": "bus", "unit": 9, "profile": "modbus.relay_board", "channel": 3}
    first = {"first": {**board, "type": "relay"}} if lock is None else {"lock-front": {**board, **lock}}
    change = bus({}) | {"devices": {**first, "other": {**board, **other}}}
    told = [text for text in found(change) if "is already channel 3 of unit 9" in text]
    assert bool(told) is meet


DC4 = {"connection": "bus", "unit": 3, "profile": "modbus.timed_door"}
RELAY = {"type": "relay", "connection": "bus", "unit": 3, "profile": "modbus.relay_board"}


def bus(lock_front: dict[str, Any], other: dict[str, Any] | None = None) -> dict[str, Any]:
    front = {key: value for key, value in lock_front.items() if value is not ...}
    devices = {"lock-front": front, **({"other": other} if other else {})}
    return {"connections": {"bus": {"protocol": "modbus-tcp", "host": "10.0.0.9"}}, "devices": devices}


OUTWARD = {"from": "room", "back": "credential"}
GAP = {"gap": {"from": "lobby", "to": "room", "kind": "opening"}}
EXIT = {"from": "lobby", "to": "outside", "kind": "escape"}
FIRE = {"type": "fire-input", "connection": "broker"}
CASES: list[tuple[dict[str, Any], str]] = [
    ({"doors": {"front": {"to": "rom"}}}, 'error doors.front.to: "rom" is not in spaces. Did you mean "room"?'),
    ({"doors": {"entrance": {"unlock": {"hours": "serv"}}}}, "error doors.entrance.unlock.hours: "),
    ({"site": {"hours": "nope"}}, 'error site.hours: "nope" is not in hours.'),
    ({"spaces": {"office": {"agency": "dw"}}}, "error spaces.office.agency: "),
    ({"devices": {"panic": {"connection": "brocker"}}}, "error devices.panic.connection: "),
    ({"security": {"panic": [{"locks": ["entrance", "exit"]}]}}, "error security.panic.0.locks.1: "),
    ({"devices": {"panic": {"space": "outside"}}}, "error devices.panic.space: "),
    ({"calendars": {"bookings": {"rooms": {"romo": "Romo"}}}}, "error calendars.bookings.rooms.romo: "),
    ({"rooms": {"service": {"hours": "alway"}}}, 'error rooms.service.hours: "alway" is not in hours. Did you mean "always"?'),
    ({"rooms": {"service": {"spaces": ["x", "room"]}}}, "error rooms.service.spaces.0: "),
    ({"hours": {"always": {}}}, 'error hours.always: "always" is a reserved word'),
    ({"devices": {"office": {"type": "relay", "connection": "broker"}}}, 'warning devices.office: "office" is also in spaces.'),
    ({"doors": {"loop": {"from": "lobby", "to": "lobby"}}}, "error doors.loop.to: The door leads from lobby to itself."),
    ({"doors": {"front": {"kind": "opening"}}}, "error doors.front.unlock: An opening has no lock"),
    ({"doors": {"gap": {"from": "lobby", "to": "room", "kind": "opening", "back": "credential"}}}, "error doors.gap.back: "),
    (
        {"doors": {"gap": {"from": "lobby", "to": "room", "kind": "opening"}}, "devices": {"l": lock("gap")}},
        "error devices.l.door: gap is an opening",
    ),
    ({"devices": {"lock-front": ...}}, "warning doors.front.unlock: Nothing can unlock this door"),
    ({"calendars": {"bookings": {"rooms": {"room": ..., "office": "O"}}}}, "warning doors.front.unlock: No calendar books room"),
    (
        {"doors": {"entrance": {"unlock": "booking"}}},
        "warning doors.entrance.unlock: Bookings unlock the door into lobby",
    ),
    ({"devices": {"panic": {"door": "front"}}}, "error devices.panic.door: A device is either at a door or in a space."),
    ({"devices": {"panic": {"space": ...}}}, "error devices.panic: A panic-button is in a space."),
    ({"devices": {"lock-front": {"door": ...}}}, "error devices.lock-front: A door-controller is at a door."),
    ({"devices": {"second": lock("front")}}, "error devices.second.door: front already has the door-controller lock-front."),
    (
        {"devices": {"panic": {"points": {"presed": {"topic": "a"}}}}},
        'panic-button has no point "presed". Did you mean "pressed"?',
    ),
    ({"devices": {"panic": {"points": {"xyz": {"topic": "a"}}}}}, "It has pressed, link, tamper, battery."),
    ({"devices": {"panic": {"points": {"pressed": {"topic": "a", "set": "b"}}}}}, "error devices.panic.points.pressed.set: "),
    (
        {"devices": {"panic": {"points": {"pressed": {"topic": "a"}, "battery": {"topic": "a"}}}}},
        "error devices.panic.points.battery.topic: panic/pressed already uses the topic a.",
    ),
    (
        {"devices": {"lock-front": {"points": {"lock": {"topic": "a", "set": "a"}}}}},
        "error devices.lock-front.points.lock.set: lock-front/lock already uses the topic a.",
    ),
    ({"hours": {"spare": {}}}, "warning hours.spare: Nothing refers to spare."),
    ({"hours": {"service": {"mon-fri": "closed"}}}, "warning hours.service: service is closed at all times."),
    (
        {"devices": {"lock-front": {"profile": "modbus.timed_door", "unit": 3}}},
        "error devices.lock-front.profile: broker speaks mqtt, the profile modbus.timed_door does not.",
    ),
    (
        bus({"connection": "bus", "unit": 3}),
        "error devices.lock-front: bus speaks modbus-tcp, the profile native does not. Write a profile that does: modbus.",
    ),
    (bus({**DC4, "unit": ...}), "error devices.lock-front: A device on a Modbus line has a number there."),
    (bus({**DC4, "channel": 5}), "error devices.lock-front.channel: The profile modbus.timed_door has the channels 1 to 4."),
    (
        bus({**DC4, "points": {"lock": {"topic": "a"}}}),
        "error devices.lock-front.points: On a Modbus line, the profile",
    ),
    (bus({**DC4, "profile": "modbus.relay_board", "lease": "timed"}), "error devices.lock-front.lease: The profile"),
    (bus(DC4, {"type": "sign", **DC4, "channel": 2}), "error devices.other.profile: The profile modbus.timed_door has no sign."),
    (bus(DC4, RELAY), "error devices.other.unit: lock-front is already channel 1 of unit 3."),
    (bus({**DC4, "channel": 2}, {**RELAY, "channel": 2}), "error devices.other.channel: lock-front is already channel 2"),
    (bus(DC4, {**RELAY, "channel": 2}), "warning devices.other.profile: Unit 3 has another profile elsewhere: modbus.timed_door."),
    (
        {"devices": {"lock-front": {"points": {"lock": {"node": "ns=2;s=Lock"}}}}},
        "error devices.lock-front.points.lock: An address needs a topic",
    ),
    (
        {"devices": {"lock-front": {"points": {"lock": {"topic": "a", "node": "ns=2;s=Lock"}}}}},
        "error devices.lock-front.points.lock.node: A line of this protocol has no node.",
    ),
    ({"devices": {"lock-front": {"unit": 3}}}, "error devices.lock-front.unit: Only a device on a Modbus line has a unit."),
    (
        {"devices": {"lock-front": {"channel": 3}}},
        "error devices.lock-front.channel: The profile native is one device, without channels.",
    ),
    ({"agencies": {"mml": {"name": "MML"}}}, "warning agencies.mml: "),
    ({"connections": {"spare": {"protocol": "mqtt"}}}, "warning connections.spare: "),
    ({"spaces": {"attic": {"zone": "internal"}}}, "warning spaces.attic: No door leads to attic."),
    (
        {"doors": {"front": {"back": "credential", "unlock": "never"}}},
        "warning spaces.room: No way leads out of room without a credential.",
    ),
    ({"doors": {"entrance": {"from": "room", "unlock": "never"}}}, "warning doors: No door leads to the outside."),
    (
        {"doors": {"rear": {"from": "office", "to": "room"}}},
        "error doors.rear.back: Anyone can walk into an internal space: outside → lobby → room → office.",
    ),
    (
        {"doors": {"rear": {"kind": "opening"}}},
        "error doors.rear: Anyone can walk into an internal space: outside → lobby → room → office.",
    ),
    ({"doors": {"rear": {"unlock": {"hours": "service"}}}}, "warning doors.rear.unlock: The door lets visitors into office"),
    (
        {"doors": {"front": {"from": "room", "to": "lobby"}}},
        "warning doors.front.back: Anyone can walk from lobby into room, which is semi-public",
    ),
    ({"doors": {"rear": {"fail": "unlocked"}}}, "warning doors.rear.fail: Without power anyone in room can walk into office"),
    (
        {"doors": {"rear": {"from": "office", "to": "room", "back": "button"}}},
        "error doors.rear.back: Anyone can walk into an internal space: outside → lobby → room → office.",
    ),
    (
        {"doors": {"front": {"back": "button", "unlock": "never"}}},
        "warning spaces.room: Only an exit button lets people out of room",
    ),
    ({"doors": {"gap": {"from": "lobby", "to": "room", "kind": "opening", "back": "button"}}}, "error doors.gap.back: "),
    ({"doors": {"front": {"interlock": "front"}}}, "error doors.front.interlock: A door cannot be interlocked with itself."),
    ({"doors": {**GAP, "front": {"interlock": "gap"}}}, "error doors.front.interlock: gap is an opening"),
    ({"doors": {"gap": {**GAP["gap"], "interlock": "front"}}}, "error doors.gap.interlock: An opening is never closed"),
    ({"doors": {"front": {"interlock": "rear"}}}, "warning doors.front.interlock: Nothing tells whether rear is open"),
    ({"doors": {"front": {"interlock": ["frnt"]}}}, 'error doors.front.interlock.0: "frnt" is not in doors.'),
    ({"doors": {"entrance": {"kind": "escape"}}}, "error doors.entrance.unlock: Only an emergency unlocks an escape door."),
    ({"doors": {"exit": {**EXIT, "back": "button"}}}, "warning doors.exit: The escape door does not say in which direction"),
    ({"doors": {"front": {"held_open": "10 s"}}}, "warning doors.front.held_open: The warning comes as soon"),
    ({"doors": {"front": {"held_open_warning": "30 s"}}}, "warning doors.front.held_open_warning: The warning comes as soon"),
    ({"devices": {"panic": {"lacks": ["contact"]}}}, "error devices.panic.lacks: Only a door-controller has lacks."),
    ({"devices": {"panic": {"lease": "latch"}}}, "error devices.panic.lease: Only a door-controller has lease."),
    ({"devices": {"panic": {"pulse": "5 s"}}}, "error devices.panic.pulse: Only a door-controller has pulse."),
    ({"devices": {"fire": {**FIRE, "door": "front", "space": "room"}}}, "error devices.fire.space: A device is either at a door"),
    ({"scenes": {"party": {"room": "room"}}}, "warning scenes.party: No door names party"),
    ({"scenes": {"party": {"room": "lobby"}}}, "warning scenes.party.room: No calendar books lobby"),
    ({"scenes": {"party": {"room": "room", "spaces": ["office"]}}}, "error scenes.party.spaces: office is internal."),
    ({"scenes": {"party": {"room": "office"}}}, "error scenes.party.room: office is internal."),
    ({"doors": {"front": {"unlock": {"scenes": ["prty"]}}}}, 'error doors.front.unlock.scenes.0: "prty" is not in scenes'),
]


@pytest.mark.parametrize(("change", "expected"), CASES, ids=[expected[:60] for _, expected in CASES])
def test_rule(change: dict[str, Any], expected: str) -> None:
    assert [line for line in found(change) if expected in line]


def test_a_payload_may_carry_several_points_in_its_fields() -> None:
    points = {"tamper": {"topic": "a", "field": "cover"}, "battery": {"topic": "a", "field": "battery"}}
    assert found({"devices": {"panic": {"points": points}}}) == []


@pytest.mark.parametrize(
    "doors",
    [
        {"front": {"back": "credential", "escape": {"back": "delayed"}}},
        {"front": {"back": "credential"}, "exit": {**OUTWARD, "to": "outside", "escape": {"forward": "free"}}},
        {"front": {"back": "credential"}, "gap": {"from": "room", "to": "lobby", "kind": "opening"}},
    ],
)
def test_an_escape_or_an_opening_is_a_way_out(doors: dict[str, Any]) -> None:
    assert found({"doors": doors}) == []


def test_a_door_that_opens_at_times_is_a_way_out() -> None:
    doors = {"front": {"back": "credential"}, "exit": {**OUTWARD, "to": "lobby", "unlock": {"hours": "service"}}}
    assert found({"doors": doors, "devices": {"lock-exit": lock("exit")}}) == []


@pytest.mark.parametrize("place", [{}, {"door": "front"}, {"space": "lobby"}])
def test_a_fire_input_may_be_anywhere(place: dict[str, str]) -> None:
    assert found({"devices": {"fire": {**FIRE, **place}}}) == []


@pytest.mark.parametrize("exit_", [{"back": "free", "from": "outside", "to": "lobby"}, {"escape": {"forward": "alarmed"}}])
def test_an_escape_door_says_how_people_leave(exit_: dict[str, Any]) -> None:
    assert found({"doors": {"exit": {**EXIT, "back": "credential", **exit_}}}) == []


def test_a_scene_with_its_door_and_its_room_is_good() -> None:
    doors = {"front": {"unlock": {"booking": True, "scenes": "party"}, "interlock": ["entrance"]}}
    assert found({"doors": doors, "scenes": {"party": {"room": "room", "spaces": ["lobby"]}}}) == []


def test_a_table_that_cannot_be_read_makes_no_reference_unknown() -> None:
    for spaces in (["lobby"], "lobby", None):
        assert not list(unknown_ids(Draft.salvaged(GOOD | {"spaces": spaces})))


def test_broken_entries_hide_only_themselves_and_their_ids_stay_known() -> None:
    raw = merged(GOOD, {"spaces": {"room": {"zone": "publc"}}, "doors": {"front": {"from": "loby"}, "rear": {"held_open": 3}}})
    lines = [".".join(map(str, p.path)) for p in check(Draft.salvaged(raw))]
    assert lines == ["doors.front.from"]
