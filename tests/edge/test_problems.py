"""Why a point has no usable value, in the journal and for people; points by name."""

from datetime import UTC, datetime

import pytest

from edge import problems
from edge.events import Observed, decode, encode
from edge.language import Renderer
from edge.point_words import POINTS, value_words
from edge.points import DEVICE_TYPES
from edge.text import Text
from tests.drivers.modbus.line import site_at

T = datetime(2026, 11, 23, 6, tzinfo=UTC)


def observed(bad: problems.Reason) -> Observed:
    return Observed(at=T, device="fan", point="on", value=None, bad=bad)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (problems.NO_VALUE, "the device says that it has no value"),
        (problems.refused(4), "it has failed (exception 4)"),
        (problems.refused(99), "it refuses to be read (exception 99)"),
        (problems.unknown_word("jammed {x}"), 'it says "jammed {x}" in place of a value'),
        (problems.server_says("BadSensorFailure"), "its sensor has failed (BadSensorFailure)"),
        (problems.server_says("UncertainNoOneKnows"), "the server is not sure of it (UncertainNoOneKnows)"),
        (problems.server_says("BadTyped"), "the server has no good value of it (BadTyped)"),
    ],
)
def test_a_reason_comes_back_from_the_journal_as_it_was_and_can_be_told(reason: Text, told: str) -> None:
    values = encode(observed(reason))
    assert decode("observed", values) == observed(reason)
    assert Renderer(site_at(), "en").text(reason) == told


def test_a_journal_of_an_earlier_version_has_free_words() -> None:
    old = {"at": T.isoformat(), "device": "fan", "point": "on", "value": None, "bad": "sensor fault"}
    assert decode("observed", old) == observed("sensor fault")
    assert "bad" not in encode(observed(""))


def test_every_point_of_every_device_has_a_name() -> None:
    assert {point for kinds in DEVICE_TYPES.values() for point in kinds} == set(POINTS)


def test_values_in_words() -> None:
    renderer = Renderer(site_at(), "en")
    told = [renderer.say("{value}", value=value_words(value)) for value in (True, False, 1, 0, 42.5, "locked", "T-17", "", None)]
    assert told == ["yes", "no", "1", "0", "42.5", "locked", "T-17", "nothing", "nothing"]
