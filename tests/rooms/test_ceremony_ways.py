"""Whatever people do with a scene on random days, at no time is there a way from public to internal space."""

from random import Random

import pytest

from drivers.virtual.device import Behaviour
from edge.errors import IllegalCommand
from edge.simulation import Simulation
from edge.site.fields import OUTSIDE
from rooms import ceremonies_desk, scenes
from rooms.ceremonies import CEREMONIES
from tests.builders import MINUTE, read
from tests.rooms.ceremony_site import SCENE, at, ceremony_site, wedding

SITE = ceremony_site(
    {"prepare": {**SCENE["prepare"], "claims": {**SCENE["prepare"]["claims"], "lock-hall-front.lock": "unlocked"}}},
)


def reached(simulation: Simulation) -> set[str]:
    """Spaces that anybody comes to from public space, by how the locks really are."""
    site = simulation.site
    found = {OUTSIDE, *(name for name, space in site.spaces.items() if space.zone == "public")}
    while True:
        more = set(found)
        for door_id, door in site.doors.items():
            lock = simulation.devices[site.controllers[door_id]].state("lock")
            if door.from_ in more and lock == "unlocked":
                more.add(door.to)
            if door.to in more and door.back == "free":
                more.add(door.from_)
        if more == found:
            return found
        found = more


def do_something(random: Random, simulation: Simulation, booked: dict[str, object]) -> None:
    """One deed of a host, a guard with a key, a calendar, or a power cut."""
    known = [each.id for each in simulation.facts(CEREMONIES("wedding")) or ()]
    now, one = simulation.now, random.choice(known) if known else "none"
    deeds = [
        lambda: simulation.act(lambda f, t: ceremonies_desk.open_early(SITE, f, t, one, "host")),
        lambda: simulation.act(lambda f, t: ceremonies_desk.delay(SITE, f, t, one, "host", t + random.randint(1, 90) * MINUTE)),
        lambda: simulation.act(lambda f, t: ceremonies_desk.begin(SITE, f, t, one, "host")),
        lambda: simulation.act(lambda f, t: scenes.play(SITE, f, t, "wedding", "host", t + random.randint(1, 120) * MINUTE)),
        lambda: simulation.act(lambda f, t: scenes.stop(SITE, f, t, "wedding", "host")),
        lambda: _stick(simulation, random.choice(["locked", "unlocked"])),
        lambda: simulation.set("lights", "link", random.random() < 0.5),
        lambda: _book(random, simulation, booked),
        lambda: booked.pop(random.choice(list(booked)), None) if booked else None,
    ]
    try:
        random.choice(deeds)()
    except IllegalCommand:
        return  # refused as things are; that is tried elsewhere
    simulation.observe(read(now, *booked.values(), calendar="weddings"))  # type: ignore[arg-type]


def _stick(simulation: Simulation, state: str) -> None:
    """A key turns the lock of the staff's door, and it stays so whatever it is told."""
    simulation.behave("lock-office-door", Behaviour.JAMMED)
    simulation.set("lock-office-door", "lock", state)


def _book(random: Random, simulation: Simulation, booked: dict[str, object]) -> None:
    hour, minute = random.randint(8, 17), random.choice([0, 15, 30])
    uid = f"w{len(booked)}-{hour}{minute}"
    booked[uid] = wedding(f"{hour:02}:{minute:02}", f"{hour + 1:02}:{minute:02}", uid)


@pytest.mark.parametrize("seed", range(2))
def test_no_state_of_a_scene_opens_a_way_to_internal_space(seed: int) -> None:
    random, booked = Random(seed), dict[str, object]()
    simulation = Simulation(SITE, at("07:00"), lambda _: None)
    for calendar in ("weddings", "meetings"):
        simulation.observe(read(simulation.now, calendar=calendar))
    opened, ways_kept = 0, 0
    while simulation.now < at("19:00"):
        simulation.advance(simulation.now + random.randint(1, 12) * MINUTE)
        do_something(random, simulation, booked)
        everywhere = reached(simulation)
        assert "office" not in everywhere, (seed, simulation.now)
        opened += "hall" in everywhere
        ways_kept += simulation.devices["lock-office-door"].state("lock") == "unlocked"
    assert opened > 5, "the scene was hardly ever played"
    assert ways_kept > 0, "nobody used the key of the staff's door"
