"""Buttons at desks: a press is one step of relief, whatever the line does with it, and never an alarm."""

import pytest

from acoustics.asked import RELIEF, ReliefPressed
from acoustics.buttons import TAKEN
from edge.controller import Controller
from edge.events import Observed, decode, encode
from security.alarms import open_alarms
from security.device_walks import DeviceSeen, DeviceWalkBegan, expected
from tests.acoustics.building import UNIT, Day, at, meeting, site
from tests.builders import MINUTE, SECOND

DEVICES = {"relief": {"type": "relief-button", "space": "desk"}, "elsewhere": {"type": "relief-button", "space": "room-1"}}


@pytest.fixture
def day() -> Day:
    found = Day(site({"emitters": {UNIT: {"desks": "desk"}}}, DEVICES), at(9))
    found.hand("present", True, "eye")
    found.book(meeting(at(10), at(14)))
    found.until(at(11))
    assert found.level == 40.5
    return found


def press(day: Day, id_: str, way: str = "tapped", button: str = "relief") -> None:
    day.sim.press(button, id_, way)
    day.note()


def presses(day: Day) -> list[ReliefPressed]:
    return [event for event in day.events if isinstance(event, ReliefPressed)]


def test_a_press_is_three_decibels_and_a_second_one_six_within_a_minute(day: Day) -> None:
    press(day, "a-1")
    day.until(day.sim.now + MINUTE)
    assert day.level == 37.5
    press(day, "a-2")
    day.until(day.sim.now + MINUTE)
    assert day.level == 34.5


def test_a_long_press_is_silence_at_that_desk_within_a_minute(day: Day) -> None:
    press(day, "a-1", "held")
    day.until(day.sim.now + MINUTE)
    assert day.muted
    assert all(before - after <= 0.5 for t, before, after in day.steps() if t >= at(11))


def test_a_press_that_is_said_again_is_the_same_press_also_after_a_restart(day: Day) -> None:
    for _ in range(3):
        press(day, "a-1")
        day.until(day.sim.now + SECOND)
    day.sim.restart(day.events)
    day.sim.report_all()
    press(day, "a-1")
    assert len(presses(day)) == 1
    assert len([e for e in day.events if isinstance(e, Observed) and e.point == "tapped" and e.press]) == 1
    checkpoint = Controller(day.sim.site)
    checkpoint.restore(decode(event.kind, encode(event)) for event in day.sim.controller.snapshot(day.sim.now))
    assert checkpoint.facts(TAKEN("relief")) == ("a-1",)
    relief = checkpoint.facts(RELIEF("desk"))
    assert relief is not None
    assert relief.steps == 1


def test_it_is_no_alarm_and_elsewhere_it_changes_nothing(day: Day) -> None:
    press(day, "a-1")
    press(day, "b-1", button="elsewhere")
    press(day, "b-2", "held", button="elsewhere")
    assert len(presses(day)) == 1
    assert not [alarm for alarm in open_alarms(day.sim.facts) if alarm.press is not None]
    assert not any("button" in event.kind for event in presses(day)), "nothing says which button it was"


def test_many_presses_are_forgotten_one_by_one(day: Day) -> None:
    for number in range(60):
        press(day, f"a-{number}")
    taken = day.sim.facts(TAKEN("relief"))
    assert taken is not None
    assert (len(taken), taken[-1]) == (50, "a-59")


def test_a_walk_through_a_new_building_sees_it_pressed(day: Day) -> None:
    day.sim.observe(DeviceWalkBegan(at=day.sim.now, by="A. Asentaja", devices=("relief",), until=at(15)))
    assert expected(day.sim.site, "relief") == ("pressed",)
    press(day, "a-1", "held")
    assert [(e.device, e.sight) for e in day.events if isinstance(e, DeviceSeen)] == [("relief", "pressed")]
