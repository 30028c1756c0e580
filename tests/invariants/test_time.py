"""D15: decisions depend on instants in UTC. The same trace on nights when the clocks change takes the same real time."""

from copy import deepcopy
from datetime import UTC, datetime

import pytest

from tests.invariants.buildings import Sections
from tests.invariants.feeds import HELSINKI
from tests.invariants.lives import drawn
from tests.invariants.promises import PROMISES
from tests.invariants.timelines import Timeline
from tests.invariants.world import World

UNTIL = 2 * 3600
NIGHTS = [
    datetime.fromisoformat(text).replace(tzinfo=HELSINKI).astimezone(UTC)
    for text in ("2026-11-24 02:10", "2026-03-29 02:10", "2026-10-25 02:10", "2026-06-16 23:10")
]
"""A night like any other, the spring and the autumn one, and one in summer that ends at midnight."""


def timeless(sections: Sections) -> Sections:
    """Without anything that is said in local time."""
    found: Sections = deepcopy(sections)
    found["site"].pop("hours", None)
    found["rooms"]["all"].pop("hours", None)
    for door in found["doors"].values():
        door.get("unlock", {}).pop("hours", None)
    return found


@pytest.mark.parametrize("seed", range(200, 203))
def test_a_trace_over_a_change_of_the_clocks_takes_the_same_real_time(seed: int) -> None:
    life, timelines = drawn(seed), []
    happenings = [happening for happening in life.happenings if happening.after < UNTIL]
    for night in NIGHTS:
        timeline = Timeline()
        World(timeless(life.sections), night, (*PROMISES, timeline.look)).live(happenings, UNTIL)
        timelines.append(timeline.changes())
    assert timelines[1:] == timelines[:1] * 3, f"seed {seed}"
