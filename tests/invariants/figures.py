"""How many door-minutes were simulated, and how many unlocks nobody may have: the figure of Q9."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.invariants.lives import account, drawn, lived
from tests.invariants.world import Violated

UNAUTHORISED = ("D2", "D3", "D5", "D7", "D15")
"""Promises that are broken only by an unlock that nobody may have."""
_AT_ONCE = 20


@dataclass(slots=True)
class Figures:
    seeds: int = 0
    door_minutes: int = 0
    opened_for: Counter[str] = field(default_factory=Counter)
    """How often a look found a door unlocked, by the kind of its cause."""
    broken: list[tuple[str, str]] = field(default_factory=list)
    """The promise, and how to see it again."""

    def add(self, other: "Figures") -> None:
        self.seeds += other.seeds
        self.door_minutes += other.door_minutes
        self.opened_for += other.opened_for
        self.broken += other.broken

    def __str__(self) -> str:
        unauthorised = sum(promise in UNAUTHORISED for promise, _ in self.broken)
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in self.opened_for.most_common())
        return (
            f"{self.seeds:,} random days, {self.door_minutes:,} door-minutes: {unauthorised} unauthorised unlocks, "
            f"{len(self.broken)} broken promises in all\nunlocked when looked at, by cause: {kinds}"
        )


def some(first: int, last: int) -> Figures:
    """Of seeds from the first up to the last, which is left out."""
    found = Figures()
    for seed in range(first, last):
        life = drawn(seed)
        found.seeds += 1
        try:
            lived(life)
        except Violated as violated:
            found.broken.append((violated.promise, account(life, violated)))
        found.door_minutes += life.door_minutes
        found.opened_for += Counter(life.opened_for)
    return found


def figures(first: int, last: int, processes: int | None = None) -> Iterator[tuple[Figures, float]]:
    """All so far and the seconds that it took, again and again."""
    begun, whole = time.monotonic(), Figures()
    parts = [(n, min(n + _AT_ONCE, last)) for n in range(first, last, _AT_ONCE)]
    with ProcessPoolExecutor(processes or os.cpu_count()) as pool:
        for part in pool.map(some, *zip(*parts, strict=True)):
            whole.add(part)
            yield whole, time.monotonic() - begun


def span(text: str) -> tuple[int, int]:
    """ "0-10000" or "17"."""
    first, _, last = text.partition("-")
    return int(first), int(last) if last else int(first) + 1
