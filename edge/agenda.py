"""Who must be asked again, and when: the index from facts to those that read them, and the heap of awaited instants.

A `Node` is one question (one rule for one subject, one cluster, one point). After each answer the agenda notes what the answer
rested on; a changed fact or a passed instant puts exactly those nodes on their list again (docs/decisions/0002).
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from edge.claims import Conclusion
from edge.facts import Facts, Key, Look


@dataclass(slots=True, eq=False)
class Node:
    """One question, and what its last answer rested on. order: of asking, among nodes that are due together."""

    order: int
    ask: Callable[["Node", Look], None]
    subject: Any
    reads: dict[Key[Any], None] = field(default_factory=dict)
    wake: datetime | None = None
    conclusions: tuple[Conclusion, ...] = ()


class Due:
    """Nodes of one kind that are to be asked, each once, in their order."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self._nodes: dict[Node, None] = dict.fromkeys(nodes)

    def add(self, node: Node) -> None:
        self._nodes[node] = None

    def take(self) -> list[Node]:
        nodes = sorted(self._nodes, key=lambda node: node.order)
        self._nodes.clear()
        return nodes

    def __len__(self) -> int:
        return len(self._nodes)


class Agenda:
    """The nodes of one kernel. Lists of due nodes are made by `kind`, in the order in which the kernel asks them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._readers: dict[Key[Any], dict[Node, None]] = {}
        self._wakes: list[tuple[datetime, int, Node]] = []
        self._pushes = count()
        self._due_of: dict[Node, Due] = {}

    def kind(self, nodes: Iterable[Node], *, due_at_once: bool) -> Due:
        """The list on which these nodes appear when they are due."""
        nodes = list(nodes)
        due = Due(nodes if due_at_once else ())
        self._due_of.update(dict.fromkeys(nodes, due))
        return due

    def mark_passed(self, now: datetime) -> None:
        """Put the nodes whose instant has come on their lists."""
        while self._wakes and self._wakes[0][0] <= now:
            at, _, node = heapq.heappop(self._wakes)
            if node.wake == at:
                node.wake = None
                self._due_of[node].add(node)

    def mark_changed(self) -> None:
        """Put the readers of every fact that has changed on their lists."""
        for key in self._facts.take_changed():
            for node in self._readers.get(key, ()):
                self._due_of[node].add(node)

    def ask(self, due: Due, now: datetime) -> None:
        """Ask the due nodes, and note what each answer rested on."""
        for node in due.take():
            look = Look(self._facts, now)
            node.ask(node, look)
            self._note(node, look)

    def next_instant(self) -> datetime | None:
        """The earliest instant that any answer awaits."""
        while self._wakes and self._wakes[0][2].wake != self._wakes[0][0]:
            heapq.heappop(self._wakes)
        return self._wakes[0][0] if self._wakes else None

    def _note(self, node: Node, look: Look) -> None:
        if node.reads.keys() != look.reads.keys():
            for key in node.reads.keys() - look.reads.keys():
                del self._readers[key][node]
            for key in look.reads:
                self._readers.setdefault(key, {})[node] = None
        node.reads = look.reads
        if look.wake is not None and look.wake != node.wake:
            heapq.heappush(self._wakes, (look.wake, next(self._pushes), node))
        node.wake = look.wake
