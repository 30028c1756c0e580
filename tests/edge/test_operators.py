"""What people do in event files: every action is understood, judged with a role, and told."""

import json
from datetime import timedelta
from typing import Any

import pytest

from edge.account import Line
from edge.errors import IllegalInput
from edge.language import Renderer
from edge.rehearsal import read_happenings, rehearse
from tests.builders import HOUR, local, site_of

NINE = local("2026-11-23 09:00")
SITE = site_of(
    {"lobby": "public", "foyer": "semi-public", "hall": {"zone": "semi-public", "kind": "wedding-room"}, "office": "internal"},
    {
        "foyer-front": {"from": "lobby", "to": "foyer", "unlock": {"scenes": ["wedding"]}},
        "hall-front": {"from": "foyer", "to": "hall", "unlock": {"scenes": ["wedding"]}},
        "office-front": {"from": "foyer", "to": "office"},
    },
    devices={"fire-alarm": {"type": "fire-input"}},
    scenes={"wedding": {"room": "hall", "spaces": ["foyer"]}},
)


def rehearsed(*lines: dict[str, Any]) -> list[Line]:
    """Each a minute after the one before, from 9:00 on."""
    texts = [json.dumps({"t": (NINE + n * timedelta(minutes=1)).isoformat(), **line}) for n, line in enumerate(lines)]
    return list(rehearse(SITE, NINE, NINE + HOUR, {}, texts, Renderer(SITE, "en").text))


def said(lines: list[Line]) -> list[str]:
    return [line["because"].removeprefix("Line ") for line in lines if line["kind"] == "refusal"]


def doings(lines: list[Line], door: str = "hall-front") -> list[tuple[str, str]]:
    return [(line["t"][11:16], line["value"]) for line in lines if line["kind"] == "command" and line.get("door") == door]


def notices(lines: list[Line]) -> list[tuple[str, str, str]]:
    return [(line["type"], line["subject"], line["state"]) for line in lines if line["kind"] == "notice" and "type" in line]


def by(who: str, action: str, **more: Any) -> dict[str, Any]:
    return {"operator": who, "action": action, **more}


def test_a_release_lasts_as_long_as_it_says_and_old_files_need_no_reason() -> None:
    lines = rehearsed(by("guard", "release", door="hall-front", seconds=120))
    assert doings(lines) == [("09:00", "unlocked"), ("09:02", "locked")]
    assert said(rehearsed(by("guard", "release", door="hall-front", reason=" "))) == ["1: Say why: the reason is missing."]
    ended = rehearsed(by("guard", "release", door="hall-front", minutes=10), by("host", "end-release", door="hall-front"))
    assert doings(ended) == [("09:00", "unlocked"), ("09:01", "locked")]


def test_an_override_is_a_command_and_a_notice_until_its_end() -> None:
    lines = rehearsed(by("manager-1", "override", door="hall-front", value="unlocked", minutes=30, reason="Chairs"))
    assert doings(lines) == [("09:00", "unlocked"), ("09:30", "locked")]
    assert notices(lines) == [("door-overridden", "hall-front", "began"), ("door-overridden", "hall-front", "ended")]
    until = (NINE + timedelta(minutes=20)).isoformat()
    ended = rehearsed(
        by("manager-1", "override", door="hall-front", value="unlocked", until=until, reason="Chairs"),
        by("guard-1", "end-override", door="hall-front"),
    )
    assert doings(ended) == [("09:00", "unlocked"), ("09:01", "locked")]


def test_a_door_out_of_service_is_not_released() -> None:
    lines = rehearsed(
        by("guard", "out-of-service", door="hall-front", reason="Broken"),
        by("guard", "release", door="hall-front"),
        by("guard", "back-in-service", door="hall-front"),
        by("guard", "out-of-service", door="hall-front", minutes=5, reason="Broken"),
    )
    assert said(lines) == ["2: hall-front is out of service: take it back into service first."]
    assert [state for kind, _, state in notices(lines) if kind == "door-out-of-service"] == ["began", "ended"] * 2


def test_a_scene_is_played_and_stopped() -> None:
    lines = rehearsed(by("host", "play-scene", scene="wedding", minutes=30), by("guard", "stop-scene", scene="wedding"))
    assert doings(lines) == doings(lines, "foyer-front") == [("09:00", "unlocked"), ("09:01", "locked")]
    assert notices(lines) == [("scene-played", "wedding", "began"), ("scene-stopped", "wedding", "ended")]


def test_two_steps_end_a_lockdown() -> None:
    lines = rehearsed(
        by("host", "lockdown", reason="Threat"),
        by("guard", "release", door="hall-front"),
        by("guard", "confirm-end-lockdown"),
        by("guard", "end-lockdown"),
        {"t": (NINE + timedelta(seconds=200)).isoformat(), **by("guard", "confirm-end-lockdown")},
    )
    assert [line.partition(" ")[0] for line in said(lines)] == ["2:", "3:"]
    assert [state for kind, subject, state in notices(lines) if (kind, subject) == ("lockdown", "test")] == ["began", "ended"]


def test_a_fire_is_ended_by_a_person() -> None:
    lines = rehearsed(
        {"device": "fire-alarm", "point": "fire", "value": True},
        {"device": "fire-alarm", "point": "fire", "value": False},
        by("guard", "end-fire"),
        by("host", "evacuation"),
        by("guard", "end-evacuation"),
    )
    assert said(lines) == []
    assert ("evacuation", "test", "ended") in notices(lines)
    assert "cleared" in [line["state"] for line in lines if line["kind"] == "alarm"]


@pytest.mark.parametrize(
    ("who", "role", "may"),
    [
        ("manager", None, True),
        ("manager-2", None, True),
        ("facility-manager-1", None, True),
        ("J. Laine", "facility-manager", True),
        ("managers", None, False),
        ("host", None, False),
        ("J. Laine", None, False),
        ("manager", "clerk", False),
        ("installer-1", None, False),
    ],
)
def test_the_role_is_said_or_begins_the_name(who: str, role: str | None, may: bool) -> None:
    more = {} if role is None else {"role": role}
    lines = rehearsed(by(who, "override", door="hall-front", value="unlocked", minutes=5, reason="Chairs", **more))
    assert bool(doings(lines)) is may
    assert bool(said(lines)) is not may


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (by("guard", "dance"), "unknown action 'dance': this version knows acknowledge"),
        (by("guard", "dance", room="hall"), "unknown action 'dance'"),
        (by("guard", "arrive"), "unknown action 'arrive'"),
        (by("guard", "keep", room="attic"), "unknown room 'attic'"),
        (by("guard", "release", door="attic"), "unknown door 'attic'"),
        (by("guard", "end-release"), "unknown door None"),
        (by("host", "play-scene", scene="funeral", minutes=5), "unknown scene 'funeral'"),
        (by("host", "play-scene", scene="wedding"), 'play-scene needs an end: "until", "minutes" or "seconds"'),
        (by("host", "play-scene", scene="wedding", until="2026-11-23T10:00:00"), "until has no offset"),
        (by("manager", "override", door="hall-front", value="ajar", minutes=5), "not 'ajar'"),
        (by("manager", "override", door="hall-front", value="locked"), "override needs an end"),
        (by("guard", "lockdown", scope="zone:secret"), "unknown scope 'zone:secret'"),
        (by("guard", "lockdown", scope="door:attic"), "unknown scope 'door:attic'"),
        (by("guard", "lockdown", role="king"), "unknown role 'king': it is one of guard"),
        (by("guard", "claim"), 'claim needs "alarm"'),
    ],
)
def test_what_is_unknown_is_told_with_its_line(line: dict[str, Any], problem: str) -> None:
    with pytest.raises(IllegalInput, match="events line 2: ") as told:
        list(read_happenings(SITE, ["", json.dumps({"t": NINE.isoformat(), **line})]))
    assert problem in str(told.value)


def test_alarms_are_handed_over_and_shelved_and_devices_mended() -> None:
    lines = rehearsed(
        {"device": "fire-alarm", "point": "tamper", "value": True},
        by("guard", "transfer", alarm=1, to="L. Korhonen"),
        by("guard", "shelve", alarm=1, minutes=10, reason="Being mended"),
        by("guard", "unshelve", type="tamper", subject="fire-alarm"),
        by("guard", "out-of-service", device="fire-alarm", minutes=5, reason="Cable"),
        by("guard", "back-in-service", device="fire-alarm"),
        by("guard", "walk-test"),
        by("manager", "end-point-test", device="fire-alarm", point="fire"),
    )
    alarms = [(line["state"], line.get("to")) for line in lines if line["kind"] == "alarm" and line["number"] == 1]
    assert alarms == [("raised", None), ("transferred", "L. Korhonen")]
    assert [state for kind, _, state in notices(lines) if kind == "alarm-shelved"] == ["began", "ended"]
    assert "safety-out-of-service" in [line.get("type") for line in lines if line["kind"] == "alarm"]
    assert said(lines) == [
        "7: There is no panic button here to test.",
        "8: fire-alarm takes no commands: watch what it reports.",
    ]
