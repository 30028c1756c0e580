"""Ways that open: from public to internal space by our own rules, by faults that nobody sees, and by doors that fall open."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations

from edge.site import Site
from edge.site.fields import OUTSIDE
from edge.text import Ref, Text, say
from security.proof.moments import MomentClass, widest
from security.proof.passages import INTERNAL, PUBLIC, SEMI_PUBLIC, Building, possible
from security.proof.report import Property, Weakness
from security.proof.told import meeting_hours, mending, state_of
from security.proof.ways import Reached, Step, Way, cost_of, is_straight, spaces_on


class _Shortest:
    """The cheapest way for each door that is to blame for one."""

    def __init__(self) -> None:
        self.ways: dict[str, Way] = {}

    def offer(self, door: str, way: Way) -> None:
        if door not in self.ways or cost_of(way) < cost_of(self.ways[door]):
            self.ways[door] = way

    def __iter__(self) -> Iterator[tuple[str, Way]]:
        return iter(sorted(self.ways.items(), key=lambda named: cost_of(named[1])))


def _inward(steps: Iterable[Step], building: Building) -> tuple[list[Step], list[Step], list[Step]]:
    """Steps of a way from public through semi-public to internal space: those from public into semi-public and among it, those
    among it and into internal, and those that end in internal."""
    zone, ends = building.zones, (SEMI_PUBLIC, INTERNAL)
    of_ways = [s for s in steps if zone[s.passage.start] != INTERNAL and zone[s.passage.end] in ends]
    leading = [s for s in of_ways if zone[s.passage.end] == SEMI_PUBLIC]
    trailing = [s for s in of_ways if zone[s.passage.start] == SEMI_PUBLIC]
    return leading, trailing, [s for s in of_ways if zone[s.passage.end] == INTERNAL]


def open_at(building: Building, moment: MomentClass) -> list[Step]:
    """Every passage that may be open at the moment without a fault."""
    steps: list[Step] = []
    for passage in building.passages:
        if passage.always:
            steps.append(Step(passage))
        elif (opener := possible(passage, moment)) is not None:
            steps.append(Step(passage, opener))
    return steps


# --- by our own rules -------------------------------------------------------------------------------------------------


def open_ways(building: Building, classes: Sequence[MomentClass]) -> Iterator[Weakness]:
    """Property (a): what hours, bookings and scenes open together, with nobody's help and no guard."""
    shortest = _Shortest()
    for moment in widest(classes):
        leading, _, entering = _inward(open_at(building, moment), building)
        reached = Reached(leading, building.of_zone(PUBLIC)) if entering else None
        for step in entering:
            if reached is not None and (way := reached.nearest(step.passage.start)) is not None:
                shortest.offer(step.passage.door, (*way, step))
    for door, way in shortest:
        lines = meeting_hours(building.site, classes, way)
        place, remedy = mending(building.site, way[-1])
        if lines:
            remedy = say("Write times that do not meet, or: {remedy}", remedy=remedy)
            place, lines = lines[0], (*lines[1:], place)
        told = say("A way from public to internal space opens through {door}", door=Ref(door))
        yield Weakness(
            f"D2:{door}", Property.NO_OPEN_WAY, told, state_of(classes, way), spaces_on(way), place, remedy, lines
        )  # fmt: skip


def way_with(building: Building, unlocked: Collection[str]) -> Way:
    """A shortest way from public to internal space while exactly these doors are unlocked; empty when there is none."""
    steps = [Step(p) for p in building.passages if p.always or p.door in unlocked]
    leading, _, entering = _inward(steps, building)
    reached = Reached(leading, building.of_zone(PUBLIC))
    ways = [(*way, step) for step in entering if (way := reached.nearest(step.passage.start)) is not None]
    return min(ways, key=cost_of, default=())


# --- by faults --------------------------------------------------------------------------------------------------------


def unseen_faults(building: Building, classes: Sequence[MomentClass], faults: int) -> Iterator[Weakness]:
    """Property (b): what the guard cannot know. A fault that is seen makes it withhold every unlock of ours that would complete a
    way; so a way opens only over a door of which nobody hears that it stands open."""
    blind = {door: why for door in building.site.doors if (why := _unseen(building.site, door)) is not None}
    if not faults or not blind:
        return
    shortest = _Shortest()
    for moment in widest(classes):
        for door, way in _ways_over(building, blind, moment, faults):
            shortest.offer(door, way)
    for door, way in shortest:
        reason, remedy = blind[door]
        told = say("No way opens only as long as {door} is kept shut: {why}", door=Ref(door), why=reason)
        yield Weakness(
            f"D2:unseen:{door}", Property.NO_OPEN_WAY, told, state_of(classes, way), spaces_on(way), ("doors", door), remedy
        )  # fmt: skip


def _unseen(site: Site, door: str) -> tuple[Text, Text] | None:
    """Why nobody sees that a door stands open, and what would help; None where it is seen, or has no leaf."""
    named = Ref(door)
    if site.doors[door].kind == "opening":
        return None
    if site.device_at(door) is None:
        return say("no controller reports of it"), say("Add a door-controller with a contact at {door}.", door=named)
    if not site.senses(door, "contact"):
        return say("it has no sensor that tells if it is closed"), say("Add a contact to {door}.", door=named)
    if not site.senses(door, "read-back"):
        return say("its lock is not read back"), say("Add the read-back of its lock to {door}.", door=named)
    return None


def _ways_over(building: Building, blind: Iterable[str], moment: MomentClass, faults: int) -> Iterator[tuple[str, Way]]:
    steps = open_at(building, moment)
    held = [Step(p, fault="held-open") for p in building.passages if not p.always]
    leading, trailing, _ = _inward([*steps, *(held if faults > 1 else ())], building)
    before = Reached(leading, building.of_zone(PUBLIC), held=faults - 1)
    after = Reached(trailing, building.of_zone(INTERNAL), held=faults - 1, backwards=True)
    into, _, into_internal = _inward([step for step in held if step.passage.door in {*blind}], building)
    for step in (*into, *into_internal):
        for a in before.at(step.passage.start):
            for b in after.at(step.passage.end):
                # Over two doors that stand open and none of ours a way opens whatever we do.
                if a.held + b.held + 1 > faults or (a.held + b.held and not (a.ours or b.ours)):
                    continue
                way = (*before.way_to(a), step, *after.way_to(b))
                if is_straight(way):
                    yield step.passage.door, way


def exposures(building: Building) -> tuple[str, ...]:
    """Doors that, held open, alone join public with internal space."""
    always = [Step(passage) for passage in building.passages if passage.always]
    leading, trailing, _ = _inward(always, building)
    here = Reached(leading, building.of_zone(PUBLIC)).spaces()
    there = Reached(trailing, building.of_zone(INTERNAL), backwards=True).spaces()
    found = (p.door for p in building.passages if not p.always and p.start in here and p.end in there)
    return tuple(dict.fromkeys(found))


def alarmless_escapes(building: Building) -> Iterator[Weakness]:
    """An escape into internal space that anybody may use unheard."""
    for passage in building.passages:
        escape = building.site.doors[passage.door].escape
        key = "forward" if passage.forward else "back"
        if passage.always or getattr(escape, key) != "free" or building.zones[passage.end] != INTERNAL:
            continue
        if building.zones[passage.start] == INTERNAL:
            continue
        door = Ref(passage.door)
        told = say(
            "Nobody uses {door} but in an emergency: it opens from {space} without an alarm", door=door, space=Ref(passage.start)
        )
        remedy = say("Write alarmed or delayed for this direction of {door}.", door=door)
        yield Weakness(
            f"D2:escape:{passage.door}", Property.NO_OPEN_WAY, told, (say("At any time"),), (passage.start, passage.end),
            ("doors", passage.door, "escape", key), remedy,
        )  # fmt: skip


# --- without power ----------------------------------------------------------------------------------------------------


def falling_open(building: Building, classes: Sequence[MomentClass], faults: int) -> Iterator[Weakness]:
    """Doors that fall open by themselves and so join public with internal space; no guard can prevent it."""
    shortest = _Shortest()
    for steps in _losses(building, classes, faults):
        leading, _, entering = _inward(steps, building)
        reached = Reached(leading, building.of_zone(PUBLIC))
        for step in entering:
            for state in reached.at(step.passage.start):
                way = (*reached.way_to(state), step)
                fallen = [each.passage.door for each in way if each.fault == "falls-open"]
                if fallen:
                    shortest.offer(fallen[-1], way)
    for door, way in shortest:
        told = say("Without power or controller {door} falls open, and joins public with internal space", door=Ref(door))
        remedy = say("Write fail: locked at {door}; free egress needs no unlocked lock.", door=Ref(door))
        if building.site.doors[door].back == "button":
            remedy = say("Write fail: locked at {door}, and back: free, so that its handle lets people out.", door=Ref(door))
        yield Weakness(
            f"D8:{door}", Property.POWER_LOSS, told, state_of(classes, way), spaces_on(way), ("doors", door, "fail"), remedy
        )  # fmt: skip


def _losses(building: Building, classes: Sequence[MomentClass], faults: int) -> Iterator[list[Step]]:
    """What is open when the power is lost, or lines are; of a lost line also the outputs that keep what they were told last."""
    if not faults:
        return
    site = building.site
    yield [
        Step(p, fault=None if p.free else "falls-open")
        for p in building.passages
        if p.free or site.doors[p.door].fail == "unlocked"
    ]
    line_of = {door: site.devices[device].connection for door, device in site.controllers.items()}
    latching = {line_of[door] for door, device in site.controllers.items() if site.lease_of(device) == "latch"}
    for number in range(1, faults + 1):
        for lost in combinations(sorted({*line_of.values()}), number):
            if latching.isdisjoint(lost) and not any(passage.pressed for passage in building.passages):
                continue  # nothing more is open than without power
            for moment in widest(classes):
                yield list(_lines_lost(building, {door for door, line in line_of.items() if line in lost}, moment))


def _lines_lost(building: Building, doors: set[str], moment: MomentClass) -> Iterator[Step]:
    site = building.site
    for passage in building.passages:
        door = site.doors[passage.door]
        if passage.always:
            yield Step(passage)
        elif passage.door in doors and door.fail == "unlocked":
            yield Step(passage, fault="falls-open")
        elif passage.door in doors and site.lease_of(site.controllers[passage.door]) == "latch":
            opener = possible(passage, moment)
            if opener is not None:
                yield Step(passage, opener, "stays-unlocked")


def unwatched_latches(building: Building) -> Iterator[Weakness]:
    """Outputs that only latch: nothing ends their unlock when their controller is lost."""
    site = building.site
    for door, device in site.controllers.items():
        start, end = site.doors[door].from_, site.doors[door].to
        if site.lease_of(device) != "latch" or building.protection(start) >= building.protection(end):
            continue
        told = say("{door} stays unlocked when its controller is lost while it is: its output only latches", door=Ref(door))
        remedy = say("Fit a watchdog relay that drops it, and write lease: watchdog at {device}.", device=Ref(device))
        state = (say("The controller of {door} is lost while it is unlocked", door=Ref(door)),)
        yield Weakness(f"D8:latch:{door}", Property.POWER_LOSS, told, state, (start, end), ("devices", device), remedy)


def open_without_power(building: Building) -> Iterator[Weakness]:
    """Semi-public space that can be entered from outside while there is no power."""
    spared = Reached((Step(p) for p in building.passages if p.always), (OUTSIDE,)).spaces()
    fallen = next(_losses(building, (), 1))
    reached = Reached([s for s in fallen if building.zones[s.passage.end] != INTERNAL], (OUTSIDE,))
    shortest = _Shortest()
    for space in building.of_zone(SEMI_PUBLIC):
        if space not in spared and (way := reached.nearest(space)) is not None:
            shortest.offer(next(step.passage.door for step in reversed(way) if step.fault), way)
    for door, way in shortest:
        told = say(
            "Without power {door} stands unlocked, and {space} can be entered", door=Ref(door), space=Ref(spaces_on(way)[-1])
        )
        remedy = say("Have somebody at {door} when the power is lost, or write fail: locked.", door=Ref(door))
        state = (say("The power of the building is lost"),)
        yield Weakness(f"D8:semi-public:{door}", Property.POWER_LOSS, told, state, spaces_on(way), ("doors", door, "fail"), remedy)


# --- with nothing unlocked --------------------------------------------------------------------------------------------


def unguarded(building: Building) -> Iterator[Weakness]:
    """Property (c): semi-public space that is reached from outside although nothing is unlocked."""
    always = [Step(passage) for passage in building.passages if passage.always]
    reached = Reached([s for s in always if building.zones[s.passage.end] == PUBLIC], (OUTSIDE,))
    shortest = _Shortest()
    for step in always:
        if building.zones[step.passage.end] == SEMI_PUBLIC and (way := reached.nearest(step.passage.start)) is not None:
            shortest.offer(step.passage.door, (*way, step))
    for door, way in shortest:
        told = say("{space} can be entered from outside although nothing is unlocked", space=Ref(way[-1].passage.end))
        place, remedy = mending(building.site, way[-1])
        yield Weakness(f"D3:{door}", Property.SEMI_PUBLIC, told, (say("At any time"),), spaces_on(way), place, remedy)
