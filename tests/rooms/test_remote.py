"""Rooms for remote service, as the whole controller runs them: the busy light, the locked door, and how a session ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from edge.claims import Priority
from edge.controller import Controller
from edge.events import DaemonStarted, Event, Observed
from edge.facts import DECISION
from edge.points import Value
from edge.site import Site
from edge.text import say
from rooms.bookings import Booking, BookingsRead
from rooms.desk import RoomRefusal, release
from rooms.remote import LONGEST, SESSION, begin, end
from rooms.verdict import Verdict
from security.modes import SITE as WHOLE
from security.modes import ModeBegan

NINE = datetime(2026, 11, 23, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def site_with(**remote: Any) -> Site:
    return Site.model_validate(
        {
            "site": {"id": "joensuu", "name": "Joensuu"},
            "spaces": {"lobby": {"zone": "public"}, "eta": {"zone": "semi-public", "kind": "remote-service-room"}},
            "doors": {
                "entrance": {"from": "outside", "to": "lobby"},
                "eta-door": {"from": "lobby", "to": "eta", "unlock": "booking"},
            },
            "connections": {"broker": {"protocol": "mqtt"}},
            "devices": {
                "lock-eta": {"type": "door-controller", "connection": "broker", "door": "eta-door"},
                "light-eta": {"type": "relay", "connection": "broker"},
                "occ-eta": {"type": "occupancy-sensor", "connection": "broker", "space": "eta"},
            },
            "calendars": {"own": {"local": "eta"}},
            "remote_service": {"eta": {"light": "light-eta", **remote}},
        }
    )


class House:
    def __init__(self, **remote: Any) -> None:
        self.now = NINE
        self.site = site_with(**remote)
        self.controller = Controller(self.site, heartbeats=False)
        self.facts = self.controller.facts
        self.happens(DaemonStarted(at=NINE, epoch=1, version="0", site="joensuu"))
        for device, point, value in (("lock-eta", "lock", "locked"), ("light-eta", "on", False), ("occ-eta", "present", False)):
            self.sees(device, point, value)

    def happens(self, event: Event) -> None:
        self.controller.observe(event)
        self.controller.settle(self.now)

    def sees(self, device: str, point: str, value: Value) -> None:
        self.happens(Observed(at=self.now, device=device, point=point, value=value))

    def wait(self, span: timedelta) -> None:
        self.now += span
        self.controller.settle(self.now)

    def books(self, minutes: int = 60, verdict: Verdict = "yes") -> None:
        booking = Booking(
            room="eta",
            calendar="own",
            uid="a",
            rid="",
            start=self.now,
            end=self.now + minutes * MINUTE,
            all_day=False,
            status="CONFIRMED",
            verdict=verdict,
            reason=say("Booked"),
        )
        self.happens(BookingsRead(at=self.now, calendar="own", bookings=(booking,), problems=(), read_at=self.now))

    def wanted(self, device: str, point: str) -> Value:
        decision = self.facts(DECISION(device, point))
        return None if decision is None else decision.value

    @property
    def light(self) -> Value:
        return self.wanted("light-eta", "on")

    @property
    def lock(self) -> Value:
        return self.wanted("lock-eta", "lock")


def test_a_booking_is_a_session_and_late_comers_still_come_in() -> None:
    house = House(by=["booking"])
    house.sees("occ-eta", "present", True)
    house.books()
    assert (house.light, house.lock) == (True, "unlocked")
    house.wait(5 * MINUTE)
    assert (house.light, house.lock) == (True, "locked")
    decision = house.facts(DECISION("lock-eta", "lock"))
    assert decision is not None
    assert decision.winner.priority is Priority.SESSION
    assert "please do not enter" in decision.winner.because.message
    house.wait(55 * MINUTE)
    assert (house.light, house.lock, house.facts(SESSION("eta"))) == (False, "locked", None)


def test_a_booking_that_opens_nothing_is_no_session() -> None:
    house = House(by=["booking"])
    house.sees("occ-eta", "present", True)
    house.books(verdict="pending")
    house.wait(10 * MINUTE)
    assert house.facts(SESSION("eta")) is None


def test_a_room_that_is_left_is_no_session_any_more() -> None:
    house = House(by=["booking"])
    house.sees("occ-eta", "present", True)
    house.books()
    house.wait(20 * MINUTE)
    house.sees("occ-eta", "present", False)
    house.wait(9 * MINUTE)
    assert house.light is True
    house.wait(MINUTE)
    assert house.light is False


def test_a_tap_begins_it_and_a_tap_ends_it_also_what_is_left_of_a_booking() -> None:
    house = House()
    house.happens(begin(house.facts, house.site, house.now, "eta", "panel"))
    assert house.light is True
    house.sees("occ-eta", "present", True)
    house.books()
    house.wait(6 * MINUTE)
    house.happens(end(house.facts, house.site, house.now, "eta", "panel"))
    assert (house.light, house.lock) == (False, "unlocked")
    with pytest.raises(RoomRefusal, match="No remote session"):
        end(house.facts, house.site, house.now, "eta", "panel")


def test_what_a_tap_began_is_over_for_whoever_comes_after_the_room_was_left() -> None:
    house = House()
    house.sees("occ-eta", "present", True)
    house.happens(begin(house.facts, house.site, house.now, "eta", "panel"))
    house.sees("occ-eta", "present", False)
    house.wait(10 * MINUTE)
    assert house.light is False
    house.sees("occ-eta", "present", True)
    house.wait(6 * MINUTE)
    assert (house.light, house.facts(SESSION("eta"))) == (False, None)
    house.happens(begin(house.facts, house.site, house.now, "eta", "panel"))
    assert house.light is True


def test_nobody_locks_a_room_for_ever() -> None:
    house = House()
    house.sees("occ-eta", "present", True)
    house.happens(begin(house.facts, house.site, house.now, "eta", "panel"))
    house.wait(LONGEST)
    assert house.light is False


def test_a_tap_in_a_room_that_was_empty_for_long_begins_it_at_once() -> None:
    house = House()
    house.wait(30 * MINUTE)
    house.happens(begin(house.facts, house.site, house.now, "eta", "panel"))
    assert house.light is True
    house.wait(10 * MINUTE)
    assert house.light is False


def test_a_clock_that_went_back_before_a_start_locks_nobody_out() -> None:
    house = House()
    house.sees("occ-eta", "present", True)
    house.happens(begin(house.facts, house.site, house.now, "eta", "panel"))
    house.now -= timedelta(hours=2)
    house.happens(DaemonStarted(at=house.now, epoch=2, version="0", site="joensuu"))
    assert house.facts(SESSION("eta")) is None


def test_people_alone_are_a_session_only_where_the_site_says_so() -> None:
    by_people, not_by_people = House(by=["presence"]), House(by=["booking"])
    for house in (by_people, not_by_people):
        house.sees("occ-eta", "present", True)
        house.wait(MINUTE)
    assert (by_people.light is True, not_by_people.light is True) == (True, False)
    with pytest.raises(RoomRefusal, match="by hand"):
        begin(by_people.facts, by_people.site, by_people.now, "eta", "panel")


def test_a_booking_given_free_is_none() -> None:
    house = House(by=["booking"])
    house.sees("occ-eta", "present", True)
    house.books()
    house.wait(2 * MINUTE)
    house.happens(release(house.facts, house.site, house.now, "eta", "panel"))
    assert house.light is False


def test_the_door_is_left_alone_where_the_site_says_so() -> None:
    house = House(by=["booking"], lock=False)
    house.sees("occ-eta", "present", True)
    house.books()
    house.wait(10 * MINUTE)
    assert (house.light, house.lock) == (True, "unlocked")


def test_in_an_evacuation_the_lock_of_a_session_gives_way() -> None:
    house = House(by=["booking"])
    house.sees("occ-eta", "present", True)
    house.books()
    house.wait(10 * MINUTE)
    assert house.lock == "locked"
    before = house.facts(DECISION("lock-eta", "lock"))
    house.happens(ModeBegan(at=house.now, mode="evacuation", scope=WHOLE, by="guard"))
    after = house.facts(DECISION("lock-eta", "lock"))
    assert before is not None
    assert after is not None
    assert after.winner.priority <= before.winner.priority


def test_a_checkpoint_keeps_what_was_tapped() -> None:
    house = House(by=["button", "booking"])
    house.sees("occ-eta", "present", True)
    house.happens(begin(house.facts, house.site, house.now, "eta", "panel"))
    again = Controller(house.site, heartbeats=False)
    again.restore(house.controller.snapshot(house.now))
    again.settle(house.now)
    assert again.facts(SESSION("eta")) == house.facts(SESSION("eta"))
