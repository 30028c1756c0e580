"""Rule 4: microphones trim by what is there without masking, and what they do not know raises nothing (I136, I137)."""

from datetime import datetime
from math import nan

import pytest

from acoustics.asked import ask_quiet
from acoustics.levels import energy_sum
from acoustics.listening import AMBIENT, TOTAL
from edge.conditions import AMBIENT_UNKNOWN
from tests.acoustics.building import EAR, Day, at, meeting, site
from tests.builders import HOUR

HEARS = {"microphones": {EAR: {}}}


def together(ambient: float, masking: float) -> float:
    return round(energy_sum([ambient, masking]), 2)


def in_meeting(section: dict[str, object] | None = None) -> Day:
    day = Day(site({**HEARS, **(section or {})}), at(9))
    day.hand("present", True, "eye")
    day.book(meeting(at(10), at(19)))
    return day


def test_a_microphone_that_hears_its_own_masking_does_not_drive_it() -> None:
    """I136: 30 dB(A) of ambient noise, all masking at the microphone, eight hours."""
    day = in_meeting()
    day.hear(at(10, 30), lambda _, masking: together(30.0, masking))
    settled = day.level
    day.hear(at(18, 30), lambda _, masking: together(30.0, masking))
    assert abs(day.level - settled) <= 0.5
    assert day.sim.facts(AMBIENT("corridor")) is None, "it cannot be told, so nothing is believed"


def test_noise_that_is_there_anyway_spares_masking_up_to_three_decibels() -> None:
    day = in_meeting()
    day.hear(at(10, 10), lambda _, masking: together(30.0, masking))
    assert day.level == 40.5
    day.hear(at(12), lambda _, masking: together(44.0, masking))
    assert day.level == 37.5
    assert day.privacy().measured
    assert day.privacy().standing == "confidential"


QUIETER = {"pairs": [{"from": "room-1", "to": "corridor", "rating": 38}], "spaces": {"corridor": {"ambient": 39}}}


def in_a_place_quieter_than_declared() -> Day:
    """Heard in the early morning, when masking is low enough to be heard through."""
    day = Day(site({**HEARS, **QUIETER}), at(6), level=30.0)
    day.hand("present", True, "eye")
    day.book(meeting(at(10), at(17)))
    day.hear(at(8), lambda _, masking: together(35.5, masking))
    day.hear(at(10), lambda _, masking: together(35.5, masking))
    return day


def test_a_quieter_place_than_declared_gets_up_to_three_decibels_more() -> None:
    planned = Day(site(QUIETER), at(9))
    planned.book(meeting(at(10), at(17)))
    planned.until(at(10))
    assert planned.level == 39.5
    day = in_a_place_quieter_than_declared()
    assert day.level == 41.5
    day.sim.restart(day.events)
    day.sim.report_all()
    assert day.privacy().background_dba == 42.0, "masking and what was heard once, and not the louder noise that is declared"


def test_noise_that_would_make_more_privacy_reachable_makes_no_louder_plan() -> None:
    """35 dB: confidential takes 45.2 dB(A), which no masking may bring, and with 44 dB(A) of noise 39 would."""
    day = in_meeting({"pairs": [{"from": "room-1", "to": "corridor", "rating": 35}]})
    day.hear(at(12), lambda _, masking: together(44.0, masking))
    assert day.level == 36.0


def test_half_a_day_with_changing_noise_is_not_chased() -> None:
    """Less than a decibel of ambient noise moves nothing, and no turn is made within a quarter of an hour."""
    day = in_meeting()
    day.hear(at(11), lambda _, masking: together(44.0, masking))
    level = day.level
    day.hear(at(13), lambda t, masking: together(44.0 + 0.4 * (-1) ** t.hour, masking))
    assert day.level == level


@pytest.mark.parametrize("burst", [75.0, 120.0])
def test_talk_and_alarms_beside_the_microphone_are_no_ambient_noise(burst: float) -> None:
    day = in_meeting()
    day.hear(at(10, 30), lambda _, masking: together(30.0, masking))
    level = day.level
    day.hear(at(10, 34), lambda *_: burst)
    day.hear(at(11), lambda _, masking: together(30.0, masking))
    assert day.level == level


def nothing(_: datetime, __: float) -> None:
    return None


@pytest.mark.parametrize("ambient", [30.0, 44.0])
def test_a_lost_microphone_raises_nothing_and_is_told(ambient: float) -> None:
    """I137."""
    day = in_meeting({"spaces": {"corridor": {"ambient": 36}}})
    day.hear(at(11), lambda _, masking: together(ambient, masking))
    level = day.level
    day.hear(at(11, 4), nothing)
    assert not day.holds(AMBIENT_UNKNOWN)
    day.hear(at(11, 10), nothing)
    assert day.holds(AMBIENT_UNKNOWN)
    assert day.privacy().standing == "unknown"
    day.hear(at(13), nothing)
    assert max(one for t, one in day.levels if t > at(11)) <= level if day.levels[-1][0] > at(11) else day.level == level
    day.hear(at(13, 20), lambda _, masking: together(ambient, masking))
    assert not day.holds(AMBIENT_UNKNOWN)
    assert day.privacy().standing != "unknown"


def test_what_a_lost_microphone_had_allowed_beyond_the_plan_falls_back_to_it() -> None:
    day = in_a_place_quieter_than_declared()
    day.hear(at(11), nothing)
    assert day.level == 39.5


@pytest.mark.parametrize("value", [nan, float("inf")])
def test_what_is_no_level_is_not_heard(value: float) -> None:
    day = in_meeting()
    day.hear(at(10, 30), lambda _, masking: together(44.0, masking))
    level = day.level
    day.hear(at(11), lambda *_: value)
    assert day.holds(AMBIENT_UNKNOWN)
    assert day.level <= level


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_restart_forgets_no_ambient_noise(checkpoint: bool) -> None:
    day = in_meeting()
    day.hear(at(12), lambda _, masking: together(44.0, masking))
    assert day.level == 37.5
    day.sim.restart(day.sim.controller.snapshot(at(12)) if checkpoint else day.events)
    day.sim.report_all()
    day.until(at(13))
    assert day.level == 37.5
    assert day.sim.facts(TOTAL("corridor")) is None


def test_a_microphone_that_gives_l90_itself_is_believed_at_once() -> None:
    day = in_meeting({"microphones": {EAR: {"gives": "l90"}}})
    day.hear(at(9, 1), lambda _, masking: together(44.0, masking))
    assert day.sim.facts(TOTAL("corridor")) == together(44.0, day.level)


def test_a_burst_is_not_believed_even_of_a_microphone_that_gives_l90() -> None:
    day = in_meeting({"microphones": {EAR: {"gives": "l90"}}})
    day.hear(at(10, 30), lambda _, masking: together(44.0, masking))
    day.hear(at(10, 33), lambda *_: 75.0)
    heard = day.sim.facts(AMBIENT("corridor"))
    assert heard is not None
    assert heard.dba == pytest.approx(44.0, abs=1.0)


def test_masking_that_has_just_gone_is_no_ambient_noise() -> None:
    """An L90 of fifteen minutes still has it."""
    day = in_meeting({"microphones": {EAR: {"gives": "l90"}}})
    day.hear(at(10, 30), lambda _, masking: together(30.0, masking))
    day.act(lambda _, now: ask_quiet(day.zones, now, "corridor", "fm", now + HOUR))
    day.hear(at(10, 44), lambda *_: together(30.0, 40.5))
    assert day.muted
    assert day.sim.facts(AMBIENT("corridor")) is None
