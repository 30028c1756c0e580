"""When people are told that masking is mute although nobody asked for it, and that they are told once."""

from datetime import timedelta
from typing import Any

from drivers.virtual.device import Behaviour
from edge.claims import Claim, Condition, Decision, Priority
from edge.conditions import DEVICE_LOST, DEVICE_NOT_FOLLOWING, MASKING_FAULT, PANIC
from edge.events import ConditionBegan, Event
from edge.facts import ACTIVE, DECISION, FLIGHT, ONLINE, READING, Facts, Flight, Look, Reading
from edge.points import PointId
from edge.simulation import Simulation
from edge.site import Site
from edge.text import Ref, say
from security import alarms, masking, sources
from security.alarms import open_alarms
from security.masking import LONGEST_SILENCE
from tests.builders import HOUR, MINUTE, MONDAY, SECOND, site_of

T = MONDAY
MUTED = PointId("masking", "muted")


def site() -> Site:
    return site_of(
        {"lobby": "public", "room": "semi-public"},
        {"front": {"from": "lobby", "to": "room"}},
        devices={"masking": {"type": "masking-unit", "space": "lobby"}, "button": {"type": "panic-button", "space": "room"}},
        security={"panic": [{"mute": "masking", "locks": "front"}]},
    )


SITE = site()


def mute(*, since: Any = T, good: bool = True, muted: bool = True) -> Facts:
    facts = Facts()
    facts.set(READING(*MUTED), Reading(muted, since, since, good))
    return facts


def wanted(facts: Facts, muted: bool, told_at: Any = None) -> Facts:
    claim = Claim(MUTED, muted, Priority.PANIC, "panic:button", say("Panic"))
    facts.set(DECISION(*MUTED), Decision(MUTED, muted, claim, (), T))
    if told_at is not None:
        facts.set(FLIGHT(*MUTED), Flight(muted, 1, told_at, told_at, 1, None))
    return facts


def told_before(facts: Facts) -> Facts:
    facts.set(ACTIVE(MASKING_FAULT, "masking"), ConditionBegan(at=T, type=MASKING_FAULT, subject="masking", because=say("")))
    return facts


def told(facts: Facts, at: Any, stretch: float = 1.0) -> tuple[bool, Any]:
    """Whether people are told, and when that may change by itself."""
    look = Look(facts, at)
    return [c.type for c in masking.conditions(look, SITE, "masking", stretch)] == [MASKING_FAULT], look.wake


# --- the rule ---------------------------------------------------------------------------------------------------------


def test_one_that_is_mute_for_a_minute_though_nobody_asked_for_it_is_told_with_its_place() -> None:
    minute = T + LONGEST_SILENCE
    assert told(mute(), minute - SECOND) == (False, minute)
    assert told(mute(), minute) == (True, None)
    assert told(mute(), minute, stretch=60) == (False, T + HOUR)
    assert told(mute(muted=False), minute) == (False, None)
    (condition,) = masking.conditions(Look(mute(), minute), SITE, "masking", 1.0)
    assert isinstance(condition, Condition)
    assert (condition.subject, condition.because.values["place"]) == ("masking", Ref("lobby"))


def test_one_that_is_to_be_mute_is_in_order_whatever_was_told_before() -> None:
    assert told(wanted(mute(), True), T + HOUR) == (False, None)
    assert told(told_before(wanted(mute(), True)), T + HOUR) == (False, None)
    assert told(told_before(wanted(mute(good=False), True)), T + HOUR) == (False, None)


def test_one_that_is_told_to_sound_has_a_minute_from_then_on() -> None:
    asked, facts = T + HOUR, wanted(wanted(mute(), True, told_at=T), False)
    assert told(facts, asked) == (False, None), "it has not been told yet"
    wanted(facts, False, told_at=asked)
    assert told(facts, asked) == (False, asked + LONGEST_SILENCE)
    assert told(facts, asked + LONGEST_SILENCE) == (True, None)


def test_nothing_new_is_told_of_a_unit_that_is_not_heard_but_what_was_told_goes_on() -> None:
    lost = mute()
    lost.set(ONLINE("masking"), False)
    for unheard in (Facts(), mute(good=False), lost):
        assert not told(unheard, T + HOUR)[0]
        assert told(told_before(unheard), T + HOUR)[0]


def test_what_was_told_ends_when_it_is_heard_to_sound() -> None:
    assert told(told_before(mute(since=T + HOUR)), T + HOUR) == (True, None), "no second minute after a restart"
    assert told(told_before(mute(muted=False)), T + HOUR) == (False, None)


# --- in the building --------------------------------------------------------------------------------------------------


class Day:
    def __init__(self) -> None:
        self.journal: list[Event] = []
        self.simulation = Simulation(SITE, T, self.journal.append)

    def wait(self, span: timedelta) -> None:
        self.simulation.advance(self.simulation.now + span)

    def make(self, point: str, value: Any) -> None:
        self.simulation.set("masking", point, value)

    def panic_is_over(self) -> None:
        number = next(alarm.number for alarm in open_alarms(self.simulation.facts) if alarm.type == PANIC)
        self.simulation.act(lambda facts, at: alarms.acknowledge(facts, at, number, "guard-1", None))
        self.simulation.act(lambda facts, at: alarms.resolve(facts, at, number, "guard-1", "Over", None))

    @property
    def told(self) -> set[str]:
        """What people are told of the unit."""
        kinds = (MASKING_FAULT, DEVICE_NOT_FOLLOWING, DEVICE_LOST)
        return {kind for kind in kinds if self.simulation.facts(ACTIVE(kind, "masking")) is not None}


def test_a_panic_that_mutes_it_is_no_fault_and_its_end_neither() -> None:
    day = Day()
    day.simulation.press("button", "p")
    day.wait(HOUR)
    assert day.simulation.devices["masking"].state("muted") is True
    day.make("link", False)
    day.wait(HOUR)
    day.panic_is_over()
    day.wait(HOUR)
    day.make("link", True)
    assert day.simulation.devices["masking"].state("muted") is False
    day.wait(HOUR)
    assert day.told == set()
    assert not any(isinstance(event, ConditionBegan) and event.type == MASKING_FAULT for event in day.journal)


def test_one_that_stays_mute_when_it_should_sound_is_told_once() -> None:
    """One alarm for one cause: not also as a device that does not obey."""
    day = Day()
    day.simulation.press("button", "p")
    day.simulation.behave("masking", Behaviour.JAMMED)
    day.panic_is_over()
    day.wait(LONGEST_SILENCE - SECOND)
    assert day.told == set()
    day.wait(SECOND)
    assert day.told == {MASKING_FAULT}
    day.simulation.restart(list(day.journal))
    assert day.told == {MASKING_FAULT}
    day.simulation.report_all()
    day.wait(HOUR)
    assert day.told == {MASKING_FAULT}
    day.simulation.behave("masking", Behaviour.OBEDIENT)
    day.wait(2 * MINUTE)
    assert day.told == set(), "it obeys the next time that it is asked"


def test_one_that_does_not_fall_silent_for_a_panic_does_not_obey() -> None:
    day = Day()
    day.simulation.behave("masking", Behaviour.JAMMED)
    day.simulation.press("button", "p")
    day.wait(HOUR)
    assert day.told == {DEVICE_NOT_FOLLOWING}
    day.panic_is_over()
    day.wait(MINUTE)
    assert day.told == set()


def test_a_unit_that_is_lost_is_told_as_lost() -> None:
    day = Day()
    day.make("muted", True)
    day.make("link", False)
    day.wait(HOUR)
    assert day.told == {DEVICE_LOST}


def test_people_who_mend_it_are_not_told() -> None:
    day = Day()
    until = T + HOUR
    day.simulation.act(lambda _, at: sources.take_out(SITE, at, "masking", "guard-1", "guard", "Hums", until))
    day.make("muted", True)
    day.wait(2 * MINUTE)
    assert day.told == {MASKING_FAULT}
    assert open_alarms(day.simulation.facts) == []
    day.wait(HOUR)
    assert [alarm.type for alarm in open_alarms(day.simulation.facts)] == [MASKING_FAULT]
