"""Units that can do less: that are only on or off, that never say what they do, that have one mute for all zones."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from acoustics.asked import ask_level, ask_quiet, press_relief
from acoustics.control import COURSE, MaskingStepped
from acoustics.telling import PRIVACY
from drivers.virtual.behaviour import Behaviour
from edge.events import CommandSent, ConditionBegan
from edge.site import Site
from security import modes
from tests.acoustics.building import UNIT, Day, at, meeting, site
from tests.builders import HOUR, MINUTE, SECOND

SWITCHED = {"type": "masking-unit", "profile": "mqtt.shelly", "at": "plug", "space": "corridor"}
BLIND = {"type": "masking-unit", "profile": "mqtt.masking_gateway", "at": "mg", "space": "corridor"}


def with_unit(unit: Mapping[str, Any], emitter: Mapping[str, Any], section: Mapping[str, Any] | None = None, **more: Any) -> Site:
    return site({"emitters": {UNIT: {"desks": "desk", **emitter}}, **(section or {})}, {UNIT: unit, **more})


class Switched(Day):
    """The level of a unit that is only on or off, as it is heard in the corridor."""

    @property
    def level(self) -> float:
        return 0.0 if self.muted else 41.0

    @property
    def cause(self) -> str:
        decided = self.decision("muted")
        return "" if decided is None else decided.winner.cause


def switched(fixed: float = 41.0, rating: float = 40, **section: Any) -> Switched:
    pairs = {"pairs": [{"from": "room-1", "to": "corridor", "rating": rating}]}
    day = Switched(with_unit(SWITCHED, {"fixed": fixed}, {**pairs, **section}), at(7), None)
    day.hand("present", True, "eye")
    return day


def test_a_switched_unit_is_on_for_a_conversation_from_a_minute_before_it_and_off_else() -> None:
    day = switched()
    day.until(at(9, 58))
    assert day.muted, "not by the schedule, which is quieter than it"
    day.book(meeting(at(10), at(11)))
    day.until(at(9, 58, 30))
    assert day.muted
    day.until(at(10))
    assert not day.muted
    assert day.privacy().standing == "confidential"
    day.until(at(11, 16))
    assert day.muted
    assert not [event for event in day.events if isinstance(event, CommandSent) and event.device == UNIT and event.point == "level"]


def test_it_is_on_in_the_hours_where_the_schedule_is_as_loud() -> None:
    day = switched(fixed=35.0)
    day.until(at(8, 20))
    assert not day.muted
    day.until(at(16, 1))
    assert day.muted


@pytest.mark.parametrize(("fixed", "rating"), [(44.0, 40), (40.0, 40), (41.0, 20), (41.0, 60)])
def test_it_stays_off_where_it_is_too_loud_too_weak_or_not_needed(fixed: float, rating: float) -> None:
    day = switched(fixed, rating)
    day.book(meeting(at(10), at(11)))
    day.until(at(11))
    assert day.muted
    assert not any(isinstance(event, MaskingStepped) and event.up for event in day.events)


def test_relief_quiet_and_emergencies_switch_it_off_at_once_and_it_is_not_thrown_to_and_fro() -> None:
    day = switched()
    day.book(meeting(at(9), at(16)))
    day.until(at(10))
    assert not day.muted
    day.act(lambda facts, now: press_relief(day.zones, facts, now, "desk"))
    day.until(day.sim.now + SECOND)
    assert day.muted
    day.until(at(12, 1))
    assert not day.muted
    day.act(lambda _, now: ask_quiet(day.zones, now, "corridor", "fm", now + 10 * MINUTE))
    day.until(day.sim.now + SECOND)
    assert day.muted
    day.until(at(12, 12))
    assert day.muted, "no turn within a quarter of an hour"
    day.until(at(12, 17))
    assert not day.muted
    day.sim.press("button", "p1")
    day.until(day.sim.now + 2 * SECOND)
    assert day.muted


def test_a_level_by_hand_below_its_own_is_off() -> None:
    day = switched()
    day.book(meeting(at(9), at(16)))
    day.until(at(10))
    day.act(lambda _, now: ask_level(day.zones, now, UNIT, 39.0, "fm", now + HOUR))
    day.until(at(10, 20))
    assert day.muted
    day.act(lambda _, now: ask_level(day.zones, now, UNIT, 42.0, "fm", now + HOUR))
    day.until(at(10, 40))
    assert not day.muted


def test_a_switched_unit_that_is_lost_is_unknown_and_one_that_comes_back_on_is_taken_as_it_is() -> None:
    day = switched()
    day.book(meeting(at(9), at(16)))
    day.until(at(10))
    day.hand("link", False)
    assert day.privacy().standing == "unknown"
    day.hand("link", True)
    assert day.privacy().standing == "confidential"
    day.sim.restart(day.events)
    day.sim.report_all()
    day.until(at(10, 5))
    assert not day.muted
    course = day.sim.facts(COURSE(UNIT))
    assert course is not None
    assert course.level == 41.0


# --- no read-back ------------------------------------------------------------------------------------------------------


def blind(rating: float = 46) -> Day:
    day = Day(with_unit(BLIND, {}, {"pairs": [{"from": "room-1", "to": "corridor", "rating": rating}]}), at(8), None)
    day.hand("present", True, "eye")
    day.book(meeting(at(10), at(15)))
    return day


def test_a_blind_unit_is_led_from_the_floor_and_its_privacy_is_assumed_and_never_the_best() -> None:
    day = blind()
    day.until(at(8, 1))
    assert day.state("level") <= 30.5, "whatever it was before"
    day.until(at(11))
    level = day.state("level")
    assert level > 30.0
    assert all(abs(after - before) <= 0.5 for t, before, after in day.steps() if t > at(8, 0, 5))
    found = day.privacy()
    assert found.standing == "limited"
    assert "assumed" in " ".join(reason.message for reason in found.reasons)
    seen = Day(site({"pairs": [{"from": "room-1", "to": "corridor", "rating": 46}]}), at(8))
    seen.book(meeting(at(10), at(15)))
    seen.until(at(11))
    assert seen.privacy().standing == "confidential", "the same, of a unit that says what it does"


def test_it_is_told_again_and_again_and_nobody_waits_for_its_answer() -> None:
    day = blind()
    day.until(at(11))
    day.hand("level", 33.0)
    day.until(at(11, 6))
    assert day.state("level") > 33.0
    assert not [event for event in day.events if isinstance(event, ConditionBegan) and event.subject == UNIT]


def test_one_that_was_away_begins_again_at_the_floor_and_a_restart_goes_on_where_it_was() -> None:
    day = blind()
    day.until(at(11))
    level = day.state("level")
    day.sim.restart(day.events)
    day.sim.report_all()
    day.until(at(11, 1))
    assert day.state("level") == level
    day.hand("link", False)
    assert day.privacy().standing == "unknown"
    day.until(at(11, 10))
    day.hand("link", True)
    assert day.state("level") <= 30.5
    day.until(at(14))
    assert day.state("level") == level


def test_zones_with_one_mute_fall_silent_and_come_back_together() -> None:
    second = {**BLIND, "channel": 2, "space": "queue"}
    section = {"emitters": {UNIT: {"desks": "desk"}, "mask-queue": {}}}
    day = Day(site(section, {UNIT: BLIND, "mask-queue": second}), at(9), None)
    day.until(at(10))
    levels = day.state("level"), day.state("level", "mask-queue")
    day.act(lambda facts, now: press_relief(day.zones, facts, now, "desk", long=True))
    day.until(at(10, 2))
    assert day.state("level") == 30.0
    assert not day.muted
    assert day.state("level", "mask-queue") == levels[1], "the neighbour does not pay for it"
    day.sim.observe(modes.ModeBegan(at=day.sim.now, mode="evacuation", scope="zone:internal", by="guard"))
    day.until(day.sim.now + 2 * SECOND)
    assert (day.state("muted"), day.state("muted", "mask-queue")) == (True, True)
    day.sim.observe(modes.ModeBegan(at=day.sim.now, mode="evacuation", scope="zone:public", by="guard"))
    day.sim.observe(modes.ModeEnded(at=day.sim.now, mode="evacuation", scope="zone:internal", by="guard"))
    day.until(day.sim.now + timedelta(minutes=1))
    assert (day.state("muted"), day.state("muted", "mask-queue")) == (True, True), "as long as one of them has to be"
    day.sim.observe(modes.ModeEnded(at=day.sim.now, mode="evacuation", scope="zone:public", by="guard"))
    day.until(day.sim.now + 2 * SECOND)
    assert (day.state("muted"), day.state("muted", "mask-queue")) == (False, False)
    assert not [e for e in day.events if isinstance(e, ConditionBegan) and e.subject in (UNIT, "mask-queue")]


def test_privacy_of_a_blind_unit_that_is_told_to_be_mute_counts_on_nothing() -> None:
    day = blind()
    day.until(at(11))
    day.sim.press("button", "p1")
    day.until(day.sim.now + SECOND)
    found = day.sim.facts(PRIVACY("room-1", "corridor"))
    assert found is not None
    assert found.background_dba is None


def test_one_that_does_nothing_is_not_noticed_and_so_it_is_not_believed() -> None:
    """What no read-back means: only a microphone would find it out."""
    day = blind()
    day.sim.behave(UNIT, Behaviour.JAMMED)
    day.until(at(11))
    assert day.privacy().standing == "limited"
