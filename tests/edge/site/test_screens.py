"""Displays and rooms for remote service: what is refused or odd, with which sentence and where."""

from typing import Any

import pytest

from edge.site.model import Site
from tests.edge.site.small_site import GOOD, found, merged

LIGHT: dict[str, Any] = {"light": {"type": "relay", "connection": "broker", "space": "room"}}


def test_a_display_and_a_remote_room_are_fine() -> None:
    change = {
        "devices": LIGHT,
        "displays": {"info": {"space": "lobby", "ways": {"room": "left"}}},
        "remote_service": {"room": {"light": "light"}},
    }
    assert found(change) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"displays": {"info": {"space": "office"}}}, "office is internal"),
        ({"displays": {"info": {"space": "lobby", "rooms": "lobby"}}}, "No calendar books lobby"),
        ({"displays": {"info": {"space": "loby"}}}, "Did you mean"),
        ({"displays": {"info": {"space": "lobby", "ways": {"rum": "left"}}}}, "is not in spaces"),
        ({"remote_service": {"room": {"light": "panic"}}}, "panic is no relay"),
        ({"remote_service": {"room": {"by": "presence"}}}, "No occupancy sensor watches room"),
        ({"remote_service": {"lobby": {}}}, "No calendar books lobby"),
        ({"remote_service": {"rum": {}}}, "is not in spaces"),
        ({"agencies": {"dvv": {"name": "DVV", "tell": "teams"}}}, "is not in contacts"),
    ],
)
def test_what_cannot_be_is_told(change: dict[str, Any], told: str) -> None:
    problems = found(change)
    assert any(told in problem for problem in problems), problems


@pytest.mark.parametrize(("own", "together"), [("fi", ("fi", "sv")), ("sv", ("sv", "fi")), ("en", ("en",))])
def test_public_languages_follow_from_the_sites_unless_it_says(own: str, together: tuple[str, ...]) -> None:
    site = Site.model_validate(merged(GOOD, {"site": {"language": own}}))
    assert site.public_languages == together
    said = Site.model_validate(merged(GOOD, {"site": {"language": own, "public_languages": ["sv", "fi", "en", "sv"]}}))
    assert said.public_languages == ("sv", "fi", "en")
