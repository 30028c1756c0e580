"""Who wins at a door, for every set of causes that can be there at once: through the whole controller, on one simulated door.

fire > evacuation > lockdown > panic > release > override > booking > hours > default
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

import pytest

from edge.claims import Decision
from edge.events import Event
from edge.facts import DECISION, READING
from edge.simulation import Simulation
from edge.site import Site
from security import alarms, modes
from security.alarms import PANICS
from security.overrides import DoorOverridden, OverrideEnded
from security.releases import DoorReleased, ReleaseEnded
from tests.builders import HOUR, MINUTE, booking, local, read, site_of

TEN = local("2026-11-23 10:00")
LOCK = "lock-front"


def building(hours: bool) -> Site:
    """The front door is asked for something by everything there is."""
    unlock = {"booking": True, **({"hours": "open"} if hours else {})}
    return site_of(
        {"lobby": "public", "room": "semi-public"},
        {"front": {"from": "lobby", "to": "room", "unlock": unlock, "escape": {"forward": "free"}}},
        hours={"open": {"mon-fri": "8-16"}},
        devices={
            "fire-panel": {"type": "fire-input"},
            "button": {"type": "panic-button", "space": "room"},
        },
        calendars={"rooms": {"url": "https://calendar.example/r.ics", "rooms": {"room": "Room"}}},
        security={"panic": [{"locks": ["front"]}]},
    )


class Door:
    """The door, and what can come and go at it."""

    def __init__(self, override: str, hours: bool) -> None:
        self.site = building(hours)
        self.override = override
        self.presses = 0
        self.simulation = Simulation(self.site, TEN, lambda _: None)

    @property
    def decision(self) -> Decision:
        found = self.simulation.facts(DECISION(LOCK, "lock"))
        assert found is not None
        return found

    def observe(self, event: Event) -> None:
        self.simulation.observe(event)

    def begin(self, mode: str, scope: str) -> None:
        self.simulation.act(lambda facts, at: modes.begin(self.site, facts, at, mode, scope, "anna", "guard"))

    def end(self, mode: str, scope: str) -> None:
        if mode == "lockdown":
            self.simulation.act(lambda facts, at: modes.ask_end(self.site, facts, at, mode, scope, "anna", "guard"))
        self.simulation.act(lambda facts, at: modes.end(self.site, facts, at, mode, scope, "anna", "guard"))

    def call_fire(self) -> None:
        self.simulation.set("fire-panel", "fire", True)

    def end_fire(self) -> None:
        self.simulation.set("fire-panel", "fire", False)
        self.end("fire", "site")

    def press(self) -> None:
        self.presses += 1
        self.simulation.press("button", f"press-{self.presses}")

    def attend(self) -> None:
        (number,) = self.simulation.facts(PANICS("button")) or ()
        self.simulation.act(lambda facts, at: alarms.acknowledge(facts, at, number, "anna", None))
        self.simulation.act(lambda facts, at: alarms.resolve(facts, at, number, "anna", "Seen to", None))

    def release(self) -> None:
        self.observe(DoorReleased(at=TEN, door="front", by="anna", until=TEN + 10 * MINUTE, reason="Delivery"))

    def overrule(self) -> None:
        until = TEN + HOUR
        self.observe(DoorOverridden(at=TEN, door="front", value=self.override, by="anna", until=until, reason="Fair"))  # type: ignore[arg-type]

    def book(self) -> None:
        self.observe(read(TEN, booking(TEN - MINUTE, TEN + HOUR, "room", "b")))


@dataclass(frozen=True, slots=True)
class Cause:
    """cause: how a claim of it begins; value: what it asks for, None for what the person said."""

    cause: str
    value: str | None
    come: Callable[[Door], None]
    go: Callable[[Door], None]


def lockdown(scope: str) -> Cause:
    return Cause(
        f"lockdown:{scope}", "locked", lambda door: door.begin("lockdown", scope), lambda door: door.end("lockdown", scope)
    )


ORDER: Mapping[str, Cause] = {
    "fire": Cause("fire:site", "unlocked", Door.call_fire, Door.end_fire),
    "evacuation": Cause(
        "evacuation:site", "unlocked", lambda door: door.begin("evacuation", "site"), lambda door: door.end("evacuation", "site")
    ),
    "lockdown of the door": lockdown("door:front"),
    "lockdown of the site": lockdown("site"),
    "lockdown of the zone": lockdown("zone:public"),
    "panic": Cause("panic:button", "locked", Door.press, Door.attend),
    "release": Cause(
        "release:", "unlocked", Door.release, lambda door: door.observe(ReleaseEnded(at=TEN, door="front", by="anna"))
    ),
    "override": Cause("override:", None, Door.overrule, lambda door: door.observe(OverrideEnded(at=TEN, door="front", by="anna"))),
    "booking": Cause("booking:b/", "unlocked", Door.book, lambda door: door.observe(read(TEN))),
}
"""Strongest first; opening hours and the default follow, which the day brings by itself. Among lockdowns none is stronger: they ask
for the same, and the name of the cause decides which is shown."""


def gray(count: int) -> Iterator[int]:
    """Which of the causes comes or goes next, so that each set of them occurs once."""
    return ((n & -n).bit_length() - 1 for n in range(1, 2**count))


@pytest.mark.parametrize("hours", [True, False])
@pytest.mark.parametrize("override", ["locked", "unlocked"])
def test_the_strongest_cause_holds_the_door_and_then_the_next(override: str, hours: bool) -> None:
    door, present, sets = Door(override, hours), [False] * len(ORDER), 1
    names, causes = list(ORDER), list(ORDER.values())

    def holds() -> None:
        there = [cause for cause, here in zip(causes, present, strict=True) if here]
        name, value = ("hours:open", "unlocked") if hours else ("default", "locked")
        if there:
            name, value = there[0].cause, there[0].value or override
        told = [name for name, here in zip(names, present, strict=True) if here]
        assert door.decision.winner.cause.startswith(name), told
        assert door.decision.value == value, told
        assert door.simulation.devices[LOCK].state("lock") == value, told

    holds()
    for turn in gray(len(causes)):
        (causes[turn].go if present[turn] else causes[turn].come)(door)
        present[turn] = not present[turn]
        sets += 1
        holds()
        strongest = present.index(True)
        causes[strongest].go(door)
        present[strongest] = False
        holds()
        causes[strongest].come(door)
        present[strongest] = True
    assert sets == 2 ** len(ORDER)


def test_of_two_the_stronger_wins_whichever_came_first() -> None:
    door = Door("unlocked", True)
    for stronger, weaker in combinations(ORDER.values(), 2):
        for first, second in ((stronger, weaker), (weaker, stronger)):
            first.come(door)
            second.come(door)
            assert door.decision.winner.cause.startswith(stronger.cause)
            assert door.decision.losers[0].cause.startswith(weaker.cause)
            stronger.go(door)
            assert door.decision.winner.cause.startswith(weaker.cause)
            weaker.go(door)
            assert door.decision.winner.cause == "hours:open"


def test_the_day_ends_what_it_brought() -> None:
    door = Door("unlocked", True)
    door.simulation.advance(local("2026-11-23 16:00"))
    assert door.decision.winner.cause == "default"
    reading = door.simulation.facts(READING(LOCK, "lock"))
    assert reading is not None
    assert (reading.value, reading.since - TEN) == ("locked", timedelta(hours=6))
