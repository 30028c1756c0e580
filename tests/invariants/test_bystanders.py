"""D10, Z1, Z3, Z4 and D1: what may never move a door moves none, whatever it does."""

from typing import Any

import pytest

from edge.events import ConditionBegan
from edge.points import DEVICE_TYPES
from tests.invariants.days import Happening
from tests.invariants.feeds import HELSINKI
from tests.invariants.lives import Life, drawn
from tests.invariants.promises import PROMISES
from tests.invariants.world import World

UNTIL = 2 * 3600


def lived(life: Life, happenings: list[Happening]) -> World:
    world = World(life.sections, life.start, PROMISES)
    world.live(happenings, UNTIL)
    assert not any(event.kind == "site-file-changed" for event in world.journal)
    return world


def orders(world: World) -> list[tuple[Any, ...]]:
    """Everything that doors were told, and for how long."""
    return [(c.point, c.value, c.at, c.for_s, c.cause) for c in world.commands]


def concerns(happening: Happening, devices: tuple[str, ...]) -> bool:
    return bool(happening.args) and happening.args[0] in devices


def with_more(life: Life, devices: tuple[str, ...]) -> list[Happening]:
    """The day, and these devices do something every few minutes."""
    doings: list[tuple[str, tuple[Any, ...]]] = [("behave", ("lying",)), ("plug", (False,)), ("set", ("tamper", True))]
    doings += [("plug", (True,)), ("behave", ("jammed",)), ("set", ("tamper", False)), ("behave", ("obedient",))]
    if devices == ("eye-1",):
        doings += [("set", ("present", True)), ("set", ("count", 7)), ("set", ("present", False))]
    more = [
        Happening(after, what, (device, *args))
        for n, after in enumerate(range(100, UNTIL, 170))
        for device in devices
        for what, args in [doings[n % len(doings)]]
    ]
    return _in_order([*_before(life), *more])


def _in_order(happenings: list[Happening]) -> list[Happening]:
    return sorted(happenings, key=lambda happening: happening.after)


def _before(life: Life) -> list[Happening]:
    return [happening for happening in life.happenings if happening.after < UNTIL]


@pytest.mark.parametrize("seed", range(300, 302))
def test_masking_and_docks_move_no_door(seed: int) -> None:
    """Z3, Z4."""
    life, devices = drawn(seed), ("masking", "dock")
    without = [happening for happening in _before(life) if not concerns(happening, devices)]
    assert orders(lived(life, with_more(life, devices))) == orders(lived(life, without)), f"seed {seed}"


@pytest.mark.parametrize("seed", range(321, 323))
def test_a_missing_terminal_and_mute_masking_are_told_and_move_no_door(seed: int) -> None:
    """Z3, Z4: before the building opens, and after."""
    life, devices = drawn(seed), ("masking", "dock")
    opens = life.start.astimezone(HELSINKI).hour + 1
    life.sections["hours"]["hour"] = {"mon-sun": f"{opens}:00-{opens + 1}:00"}
    life.sections["site"]["hours"] = "hour"
    without = [happening for happening in _before(life) if not concerns(happening, devices)]
    gone = [Happening(60, "set", ("masking", "muted", True)), Happening(60, "set", ("dock", "terminal", None))]
    told = lived(life, _in_order([*without, *gone]))
    assert {"terminal-missing", "masking-fault"} <= {event.type for event in told.journal if isinstance(event, ConditionBegan)}
    assert orders(told) == orders(lived(life, without)), f"seed {seed}"


@pytest.mark.parametrize("seed", range(310, 312))
def test_occupancy_moves_no_door(seed: int) -> None:
    """D10: where nobody waits for an official, whom a sensor may announce."""
    life, devices = drawn(seed), ("eye-1",)
    life.sections["rooms"]["all"].pop("staff_first", None)
    without = [happening for happening in _before(life) if not concerns(happening, devices)]
    assert orders(lived(life, with_more(life, devices))) == orders(lived(life, without)), f"seed {seed}"


def test_a_tampered_dock_is_told() -> None:
    """Z4."""
    life = drawn(0)
    world = World(life.sections, life.start)
    world.set("dock", "tamper", True)
    assert ("dock-tamper", "dock") in world.holding


def test_nothing_that_is_commanded_is_an_exit() -> None:
    """D1, Q10: of everything at a door the lock alone takes commands, and it guards one direction."""
    assert [kind.name for kind in DEVICE_TYPES["door-controller"].values() if kind.commanded] == ["lock"]
