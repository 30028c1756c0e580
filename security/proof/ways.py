"""Shortest ways through a building in which each step costs what must come together for it.

The graph has layers: how many doors of a walk are held open, and whether one of them is open by our doing. Costs add up so that
fewer faults go before fewer other causes, and those before fewer steps.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from security.proof.passages import Opener, Passage

if TYPE_CHECKING:
    from networkx import DiGraph

_STEP = 1
_CAUSE = 100_000
"""More than the steps of any way; ties are decided by the order of the file."""
_FAULT = 10**10

Fault = Literal["held-open", "falls-open", "stays-unlocked"]
"""A door held open or a lock that stays unlocked by itself; a door that falls open without its controller; one whose output only
latches and is lost while unlocked. The first counts one by one, the others come together with what they lose."""


@dataclass(frozen=True, slots=True)
class Step:
    """One passage and why it is open: by itself (neither), by a rule of ours, by a fault, or one that keeps a rule's work."""

    passage: Passage
    opener: Opener | None = None
    fault: Fault | None = None

    @property
    def cost(self) -> int:
        return _STEP + (_CAUSE if self.opener else 0) + (_FAULT if self.fault else 0)

    @property
    def ours(self) -> bool:
        """Whether we open it, by a rule or by how it was chosen to fail."""
        return self.fault == "falls-open" or (self.opener is not None and self.fault is None)


class State(NamedTuple):
    """Where a walk is, how many doors on it are held open, and whether one on it is open by our doing."""

    space: str
    held: int
    ours: bool

    def over(self, step: Step, to: str) -> "State":
        return State(to, self.held + (step.fault == "held-open"), self.ours or step.ours)


Way = tuple[Step, ...]


def cost_of(way: Iterable[Step]) -> int:
    return sum(step.cost for step in way)


def spaces_on(way: Way) -> tuple[str, ...]:
    return (way[0].passage.start, *(step.passage.end for step in way)) if way else ()


def is_straight(way: Way) -> bool:
    """Whether it passes no space twice."""
    return len(set(spaces_on(way))) == len(way) + 1


class Reached:
    """Every state that can be come to from the starts (or, backwards, from which they can), each with a shortest way.

    held: how many doors may be held open on the way.
    """

    def __init__(self, steps: Iterable[Step], starts: Iterable[str], *, held: int = 0, backwards: bool = False) -> None:
        from networkx import multi_source_dijkstra

        self._held, self._backwards = held, backwards
        self._graph = _layered(steps, held, backwards)
        sources = [State(space, 0, False) for space in starts]
        self._graph.add_nodes_from(sources)
        # Of two ways of equal cost the one found first is kept; steps come in the order of the file, so that is always the same.
        found: Any = multi_source_dijkstra(self._graph, sources) if sources else ({}, {})
        self.costs: dict[State, int] = found[0]
        self._paths: dict[State, list[State]] = found[1]

    def spaces(self) -> set[str]:
        return {state.space for state in self.costs}

    def at(self, space: str) -> Iterator[State]:
        """The states in which it is come to."""
        yield from (
            state for held in range(self._held + 1) for ours in (False, True) if (state := State(space, held, ours)) in self.costs
        )

    def way_to(self, state: State) -> Way:
        """In walking order, backwards too: then from the state to where the search began."""
        steps = [self._graph.edges[a, b]["step"] for a, b in pairwise(self._paths[state])]
        return tuple(reversed(steps) if self._backwards else steps)

    def nearest(self, space: str) -> Way | None:
        """A shortest way between the starts and the space, whatever it needs."""
        found = min(self.at(space), key=lambda state: self.costs[state], default=None)
        return None if found is None else self.way_to(found)


def _layered(steps: Iterable[Step], held: int, backwards: bool) -> "DiGraph[State]":
    from networkx import DiGraph

    best: dict[tuple[State, State], Step] = {}
    for step in steps:
        here, there = (step.passage.end, step.passage.start) if backwards else (step.passage.start, step.passage.end)
        for used in range(held + (step.fault != "held-open")):
            for ours in (False, True):
                state = State(here, used, ours)
                edge = (state, state.over(step, there))
                if edge not in best or step.cost < best[edge].cost:
                    best[edge] = step
    graph: DiGraph[State] = DiGraph()
    graph.add_edges_from((here, there, {"weight": step.cost, "step": step}) for (here, there), step in best.items())
    return graph
