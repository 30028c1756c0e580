"""D16 and Z2: nonsense in a calendar opens nothing and is told, and everything else in it works as without it."""

from datetime import timedelta
from random import Random

import pytest

from tests.invariants.buildings import ROOMS, building, site_of
from tests.invariants.feeds import ELSEWHERE, NONSENSE, Written, body
from tests.invariants.lives import STARTS
from tests.invariants.world import World

GOOD = tuple(Written(f"good-{room}", room, -600, 3600) for room in ROOMS)


@pytest.mark.parametrize("number", range(len(NONSENSE) + len(ELSEWHERE)))
def test_nonsense_is_refused_alone(number: int) -> None:
    from rooms.understanding import understand

    site, start = site_of(building(Random(1))), STARTS[number % len(STARTS)]
    window = (start - timedelta(days=2), start + timedelta(days=2))
    alone, among = (understand(site, "rooms", body(start, GOOD, odd), window) for odd in ((), (number,)))
    assert among.bookings == alone.bookings
    assert {booking.uid for booking in among.bookings} == {booking.uid for booking in GOOD}
    assert len(alone.errors) == 0
    assert len(among.errors) == 1


@pytest.mark.parametrize("odd", [(number,) for number in range(len(NONSENSE) + len(ELSEWHERE))])
def test_nonsense_opens_no_door(odd: tuple[int, ...]) -> None:
    sections = building(Random(3))
    sections["site"].pop("hours", None)
    for door in sections["doors"].values():
        door.get("unlock", {}).pop("hours", None)
        door["fail"] = "locked"
    world = World(sections, STARTS[0])
    world.calendar_says((), odd)
    world.pass_to(1200)
    assert not world.unlocked
