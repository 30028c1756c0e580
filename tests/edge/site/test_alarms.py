"""The section `alarms`: what is refused, with which sentence and where."""

from typing import Any

import pytest

from edge.language import LANGUAGES, Renderer
from security.alarm_types import alarm_type
from tests.edge.site.small_site import found
from tests.security.alarm_house import LIFT_BELL, house

BELL: dict[str, Any] = {
    "alarms": {"lift-bell": LIFT_BELL},
    "devices": {"bell": {"type": "alarm-input", "connection": "broker", "alarm": "lift-bell"}},
}


def without(key: str) -> dict[str, Any]:
    return {**BELL, "alarms": {"lift-bell": {name: value for name, value in LIFT_BELL.items() if name != key}}}


def test_an_alarm_of_the_buildings_own_and_changes_of_others_are_good() -> None:
    assert found(BELL) == []
    assert found({"alarms": {"tamper": {"level": 2, "shelve": "never"}, "panic": {"level": 1, "name": "Hold-up"}}}) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (without("name"), "error alarms.lift-bell: A new alarm has a name."),
        (without("level"), "error alarms.lift-bell: A new alarm has a level."),
        (without("response"), "error alarms.lift-bell: A new alarm says what to do."),
        (without("clears"), "error alarms.lift-bell: A new alarm says when it ends."),
        ({"alarms": {"tamper": {"response": []}}}, "error alarms.tamper.response: An alarm that asks for nothing is none."),
        ({"alarms": {"panic": {"level": 2}}}, "error alarms.panic.level: panic is always critical."),
        ({"alarms": {"fire": {"shelve": "1 h"}}}, "error alarms.fire.shelve: fire is never shelved."),
        ({"devices": {"panic": {"alarm": "panic"}}}, "error devices.panic.alarm: Only an alarm-input"),
        ({"devices": {"bell": {"type": "alarm-input", "connection": "broker"}}}, "error devices.bell: An alarm-input says which"),
        (
            {"alarms": {"tamper": {}}, "devices": {"bell": {"type": "alarm-input", "connection": "broker", "alarm": "tamper"}}},
            "error devices.bell.alarm: tamper is raised by Talonmies itself.",
        ),
        ({**BELL, "devices": {}}, "warning alarms.lift-bell: Nothing raises lift-bell"),
        (
            {**BELL, "devices": {"bell": {"type": "alarm-input", "connection": "broker", "alarm": "lift-bel"}}},
            'error devices.bell.alarm: "lift-bel" is not in alarms. Did you mean "lift-bell"?',
        ),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_what_is_refused(change: dict[str, Any], expected: str) -> None:
    assert [line for line in found(change) if expected in line]


def test_names_and_steps_are_said_in_the_readers_language_or_in_one_that_is_there() -> None:
    site = house()
    said = {language: Renderer(site, language) for language in LANGUAGES}
    bell = alarm_type(site, "lift-bell")
    assert [said[language].text(bell.name) for language in ("fi", "sv", "en")] == [
        "Hissin hätäkutsu",
        "Nödsignal i hissen",
        "Lift bell",
    ]
    assert [said[language].text(bell.response[0]) for language in ("fi", "sv", "en")] == [
        "Puhu hissiin.",
        "Puhu hissiin.",
        "Speak to the lift.",
    ]
