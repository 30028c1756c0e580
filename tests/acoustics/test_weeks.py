"""What is counted of each week, what outlives a restart, and what is proposed."""

import pytest

from acoustics.asked import press_relief
from acoustics.notes import PRIVACY_NOTE
from acoustics.proposals import PROPOSAL, PROPOSED
from acoustics.telling import WORST
from acoustics.weeks import (
    faults,
    loud_hours,
    missing_db,
    most_missing,
    relief_days,
    relief_presses,
    shares,
    talked_hours,
    week_of,
    weeks_until,
)
from drivers.virtual.behaviour import Behaviour
from edge.controller import Controller
from edge.events import decode, encode
from tests.acoustics.building import UNIT, Day, at, meeting, site
from tests.builders import DAY, SECOND

WEEK, PAIR = "2026-W48", "room-1>corridor"


def pressed(day: Day) -> None:
    day.act(lambda facts, now: press_relief(day.zones, facts, now, "desk"))


def at_work(section: dict[str, object] | None = None) -> Day:
    day = Day(site({"emitters": {UNIT: {"desks": "desk"}}, **(section or {})}), at(9))
    day.book(meeting(at(10), at(12)))
    day.until(at(10))
    return day


def kept(day: Day) -> Controller:
    """What a controller knows that starts with a checkpoint of now."""
    later = Controller(day.sim.site)
    later.restore(decode(event.kind, encode(event)) for event in day.sim.controller.snapshot(day.sim.now))
    return later


def test_talk_is_counted_by_class_and_only_while_there_is_any() -> None:
    day = at_work()
    day.until(at(16))
    facts = day.sim.facts
    assert talked_hours(facts, WEEK, PAIR) == pytest.approx(2.0, abs=0.01)
    assert shares(facts, WEEK, PAIR) == {"confidential": 1.0}
    assert shares(facts, WEEK, "room-1") == {"confidential": 1.0}
    assert talked_hours(facts, WEEK, "desk") == 0.0
    assert shares(facts, WEEK, "desk") == {}
    counted = [event for event in day.events if event.kind == "masking-quarter-counted"]
    assert len(counted) <= 2 * 4 + 1


def test_a_lost_unit_is_unknown_for_as_long_and_a_fault() -> None:
    day = at_work()
    day.until(at(11))
    day.hand("link", False)
    day.until(at(11, 30))
    assert day.sim.facts(WORST("room-1", "corridor")) == "unknown"
    day.hand("link", True)
    day.until(at(11, 44))
    assert day.privacy().standing == "confidential"
    assert day.sim.facts(WORST("room-1", "corridor")) == "unknown", "of the last quarter of an hour"
    day.until(at(11, 46))
    assert day.sim.facts(WORST("room-1", "corridor")) == "confidential"
    day.until(at(13))
    assert shares(day.sim.facts, WEEK, PAIR) == pytest.approx({"confidential": 0.75, "unknown": 0.25}, abs=0.001)
    assert faults(day.sim.facts, WEEK, UNIT) == 1


def test_a_checkpoint_holds_all_of_the_week_and_nothing_twice() -> None:
    day = at_work({"pairs": [{"from": "room-1", "to": "corridor", "rating": 30}]})
    pressed(day)
    day.until(at(11))
    pressed(day)
    day.hand("link", False)
    day.until(at(11, 20))
    facts, again = day.sim.facts, kept(day).facts
    assert missing_db(facts, WEEK, PAIR) is not None
    assert most_missing(facts, day.zones, WEEK) == (PAIR, missing_db(facts, WEEK, PAIR))
    assert (relief_presses(facts, WEEK, UNIT), relief_days(facts, WEEK, UNIT), faults(facts, WEEK, UNIT)) == (2, 1, 1)
    for known in (relief_presses, relief_days, faults, loud_hours):
        assert known(again, WEEK, UNIT) == known(facts, WEEK, UNIT)
    assert shares(again, WEEK, PAIR) == shares(facts, WEEK, PAIR)
    assert most_missing(again, day.zones, WEEK) == most_missing(facts, day.zones, WEEK)


def test_a_restart_loses_a_quarter_of_an_hour_at_most() -> None:
    day = at_work()
    day.until(at(11, 10))
    day.sim.restart(day.events)
    day.sim.report_all()
    day.until(at(13))
    assert talked_hours(day.sim.facts, WEEK, PAIR) == pytest.approx(2.0 - 10 / 60, abs=0.01)


def test_the_room_is_as_private_as_the_worst_of_its_pairs() -> None:
    pairs = [{"from": "room-1", "to": "corridor", "rating": 40}, {"from": "room-1", "to": "wedding", "rating": 25}]
    day = at_work({"pairs": pairs})
    day.until(at(12, 30))
    assert shares(day.sim.facts, WEEK, PAIR) == {"confidential": 1.0}
    assert shares(day.sim.facts, WEEK, "room-1") == {"overhearable": 1.0}


def test_hours_above_45_are_counted_also_where_nobody_talks() -> None:
    day = Day(site(), at(17))
    for unit in (UNIT, "mask-queue"):  # the second one is none of ours
        day.sim.behave(unit, Behaviour.JAMMED)
        day.hand("level", 47.0, unit)
    day.until(at(17, 20))
    day.sim.behave(UNIT, Behaviour.OBEDIENT)
    day.until(at(19))
    assert day.level <= 45.0
    assert loud_hours(day.sim.facts, WEEK, UNIT) == pytest.approx(20 / 60, abs=0.02)
    assert loud_hours(day.sim.facts, WEEK, "mask-queue") == 0.0


def test_four_days_with_presses_make_a_proposal_which_nobody_carries_out() -> None:
    day = Day(site({"emitters": {UNIT: {"desks": "desk"}}}), at(9))
    for days in range(4):
        day.until(at(9) + days * DAY)
        assert day.sim.facts(PROPOSAL(UNIT)) is None
        pressed(day)
        pressed(day)
    told = day.sim.facts(PROPOSAL(UNIT))
    assert told is not None
    assert told.values["days"] == 4
    proposed = day.sim.facts(PROPOSED(UNIT))
    assert proposed is not None
    assert (proposed.highest, proposed.schedule) == (40.0, 34.0)
    assert kept(day).facts(PROPOSED(UNIT)) == proposed
    day.until(at(15) + 3 * DAY)
    assert day.level == 36.0
    day.until(at(0) + 14 * DAY - SECOND)
    assert day.sim.facts(PROPOSAL(UNIT)) == told
    day.until(at(0) + 14 * DAY)
    assert day.sim.facts(PROPOSAL(UNIT)) is None


def test_a_week_after_a_calm_one_is_counted_too() -> None:
    day = Day(site({"emitters": {UNIT: {"desks": "desk"}}}), at(9))
    for days in range(4):
        day.until(at(9) + (7 + days) * DAY)
        pressed(day)
    assert day.sim.facts(PROPOSAL(UNIT)) is not None


def test_a_proposal_that_is_done_is_told_no_more() -> None:
    day = Day(site({"emitters": {UNIT: {"desks": "desk"}}}), at(9))
    for days in range(4):
        day.until(at(9) + days * DAY)
        pressed(day)
    done = Day(site({"emitters": {UNIT: {"desks": "desk", "highest": 40, "schedule": 34}}}), day.sim.now)
    done.sim.restart(day.events)
    done.sim.report_all()
    pressed(done)
    assert relief_days(done.sim.facts, WEEK, UNIT) == 4
    assert done.sim.facts(PROPOSAL(UNIT)) is None


def test_weeks_are_local_iso_weeks() -> None:
    local = site().local
    assert week_of(local, at(0) - SECOND) == "2026-W47"
    assert week_of(local, at(0)) == WEEK
    assert weeks_until(local, at(0))[:2] == (WEEK, "2026-W47")
    assert week_of(local, at(12) + 39 * DAY) == "2026-W53"


def test_a_room_whose_masking_is_lost_has_a_note_for_as_long_as_somebody_needs_it() -> None:
    day = Day(site(), at(8))
    day.hand("link", False)
    day.book(meeting(at(10), at(12)))
    day.until(at(8, 59))
    assert day.sim.facts(PRIVACY_NOTE("room-1")) is None
    day.until(at(9, 1))
    note = day.sim.facts(PRIVACY_NOTE("room-1"))
    assert note is not None
    assert "out of action" in note.message
    day.until(at(11))
    assert day.sim.facts(PRIVACY_NOTE("room-1")) == note
    day.hand("link", True)
    assert day.sim.facts(PRIVACY_NOTE("room-1")) is None
    day.hand("link", False)
    day.until(at(12, 1))
    assert day.sim.facts(PRIVACY_NOTE("room-1")) is None
