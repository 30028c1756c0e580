"""When people are told that a payment terminal is not where it belongs."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from edge.conditions import DEVICE_LOST, TERMINAL_MISSING
from edge.events import ConditionBegan, Event
from edge.facts import ACTIVE, ONLINE, READING, Facts, Look, Reading
from edge.simulation import Simulation
from edge.site import Site
from edge.text import say
from rooms import docks
from rooms.hours import closed_for
from tests.builders import DAY, HOUR, MINUTE, SECOND, local, site_of

OPENS, CLOSES = local("2026-11-23 08:00"), local("2026-11-23 16:00")
TEN = 10 * MINUTE


def site(hours: str | None = "open") -> Site:
    return site_of(
        {"lobby": "public", "desk": "semi-public"},
        {"front": {"from": "lobby", "to": "desk", "unlock": {"hours": "open"}}},
        hours={
            "open": {"mon-fri": "8:00-16:00"},
            "lunch": {"mon-fri": ["8:00-12:00", "12:05-16:00"]},
            "always": {"mon-sun": "0-24", "holidays": "0-24"},
        },
        site={"hours": hours},
        devices={"dock": {"type": "terminal-dock", "space": "desk"}},
    )


def empty(since: datetime, *, good: bool = True, terminal: str | None = None) -> Facts:
    facts = Facts()
    facts.set(READING("dock", "terminal"), Reading(terminal, since, since, good))
    return facts


def told(facts: Facts, at: datetime, in_site: Site | None = None) -> tuple[bool, datetime | None]:
    """Whether people are told, and when that may change by itself."""
    look = Look(facts, at)
    return [c.type for c in docks.conditions(look, in_site or site(), "dock")] == [TERMINAL_MISSING], look.wake


def told_before(facts: Facts) -> Facts:
    began = ConditionBegan(at=CLOSES, type=TERMINAL_MISSING, subject="dock", because=say("Before"))
    facts.set(ACTIVE(TERMINAL_MISSING, "dock"), began)
    return facts


# --- the rule ---------------------------------------------------------------------------------------------------------


def test_a_terminal_has_ten_minutes_from_closing_to_be_put_back() -> None:
    facts = empty(OPENS + HOUR)
    assert told(facts, CLOSES - SECOND) == (False, CLOSES)
    assert told(facts, CLOSES) == (False, CLOSES + TEN)
    assert told(facts, CLOSES + TEN - SECOND) == (False, CLOSES + TEN)
    assert told(facts, CLOSES + TEN) == (True, OPENS + DAY)
    assert told(facts, OPENS + DAY) == (False, OPENS + DAY + 8 * HOUR)


@pytest.mark.parametrize("taken", [CLOSES + HOUR, local("2026-11-23 23:55"), local("2026-11-28 12:00")])
def test_one_that_is_taken_while_it_is_closed_has_as_long(taken: datetime) -> None:
    """Also over midnight, and at a weekend."""
    assert told(empty(taken), taken + TEN - SECOND) == (False, taken + TEN)
    assert told(empty(taken), taken + TEN)[0]


def test_a_terminal_in_its_dock_is_nothing_to_tell_whatever_was_told_before() -> None:
    assert told(told_before(empty(OPENS, terminal="terminal-1")), CLOSES + HOUR) == (False, None)


@pytest.mark.parametrize("hours", [None, "always"])
def test_where_it_is_never_closed_no_terminal_is_missing(hours: str | None) -> None:
    assert not told(empty(OPENS), CLOSES + HOUR, site(hours))[0]


def test_a_break_shorter_than_that_is_not_a_closing() -> None:
    noon = local("2026-11-23 12:00")
    assert not told(empty(OPENS), noon + 4 * MINUTE, site("lunch"))[0]
    assert told(empty(OPENS), CLOSES + TEN, site("lunch"))[0]


def test_nothing_new_is_told_of_a_dock_that_is_not_heard_but_what_was_told_goes_on() -> None:
    late, lost = CLOSES + HOUR, empty(OPENS)
    lost.set(ONLINE("dock"), False)
    for unheard in (Facts(), empty(OPENS, good=False), lost):
        assert not told(unheard, late)[0]
        assert told(told_before(unheard), late) == (True, OPENS + DAY)
        assert not told(unheard, OPENS + DAY)[0]


def test_being_closed_for_a_time_begins_anew_with_every_closing() -> None:
    def closed(at: datetime, span: timedelta) -> tuple[bool, datetime | None]:
        look = Look(Facts(), at)
        return closed_for(look, site("lunch"), "lunch", span), look.wake

    noon = local("2026-11-23 12:00")
    assert closed(noon - SECOND, MINUTE) == (False, noon)
    assert closed(noon, MINUTE) == (False, noon + MINUTE)
    assert closed(noon + 2 * MINUTE, MINUTE) == (True, noon + 5 * MINUTE)
    assert closed(CLOSES + HOUR, 5 * HOUR) == (False, CLOSES + 5 * HOUR), "an opening within the time"
    assert closed(local("2026-11-22 12:00"), DAY)[0]


# --- in the building --------------------------------------------------------------------------------------------------


class Evening:
    """A simulated building at closing time, and its journal."""

    def __init__(self, start: datetime = CLOSES) -> None:
        self.journal: list[Event] = []
        self.simulation = Simulation(site(), start, self.journal.append)

    def wait(self, span: timedelta) -> None:
        self.simulation.advance(self.simulation.now + span)

    def set(self, point: str, value: Any) -> None:
        self.simulation.set("dock", point, value)

    def holds(self, kind: str = TERMINAL_MISSING) -> bool:
        return self.simulation.facts(ACTIVE(kind, "dock")) is not None

    def begun(self) -> int:
        return sum(isinstance(event, ConditionBegan) and event.type == TERMINAL_MISSING for event in self.journal)


def test_a_restart_neither_ends_nor_doubles_what_was_told_and_counts_on() -> None:
    evening = Evening()
    evening.set("terminal", None)
    evening.wait(9 * MINUTE)
    evening.simulation.restart(list(evening.journal))
    evening.simulation.report_all()
    evening.wait(MINUTE - SECOND)
    assert not evening.holds()
    evening.wait(SECOND)
    assert evening.holds(), "the time before the restart counts"
    evening.simulation.restart(list(evening.journal))
    evening.wait(MINUTE)
    assert evening.holds()
    evening.simulation.report_all()
    assert (evening.holds(), evening.begun()) == (True, 1)
    evening.set("terminal", "terminal-2")
    assert not evening.holds()


def test_a_terminal_that_came_back_during_a_restart_is_missed_no_more() -> None:
    evening = Evening()
    evening.set("terminal", None)
    evening.wait(HOUR)
    assert evening.holds()
    evening.simulation.devices["dock"].set("terminal", "terminal-1", evening.simulation.now)
    evening.simulation.restart(list(evening.journal))
    assert evening.holds(), "nobody has said so yet"
    evening.simulation.report_all()
    assert not evening.holds()


def test_a_dock_that_is_lost_is_told_as_lost() -> None:
    evening = Evening(CLOSES - HOUR)
    evening.set("terminal", None)
    evening.set("link", False)
    evening.wait(3 * HOUR)
    assert (evening.holds(), evening.holds(DEVICE_LOST)) == (False, True)
    evening.set("link", True)
    assert (evening.holds(), evening.holds(DEVICE_LOST)) == (True, False)
