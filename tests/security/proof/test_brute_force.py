"""The proof against every state of small random buildings, run through the real controller and looked at in the very devices."""

import random
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import chain, combinations, permutations
from typing import Any

import pytest

from drivers.virtual.device import Behaviour
from edge.events import Event
from edge.points import PointId
from edge.simulation import Simulation
from edge.site import Site
from edge.text import Text
from security.proof import Proof, Property, prove
from tests.builders import DAY, MONDAY, SECOND, booking, local, read, site_of
from tests.security.proof.test_properties import TODAY, changed

HOURS = {"early": {"mon": "8:00-12:00"}, "late": {"mon": "11:00-15:00"}, "after": {"mon": "12:00-16:00"}}
INSTANTS = [local(f"2026-11-23 {time}") for time in ("09:00", "11:30", "13:00", "15:30", "20:00")]
Rooms = tuple[str, ...]


class GrantsAll:
    """In the guard's place: what the rules of a site do by themselves."""

    cluster_of: Mapping[PointId, str] = {}

    def judge(self, *_: object) -> Mapping[PointId, Text]:
        return {}


def building(chance: random.Random) -> Site:
    names = [f"s{n}" for n in range(chance.randint(3, 5))]
    spaces = {name: chance.choice(["public", "semi-public", "semi-public", "internal"]) for name in names}
    spaces.update({"s0": "internal", "s1": "semi-public"})
    doors: dict[str, dict[str, Any]] = {}
    for number in range(chance.randint(2, 6)):
        start, end = chance.choice(
            [("outside", "s1"), ("s1", "s0"), *permutations((*names, "outside"), 2)][: chance.choice((2, 99))]
        )
        doors[f"d{number}"] = door = {"from": start, "to": end, "held_open": "1 s"}
        if chance.random() < 0.1:
            door["kind"] = "opening"
            continue
        door["back"] = chance.choice(["free", "button", *["credential"] * 6])
        door["fail"] = chance.choice(["unlocked", *["locked"] * 4])
        hours = {"hours": chance.choice([*HOURS])} if chance.random() < 0.4 else {}
        door["unlock"] = {**hours, "booking": end != "outside" and chance.random() < 0.5}
    devices: dict[str, dict[str, Any]] = {}
    for name, door in doors.items():
        if door.get("kind") != "opening" and chance.random() < 0.4:
            lacking = chance.choice([{"lacks": ["contact"]}, {"lacks": ["read-back"]}, {"lease": "latch"}])
            devices[f"lock-{name}"] = {"type": "door-controller", "door": name, **lacking}
    bound = {"rooms": {"all": {"hours": chance.choice([*HOURS])}}} if chance.random() < 0.3 else {}
    calendars = {"rooms": {"url": "https://calendar.example/r.ics", "rooms": {name: name for name in names}}}
    site = site_of(spaces, doors, site={"holidays": None}, hours=HOURS, calendars=calendars, devices=devices, **bound)
    bare = {name: d for name, d in site.devices.items() if chance.random() < 0.9}
    return changed(site, devices=bare)


def sites(seed: int, count: int) -> Iterator[Site]:
    """Only those that a site file may describe: no way into internal space stands open for ever."""
    chance = random.Random(seed)
    while count:
        site = building(chance)
        if not open_way(site, ()):
            count -= 1
            yield site


def instants(site: Site) -> list[datetime]:
    """Of every set of its timetables that are open together, one."""
    used = {door.unlock.hours for door in site.doors.values()} | {policy.hours for policy in site.rooms.values()}
    tables = [site.hours[name] for name in sorted(name for name in used if name)]
    return [*{tuple(table.opening_at(at, site.local) is not None for table in tables): at for at in INSTANTS}.values()]


def booked_rooms(site: Site) -> list[Rooms]:
    """Every set of rooms whose bookings unlock something."""
    rooms = sorted({door.to for name, door in site.doors.items() if door.unlock.booking and name in site.controllers})
    return list(chain.from_iterable(combinations(rooms, n) for n in range(len(rooms) + 1)))


def open_way(site: Site, unlocked: Collection[str], *, powered: bool = True) -> list[str]:
    """The doors of some way from public to internal space; without a way none. powered: whether exit buttons do something."""
    free = ("free", "button") if powered else ("free",)
    reached: dict[str, list[str]] = {space: [] for space in ("outside", *site.spaces) if site.zone_of(space) == "public"}
    waiting = [*reached]
    while waiting:
        here = waiting.pop(0)
        for name, door in site.doors.items():
            both = door.kind == "opening" or name in unlocked
            ends = [(door.from_, door.to, both), (door.to, door.from_, both or door.back in free)]
            for there in (end for start, end, passable in ends if start == here and passable):
                if site.zone_of(there) == "internal":
                    return [*reached[here], name]
                if there not in reached:
                    reached[there] = [*reached[here], name]
                    waiting.append(there)
    return []


def begun(site: Site, at: datetime) -> Simulation:
    return Simulation(site, at, _unheard)


def _unheard(_: Event) -> None:
    pass


def begun_without_guard(site: Site, at: datetime) -> Simulation:
    simulation = begun(site, at)
    kernel = simulation.controller.kernel
    kernel._guard = GrantsAll()
    kernel._dirty_wishes.update(dict.fromkeys(kernel._points))  # what the other one held back at the very start
    return simulation


def book(simulation: Simulation, rooms: Rooms) -> None:
    now = simulation.now
    simulation.observe(read(now, *(booking(MONDAY, MONDAY + DAY, room, uid=room) for room in rooms)))


def unlocked_doors(simulation: Simulation) -> set[str]:
    locks = simulation.site.controllers.items()
    return {door for door, device in locks if simulation.devices[device].state("lock") == "unlocked"}


# --- without faults ---------------------------------------------------------------------------------------------------


def opens_by_itself(site: Site) -> bool:
    for at in instants(site):
        simulation = begun_without_guard(site, at)
        for rooms in booked_rooms(site):
            book(simulation, rooms)
            if open_way(site, unlocked_doors(simulation)):
                return True
    return False


def agrees_without_faults(site: Site) -> None:
    proof = prove(site, TODAY, 0)
    assert (Property.NO_OPEN_WAY in {finding.property for finding in proof.findings}) is opens_by_itself(site)


def test_the_proof_without_faults_agrees_with_every_state() -> None:
    for site in sites(1, 100):
        agrees_without_faults(site)


# --- with one fault, under the guard ----------------------------------------------------------------------------------


def is_blind(site: Site, door: str) -> bool:
    return not (site.senses(door, "contact") and site.senses(door, "read-back"))


def hold_open(simulation: Simulation, door: str) -> None:
    """The leaf is wedged or, where its contact would tell, the lock stays unlocked although it says otherwise."""
    device = simulation.site.device_at(door)
    if device is None or not simulation.site.senses(door, "contact"):
        return
    if simulation.site.senses(door, "read-back"):
        simulation.set(device, "contact", "open")
        simulation.advance(simulation.now + 2 * SECOND)
    else:
        simulation.devices[device].behaviour = Behaviour.LYING


def ways_with(site: Site, door: str) -> Iterator[list[str]]:
    """The way that is open in each state in which this door stands open; it came to that when everything was booked."""
    subsets = booked_rooms(site)
    for at in instants(site):
        simulation = begun(site, at)
        book(simulation, subsets[-1])
        hold_open(simulation, door)
        for rooms in reversed(subsets):
            book(simulation, rooms)
            if way := open_way(site, unlocked_doors(simulation) | {door}):
                yield way


def agrees_with_a_door_held_open(site: Site, proof: Proof) -> None:
    assumed = {a.id.removeprefix("D2:unseen:") for a in proof.assumptions if a.id.startswith("D2:unseen:")}
    sound = Property.NO_OPEN_WAY not in {finding.property for finding in proof.findings}
    for name in (name for name, door in site.doors.items() if door.kind != "opening"):
        alone = bool(open_way(site, {name}))
        ways = list(ways_with(site, name))
        if is_blind(site, name):
            assert name in assumed or not ways
            assert ways or name not in assumed or not sound
        else:
            assert alone or not ways, f"{name} is seen to stand open, and {ways} are open"
        assert (name in proof.exposures) is alone


def falls_open(site: Site) -> bool:
    """Without power, or when the line is lost while doors are unlocked."""
    fallen = {name for name, door in site.doors.items() if door.fail == "unlocked" and door.kind != "opening"}
    lost = fallen & {*site.controllers}
    if open_way(site, fallen, powered=False) or open_way(site, lost):
        return True
    latching = {door for door, device in site.controllers.items() if site.lease_of(device) == "latch"}
    for at in instants(site) if latching else ():
        simulation = begun(site, at)
        for rooms in booked_rooms(site):
            book(simulation, rooms)
            if open_way(site, lost | (latching & unlocked_doors(simulation))):
                return True
    return False


def agrees_with_a_loss(site: Site, proof: Proof) -> None:
    finds = Property.POWER_LOSS in {finding.property for finding in proof.findings}
    sound = Property.NO_OPEN_WAY not in {finding.property for finding in proof.findings}
    assert finds or not falls_open(site)
    assert falls_open(site) or not finds or not sound


def agrees_with_one_fault(site: Site) -> None:
    proof = prove(site, TODAY, 1)
    agrees_with_a_door_held_open(site, proof)
    agrees_with_a_loss(site, proof)


def test_the_proof_with_one_fault_agrees_with_every_state() -> None:
    for site in sites(2, 25):
        agrees_with_one_fault(site)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10, 20))
def test_thousands_of_buildings(seed: int) -> None:
    for site in sites(seed, 400):
        agrees_without_faults(site)
        agrees_with_one_fault(site)
