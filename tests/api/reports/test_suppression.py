"""No count of 1 or 2 can be worked out: every small table is compared with all others that would have been shown alike."""

import random
from collections.abc import Iterator, Mapping
from itertools import product

import pytest

from api.reports.suppression import (
    BOOKED,
    COLUMNS,
    LEAVES,
    SLOTS,
    USED,
    Breakdown,
    Merged,
    Shown,
    beside,
    broken_down,
    merged_of,
    shown_totals,
    sums,
)

Rows = dict[str, dict[str, int]]
ROWS = ("a", "b", "c")


def row(**counts: int) -> dict[str, int]:
    return {leaf: counts.get(leaf.replace("-", "_"), counts.get(f"s{leaf[:2]}", 0)) for leaf in LEAVES}


def of_column(counts: Mapping[str, int], column: str) -> int:
    leaves = LEAVES if column == BOOKED else SLOTS if column == USED else (column,)
    return sum(counts[leaf] for leaf in leaves)


def fits(value: int, shown: Shown, *, whole_column: bool) -> bool:
    if isinstance(shown, int):
        return value == shown
    return whole_column or (value < 3) == (shown == "few")


def alike(rows: Rows, totals: Mapping[str, int], merged: Merged, shown: Breakdown, told: Mapping[str, Shown]) -> bool:
    """Whether these bookings could be behind what is shown."""
    if any(not fits(of_column(totals, c), told[c], whole_column=merged.hides(c)) for c in COLUMNS):
        return False
    if shown.rows is None:
        return True
    return all(
        fits(of_column(rows[name], c), shown.rows[name][c], whole_column=merged.hides(c)) for name in shown.rows for c in COLUMNS
    )


def tables(names: tuple[str, ...], leaves: tuple[str, ...], bookings: int) -> Iterator[Rows]:
    """Every way in which so many bookings fall into these cells."""
    cells = list(product(names, leaves))
    for split in _splits(bookings, len(cells)):
        rows = {name: row() for name in names}
        for (name, leaf), count in zip(cells, split, strict=True):
            rows[name][leaf] = count
        yield rows


def _splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _splits(total - first, parts - 1):
            yield (first, *rest)


@pytest.mark.parametrize(
    ("names", "leaves", "most", "tries"),
    [
        (("a", "b"), ("08-10", "10-12", "no-show"), 8, 20),
        (("a", "b"), ("08-10", "no-show"), 12, 25),
        (ROWS, ("08-10", "unknown"), 8, 20),
        (ROWS, ("08-10", "10-12"), 8, 20),
    ],
)
def test_no_small_count_can_be_worked_out(names: tuple[str, ...], leaves: tuple[str, ...], most: int, tries: int) -> None:
    rand = random.Random(len(names) * 100 + len(leaves))
    hidden = 0
    for _ in range(tries):
        rows = {name: row() for name in names}
        for _ in range(rand.randint(3, most)):
            rows[rand.choice(names)][rand.choice(leaves)] += 1
        totals = sums(rows.values())
        merged = merged_of(totals)
        shown, told = broken_down(rows, merged), shown_totals(totals, merged)
        small = {(n, c) for n in (*names, "") for c in COLUMNS if 0 < of_column(rows[n] if n else totals, c) < 3}
        seen: dict[tuple[str, str], set[int]] = {key: set() for key in small}
        if merged.all:
            continue
        for other in tables(names, leaves, sum(totals.values())):
            all_of_it = sums(other.values())
            if alike(other, all_of_it, merged, shown, told):
                for name, column in small:
                    seen[name, column].add(of_column(other[name] if name else all_of_it, column))
        hidden += len(small)
        assert all(len(values) > 1 for values in seen.values()), (rows, shown, told)
    assert hidden > 10


def test_two_breakdowns_of_the_same_bookings_tell_no_more_together() -> None:
    rand = random.Random(7)
    agencies, rooms, leaves = ("a", "b"), ("r", "s"), ("08-10", "no-show")
    kinds = list(product(agencies, rooms))
    names = tuple("".join(kind) for kind in kinds)
    for _ in range(5):
        world = {name: row() for name in names}
        for _ in range(rand.randint(4, 7)):
            world[rand.choice(names)][rand.choice(leaves)] += 1
        by = {side: _by(world, side) for side in (*agencies, *rooms)}
        totals = sums(world.values())
        merged = merged_of(totals)
        if merged.all:
            continue
        told = shown_totals(totals, merged)
        parts = [broken_down({side: by[side] for side in sides}, merged) for sides in (agencies, rooms)]
        small = {(side, c) for side in by for c in COLUMNS if 0 < of_column(by[side], c) < 3}
        seen: dict[tuple[str, str], set[int]] = {key: set() for key in small}
        for other in tables(names, leaves, sum(totals.values())):
            theirs = {side: _by(other, side) for side in by}
            if all(alike(theirs, sums(other.values()), merged, part, told) for part in parts):
                for side, column in small:
                    seen[side, column].add(of_column(theirs[side], column))
        assert all(len(values) > 1 for values in seen.values()), (world, parts)


def _by(world: Rows, side: str) -> dict[str, int]:
    return sums(counts for name, counts in world.items() if side in name)


def test_what_is_large_is_shown() -> None:
    rows = {"a": row(s08=10, s10=20, no_show=5), "b": row(s08=7, s10=3, no_show=4)}
    merged = merged_of(sums(rows.values()))
    shown = broken_down(rows, merged)
    assert merged == Merged()
    assert shown.rows is not None
    assert shown.rows["a"] == {
        "booked": 35, "used": 30, "no-show": 5, "unknown": 0, "08-10": 10, "10-12": 20, "12-14": 0, "14-16": 0, "other": 0,
    }  # fmt: skip


def test_one_small_count_takes_the_cheapest_others_with_it() -> None:
    rows = {"a": row(s08=10, no_show=1), "b": row(s08=50, no_show=5), "c": row(s08=90, no_show=40)}
    shown = broken_down(rows, merged_of(sums(rows.values()))).rows
    assert shown is not None
    assert shown["a"]["no-show"] == "few"
    assert shown["b"]["no-show"] == "kept-back"
    assert shown["c"] | {"booked": 130, "used": 90, "no-show": 40} == shown["c"]


def test_a_column_that_is_small_in_the_whole_building_is_kept_back_with_another() -> None:
    rows = {"a": row(s08=10, no_show=1), "b": row(s08=50, s10=9, unknown=4)}
    totals = sums(rows.values())
    merged = merged_of(totals)
    assert merged.leaves == {"no-show", "unknown"}
    assert shown_totals(totals, merged)["no-show"] == "kept-back"
    assert shown_totals(totals, merged)[USED] == 69


def test_a_month_with_two_bookings_tells_nothing() -> None:
    merged = merged_of(row(s08=1, s10=1))
    assert merged.all
    assert broken_down({"a": row(s08=1, s10=1)}, merged).rows is None


@pytest.mark.parametrize("seed", range(20))
def test_a_single_column_gives_no_small_count_away(seed: int) -> None:
    rand = random.Random(seed)
    names = ROWS[: rand.randint(1, 3)]
    at_most = {name: rand.randint(0, 9) for name in names}
    counts = {name: rand.randint(0, at_most[name]) for name in names}
    shown = beside(counts, at_most)
    if shown is None:
        return
    worlds = [
        dict(zip(names, values, strict=True))
        for values in product(*(range(at_most[name] + 1) for name in names))
        if sum(values) == sum(counts.values())
    ]
    worlds = [w for w in worlds if all(fits(w[n], shown[n], whole_column=False) for n in names)]
    for name, value in counts.items():
        assert not 0 < value < 3 or len({world[name] for world in worlds}) > 1
