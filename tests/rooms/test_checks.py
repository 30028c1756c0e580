"""Each check of a checklist: well, wrong and unknown, by what devices and calendars really say."""

from typing import Any

import pytest

from edge.facts import Look
from edge.simulation import Simulation
from edge.site.checklists import Check
from rooms.bookings import Booking
from rooms.checks import Checked, Finding, judge, units_of
from rooms.slots import slot_of
from tests.builders import DAY, read
from tests.rooms.ceremony_site import at, ceremony_site, wedding

SITE = ceremony_site()
OWN = wedding("12:00", "12:30")


def house(*others: Booking, clock: str = "11:35") -> Simulation:
    simulation = Simulation(SITE, at("11:00"), lambda _: None)
    for feed in SITE.feeds:
        simulation.observe(read(simulation.now, *(b for b in (OWN, *others) if b.calendar == feed), calendar=feed))
    simulation.advance(at(clock))
    return simulation


def found(simulation: Simulation, **check: Any) -> Finding:
    look = Look(simulation.facts, simulation.now)
    checked = Checked(SITE, "wedding", SITE.scenes["wedding"], slot_of(look, SITE, OWN), OWN.start, OWN.end)
    return judge(look, checked, Check.model_validate({name.rstrip("_"): value for name, value in check.items()}))


@pytest.mark.parametrize(
    ("check", "verdict", "told"),
    [
        ({"door": "hall-front", "is_": "unlocked"}, "well", "Unlocked since {since}"),
        ({"door": "hall-front", "is_": "locked"}, "wrong", "Unlocked since {since}"),
        ({"door": "office-door", "is_": "locked"}, "well", "Locked since {since}"),
        ({"door": "office-door", "is_": "closed"}, "well", "Closed since {since}"),
        ({"device": "lights"}, "well", "No fault"),
        ({"sign": "sign", "is_": "shown"}, "well", 'It shows "{text}"'),
        ({"sign": "sign", "is_": "blank"}, "wrong", 'It shows "{text}"'),
        ({"relay": "lights", "is_": "on"}, "well", "On since {since}"),
        ({"relay": "lights", "is_": "off"}, "wrong", "On since {since}"),
        ({"masking": "around"}, "well", "Quiet"),
        ({"masking": "masking"}, "well", "Quiet"),
        ({"route": "open"}, "well", "Every door of the way is unlocked"),
        ({"room": "empty"}, "well", "Nobody seen since {since}"),
        ({"room": "ready"}, "well", "It opens for its booking"),
        ({"bookings": "alone"}, "well", "No other booking until {end}"),
        ({"calendars": "read"}, "wrong", "{calendar} was not read for a while"),
    ],
)
def test_while_all_is_in_order(check: dict[str, Any], verdict: str, told: str) -> None:
    finding = found(house(), **check)
    assert (finding.verdict, finding.told.message) == (verdict, told)


def test_a_calendar_that_was_read_lately() -> None:
    assert found(house(clock="11:05"), calendars="read").verdict == "well"


def test_an_open_door_is_not_closed_and_one_that_is_not_heard_is_unknown() -> None:
    simulation = house()
    simulation.set("lock-office-door", "contact", "open")
    assert found(simulation, door="office-door", is_="closed").verdict == "wrong"
    simulation.set("lock-office-door", "link", False)
    assert [found(simulation, door="office-door", is_=state).verdict for state in ("closed", "locked")] == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("device", "check"),
    [
        ("sign", {"sign": "sign", "is_": "shown"}),
        ("lights", {"relay": "lights", "is_": "on"}),
        ("masking", {"masking": "around"}),
        ("lock-foyer-front", {"route": "open"}),
        ("sensor", {"room": "empty"}),
    ],
)
def test_what_is_not_heard_is_never_well(device: str, check: dict[str, Any]) -> None:
    simulation = house()
    simulation.set(device, "link", False)
    assert found(simulation, **check).verdict == "unknown"
    assert found(simulation, device=device).verdict != "well"


def test_a_sign_that_shows_something_else_a_tampered_device_a_guest_and_a_second_booking() -> None:
    simulation = house(wedding("12:15", "13:00", "m", calendar="meetings"))
    simulation.set("sensor", "present", True)
    simulation.set("sensor", "tamper", True)
    assert found(simulation, bookings="alone").told.message == "Booked {start}–{end} too"
    assert found(simulation, device="sensor").verdict == "wrong"
    assert found(simulation, room="empty").verdict == "unknown", "a sensor that was tampered with is not believed"
    simulation.set("sensor", "tamper", False)
    assert found(simulation, room="empty").told.message == "Somebody is there"
    simulation.set("masking", "muted", False)
    assert found(simulation, masking="masking").verdict == "well", "it is told again at once"


def test_a_room_that_is_not_ready_says_why() -> None:
    simulation = house(clock="11:05")
    simulation.advance(OWN.start + 2 * DAY)  # the calendar has not been read for longer than it is believed
    assert (
        found(simulation, room="ready").told.message == "The calendar has not been read for too long; the booking cannot be trusted"
    )


def test_around_is_the_room_and_a_door_away() -> None:
    assert units_of(SITE, "hall", ["around"]) == ("masking",)
    assert units_of(SITE, "lobby", ["around"]) == ("masking",)
    assert units_of(SITE, "office", ["around", "masking"]) == ("masking",)
    assert units_of(SITE, "office", ["around"]) == ("masking",)
