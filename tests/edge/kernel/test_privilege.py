"""D14: taking a booking away never unlocks more, over whole simulated mornings."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.events import Event
from edge.simulation import Simulation
from rooms.bookings import Booking
from tests.builders import MINUTE, booking, local, read, site_of
from tests.conftest import EFFORT

EIGHT = local("2026-11-23 08:00")
ROOMS = {"room-1": "front-1", "hall": "hall-front", "room-2": "door-2"}
SITE = site_of(
    {"lobby": "public", "room-1": "semi-public", "hall": "semi-public", "room-2": "semi-public", "office": "internal"},
    {
        "front-1": {"from": "lobby", "to": "room-1", "unlock": "booking"},
        "back-1": {"from": "room-1", "to": "office", "back": "credential"},
        "hall-front": {"from": "lobby", "to": "hall", "unlock": {"booking": True, "hours": "open"}},
        "door-2": {"from": "hall", "to": "room-2", "unlock": "booking"},
    },
    hours={"open": {"mon-fri": "8:20-8:40"}},
    calendars={"rooms": {"url": "https://calendar.example/r.ics", "rooms": {room: room for room in ROOMS}}},
)

bookings = st.builds(
    lambda room, start, length, verdict: booking(EIGHT + start * MINUTE, EIGHT + (start + length) * MINUTE, room, verdict=verdict),
    st.sampled_from(sorted(ROOMS)),
    st.integers(0, 60),
    st.integers(1, 40),
    st.sampled_from(["yes", "yes", "yes", "no", "pending"]),
)


def unlocked(made: list[Booking]) -> list[set[str]]:
    """The doors that are really unlocked, minute by minute."""
    told: list[Event] = []
    simulation = Simulation(SITE, EIGHT, told.append)
    simulation.observe(read(EIGHT, *made))
    minutes: list[set[str]] = []
    at: datetime = EIGHT
    while at < EIGHT + 100 * MINUTE:
        simulation.advance(at)
        minutes.append({door for door in ROOMS.values() if simulation.devices[f"lock-{door}"].state("lock") == "unlocked"})
        at += MINUTE
    return minutes


@settings(max_examples=20 * EFFORT)
@given(st.lists(bookings, min_size=1, max_size=4))
def test_a_booking_less_unlocks_no_more(found: list[Booking]) -> None:
    made = [replace(each, uid=str(number)) for number, each in enumerate(found)]
    whole = unlocked(made)
    for without in made:
        fewer = unlocked([each for each in made if each is not without])
        assert all(less <= more for less, more in zip(fewer, whole, strict=True))
