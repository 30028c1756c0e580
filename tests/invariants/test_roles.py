"""U3: everybody tries everything, in a building in which nothing else speaks against it; the oracle's own table says who may."""

from random import Random
from typing import Any

import pytest

from tests.invariants.buildings import Sections, building
from tests.invariants.days import ROLES
from tests.invariants.lives import STARTS
from tests.invariants.oracle import MAY
from tests.invariants.world import World

DOOR = {"door": "entrance", "minutes": 5}
BEFORE: dict[str, list[dict[str, Any]]] = {
    "end-release": [{"action": "release", **DOOR}],
    "end-override": [{"action": "override", "value": "locked", **DOOR}],
    "back-in-service": [{"action": "out-of-service", **DOOR}],
    "end-lockdown": [{"action": "lockdown", "scope": "site"}],
    "confirm-end-lockdown": [{"action": "lockdown", "scope": "site"}, {"action": "end-lockdown", "scope": "site"}],
    "end-evacuation": [{"action": "evacuation"}],
    "stop-scene": [{"action": "play-scene", "scene": "wedding", "minutes": 5}],
}
"""What a facility manager did before, so that there is something to end."""


def with_a_scene() -> Sections:
    return next(found for n in range(100) if (found := building(Random(n)))["scenes"] and "lock-entrance" in found["devices"])


class Telling(World):
    """Notes which acts were not refused; that a role may not is for the test to say."""

    def _check_role(self, _: dict[str, Any]) -> None:
        self.accepted = True


def try_(world: Telling, role: str, fields: dict[str, Any]) -> bool:
    world.accepted = False
    world.act({"operator": role, "role": role, "text": "Because", "scope": "site", **fields})
    return world.accepted


@pytest.mark.parametrize("action", sorted(MAY))
def test_who_may(action: str) -> None:
    for role in ROLES:
        world = Telling(with_a_scene(), STARTS[0])
        for fields in BEFORE.get(action, []):
            assert try_(world, "facility-manager", fields)
        if action == "end-fire":
            world.set("fire-1", "fire", True)
            world.set("fire-1", "fire", False)
        name, _, value = action.partition(" ")
        fields = {"action": name, "value": value or "locked", "scene": "wedding", **DOOR}
        if action == "test-point":
            fields |= {"device": "lock-entrance", "point": "lock", "value": "unlocked", "seconds": 10}
        assert try_(world, role, fields) is (role in MAY[action]), f"a {role} and {action}"
