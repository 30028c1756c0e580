"""D15: a start whose clock is behind the journal brings back nothing that a person opened in what is the future now."""

from collections.abc import Callable
from datetime import datetime

import pytest

from edge.controller import Controller
from edge.events import ClockJumped, DaemonStarted, Event, Observed
from edge.facts import DECISION, Facts
from edge.simulation import Simulation
from rooms import scenes
from security import overrides, releases
from security.truth import DOOR, DoorState
from tests.builders import DAY, HOUR, MINUTE, SECOND, local, site_of
from tests.edge.test_controller import stored

NOON = local("2026-11-23 12:00")
SITE = site_of(
    {"lobby": "public", "hall": "semi-public"},
    {"front": {"from": "lobby", "to": "hall", "unlock": {"scenes": ["fair"], "hours": "early"}}},
    hours={"early": {"mon-sun": "8-9"}},
    scenes={"fair": {"room": "hall"}},
)
ACTS: dict[str, Callable[[Facts, datetime], Event]] = {
    "release": lambda facts, at: releases.release(SITE, facts, at, "front", "anna", "guard", 5 * MINUTE, "Key"),
    "override": lambda facts, at: overrides.override(
        SITE, facts, at, "front", "unlocked", "anna", "facility-manager", at + HOUR, "Fair"
    ),
    "scene": lambda facts, at: scenes.play(SITE, facts, at, "fair", "anna", at + HOUR),
}


def started_again(before: list[Event], at: datetime, contact: str = "closed") -> Controller:
    again = Controller(SITE, heartbeats=False)
    again.restore(stored(before))
    again.observe(DaemonStarted(at=at, epoch=2, version="test", site="test"))
    for point, value in (("lock", "locked"), ("contact", contact)):
        again.observe(Observed(at=at, device="lock-front", point=point, value=value))
    again.settle(at)
    return again


def is_open(controller: Controller) -> bool:
    decision = controller.facts(DECISION("lock-front", "lock"))
    return decision is not None and decision.value == "unlocked"


@pytest.mark.parametrize("act", sorted(ACTS))
def test_what_somebody_opened_is_over(act: str) -> None:
    journal: list[Event] = []
    simulation = Simulation(SITE, NOON, journal.append)
    simulation.act(ACTS[act])
    assert is_open(simulation.controller)
    assert is_open(started_again(journal, NOON + MINUTE))
    assert not is_open(started_again(journal, NOON - DAY))


def test_an_override_that_locks_stays() -> None:
    journal: list[Event] = []
    simulation = Simulation(SITE, local("2026-11-23 08:30"), journal.append)
    simulation.act(
        lambda facts, at: overrides.override(SITE, facts, at, "front", "locked", "anna", "guard", at + HOUR, "Wet floor")
    )
    assert not is_open(started_again(journal, local("2026-11-23 08:10")))


def test_a_leaf_that_stands_open_is_held_open_in_its_time() -> None:
    journal: list[Event] = []
    simulation = Simulation(SITE, NOON, journal.append)
    simulation.set("lock-front", "contact", "open")
    before = NOON - DAY
    again = started_again(journal, before, contact="open")
    again.settle(before + 31 * SECOND)
    truth = again.facts(DOOR("front"))
    assert truth is not None
    assert truth.state is DoorState.HELD_OPEN


def test_a_doubt_from_before_the_start_is_over() -> None:
    journal: list[Event] = []
    simulation = Simulation(SITE, local("2026-11-23 10:00"), journal.append)
    simulation.observe(ClockJumped(at=simulation.now, by_s=-3600))
    assert is_open(started_again(journal, local("2026-11-23 08:30")))
