"""Each device type has its row everywhere that a type needs one, and each condition has its words."""

from pathlib import Path

import pytest

from drivers.virtual.device import virtual_device
from edge.conditions import CONDITIONS
from edge.language import LANGUAGES, Renderer
from edge.points import DEVICE_TYPES
from edge.site import Site
from security.alarm_types import ALARM_TYPES

DOCS = Path(__file__).resolve().parents[2] / "docs"


def site_with_one(device_type: str) -> Site:
    place = {"door": "front"} if device_type == "door-controller" else {"space": "lobby"}
    return Site.model_validate(
        {
            "site": {"id": "one", "name": "One"},
            "spaces": {"lobby": {"zone": "public"}},
            "doors": {"front": {"from": "outside", "to": "lobby"}},
            "connections": {"broker": {"protocol": "mqtt"}},
            "devices": {"thing": {"type": device_type, "connection": "broker", **place}},
        }
    )


@pytest.mark.parametrize("device_type", DEVICE_TYPES)
def test_a_device_of_each_type_can_be_simulated_and_named(device_type: str) -> None:
    site = site_with_one(device_type)
    reported = {report.point for report in virtual_device(site, "thing", "boot").reports()}
    momentary = {kind.name for kind in DEVICE_TYPES[device_type].values() if kind.momentary}
    own = {kind.name for kind in DEVICE_TYPES[device_type].values()} - {"link", "battery", "tamper"} - momentary
    assert own <= reported, "a virtual device says the state of each of its points"
    names = {Renderer(site, language).name("thing") for language in LANGUAGES}
    assert "thing" not in names


@pytest.mark.parametrize("device_type", DEVICE_TYPES)
def test_what_a_point_goes_back_to_is_a_value_of_it(device_type: str) -> None:
    for kind in DEVICE_TYPES[device_type].values():
        assert kind.default is None or kind.problem_with(kind.default) is None
        assert kind.rest is None or kind.problem_with(kind.rest) is None
        assert kind.commanded or (kind.default, kind.rest) == (None, None)


def test_every_condition_has_its_name_and_every_alarm_its_response() -> None:
    assert ALARM_TYPES.keys() == CONDITIONS
    assert all(found.response for found in ALARM_TYPES.values())
