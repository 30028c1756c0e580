"""Checklists and the scenes that they are for: what is refused, with which sentence and where."""

from typing import Any

import pytest
from pydantic import ValidationError

from edge.site.checklists import Check, Checklist, ChecklistItem, Preparation, words_of, written
from edge.site.fields import Names
from edge.text import Words
from tests.edge.site.small_site import found

DEVICES: dict[str, Any] = {
    "sign": {"type": "sign", "connection": "broker", "door": "front"},
    "lights": {"type": "relay", "connection": "broker", "space": "room"},
    "bolt": {"type": "relay", "connection": "broker", "door": "front"},
    "masking": {"type": "masking-unit", "connection": "broker", "space": "lobby"},
    "dock": {"type": "terminal-dock", "connection": "broker", "space": "lobby"},
}
CHECKS: tuple[dict[str, Any], ...] = (
    {"door": "front", "is": "unlocked"},
    {"device": "panic"},
    {"sign": "sign", "is": "shown"},
    {"relay": "lights", "is": "on"},
    {"masking": "around"},
    {"route": "open"},
    {"room": "empty"},
    {"bookings": "alone"},
    {"calendars": "read"},
)
LIST: dict[str, Any] = {
    "items": {
        "chairs": {"text": "Chairs"},
        **{f"check-{n}": {"text": "So", "check": check, "instead": "Do it"} for n, check in enumerate(CHECKS)},
    }
}
SCENE: dict[str, Any] = {
    "room": "room",
    "route": ["lobby", "room"],
    "prepare": {
        "checklist": "list",
        "turn_over": "list",
        "claims": {
            "sign.text": {"fi": "Vihkiminen", "sv": "Vigsel"},
            "lights.on": True,
            "masking.muted": True,
            "lock-front.lock": "unlocked",
        },
    },
    "afterwards": {"checklist": "list"},
    "ready_by": "15 min",
    "names": True,
}


def of(scene: dict[str, Any] | None = None, **more: Any) -> list[str]:
    """Findings about scenes and checklists."""
    doors = {"front": {"unlock": {"booking": True, "scenes": "party"}}} | more.pop("doors", {})
    change = {
        "doors": doors,
        "devices": DEVICES,
        "checklists": {"list": LIST},
        "scenes": {"party": {**SCENE, **(scene or {})}},
    } | more
    return [line for line in found(change) if "scenes.party" in line or "checklists" in line]


def test_a_scene_with_every_check_and_claim_is_good() -> None:
    assert of() == []
    assert of({"route": ["outside", "lobby", "room"]}) == []


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"sing.text": "a"}, 'error scenes.party.prepare.claims.sing.text: "sing" is not in devices. Did you mean "sign"?'),
        ({"nobody.on": True}, 'error scenes.party.prepare.claims.nobody.on: "nobody" is not in devices. Add it there'),
        ({"dock.release": True}, "error scenes.party.prepare.claims.dock.release: A scene claims only what can harm nobody."),
        ({"panic.pressed": True}, "error scenes.party.prepare.claims.panic.pressed: A scene claims only"),
        ({"lights.on": "yes"}, "error scenes.party.prepare.claims.lights.on: lights.on cannot be that: not true or false."),
        ({"bolt.on": True}, "error scenes.party.prepare.claims.bolt.on: bolt is at a door, and might hold its exit."),
        ({"lights.on": False}, "warning scenes.party.prepare.claims.lights.on: It is so by itself while nothing claims it."),
        ({"lock-front.lock": "locked"}, "error scenes.party.prepare.claims.lock-front.lock: front opens for bookings"),
        (
            {"lock-entrance.lock": "unlocked"},
            "error scenes.party.prepare.claims.lock-entrance.lock: entrance does not name this scene",
        ),
        (
            {"lock-front.lock": "ajar"},
            "error scenes.party.prepare.claims.lock-front.lock: lock-front.lock cannot be that: not one of",
        ),
    ],
)
def test_a_claim_is_refused_where_it_could_harm(claims: dict[str, Any], expected: str) -> None:
    (told,) = of({"prepare": {"claims": claims}})
    assert told.startswith(expected)


def test_a_door_that_hours_open_may_be_held_locked() -> None:
    assert of({"prepare": {"claims": {"lock-entrance.lock": "locked"}}}) == []


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        (["room"], "error scenes.party.route: The guests come from public space, and room is not."),
        (["lobby"], "error scenes.party.route: The route ends at lobby. Let it end in the room, room."),
        (["lobby", "office", "room"], "error scenes.party.route: office is internal. The route of guests passes public"),
        (["lobby", "lobbi"], 'error scenes.party.route.1: "lobbi" is not in spaces.'),
    ],
)
def test_a_route_leads_from_public_space_into_the_room_and_never_through_internal_space(route: list[str], expected: str) -> None:
    assert any(line.startswith(expected) for line in of({"route": route}))


def test_a_route_passes_only_doors_of_the_scene_and_spaces_that_it_may_open() -> None:
    spaces = {"foyer": {"zone": "semi-public"}}
    doors = {
        "front": {"from": "foyer", "unlock": {"booking": True, "scenes": "party"}},
        "outer": {"from": "lobby", "to": "foyer"},
    }
    told = [line for line in of({"route": ["lobby", "foyer", "room"]}, spaces=spaces, doors=doors) if "route" in line]
    assert told == [
        "error scenes.party.route: The route passes foyer. Add it to spaces, which the scene may open.",
        "error scenes.party.route: No door of this scene leads from lobby to foyer. "
        "Add party to the scenes of its unlock, or mend the route.",
    ]
    open_ones = {**doors, "outer": {"from": "foyer", "to": "lobby", "back": "free"}}
    good = of({"route": ["lobby", "foyer", "room"], "spaces": "foyer"}, spaces=spaces, doors=open_ones)
    assert [line for line in good if "route" in line] == []


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ({"sign": "lights", "is": "shown"}, ".check.sign: lights is a relay. Name a sign."),
        ({"relay": "sign", "is": "on"}, ".check.relay: sign is a sign. Name a relay."),
        ({"masking": "lights"}, ".check.masking: lights is a relay. Name a masking-unit."),
        ({"door": "rear", "is": "locked"}, ".check.door: Nothing tells how rear is: no door-controller is at it."),
        ({"door": "frnt", "is": "locked"}, '.check.door: "frnt" is not in doors.'),
    ],
)
def test_a_check_looks_at_what_can_tell(check: dict[str, Any], expected: str) -> None:
    items = {"x": {"text": "x", "check": check, "instead": "y"}}
    (told,) = of(checklists={"list": {"items": items}})
    assert told.startswith(f"error checklists.list.items.x{expected}")


def test_masking_around_a_room_that_has_none_is_noticed() -> None:
    devices = {**DEVICES, "masking": {**DEVICES["masking"], "space": "office"}}
    doors = {"rear": {"from": "lobby"}}
    (told,) = of(devices=devices, doors=doors | {"front": {"unlock": {"booking": True, "scenes": "party"}}})
    assert told.startswith("warning checklists.list.items.check-4.check.masking: No masking-unit is in room or a door away")


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        ({"ready_by": "2 h"}, "error scenes.party.ready_by: All must be ready before the preparation begins."),
        ({"before": "5 min"}, "error scenes.party.prepare.checklist: check-0 is not open before the scene begins."),
        ({"prepare": None}, "error scenes.party.ready_by: ready_by is for scenes with prepare."),
        ({"afterwards": {"checklist": "lst"}}, 'error scenes.party.afterwards.checklist: "lst" is not in checklists.'),
    ],
)
def test_all_can_be_ready_when_it_must_be(scene: dict[str, Any], expected: str) -> None:
    assert any(line.startswith(expected) for line in of(scene)), of(scene)


def test_a_checklist_that_nothing_uses_is_noticed() -> None:
    assert "warning checklists.list: Nothing refers to list. Use it or remove it." in found({"checklists": {"list": LIST}})


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Check, {}, "A check looks at one thing."),
        (Check, {"door": "a", "room": "empty", "is": "locked"}, "A check looks at one thing."),
        (Check, {"door": "a"}, "Say how door should be. Write is: with one of locked, unlocked, closed."),
        (Check, {"relay": "a", "is": "locked"}, "Say how relay should be."),
        (Check, {"device": "a", "is": "on"}, "device takes no is."),
        (ChecklistItem, {"text": "a", "check": {"route": "open"}}, "A check that fails must not leave people helpless."),
        (ChecklistItem, {"text": "a", "instead": "b"}, "instead is for lines with a check."),
        (Checklist, {"items": {}}, "The checklist is empty."),
        (Preparation, {"claims": {"sign": "a"}}, "pattern"),
    ],
)
def test_an_entry_that_says_nothing_useful_is_refused(kind: Any, value: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        kind.model_validate(value)


def test_a_sign_shows_every_language_of_the_file_once() -> None:
    names = Names(fi="Vihkiminen", sv="Vigsel", en="Vigsel")
    assert written(names) == "Vihkiminen / Vigsel"
    assert (written(True), written("x")) == (True, "x")
    assert words_of(Names(fi="Sali")) == Words("Sali", "Sali", "Sali")
