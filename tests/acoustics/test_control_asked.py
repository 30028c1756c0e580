"""Rules 5 and 6: relief at a desk, quiet for weddings and by hand, hearing support, and who goes before whom (I141)."""

from datetime import datetime
from itertools import pairwise

import pytest

from acoustics.asked import ask_hearing, ask_level, ask_quiet, end_relief, press_relief
from edge.refusal import Refusal
from tests.acoustics.building import Day, at, meeting, site
from tests.builders import HOUR, MINUTE, SECOND

SECTION = {"emitters": {"mask": {"desks": "desk"}, "mask-queue": {}}}


def pressed(day: Day, *, long: bool = False) -> None:
    day.act(lambda facts, now: press_relief(day.zones, facts, now, "desk", long=long))


def at_work() -> Day:
    day = Day(site(SECTION), at(9))
    day.hand("present", True, "eye")
    day.book(meeting(at(10), at(14)))
    day.until(at(11))
    assert day.level == 40.5
    return day


@pytest.mark.parametrize(("presses", "less"), [(1, 3.0), (2, 6.0), (3, 6.0)])
def test_a_press_is_three_decibels_within_a_minute_and_two_are_six(presses: int, less: float) -> None:
    day = at_work()
    neighbour = day.state("level", "mask-queue")
    for _ in range(presses):
        pressed(day)
    day.until(at(11, 1))
    assert day.level == 40.5 - less
    steps = [(t, before - after) for t, before, after in day.steps() if t >= at(11)]
    assert all(fallen <= 0.5 for _, fallen in steps)
    day.until(at(12))
    assert day.state("level", "mask-queue") == neighbour
    told = " ".join(reason.message for reason in day.privacy().reasons)
    assert "may be followed" in told
    assert day.privacy().standing == "limited"


def test_relief_ends_after_two_hours_and_comes_back_slowly() -> None:
    day = at_work()
    pressed(day)
    day.until(at(12, 59))
    assert day.level == 37.5
    day.until(at(13, 4))
    assert 37.5 < day.level <= 38.5 + 1e-6
    day.until(at(13, 30))
    assert day.level == 40.5


def test_what_falls_while_relief_lasts_falls_as_slowly_as_ever() -> None:
    """Fast is only what somebody asked for: here the conversation ends half an hour after the press."""
    day = at_work()
    day.until(at(13, 30))
    pressed(day)
    day.until(at(13, 45))
    assert day.level == 37.5
    day.until(at(15, 20))
    assert day.level == 33.0
    falls = [t for t, before, after in day.steps() if t > at(13, 45) and after < before]
    assert all(later - earlier >= 5 * MINUTE for earlier, later in pairwise(falls)), "0.1 dB a minute"


def test_relief_ends_with_the_shift_and_by_another_press_of_a_person() -> None:
    day = at_work()
    day.until(at(15))
    event = press_relief(day.zones, day.sim.facts, day.sim.now, "desk")
    assert event.until == at(16)
    pressed(day)
    day.act(lambda facts, now: end_relief(facts, now, "desk"))
    with pytest.raises(Refusal):
        end_relief(day.sim.facts, day.sim.now, "desk")
    with pytest.raises(Refusal):
        press_relief(day.zones, day.sim.facts, day.sim.now, "room-1")


def test_a_long_press_is_silence_within_a_minute_without_a_jump() -> None:
    day = at_work()
    pressed(day, long=True)
    day.until(at(11, 1))
    assert day.muted
    assert day.level == 30.0
    assert all(before - after <= 0.5 for t, before, after in day.steps() if t >= at(11))
    day.until(at(12, 59))
    assert day.muted
    day.until(at(13, 1))
    assert not day.muted
    assert day.level <= 31.0, "it begins again from the floor"


def test_relief_does_not_wait_for_a_wedding_that_makes_it_quiet_anyway() -> None:
    day = at_work()
    day.book(meeting(at(10), at(14)), meeting(at(13), at(14), "wedding", "w"))
    day.until(at(11, 30))
    assert day.cause == "masking:quiet"
    pressed(day)
    day.until(at(11, 32))
    assert day.level <= 37.5


def test_relief_outlasts_a_restart() -> None:
    day = at_work()
    pressed(day)
    day.until(at(11, 30))
    day.sim.restart(day.events)
    day.sim.report_all()
    day.until(at(12, 30))
    assert day.level == 37.5


def quiet_for(day: Day, end: datetime) -> bool:
    """Whether it is silent from now until the end."""
    while day.sim.now < end:
        if not (day.muted or day.level <= 30.0):
            return False
        day.until(day.sim.now + MINUTE)
    return True


@pytest.mark.parametrize("present", [True, False])
def test_a_wedding_is_quiet_before_it_begins_and_masking_comes_back_slowly(present: bool) -> None:
    """I141: 12:00-12:45; the corridor is a door away."""
    day = Day(site(), at(8))
    day.hand("present", present, "eye")
    day.book(meeting(at(12), at(12, 45), "wedding", "w"), meeting(at(10), at(14), uid="m"))
    day.until(at(11, 45))
    downs = [t for t, before, after in day.steps() if after < before]
    assert all(later - earlier >= 5 * MINUTE for earlier, later in pairwise(downs)), "0.1 dB a minute"
    assert quiet_for(day, at(13))
    assert all(after - before <= 0.5 for _, before, after in day.steps())
    day.until(at(13, 10))
    assert 30.0 < day.level <= 30.0 + 10 * (0.2 if present else 1.0) + 0.5
    assert not day.muted


@pytest.mark.parametrize(("booked", "quiet"), [(at(11, 50), at(11, 58)), (at(11, 15), at(11, 46))])
def test_a_wedding_that_is_booked_late_is_quiet_as_soon_as_it_takes(booked: datetime, quiet: datetime) -> None:
    day = Day(site(), at(9))
    day.hand("present", True, "eye")
    day.until(booked)
    day.book(meeting(at(12), at(12, 45), "wedding", "w"))
    day.until(quiet)
    assert day.muted
    assert all(before - after <= 0.5 for _, before, after in day.steps())


def test_a_calendar_that_is_lost_raises_nothing() -> None:
    """It is held for twelve hours, and was last read at eight."""
    day = Day(site(), at(8))
    day.book(meeting(at(18), at(19)), meeting(at(22), at(23), uid="late"))
    day.until(at(18, 30))
    assert day.level == 40.5
    day.until(at(22, 30))
    assert day.level == 30.0


def test_a_calendar_that_is_lost_ends_no_quiet() -> None:
    day = Day(site({"schedule": {"hours": None, "level": 36}}), at(8))
    day.book(meeting(at(19), at(23), "wedding", "w"))
    day.until(at(22, 30))
    assert day.muted or day.level == 30.0


def test_hearing_support_silences_the_room_and_counts_on_loud_voices_outside() -> None:
    section = {"pairs": [{"from": "room-1", "to": "corridor", "rating": 46}], "emitters": {"mask": {}, "mask-queue": {}}}
    day = Day(site(section), at(9))
    day.book(meeting(at(10), at(14)))
    day.until(at(10, 30))
    before = day.level
    day.act(lambda _, now: ask_hearing(day.zones, now, "room-1", "host", now + HOUR))
    day.act(lambda _, now: ask_hearing(day.zones, now, "queue", "host", now + HOUR))
    day.until(at(11, 20))
    assert day.level > before
    assert day.privacy().raised
    assert day.state("muted", "mask-queue") is True


def test_quiet_goes_before_relief_and_relief_before_a_level_by_hand_and_that_before_a_booking() -> None:
    day = at_work()
    day.act(lambda _, now: ask_level(day.zones, now, "mask", 44.0, "fm", now + 4 * HOUR))
    day.until(at(11, 30))
    assert (day.level, day.cause) == (44.0, "masking:manual")
    pressed(day)
    day.until(at(11, 32))
    assert (day.level, day.cause) == (41.0, "masking:relief")
    day.act(lambda _, now: ask_quiet(day.zones, now, "corridor", "fm", now + HOUR))
    day.until(at(12))
    assert (day.muted, day.cause) == (True, "masking:quiet")
    day.sim.press("button", "p1")
    day.until(day.sim.now + 2 * SECOND)
    decided = day.decision("muted")
    assert decided is not None
    assert decided.winner.cause == "panic:button"


def test_what_may_not_be_asked() -> None:
    day = at_work()
    now = day.sim.now
    for refused in (
        lambda: ask_level(day.zones, now, "mask", 46.0, "fm", now + HOUR),
        lambda: ask_level(day.zones, now, "mask", float("nan"), "fm", now + HOUR),
        lambda: ask_level(day.zones, now, "mask-desk", 40.0, "fm", now + HOUR),
        lambda: ask_quiet(day.zones, now, "cellar", "fm", now + HOUR),
        lambda: ask_quiet(day.zones, now, "corridor", "fm", now),
        lambda: ask_hearing(day.zones, now, "room-1", "fm", now + 13 * HOUR),
    ):
        with pytest.raises(Refusal):
            refused()
