"""When people are told of a door that stands open, and that they are told once."""

from datetime import datetime
from typing import Any

import pytest

from drivers.virtual.device import Behaviour
from edge import conditions as types
from edge.claims import Claim, Decision, Priority
from edge.commands import Timing
from edge.events import Event
from edge.facts import ACTIVE, DECISION, READING, Facts, Look, Reading
from edge.points import PointId, Value
from edge.simulation import Simulation
from edge.site import Site
from edge.text import say
from security import alarms, overrides
from security.alarms import ALARM, AlarmRaised
from security.door_alarms import DoorAlarms
from security.truth import DOOR, DoorState, DoorTruth
from tests.builders import HOUR, MINUTE, MONDAY, SECOND, site_of

T = MONDAY
LOCK = PointId("lock-door", "lock")


def site(lacks: tuple[str, ...] = (), **door: Any) -> Site:
    device = {"type": "door-controller", "door": "door", "lacks": lacks}
    return site_of(
        {"room": "semi-public", "office": "internal"},
        {"door": {"from": "room", "to": "office", **door}},
        devices={"lock-door": device},
    )


class Day:
    """A site with one door that obeys, from a Monday on. Times are seconds since then."""

    def __init__(self, site: Site) -> None:
        self.journal: list[Event] = []
        self.simulation = Simulation(site, T, self.journal.append)
        self.advance(60)

    def advance(self, to: float) -> None:
        self.simulation.advance(T + to * SECOND)

    def says(self, at: float, point: str, value: Value) -> None:
        self.advance(at)
        self.simulation.set("lock-door", point, value)

    def told(self, at: float) -> list[str]:
        self.advance(at)
        return [kind for (kind, subject), _ in self.simulation.facts.of(ACTIVE) if subject == "door"]

    def alarms(self) -> list[tuple[int, str]]:
        return [(event.number, event.type) for event in self.journal if isinstance(event, AlarmRaised)]


# --- force ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("back", ["credential", "button"])
def test_a_door_opened_by_force_is_told_at_once(back: str) -> None:
    day = Day(site(back=back))
    day.says(100, "contact", "open")
    assert day.told(100) == [types.DOOR_FORCED]
    assert day.told(200) == [types.DOOR_FORCED]


def test_who_asks_to_leave_is_let_out_without_an_alarm() -> None:
    day = Day(site(back="button"))
    day.says(100, "exit-request", True)
    day.says(102, "contact", "open")
    day.says(108, "contact", "closed")
    assert day.told(200) == []
    assert day.alarms() == []


def test_a_forced_door_clears_when_it_has_been_closed_for_a_while() -> None:
    day = Day(site(back="credential"))
    day.says(100, "contact", "open")
    day.says(105, "contact", "closed")
    assert day.told(134.9) == [types.DOOR_FORCED]
    assert day.told(135) == []


def test_a_loose_contact_is_one_alarm() -> None:
    day = Day(site(back="credential"))
    for n in range(10):
        day.says(100 + 4 * n, "contact", "open")
        day.says(102 + 4 * n, "contact", "closed")
    day.simulation.act(lambda facts, at: alarms.acknowledge(facts, at, 1, "guard-1", None))
    for n in range(10):
        day.says(140 + 4 * n, "contact", "open")
        day.says(142 + 4 * n, "contact", "closed")
    assert day.told(300) == []
    assert day.alarms() == [(1, types.DOOR_FORCED)]


def test_an_alarm_that_nobody_has_seen_comes_back_under_its_number() -> None:
    day = Day(site(back="credential"))
    for start in (100, 500):
        day.says(start, "contact", "open")
        day.says(start + 5, "contact", "closed")
        assert day.told(start + 60) == []
    assert day.alarms() == [(1, types.DOOR_FORCED), (1, types.DOOR_FORCED)]
    assert [alarm.active for _, alarm in day.simulation.facts.of(ALARM)] == [False]


# --- held open --------------------------------------------------------------------------------------------------------


def test_people_are_warned_before_a_door_counts_as_held_open() -> None:
    day = Day(site())
    day.says(100, "contact", "open")
    assert day.told(119.9) == []
    assert day.told(120) == [types.DOOR_OPEN_LONG]
    assert day.told(129.9) == [types.DOOR_OPEN_LONG]
    assert day.told(130) == [types.DOOR_HELD_OPEN]
    day.says(140, "contact", "closed")
    assert day.told(140) == []
    assert day.alarms() == [(1, types.DOOR_HELD_OPEN)]


def test_a_warning_ends_when_the_door_is_closed() -> None:
    day = Day(site(held_open="60 s", held_open_warning="30 s"))
    day.says(100, "contact", "open")
    assert day.told(130) == [types.DOOR_OPEN_LONG]
    day.says(159, "contact", "closed")
    assert day.told(300) == []
    assert day.alarms() == []


def test_without_a_warning_the_alarm_comes_alone() -> None:
    day = Day(site(held_open_warning="0 s"))
    day.says(100, "contact", "open")
    assert day.told(129.9) == []
    assert day.told(130) == [types.DOOR_HELD_OPEN]


def test_a_door_that_was_open_when_it_was_locked_is_held_open_from_then_on() -> None:
    """D9: "locked" is worth nothing while the leaf stands open; whoever goes through it is given the time to do so."""
    known, opened = Facts(), T - HOUR
    truth = DoorTruth(DoorState.HELD_OPEN, opened, say("{door} is held open"), True, True)
    known.set(DOOR("door"), truth)
    known.set(READING(*LOCK), Reading("locked", T, T))
    known.set(READING("lock-door", "contact"), Reading("open", opened, opened))
    claim = Claim(LOCK, "locked", Priority.DEFAULT, "default", say("Default"))
    known.set(DECISION(*LOCK), Decision(LOCK, "locked", claim, (), T))
    assert asked(known, T + 19 * SECOND) == ([], T + 20 * SECOND)
    assert asked(known, T + 29 * SECOND) == ([types.DOOR_OPEN_LONG], T + 30 * SECOND)
    assert asked(known, T + 30 * SECOND) == ([types.DOOR_HELD_OPEN], None)
    known.set(DECISION(*LOCK), Decision(LOCK, "unlocked", claim, (), T))
    assert asked(known, T + HOUR) == ([], None)


def asked(facts: Facts, at: datetime) -> tuple[list[str], datetime | None]:
    look = Look(facts, at)
    return [told.type for told in DoorAlarms(site(back="credential"), Timing()).conditions(look, "door")], look.wake


# --- contradictions, and doors that say nothing -----------------------------------------------------------------------


def test_without_read_back_a_locked_door_that_stays_open_contradicts_itself() -> None:
    """It may have been a card, so there is no talk of force; a passage has its time and the five seconds of D9."""
    day = Day(site(("read-back",), back="credential", dwell="7 s"))
    day.says(100, "contact", "open")
    assert day.told(111.9) == []
    assert day.told(112) == [types.DOOR_CONTRADICTS]
    assert day.told(200) == [types.DOOR_CONTRADICTS]
    day.says(200, "contact", "closed")
    assert day.told(200) == []


def test_a_lock_that_stays_unlocked_is_told_after_five_seconds() -> None:
    """D9."""
    day = Day(site(back="credential"))
    day.simulation.behave("lock-door", Behaviour.JAMMED)
    day.says(100, "lock", "unlocked")
    assert day.told(104.9) == []
    assert day.told(105) == [types.DOOR_NOT_FOLLOWING]


def test_a_lost_door_is_not_told_of_anew_and_what_was_told_stays() -> None:
    day = Day(site())
    day.says(100, "contact", "open")
    assert day.told(130) == [types.DOOR_HELD_OPEN]
    day.says(140, "link", False)
    assert day.told(200) == [types.DOOR_HELD_OPEN]
    other = Day(site())
    other.says(100, "contact", "open")
    other.says(110, "link", False)
    assert other.told(200) == []


def test_a_restart_tells_nothing_anew() -> None:
    day = Day(site(back="credential"))
    day.says(100, "contact", "open")
    day.advance(110)
    day.simulation.restart(list(day.journal))
    day.simulation.report_all()
    day.says(120, "contact", "closed")
    assert day.told(149) == [types.DOOR_FORCED]
    assert day.told(150) == []
    assert day.alarms() == [(1, types.DOOR_FORCED)]


def test_a_door_out_of_service_raises_no_alarm_but_for_its_cover() -> None:
    day = Day(site(back="credential"))
    door = day.simulation.site
    day.says(100, "contact", "open")
    day.simulation.act(lambda facts, at: overrides.out_of_service(door, facts, at, "door", "guard-1", "guard", "Repair"))
    assert types.DOOR_FORCED not in day.told(100)
    day.simulation.behave("lock-door", Behaviour.JAMMED)
    day.says(110, "lock", "unlocked")
    day.says(120, "tamper", True)
    assert day.told(300) == [types.DOOR_OUT_OF_SERVICE]
    assert day.simulation.facts(ACTIVE(types.TAMPER, "lock-door")) is not None
    day.simulation.behave("lock-door", Behaviour.OBEDIENT)
    day.simulation.act(lambda facts, at: overrides.back_in_service(door, facts, at, "door", "guard-1", "guard"))
    assert day.told(400) == [types.DOOR_HELD_OPEN]


def test_a_refused_unlock_is_told_when_it_has_not_lifted_itself() -> None:
    known = Facts()
    claim = Claim(LOCK, "locked", Priority.DEFAULT, "default", say("Default"))
    known.set(DOOR("door"), DoorTruth(DoorState.LOCKED, T, say("Locked"), False, True))
    known.set(DECISION(*LOCK), Decision(LOCK, "locked", claim, (), T - MINUTE, say("A way"), T))
    assert asked(known, T) == ([], T + 10 * SECOND)
    assert asked(known, T + 10 * SECOND) == ([types.UNLOCK_REFUSED], None)
