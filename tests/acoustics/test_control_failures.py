"""Rules 6 to 9: emergencies, restarts, hands, power cuts, silent and weak units, and new zones."""

import pytest

from acoustics.levels import energy_sum
from drivers.virtual.behaviour import Behaviour
from edge.conditions import DEVICE_NOT_FOLLOWING, MASKING_UNHEARD, MASKING_WEAK
from edge.events import Decided, Event
from edge.simulation import Simulation
from security import modes
from tests.acoustics.building import EAR, UNIT, Day, at, meeting, site
from tests.builders import SECOND


def in_meeting(section: dict[str, object] | None = None) -> Day:
    day = Day(site(section), at(9))
    day.hand("present", True, "eye")
    day.book(meeting(at(10), at(15)))
    day.until(at(11))
    assert day.level == 40.5
    return day


def test_a_panic_mutes_from_any_state_within_two_seconds_and_nothing_jumps_back() -> None:
    day = in_meeting()
    day.sim.press("button", "p1")
    day.until(day.sim.now + 2 * SECOND)
    assert day.muted
    day.until(at(12))
    assert day.muted, "for as long as nobody has resolved it"
    assert day.level == 30.0, "it begins again from the floor"


@pytest.mark.parametrize(("mode", "scope"), [("fire", "site"), ("evacuation", "site"), ("evacuation", "zone:internal")])
def test_fire_and_evacuation_mute_too_and_end_slowly(mode: modes.Mode, scope: str) -> None:
    day = in_meeting()
    began = day.sim.now
    day.sim.observe(modes.ModeBegan(at=began, mode=mode, scope=scope, by="guard"))
    day.until(began + 2 * SECOND)
    assert day.muted
    day.until(at(11, 30))
    day.sim.observe(modes.ModeEnded(at=day.sim.now, mode=mode, scope=scope, by="guard"))
    day.until(at(11, 31))
    assert not day.muted
    assert day.level <= 30.5
    day.until(at(12, 30))
    assert day.level == 40.5


def test_an_evacuation_elsewhere_mutes_nothing() -> None:
    day = in_meeting()
    day.sim.observe(modes.ModeBegan(at=day.sim.now, mode="evacuation", scope="zone:public", by="guard"))
    day.until(at(11, 1))
    assert not day.muted


def test_a_restart_goes_on_from_where_the_unit_is() -> None:
    day = in_meeting()
    day.sim.devices[UNIT].set("level", 34.0, day.sim.now)  # changed while nobody listened
    day.sim.restart(day.events)
    day.sim.report_all()
    day.until(at(11, 1))
    assert 34.0 <= day.level <= 34.5
    day.until(at(12))
    assert day.level == 40.5


def test_a_restart_in_the_middle_of_a_way_makes_no_turn_before_its_time() -> None:
    day = in_meeting()
    day.until(at(15, 11))
    assert day.level < 40.5
    before = day.level
    day.book(meeting(at(15, 12), at(16)))
    day.sim.restart(day.events)
    day.sim.report_all()
    day.until(at(15, 20))
    assert day.level == before


def test_a_power_cut_is_followed_by_a_way_up_and_no_jump() -> None:
    day = in_meeting()
    day.hand("link", False)
    day.until(at(11, 10))
    assert day.privacy().standing == "unknown"
    assert day.holds(MASKING_UNHEARD)
    assert (day.decision().value if day.decision() else None) == 40.5, "held as it was"
    day.sim.devices[UNIT].set("level", 0.0, day.sim.now)
    day.hand("link", True)
    day.until(at(11, 11))
    assert day.level <= 30.5
    assert not day.holds(MASKING_UNHEARD)
    day.until(at(12, 10))
    assert day.level == 40.5


def test_nobody_is_told_of_a_silent_unit_while_nobody_talks() -> None:
    day = Day(site(), at(9))
    day.hand("link", False)
    day.until(at(9, 30))
    assert not day.holds(MASKING_UNHEARD)
    day.book(meeting(at(10), at(11)))
    day.until(at(10, 1))
    assert day.holds(MASKING_UNHEARD)
    day.until(at(11, 1))
    assert not day.holds(MASKING_UNHEARD)


def test_a_hand_at_the_unit_is_brought_back_slowly_and_within_the_caps_at_once() -> None:
    day = in_meeting()
    day.hand("level", 60.0)
    assert day.level <= 45.0
    day.until(at(11, 20))
    assert 42.5 <= day.level < 45.0
    day.until(at(12))
    assert day.level == 40.5


def test_a_unit_that_does_not_follow_is_not_told_ever_more() -> None:
    day = in_meeting()
    day.sim.behave(UNIT, Behaviour.JAMMED)
    day.until(at(15, 40))
    decided = day.decision()
    assert decided is not None
    assert decided.value == 40.0
    assert day.holds(DEVICE_NOT_FOLLOWING)


def test_muted_by_hand_for_an_announcement_it_goes_on_and_after_long_begins_from_the_floor() -> None:
    day = in_meeting()
    day.hand("muted", True)
    day.until(day.sim.now + 30 * SECOND)
    day.hand("muted", False)
    assert day.level == 40.5
    day.hand("muted", True)
    day.until(day.sim.now + 90 * SECOND)
    assert day.level == 30.0


def test_a_microphone_under_a_dead_loudspeaker_tells_of_it_after_ten_minutes() -> None:
    day = Day(site({"microphones": {EAR: {"gives": "l90"}}}), at(9))
    day.book(meeting(at(10), at(15)))
    day.hear(at(11), lambda _, masking: round(energy_sum([masking, 28.0]), 1))
    assert not day.holds(MASKING_WEAK)
    day.hear(at(11, 9), lambda _, masking: masking - 4.0)
    assert not day.holds(MASKING_WEAK)
    day.hear(at(11, 20), lambda _, masking: masking - 4.0)
    assert day.holds(MASKING_WEAK)
    day.hear(at(11, 40), lambda _, masking: round(energy_sum([masking, 28.0]), 1))
    assert not day.holds(MASKING_WEAK)


def test_masking_on_its_way_is_not_taken_for_weak() -> None:
    day = Day(site({"microphones": {EAR: {}}}), at(7, 30))
    day.book(meeting(at(8, 30), at(10)))
    day.hear(at(10, 30), lambda _, masking: round(energy_sum([masking, 25.0]), 1))
    assert not day.holds(MASKING_WEAK)


@pytest.mark.parametrize(
    ("since", "highest"),
    [("2026-11-23", 31.5), ("2026-11-10", 40.5), ("2026-11-16", 36.5), ("2026-11-24", 30.0)],
)
def test_a_new_zone_grows_accustomed_over_ten_working_days(since: str, highest: float) -> None:
    day = Day(site({"emitters": {UNIT: {"since": since}}}), at(9), level=30.0)
    day.book(meeting(at(10), at(15)))
    day.until(at(14))
    assert day.level == highest


def test_without_the_section_masking_units_are_left_alone() -> None:
    plain = site().model_copy(update={"acoustics": None})
    told: list[Event] = []
    sim = Simulation(plain, at(9), told.append)
    sim.set(UNIT, "level", 47.0)
    sim.advance(at(18))
    assert sim.devices[UNIT].state("level") == 47.0
    assert not [event for event in told if isinstance(event, Decided) and event.device == UNIT]
