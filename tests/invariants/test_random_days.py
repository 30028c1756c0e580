"""D1–D13, D15, D16 and U3 after every event and instant of random days (`promises.py` and `world.py` say each by its number)."""

import os
import sys
from collections import Counter

import pytest

from tests.invariants.figures import figures, some, span
from tests.invariants.lives import account, drawn, lived
from tests.invariants.world import Violated

SLICE = 24
SOAK = os.environ.get("SEEDS", "0-10000")


@pytest.mark.parametrize("first", range(0, SLICE, 6))
def test_every_promise_holds_at_every_instant(first: int) -> None:
    for seed in range(first, first + 6):
        life = drawn(seed)
        try:
            lived(life)
        except Violated as violated:
            pytest.fail(account(life, violated))
        _OPENED.update(life.opened_for)


_OPENED: Counter[str] = Counter()


def test_the_days_were_not_idle() -> None:
    """Doors that never open keep every promise."""
    opened = _OPENED or some(0, 6).opened_for
    assert {"hours", "booking", "scene", "release", "override", "fire", "evacuation"} <= {*opened}


@pytest.mark.soak
@pytest.mark.timeout(6 * 3600)
def test_ten_thousand_days() -> None:
    """Q9. SEEDS=0-5000 takes a part of them."""
    for found, _ in figures(*span(SOAK)):
        assert not found.broken, "\n\n".join(how for _, how in found.broken)
    print(found, file=sys.stderr)
    assert found.door_minutes >= 100 * found.seeds
