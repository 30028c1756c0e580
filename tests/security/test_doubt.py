"""D15: after a jump of the clock nothing is unlocked anew because of the time, for a minute; what is open stays open."""

from datetime import datetime

import pytest

from edge.events import ClockJumped
from edge.simulation import Simulation
from security import releases
from tests.builders import HOUR, MINUTE, SECOND, booking, local, read, service_rooms

NINE = local("2026-11-23 09:00")
SITE = service_rooms(2)


class Morning:
    """Room 1 is booked from nine on, room 2 from half a minute after the clock has jumped at twenty past."""

    jumped = NINE + 20 * MINUTE

    def __init__(self) -> None:
        self.simulation = Simulation(SITE, NINE, lambda _: None)
        later = self.jumped + 30 * SECOND + 5 * MINUTE
        self.simulation.observe(
            read(NINE, booking(NINE, NINE + HOUR, "room-1", "one"), booking(later, later + HOUR, "room-2", "two"))
        )
        self.simulation.advance(self.jumped)

    def jump(self, by_s: float) -> None:
        self.simulation.observe(ClockJumped(at=self.simulation.now, by_s=by_s))

    def is_open(self, door: str, at: datetime) -> bool:
        self.simulation.advance(at)
        return self.simulation.devices[f"lock-{door}"].state("lock") == "unlocked"


@pytest.mark.parametrize("by_s", [3600.0, 61.0, -3600.0])
def test_a_booking_that_begins_while_the_time_is_in_doubt_waits(by_s: float) -> None:
    morning = Morning()
    morning.jump(by_s)
    assert morning.is_open("front-1", morning.jumped + 59 * SECOND)
    assert not morning.is_open("front-2", morning.jumped + 59 * SECOND)
    assert morning.is_open("front-2", morning.jumped + 60 * SECOND)


def test_another_jump_prolongs_the_doubt() -> None:
    morning = Morning()
    morning.jump(100)
    morning.simulation.advance(morning.jumped + 40 * SECOND)
    morning.jump(-50)
    assert not morning.is_open("front-2", morning.jumped + 99 * SECOND)
    assert morning.is_open("front-2", morning.jumped + 100 * SECOND)


def test_people_release_doors_as_ever_and_a_booking_does_not_follow_on_theirs() -> None:
    morning = Morning()
    morning.jump(3600)
    morning.simulation.act(lambda facts, at: releases.release(SITE, facts, at, "front-2", "anna", "guard", 40 * SECOND, "Key"))
    assert morning.is_open("front-2", morning.jumped + 39 * SECOND)
    assert not morning.is_open("front-2", morning.jumped + 40 * SECOND)


def test_what_has_ended_in_doubt_stays_shut() -> None:
    morning = Morning()
    morning.jump(-7200)
    assert not morning.is_open("front-1", NINE + HOUR)
    assert not morning.is_open("front-1", NINE + HOUR + MINUTE)
