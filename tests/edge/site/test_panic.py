"""`security.panic`: what is refused, with which sentence and where."""

from typing import Any

import pytest
from pydantic import ValidationError

from edge.site.panic_settings import PanicResponse
from tests.edge.site.small_site import found

THINGS: dict[str, Any] = {
    "masking": {"type": "masking-unit", "connection": "broker", "space": "room"},
    "light": {"type": "relay", "connection": "broker", "space": "office"},
    "bolt": {"type": "relay", "connection": "broker", "door": "front"},
    "sign": {"type": "sign", "connection": "broker", "door": "front"},
}
CONTACTS: dict[str, Any] = {
    "camera": {"webhook": "https://camera.example/bookmark"},
    "lamp": {"relay": "light"},
    "lobby": {"console": True},
}


def of(*responses: dict[str, Any]) -> list[str]:
    """Findings about the responses."""
    lines = found({"devices": THINGS, "contacts": CONTACTS, "security": {"panic": [*responses]}})
    return [line for line in lines if "security.panic" in line]


GOOD: dict[str, Any] = {
    "locks": ["entrance"],
    "mute": ["around", "masking"],
    "relays": "light",
    "signs": {"sign": {"fi": "Hätä: {place}"}},
    "tell": "camera",
}


def test_a_response_for_everywhere_and_one_for_a_place_are_good() -> None:
    assert of(GOOD, {"spaces": "room", "silent": True, "mute": "around", "relays": "light"}) == []
    assert of({**GOOD, "silent": True}) == []


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ({"locks": "entranse"}, 'error security.panic.0.locks: "entranse" is not in doors. Did you mean "entrance"?'),
        ({"locks": ["entrance", "rear"]}, "error security.panic.0.locks: Nothing can lock rear: no door-controller is at it."),
        ({"mute": "arround"}, 'error security.panic.0.mute: "arround" is not in devices. Did you mean "around"?'),
        ({"mute": ["light"]}, "error security.panic.0.mute: light is a relay. Name a masking-unit."),
        ({"relays": "masking"}, "error security.panic.0.relays: masking is a masking-unit. Name a relay."),
        ({"relays": "bolt"}, "error security.panic.0.relays: bolt is at a door, and might hold its exit."),
        ({"signs": {"light": "Help"}}, "error security.panic.0.signs: light is a relay. Name a sign."),
        ({"signs": {"sing": "Help"}}, 'error security.panic.0.signs.sing: "sing" is not in devices. Did you mean "sign"?'),
        ({"tell": "nobody"}, 'error security.panic.0.tell: "nobody" is not in contacts.'),
        ({"tell": ["camera", "lamp"]}, "error security.panic.0.tell: lamp is no contact that a message is sent to."),
        ({"tell": "lobby"}, "error security.panic.0.tell: lobby is no contact that a message is sent to."),
        ({"spaces": "rom", "silent": True}, 'error security.panic.0.spaces: "rom" is not in spaces.'),
        ({"spaces": "lobby", "silent": True}, "warning security.panic.0.spaces: No panic-button is in lobby"),
        (
            {"spaces": "room", "silent": True, "mute": "masking"},
            "warning security.panic.0.mute: room is silent, so masking is left alone",
        ),
        (
            {"spaces": "room", "silent": True, "locks": "front"},
            "warning security.panic.0.locks: room is silent, so front is left alone",
        ),
        (
            {"spaces": "room", "silent": True, "signs": {"sign": "Help"}},
            "warning security.panic.0.signs: room is silent, so sign is left alone",
        ),
    ],
    ids=lambda value: value[:70] if isinstance(value, str) else "",
)
def test_what_is_refused(response: dict[str, Any], expected: str) -> None:
    assert [line for line in of(response) if expected in line]


def test_a_place_has_one_response() -> None:
    assert of({"spaces": "room", "silent": True}, {"spaces": ["room"], "locks": "entrance"}) == [
        "error security.panic.1.spaces: room has another response already. Name it in one."
    ]
    assert of({"relays": "light"}, {"locks": "entrance"}) == [
        "error security.panic.1: Another response names no spaces either. Add spaces to one of them."
    ]


@pytest.mark.parametrize(
    ("response", "told"),
    [
        ({}, "A response does something."),
        ({"spaces": ["room"]}, "A response does something."),
        ({"signs": {"sign": "{room}"}}, "Only these may stand in braces: place."),
        ({"unlocks": ["entrance"]}, "Extra inputs are not permitted"),
    ],
)
def test_a_response_does_what_it_can_and_something(response: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        PanicResponse.model_validate(response)
