"""What is heard of an alarm."""

from typing import Any

import pytest

from edge.conditions import BATTERY_LOW, DOOR_FORCED, DURESS, PANIC, TAMPER, WALK_TEST
from edge.site.model import Security
from edge.text import say
from security.alarm_sounds import Sound, sound_of
from security.alarms import Alarm
from tests.builders import MONDAY
from tests.edge.site.small_site import found
from tests.security.alarm_house import house


def sound(kind: str, *panic: dict[str, Any], **alarms: Any) -> Sound:
    site = house(**alarms) if not panic else house(**alarms).model_copy(update={"security": security(*panic)})
    subject = "button-1" if kind == PANIC else "anything"
    return sound_of(site, Alarm(1, kind, subject, say("It is so"), MONDAY))


def security(*responses: dict[str, Any]) -> Security:
    return Security.model_validate({"panic": responses})


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (PANIC, "critical"),
        (DOOR_FORCED, "high"),
        (TAMPER, "medium"),
        (BATTERY_LOW, "none"),
        (DURESS, "silent"),
        (WALK_TEST, "none"),
    ],
)
def test_an_alarm_sounds_as_urgent_as_it_is_and_one_under_threat_not_at_all(kind: str, expected: str) -> None:
    assert sound(kind) == expected


def test_the_site_file_gives_a_type_its_sound() -> None:
    assert sound(TAMPER, tamper={"sound": "high"}) == "high"
    assert sound("lift-bell", **{"lift-bell": {"name": "Bell", "level": 3, "response": ["Go."], "clears": "Never."}}) == "medium"


def test_a_panic_is_not_heard_where_the_site_is_silent() -> None:
    assert sound(PANIC, {"spaces": ["room-1"], "silent": True}) == "silent"
    assert sound(PANIC, {"spaces": ["lobby"], "silent": True}) == "critical"
    assert sound(PANIC, {"silent": True}) == "silent"
    assert sound(PANIC, {"silent": True}, {"spaces": "room-1", "locks": ["front-1"]}) == "critical"
    assert sound(TAMPER, {"silent": True}) == "medium"


@pytest.mark.parametrize(
    ("kind", "wanted", "expected"),
    [
        ("panic", "none", "error alarms.panic.sound: panic is never without a sound."),
        ("fire", "none", "error alarms.fire.sound: fire is never without a sound."),
        ("duress", "none", "error alarms.duress.sound: duress is always silent."),
        ("duress", "critical", "error alarms.duress.sound: duress is always silent."),
    ],
)
def test_sounds_that_are_refused(kind: str, wanted: str, expected: str) -> None:
    assert [line for line in found({"alarms": {kind: {"sound": wanted}}}) if expected in line]


def test_sounds_that_are_fine() -> None:
    assert found({"alarms": {"panic": {"sound": "silent"}, "duress": {"sound": "silent"}, "tamper": {"sound": "none"}}}) == []
