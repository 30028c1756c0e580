"""Rehearsals: the file of what happens is understood line by line, and what is wrong in it is told before anything runs."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from edge.account import Line
from edge.errors import IllegalInput
from edge.language import Renderer
from edge.rehearsal import read_happenings, rehearse
from tests.builders import HELSINKI, HOUR, local, service_rooms

SITE = service_rooms()
NINE = local("2026-11-23 09:00")


def event(uid: str, start: str, end: str, room: str = "Room 1", *more: str) -> str:
    lines = (f"UID:{uid}", "DTSTAMP:20260901T000000Z", f"DTSTART:{start}", f"DTEND:{end}", f"LOCATION:{room}", *more)
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT", ""))


def calendar(*events: str) -> bytes:
    return "".join(("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\n", *events, "END:VCALENDAR\r\n")).encode()


BOOKED = calendar(event("a", "20261123T080000Z", "20261123T090000Z"))  # 10:00-11:00


def rehearsed(*events: Mapping[str, Any], body: bytes = BOOKED, hours: int = 4) -> list[Line]:
    texts = [json.dumps({**each, "t": f"2026-11-23T{each['t']}+02:00"}) for each in events]
    return list(rehearse(SITE, NINE, NINE + hours * HOUR, {"rooms": body}, texts, Renderer(SITE, "en").text))


def brief(lines: list[Line], kind: str, *names: str) -> list[tuple[Any, ...]]:
    return [(f"{datetime.fromisoformat(line['t']):%H:%M:%S}", *(line[n] for n in names)) for line in lines if line["kind"] == kind]


def of_front(lines: list[Line]) -> list[tuple[str, str]]:
    return [(t, value) for t, door, value in brief(lines, "command", "door", "value") if door == "front-1"]


def test_a_booking_becomes_commands_with_their_reasons() -> None:
    lines = rehearsed()
    assert brief(lines, "booking", "state", "room", "verdict") == [("09:00:00", "made", "room-1", "yes")]
    front = [line for line in lines if line.get("door") == "front-1"]
    assert brief(front, "command", "value", "for_s", "cause") == [
        ("09:55:00", "unlocked", 60, "booking:a/20261123T080000Z"),
        ("11:00:00", "locked", None, "default"),
    ]
    assert front[0]["because"] == "Booked Mon 23 Nov 10:00–11:00"


def test_times_are_local_and_in_order() -> None:
    lines = rehearsed()
    assert all(datetime.fromisoformat(line["t"]).utcoffset() == NINE.astimezone(HELSINKI).utcoffset() for line in lines)
    assert [line["t"] for line in lines] == sorted(line["t"] for line in lines)


def test_people_and_devices_act_in_order_of_time_whatever_the_order_of_lines() -> None:
    lines = rehearsed(
        {"t": "10:20:00", "operator": "guard-1", "action": "acknowledge", "alarm": 1},
        {"t": "10:10:00", "device": "button-1", "point": "pressed", "value": True},
        {"t": "10:30:00", "operator": "guard-1", "action": "resolve", "alarm": 1, "reason": "Seen to"},
    )
    assert brief(lines, "alarm", "state", "number") == [
        ("10:10:00", "raised", 1),
        ("10:20:00", "acknowledged", 1),
        ("10:30:00", "resolved", 1),
    ]
    assert of_front(lines) == [("09:55:00", "unlocked"), ("10:10:00", "locked"), ("10:30:00", "unlocked"), ("11:00:00", "locked")]


def test_a_refused_action_is_a_line_of_its_own() -> None:
    lines = rehearsed({"t": "10:00:00", "operator": "guard-1", "action": "acknowledge", "alarm": 7})
    assert brief(lines, "refusal", "because") == [("10:00:00", "Line 1: No open alarm has the number 7.")]


def test_a_refused_unlock_is_told_with_the_way() -> None:
    lines = rehearsed({"t": "10:00:00", "operator": "host-1", "action": "release", "door": "back-1", "seconds": 60})
    (refusal,) = [line for line in lines if line["kind"] == "refusal"]
    assert refusal["door"] == "back-1"
    assert "Lobby → Room 1 → Office" in refusal["because"]


def test_a_jammed_lock_is_told() -> None:
    lines = rehearsed({"t": "09:50:00", "device": "lock-front-1", "behaviour": "jammed"})
    assert ("09:55:05", "overdue") in [(t, state) for t, state in brief(lines, "notice", "state")]
    (raised,) = [line for line in lines if line["kind"] == "alarm" and line["state"] == "raised"]
    assert (raised["type"], raised["subject"], raised["level"]) == ("door-not-following", "front-1", 2)


def test_a_calendar_that_makes_no_sense_is_a_notice_and_unlocks_nothing() -> None:
    lines = rehearsed(body=b"<html>")
    assert ("09:00:00", "calendar-failing") in [(t, kind) for t, kind, _ in brief(lines, "notice", "type", "state")]
    assert of_front(lines) == []


def test_one_bad_event_harms_no_other() -> None:
    """D16."""
    bad = [
        event("backwards", "20261123T090000Z", "20261123T080000Z"),
        event("endless", "20261101T000000Z", "20261101T010000Z", "Room 1", "RRULE:FREQ=SECONDLY"),
        event("elsewhere", "20261123T080000Z", "20261123T120000Z", "room 1"),
        "BEGIN:VEVENT\r\nUID:timeless\r\nLOCATION:Room 1\r\nEND:VEVENT\r\n",
        "BEGIN:VEVENT\r\nUID:nowhere\r\nDTSTART;TZID=No/Where:20261123T080000\r\nDURATION:PT9H\r\nLOCATION:Room 1\r\n"
        "END:VEVENT\r\n",
    ]
    lines = rehearsed(body=calendar(*bad, event("a", "20261123T080000Z", "20261123T090000Z")))
    assert of_front(lines) == [("09:55:00", "unlocked"), ("11:00:00", "locked")]
    assert ("09:00:00", "calendar-problems") in [(t, kind) for t, kind, _ in brief(lines, "notice", "type", "state")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", r"events line 2: "),
        ("[" * 100_000, r"events line 2: "),
        ("[]", r"events line 2: it is not a JSON object"),
        ('{"t": "2026-11-23T09:00:00", "device": "button-1"}', r"t has no offset"),
        ('{"t": "yesterday", "device": "button-1"}', r"events line 2: "),
        ('{"t": "T", "device": "lift"}', r"unknown device 'lift'"),
        ('{"t": "T", "device": "button-1", "point": "lock", "value": 1}', r"button-1 has no point 'lock'"),
        (
            '{"t": "T", "device": "lock-front-1", "point": "lock", "value": "ajar"}',
            r"cannot be 'ajar': not one of locked, unlocked",
        ),
        ('{"t": "T", "device": "lock-front-1", "behaviour": "sulky"}', r"behaviour is one of obedient, jammed, mute, slow, lying"),
        ('{"t": "T", "operator": "guard-1", "action": "dance"}', r"unknown action 'dance'"),
        ('{"t": "T", "operator": "guard-1", "action": "claim"}', r'claim needs "alarm": its number'),
        ('{"t": "T", "operator": "guard-1", "action": "release", "door": "front-1", "seconds": "long"}', r"events line 2: "),
        ('{"t": "T", "operator": "guard-1", "action": "release", "door": "front-1", "seconds": 1e400}', r"events line 2: "),
    ],
)
def test_a_wrong_line_is_told_by_its_number(text: str, problem: str) -> None:
    with pytest.raises(IllegalInput, match=problem):
        list(read_happenings(SITE, ["", text.replace('"T"', '"2026-11-23T09:00:00+02:00"')]))
