"""One random day for each seed, and the smallest part of one that still goes wrong."""

import json
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from tests.invariants.buildings import Sections, building
from tests.invariants.days import HOURS, Happening, day
from tests.invariants.event_file import event_file
from tests.invariants.feeds import HELSINKI
from tests.invariants.promises import PROMISES
from tests.invariants.world import Violated, World

STARTS = tuple(
    datetime.fromisoformat(text).replace(tzinfo=HELSINKI).astimezone(UTC)
    for text in ("2026-11-23 08:30", "2026-11-23 09:30", "2026-11-28 17:30", "2026-03-29 01:30", "2026-10-25 02:30")
)
"""Busy mornings and an evening, and the nights on which the clocks change."""
_UNTIL = HOURS * 3600


@dataclass(slots=True)
class Life:
    seed: int
    sections: Sections
    start: datetime
    happenings: list[Happening]
    door_minutes: int = 0
    opened_for: dict[str, int] = field(default_factory=dict)


def drawn(seed: int) -> Life:
    chance = Random(zlib.crc32(f"life {seed}".encode()))
    sections = building(chance)
    return Life(seed, sections, chance.choice(STARTS), day(chance, sections))


def lived(life: Life) -> Life:
    """Raises Violated."""
    world = World(life.sections, life.start, PROMISES)
    world.live(life.happenings, _UNTIL)
    life.door_minutes, life.opened_for = len(world.locks) * HOURS * 60, dict(world.opened_for)
    return life


def goes_wrong(life: Life, happenings: Sequence[Happening]) -> Violated | None:
    try:
        lived(Life(life.seed, life.sections, life.start, list(happenings)))
    except Violated as violated:
        return violated
    return None


def shrunk(life: Life, promise: str, patience_s: float) -> list[Happening]:
    """The happenings without which the same promise is not broken, as far as the patience reaches."""
    left, size, give_up = list(life.happenings), len(life.happenings) // 2, time.monotonic() + patience_s
    while size:
        place = 0
        while place < len(left) and time.monotonic() < give_up:
            fewer = left[:place] + left[place + size :]
            violated = goes_wrong(life, fewer)
            if violated is not None and violated.promise == promise:
                left = fewer
            else:
                place += size
        size //= 2
    return left


def account(life: Life, violated: Violated, patience_s: float = 8) -> str:
    """What somebody needs to see it again: `python -m tests.invariants --seeds N`."""
    few = shrunk(life, violated.promise, patience_s)
    again = goes_wrong(life, few)
    lines = [f"seed {life.seed}, {life.start}: {again}", "The site file:", json.dumps(life.sections), "It takes only:"]
    lines += [f"  {h.after:6} s  {h.what}{h.args}" for h in few]
    return "\n".join([*lines, "Of that, in an event file of `talonmies simulate`:", *event_file(life.start, few)])
