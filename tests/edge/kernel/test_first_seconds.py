"""The moments after a start in which not every door has reported: what is unlocked stays so for reasons of now, nothing else is."""

import json
from datetime import timedelta

from drivers.virtual.device import Behaviour
from edge.events import Event, decode, encode
from edge.facts import DECISION
from edge.simulation import Simulation
from tests.builders import HOUR, MINUTE, SECOND, booking, local, read, service_rooms

NINE = local("2026-11-23 09:00")
SITE = service_rooms(1)
FRONT, BACK = "lock-front-1", "lock-back-1"


class Morning:
    """Room-1 is booked and open; then the controller is gone for a while, and at its return the back door says nothing."""

    def __init__(self, down: timedelta) -> None:
        journal: list[Event] = []
        self.simulation = Simulation(SITE, NINE, journal.append)
        self.booked(NINE + HOUR)
        self.simulation.advance(NINE + MINUTE)
        self.simulation.behave(BACK, Behaviour.MUTE)
        self.simulation.now += down
        for device in self.simulation.devices.values():
            device.tick(self.simulation.now)
        self.back_at = self.simulation.now
        self.simulation.restart([decode(e.kind, json.loads(json.dumps(encode(e)))) for e in journal])
        self.simulation.report_all()

    def booked(self, *ends: object) -> None:
        made = [booking(NINE, end, uid=f"b{n}") for n, end in enumerate(ends)]  # type: ignore[arg-type]
        self.simulation.observe(read(self.simulation.now, *made))

    def front(self) -> object:
        return self.simulation.devices[FRONT].state("lock")

    def decided(self) -> tuple[object, object]:
        decision = self.simulation.facts(DECISION(FRONT, "lock"))
        assert decision is not None
        return decision.value, decision.until


def test_a_booking_shortened_then_shortens_the_lease_at_once() -> None:
    """Else the door would stay unlocked past the end of its reason if the controller died again."""
    morning = Morning(down=SECOND)
    assert morning.front() == "unlocked"
    end = morning.back_at + 20 * SECOND
    morning.booked(end)
    assert morning.decided() == ("unlocked", end)
    assert morning.simulation.devices[FRONT].next_tick == end


def test_a_booking_that_goes_on_under_another_name_gives_the_lease_its_name() -> None:
    morning = Morning(down=SECOND)
    end = morning.back_at + MINUTE / 2
    morning.booked(end - 10 * SECOND, end)
    assert morning.decided() == ("unlocked", end)
    assert morning.simulation.devices[FRONT].next_tick == end


def test_a_booking_cancelled_then_locks_at_once() -> None:
    morning = Morning(down=SECOND)
    morning.booked()
    assert morning.front() == "locked"


def test_a_door_that_has_fallen_locked_is_not_unlocked_before_the_others_are_known() -> None:
    """Its back door may be open by now: that would be a way from the lobby to the staff."""
    morning = Morning(down=2 * MINUTE)
    assert morning.front() == "locked"
    morning.simulation.advance(morning.back_at + SECOND)
    assert morning.front() == "locked"
    morning.simulation.behave(BACK, Behaviour.OBEDIENT)
    morning.simulation.report_all()
    assert morning.front() == "unlocked"


def test_nor_is_it_when_another_is_found_open() -> None:
    morning = Morning(down=2 * MINUTE)
    morning.simulation.behave(BACK, Behaviour.JAMMED)
    morning.simulation.set(BACK, "lock", "unlocked")
    morning.simulation.advance(morning.back_at + MINUTE)
    assert morning.front() == "locked"
