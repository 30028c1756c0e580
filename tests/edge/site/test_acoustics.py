"""`acoustics`: what is refused, with which sentence and where."""

from typing import Any

import pytest
from pydantic import ValidationError

from edge.site.acoustics_settings import Acoustics
from tests.edge.site.small_site import found

THINGS: dict[str, Any] = {
    "masking": {"type": "masking-unit", "connection": "broker", "space": "lobby"},
    "ear": {"type": "ambient-sensor", "connection": "broker", "space": "lobby"},
    "light": {"type": "relay", "connection": "broker", "space": "office"},
    "plug": {"type": "masking-unit", "profile": "mqtt.shelly", "at": "plug", "connection": "broker", "space": "lobby"},
    "blind": {"type": "masking-unit", "profile": "mqtt.masking_gateway", "at": "mg", "connection": "broker", "space": "lobby"},
}


def of(section: dict[str, Any]) -> list[str]:
    """Findings about the section."""
    lines = found({"devices": THINGS, "acoustics": section})
    return [line for line in lines if "acoustics" in line]


GOOD: dict[str, Any] = {
    "pairs": [{"from": "room", "to": "lobby", "rating": 38, "source": "measured"}],
    "spaces": {"lobby": {"reverberation": 0.8, "ambient": 33}},
    "emitters": {"masking": {"heard": {"lobby": 0, "room": 8.5}, "highest": 42, "since": "2026-11-23"}},
    "microphones": {"ear": {"gives": "l90"}},
    "targets": [{"kinds": ["safe-room"], "voice": "raised", "insist": True}, {"agencies": "dvv", "policies": "service"}],
    "comfort": {"max": 44},
    "schedule": {"hours": "service", "level": 36},
    "quiet": {"weddings": {"rooms": "room", "before": "20 min"}},
}


@pytest.mark.parametrize(("desks", "told"), [(["room"], False), ([], True)])
def test_a_button_that_turns_nothing_down_is_told(desks: list[str], told: bool) -> None:
    button = {"relief": {"type": "relief-button", "connection": "broker", "space": "room"}}
    lines = found({"devices": {**THINGS, **button}, "acoustics": {"emitters": {"masking": {"desks": desks}}}})
    assert [line for line in lines if "relief" in line and "No masking unit has room among its desks" in line] == lines * told


def test_a_whole_section_is_good_and_so_is_an_empty_one() -> None:
    assert of(GOOD) == []
    assert of({}) == []


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({"pairs": [{"from": "room", "to": "loby", "rating": 38}]}, 'error acoustics.pairs.0.to: "loby" is not in spaces.'),
        ({"pairs": [{"from": "room", "to": "room", "rating": 38}]}, "error acoustics.pairs.0.to: Nobody is overheard in the place"),
        ({"pairs": [{"from": "room", "to": "outside", "rating": 38}]}, "error acoustics.pairs.0: Masking reaches nobody outside."),
        (
            {"pairs": [{"from": "room", "to": "office", "rating": 38}]},
            "warning acoustics.pairs.0.to: No emitter is heard in office",
        ),
        (
            {"pairs": [{"from": "room", "to": "lobby", "rating": r} for r in (35, 44)], "emitters": {"masking": {}}},
            "error acoustics.pairs.1: room and lobby are a pair already.",
        ),
        ({"emitters": {"plug": {}}}, "error acoustics.emitters.plug: plug can only be switched. Write its measured level"),
        ({"emitters": {"plug": {"fixed": 46}}}, "warning acoustics.emitters.plug.fixed: This is louder than 45"),
        ({"emitters": {"masking": {"fixed": 40}}}, "error acoustics.emitters.masking.fixed: masking is told its level."),
        ({"emitters": {"blind": {"step": 0.2}}}, "error acoustics.emitters.blind.step: blind changes its level by 0.5 dB"),
        ({"emitters": {"light": {}}}, "error acoustics.emitters.light: light is a relay. Name a masking-unit."),
        ({"emitters": {"masing": {}}}, 'error acoustics.emitters.masing: "masing" is not in devices. Did you mean "masking"?'),
        ({"emitters": {"masking": {"highest": 25}}}, "error acoustics.emitters.masking.highest: This is below the floor"),
        ({"emitters": {"masking": {"schedule": 46}}}, "error acoustics.emitters.masking.schedule: A schedule's level is between"),
        ({"schedule": {"level": 29}}, "error acoustics.schedule.level: A schedule's level is between 30"),
        ({"microphones": {"light": {}}}, "error acoustics.microphones.light: light is a relay. Name a ambient-sensor."),
        ({"microphones": {"ear": {}, "masking": {}}}, "error acoustics.microphones.masking: ear already hears what is in lobby."),
        ({"targets": [{"agencies": "vero"}]}, 'error acoustics.targets.0.agencies: "vero" is not in agencies.'),
        ({"schedule": {"hours": "nights"}}, 'error acoustics.schedule.hours: "nights" is not in hours.'),
        ({"quiet": {"w": {"spaces": ["hall"]}}}, 'error acoustics.quiet.w.spaces.0: "hall" is not in spaces.'),
    ],
)
def test_what_does_not_fit_is_told(section: dict[str, Any], expected: str) -> None:
    lines = of(section)
    assert any(line.startswith(expected) for line in lines), lines


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({"pairs": [{"from": "a", "to": "b"}]}, "either a rating"),
        ({"pairs": [{"from": "a", "to": "b", "rating": 35, "distance": 4}]}, "either a rating"),
        ({"comfort": {"floor": 40, "normal": 36}}, "not in order"),
        ({"comfort": {"max": 50}}, "less than or equal to 48"),
        ({"emitters": {"m": {"highest": 49}}}, "less than or equal to 48"),
        ({"emitters": {"m": {"step": 1}}}, "less than or equal to 0.5"),
        ({"spaces": {"a": {"ambient": float("nan")}}}, "finite number"),
    ],
)
def test_what_no_site_may_ask_for(section: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Acoustics.model_validate(section)
    assert expected in str(refused.value)
