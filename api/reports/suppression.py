"""Counts under 3 are not told, and can be worked out from no sum either.

Every breakdown (by agency, by room, by kind) divides the same bookings into rows; each column of it has the same sum as in the
others. Three steps:

1. A column whose sum for the whole building is 1 or 2 is kept back everywhere, together with others until nobody can tell
   which of them a booking was in.
2. In each breakdown all counts of 0, 1 and 2 are hidden ("under 3"), unless nothing at all is in that column.
3. A count of 1 or 2 that follows from what is shown is protected: others, of 3 or more, are kept back with it. Rows, sums and
   columns are the nodes of a graph and counts its edges. A hidden count can be another one exactly when its edge lies on a cycle
   along which counts may go up and down by one: every sum stays, and whoever reads the table cannot tell the two apart. The
   cycle that keeps back the least is taken (after Gusfield, SIAM J. Comput. 17(3), 1988).

The breakdowns can be protected one by one: in another table with the same sums of columns only the labels of its own rows have
changed places among the bookings of a column, so all other breakdowns are as they were.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

LEAST: Final = 3
Hidden = Literal["few", "kept-back"]
"""few: 0, 1 or 2. kept-back: 3 or more, hidden so that such a count cannot be worked out."""
Shown = int | Hidden
Node = tuple[str, str]

SLOTS: Final = ("08-10", "10-12", "12-14", "14-16", "other")
OUTSIDE_USE: Final = ("no-show", "unknown")
LEAVES: Final = (*SLOTS, *OUTSIDE_USE)
"""Each booking is counted in one of these."""
USED: Final = "used"
BOOKED: Final = "booked"
COLUMNS: Final = (BOOKED, USED, *OUTSIDE_USE, *SLOTS)
_MERGED: Final = "merged"

Counts = Mapping[str, int]
"""By leaf."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Leaves that are kept back everywhere. all: so few bookings that nothing is told."""

    leaves: frozenset[str] = frozenset()
    all: bool = False

    @property
    def hides_use(self) -> bool:
        return bool(self.leaves & set(SLOTS)) and bool(self.leaves - set(SLOTS))

    def hides(self, column: str) -> bool:
        return self.all or column in self.leaves or (column == USED and self.hides_use)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What of one may be shown, by row and column. None instead of rows: nothing."""

    rows: Mapping[str, Mapping[str, Shown]] | None


@dataclass(slots=True)
class _Edge:
    """One count between two nodes; its flow goes from tail to head."""

    tail: Node
    head: Node
    value: int
    low: int
    high: float
    hidden: Hidden | None = None

    @property
    def usable(self) -> bool:
        return self.hidden is not None or self.value >= LEAST

    @property
    def cost(self) -> int:
        return 0 if self.hidden is not None else self.value


@dataclass(slots=True)
class _Graph:
    edges: dict[tuple[str, str], _Edge] = field(default_factory=dict)

    def add(self, row: str, column: str, tail: Node, head: Node, value: int, high: float = float("inf")) -> None:
        few = value < LEAST
        edge = _Edge(tail, head, value, 0 if few else LEAST, min(LEAST - 1, high) if few else high, "few" if few else None)
        self.edges[row, column] = edge

    def protect(self) -> bool:
        """Hide what must be; False where that is not enough."""
        for key in sorted(self.edges):
            edge = self.edges[key]
            if 0 < edge.value < LEAST:
                cycle = self._cycle(key)
                if cycle is None:
                    return False
                for other in cycle:
                    other.hidden = other.hidden or "kept-back"
        return True

    def _cycle(self, key: tuple[str, str]) -> list[_Edge] | None:
        edge = self.edges[key]
        found = []
        if edge.value < edge.high:
            found.append(self._path(edge.head, edge.tail, key))
        if edge.value > edge.low:
            found.append(self._path(edge.tail, edge.head, key))
        paths = [path for path in found if path is not None]
        return min(paths, key=lambda path: sum(other.cost for other in path), default=None)

    def _path(self, start: Node, goal: Node, but: tuple[str, str]) -> list[_Edge] | None:
        """The cheapest way along counts that may go up (forward) or down (backward) by one."""
        steps: dict[Node, list[tuple[Node, _Edge]]] = {}
        for key, edge in self.edges.items():
            if key == but or not edge.usable:
                continue
            if edge.value < edge.high:
                steps.setdefault(edge.tail, []).append((edge.head, edge))
            if edge.value > edge.low:
                steps.setdefault(edge.head, []).append((edge.tail, edge))
        best: dict[Node, int] = {start: 0}
        came: dict[Node, tuple[Node, _Edge]] = {}
        waiting = [(0, start)]
        while waiting:
            cost, node = heapq.heappop(waiting)
            if node == goal:
                return list(_way_back(came, start, goal))
            for following, edge in steps.get(node, ()) if cost == best[node] else ():
                if cost + edge.cost < best.get(following, 1 << 60):
                    best[following], came[following] = cost + edge.cost, (node, edge)
                    heapq.heappush(waiting, (cost + edge.cost, following))
        return None


def _way_back(came: Mapping[Node, tuple[Node, _Edge]], start: Node, goal: Node) -> Iterator[_Edge]:
    while goal != start:
        goal, edge = came[goal]
        yield edge


# --- bookings ---------------------------------------------------------------------------------------------------------


def merged_of(totals: Counts) -> Merged:
    """What is kept back in every breakdown, by the sums of the whole building."""
    leaves = {leaf for leaf in LEAVES if 0 < totals[leaf] < LEAST}
    if not leaves:
        return Merged()
    if sum(totals.values()) < LEAST:
        return Merged(frozenset(LEAVES), all=True)
    while len(leaves) < 2 or sum(totals[leaf] for leaf in leaves) < LEAST:
        others = [leaf for leaf in LEAVES if totals[leaf] and leaf not in leaves]
        in_use = leaves <= set(SLOTS)
        beside = min(others, key=lambda leaf: ((leaf in SLOTS) != in_use, totals[leaf], leaf), default=None)
        if beside is None:
            return Merged(frozenset(LEAVES), all=True)
        leaves.add(beside)
    return Merged(frozenset(leaves))


def broken_down(rows: Mapping[str, Counts], merged: Merged) -> Breakdown:
    """rows: of one breakdown; each booking stands in one of them."""
    if merged.all:
        return Breakdown(None)
    totals = {leaf: sum(counts[leaf] for counts in rows.values()) for leaf in LEAVES}
    graph = _Graph()
    for row, counts in rows.items():
        _add_row(graph, row, counts, totals, merged)
    if not graph.protect():
        return Breakdown(None)
    return Breakdown({row: dict(_shown(graph, row, totals, merged)) for row in rows})


def _add_row(graph: _Graph, row: str, counts: Counts, totals: Counts, merged: Merged) -> None:
    """What is 0 in the whole building is known to be 0 in each row, so it is no part of any cycle."""
    used, booked = ("used", row), ("booked", row)
    if merged.hides_use:
        used = booked
    elif any(totals[leaf] for leaf in SLOTS):
        graph.add(row, USED, booked, used, sum(counts[leaf] for leaf in SLOTS))
    graph.add(row, BOOKED, ("all", ""), booked, sum(counts.values()))
    for leaf in LEAVES:
        if totals[leaf] and leaf not in merged.leaves:
            graph.add(row, leaf, used if leaf in SLOTS else booked, ("column", leaf), counts[leaf])
    if merged.leaves:
        of_use = merged.leaves <= set(SLOTS)
        graph.add(row, _MERGED, used if of_use else booked, ("column", _MERGED), sum(counts[leaf] for leaf in merged.leaves))


def _shown(graph: _Graph, row: str, totals: Counts, merged: Merged) -> Iterator[tuple[str, Shown]]:
    for column in COLUMNS:
        if merged.hides(column):
            yield column, "kept-back"
        elif (leaves := _leaves_of(column)) and not any(totals[leaf] for leaf in leaves):
            yield column, 0
        else:
            edge = graph.edges[row, column]
            yield column, edge.hidden or edge.value


def _leaves_of(column: str) -> Sequence[str]:
    return {BOOKED: LEAVES, USED: SLOTS}.get(column, (column,))


def shown_totals(totals: Counts, merged: Merged) -> dict[str, Shown]:
    return {column: "kept-back" if merged.hides(column) else sum(totals[leaf] for leaf in _leaves_of(column)) for column in COLUMNS}


# --- counts beside them: over time, given free, terminals -------------------------------------------------------------


def beside(counts: Mapping[str, int], at_most: Mapping[str, int]) -> Mapping[str, Shown] | None:
    """One column whose sum is shown, by row; at_most: what each row cannot exceed. None: nothing of it may be shown."""
    total = sum(counts.values())
    if total == 0:
        return dict.fromkeys(counts, 0)
    if total < LEAST:
        return None
    graph = _Graph()
    for row, value in counts.items():
        graph.add(row, "", ("all", ""), ("column", ""), value, at_most[row])
    if not graph.protect():
        return None
    return {row: edge.hidden or edge.value for (row, _), edge in graph.edges.items()}


def sums(rows: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Sums by leaf."""
    found = dict.fromkeys(LEAVES, 0)
    for row in rows:
        for leaf in LEAVES:
            found[leaf] += row[leaf]
    return found
