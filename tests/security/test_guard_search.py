"""The guard against a search of every way through small random buildings, done the slow and simple way."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge.claims import Claim, Decision, Priority
from edge.facts import DECISION, ONLINE, READING, Facts, Look, Reading
from edge.points import PointId
from edge.site import Site
from edge.site.model import Door
from edge.text import Route, Text, say
from security.doors import DoorTruths
from security.guard import ZoningGuard
from security.truth import DOOR
from tests.builders import HOUR, MONDAY, site_of

T = MONDAY
SPACES = ("s1", "s2", "s3", "s4", "s5")
Edge = tuple[str, str, str]
"""door, from, to"""


@dataclass(frozen=True)
class Known:
    """What is known of one door. open_for: how long its contact has been open."""

    lock: str | None
    good: bool
    online: bool | None
    open_for: timedelta | None

    def counts_as_open(self, door: Door) -> bool:
        """docs/decisions/0007, once more."""
        if self.open_for is not None and self.open_for >= door.held_open:
            return True
        if self.online is False:
            return not (self.lock == "locked" and door.fail == "locked")
        forced = self.open_for is not None and door.back != "free"
        return forced or not (self.lock == "locked" and self.good)

    def stands_open(self) -> bool:
        return self.open_for is not None and self.online is not False


@st.composite
def buildings(draw: st.DrawFn) -> Site:
    spaces = {space: draw(st.sampled_from(["public", "semi-public", "semi-public", "internal"])) for space in SPACES}
    ends = st.lists(st.sampled_from([*SPACES, "outside"]), min_size=2, max_size=2, unique=True)
    doors = {
        f"d{n}": {
            "from": (between := draw(ends))[0],
            "to": between[1],
            "kind": draw(st.sampled_from(["swing", "swing", "swing", "opening"])),
            "back": draw(st.sampled_from(["credential", "credential", "free", "button"])),
            "fail": draw(st.sampled_from(["locked", "unlocked"])),
        }
        for n in range(draw(st.integers(1, 7)))
    }
    lockable = [door for door, section in doors.items() if section["kind"] != "opening"]
    if len(lockable) > 1 and draw(st.booleans()):
        first, second = draw(st.lists(st.sampled_from(lockable), min_size=2, max_size=2, unique=True))
        doors[first] = {**doors[first], "interlock": [second]}
    return site_of(spaces, doors)


known = st.builds(
    Known,
    lock=st.sampled_from(["locked", "locked", "locked", "unlocked", None]),
    good=st.sampled_from([True, True, True, False]),
    online=st.sampled_from([True, True, None, False]),
    open_for=st.sampled_from([None, None, None, timedelta(seconds=3), HOUR]),
)
wishes = st.none() | st.sampled_from([Priority.EVACUATION, Priority.RELEASE, Priority.BOOKING, Priority.HOURS])


def facts_of(site: Site, states: dict[str, Known]) -> Facts:
    facts = Facts()
    for door, state in states.items():
        device = f"lock-{door}"
        if state.lock is not None:
            facts.set(READING(device, "lock"), Reading(state.lock, T - HOUR, T - HOUR, state.good))
        if state.open_for is not None:
            facts.set(READING(device, "contact"), Reading("open", T - state.open_for, T - state.open_for))
        facts.set(ONLINE(device), state.online)
        lock = PointId(device, "lock")
        default = Claim(lock, "locked", Priority.DEFAULT, "default", say("Default"))
        facts.set(DECISION(*lock), Decision(lock, "locked", default, (), T - HOUR))
    for door in states:
        for found in DoorTruths(site).truth(Look(facts, T), door):
            facts.set(DOOR(door), found.value)
    return facts


def judged(site: Site, facts: Facts, wanted: dict[str, Priority | None]) -> dict[str, Text]:
    guard = ZoningGuard(site)
    refused: dict[str, Text] = {}
    by_cluster: dict[str, dict[PointId, list[Claim]]] = {}
    for point, cluster in guard.cluster_of.items():
        priority = wanted[point.device.removeprefix("lock-")]
        claims = [] if priority is None else [Claim(point, "unlocked", priority, "booking:wish", say("Wished"))]
        by_cluster.setdefault(cluster, {})[point] = claims
    for cluster, claims_of in by_cluster.items():
        for point, text in (guard.judge(Look(facts, T), cluster, claims_of) or {}).items():
            refused[point.device.removeprefix("lock-")] = text
    return refused


def edges(site: Site, passable: set[str]) -> list[Edge]:
    found = []
    for name, door in site.doors.items():
        if door.kind == "opening" or name in passable:
            found += [(name, door.from_, door.to), (name, door.to, door.from_)]
        elif door.back in ("free", "button"):
            found.append((name, door.to, door.from_))
    return found


def forbidden_ways(site: Site, ways: list[Edge]) -> Iterator[list[Edge]]:
    """Every way that begins in public space, ends at the first internal one, and passes no space twice."""

    def onward(way: list[Edge]) -> Iterator[list[Edge]]:
        here = way[-1][2]
        if site.zone_of(here) == "internal":
            yield way
        elif site.zone_of(here) == "semi-public":
            for step in ways:
                if step[1] == here and step[2] not in {s for _, s, _ in way}:
                    yield from onward([*way, step])

    for first in ways:
        if site.zone_of(first[1]) == "public":
            yield from onward([first])


def locked_without_us(site: Site, step: Edge) -> bool:
    """Whether this step is only possible because somebody unlocked the door."""
    door = site.doors[step[0]]
    return door.kind != "opening" and not (door.back in ("free", "button") and step[1] == door.to)


@given(st.data())
def test_guard_grants_no_way_and_refuses_nothing_else(data: st.DataObject) -> None:
    site = data.draw(buildings())
    states = {door: data.draw(known, label=door) for door in site.controllers}
    wanted = {door: data.draw(wishes, label=f"wish {door}") for door in site.controllers}
    refused = judged(site, facts_of(site, states), wanted)

    really_open = {d for d, state in states.items() if state.counts_as_open(site.doors[d])}
    standing = really_open | {d for d, state in states.items() if state.stands_open() and state.lock is not None and state.good}
    granted = {door for door, wish in wanted.items() if wish is not None and door not in refused}
    urgent = {door for door, wish in wanted.items() if wish is Priority.EVACUATION}
    assert urgent <= granted
    together = edges(site, really_open | granted)
    for way in forbidden_ways(site, together):
        assert not any(door in granted - urgent and locked_without_us(site, (door, a, b)) for door, a, b in way), way
    for door in granted - urgent:
        assert not standing.union(granted).intersection(site.interlocks.get(door, ())), f"{door} breaks its interlock"

    for door, text in refused.items():
        if "route" not in text.values:
            assert (standing | granted).intersection(site.interlocks[door]), f"the interlock refuses {door} without need"
            continue
        ways = forbidden_ways(site, edges(site, really_open | granted | {door}))
        routes = [Route((way[0][1], *(b for _, _, b in way))) for way in ways]
        assert routes, f"{door} was refused without need"
        assert text.values["route"] in routes


@given(st.data())
def test_the_building_comes_to_rest(data: st.DataObject) -> None:
    """Doors that obey are not locked and unlocked in turn, whatever the others do."""
    site = data.draw(buildings())
    states = {door: data.draw(known, label=door) for door in site.controllers}
    wanted = {door: data.draw(wishes, label=f"wish {door}") for door in site.controllers}
    obedient = {door for door, state in states.items() if state.lock is not None and state.good and state.online is not False}
    for _ in range(len(states) + 2):
        before = states
        refused = judged(site, facts_of(site, states), wanted)
        for door in obedient:
            lock = "unlocked" if wanted[door] is not None and door not in refused else "locked"
            states = {**states, door: replace(states[door], lock=lock)}
        if states == before:
            return
    raise AssertionError("the doors go on being locked and unlocked")
