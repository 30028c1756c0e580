"""An unlock through the whole controller, at doors whose controllers keep it in different ways."""

from datetime import datetime, timedelta

import pytest

from drivers.virtual.device import WATCHDOG
from edge.events import CommandSent, Event, Observed
from edge.simulation import Simulation
from edge.site import Site
from tests.builders import HOUR, MINUTE, SECOND, booking, local, read, service_rooms

TEN = local("2026-11-23 10:00")
PULSE = 5 * SECOND
LOCK = "lock-front-1"


def day(lease: str) -> tuple[Simulation, list[Event]]:
    """From ten to eleven the room is booked; the clock stands at nine."""
    told: list[Event] = []
    simulation = Simulation(_site(lease), TEN - HOUR, told.append)
    simulation.observe(read(TEN - HOUR, booking(TEN, TEN + HOUR)))
    return simulation, told


def _site(lease: str) -> Site:
    site = service_rooms()
    lock = site.devices[LOCK].model_copy(update={"lease": lease, "pulse": PULSE})
    return site.model_copy(update={"devices": {**site.devices, LOCK: lock}})


def changes(told: list[Event]) -> list[tuple[datetime, object]]:
    return [(e.at, e.value) for e in told if isinstance(e, Observed) and (e.device, e.point) == (LOCK, "lock")][1:]


@pytest.mark.parametrize("lease", ["timed", "pulse", "watchdog", "latch"])
def test_a_door_is_open_from_the_beginning_to_the_end_without_a_gap(lease: str) -> None:
    simulation, told = day(lease)
    simulation.advance(TEN + 2 * HOUR)
    assert changes(told) == [(TEN - 5 * MINUTE, "unlocked"), (TEN + HOUR, "locked")]


@pytest.mark.parametrize(("lease", "most"), [("timed", MINUTE), ("pulse", PULSE), ("watchdog", WATCHDOG)])
def test_without_the_controller_a_door_falls_back_within_its_lease(lease: str, most: timedelta) -> None:
    simulation, _ = day(lease)
    simulation.advance(TEN + 10 * MINUTE)
    door = simulation.devices[LOCK]
    assert door.state("lock") == "unlocked"
    assert door.next_tick is not None
    assert simulation.now < door.next_tick <= simulation.now + most
    door.tick(door.next_tick)
    assert door.state("lock") == "locked"


def test_a_latch_gets_no_time_and_the_others_no_more_than_their_own() -> None:
    spans = {}
    for lease in ("timed", "pulse", "latch"):
        simulation, told = day(lease)
        simulation.advance(TEN)
        spans[lease] = [e.for_s for e in told if isinstance(e, CommandSent) and e.device == LOCK and e.value == "unlocked"]
    assert spans == {"timed": [60], "pulse": [5], "latch": [None]}
