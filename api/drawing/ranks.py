"""Which spaces stand in which column of a plan that nobody has measured, and which of them lead to which.

The zones are bands from left to right: public, semi-public, internal. Within a band a space stands the further right, the more
doors it is away from the band before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import networkx as nx

from edge.site.fields import OUTSIDE
from edge.site.model import Site

Graph: TypeAlias = "nx.Graph[str]"

_ZONES: Final = ("public", "semi-public", "internal")
_FOLDED_FROM: Final = 6
"""So many rooms that lead nowhere else stand on both sides of the hall that they share."""


@dataclass(slots=True)
class Ranks:
    """The order of a drawing before it has sizes; a *strip* is a space, or a passage kept free for a door's line.

    first, last: the columns that a strip reaches over. children: strips entered from one other, by it; None has those entered from
    none. joins: spaces that several strips lead to, with those. folds: halls with their rooms on both sides. beside: neighbours in
    the same column. passages: strips that are no space.
    """

    first: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    children: dict[str | None, list[str]] = field(default_factory=dict)
    joins: dict[str, list[str]] = field(default_factory=dict)
    folds: dict[str, list[str]] = field(default_factory=dict)
    beside: dict[str, list[str]] = field(default_factory=dict)
    passages: set[str] = field(default_factory=set)

    @property
    def columns(self) -> int:
        return max(self.last.values()) + 1

    def below(self, strip: str) -> list[str]:
        """The strip and all that is entered through it, joins left out."""
        return [strip, *(each for child in self.children.get(strip, ()) for each in self.below(child))]

    def leads_to_a_join(self, strip: str) -> bool:
        return any(strip in strips for strips in self.joins.values())

    def add_passage(self, start: str, name: str, last: int) -> str:
        passage = f"{start}:{name}"  # no id holds a colon
        self.passages.add(passage)
        self.first[passage], self.last[passage] = self.first[start] + 1, last
        self.children.setdefault(start, []).append(passage)
        return passage


def ways(site: Site, spaces: Iterable[str]) -> Graph:
    """The spaces and the outside, joined where a door joins them."""
    graph: Graph = nx.Graph()
    graph.add_node(OUTSIDE)
    graph.add_nodes_from(spaces)
    graph.add_edges_from((d.from_, d.to) for d in site.doors.values() if d.from_ in graph and d.to in graph and d.from_ != d.to)
    return graph


def ranked(graph: Graph, zones: Mapping[str, str]) -> Ranks:
    inside = _only(graph, [space for space in graph if space != OUTSIDE])
    columns = _columns(graph, inside, zones)
    ranks = Ranks(folds=_folds(graph, inside, columns))
    inside.remove_nodes_from([room for rooms in ranks.folds.values() for room in rooms])
    columns = _without_idle_columns(inside, {space: columns[space] for space in inside})
    ranks.first, ranks.last = dict(columns), dict(columns)
    for space in sorted(inside, key=lambda space: columns[space]):
        _attach(ranks, space, inside, columns)
    return ranks


def _only(graph: Graph, spaces: list[str]) -> Graph:
    """The part between these spaces; unlike a view of networkx, always in this order."""
    part: Graph = nx.Graph()
    part.add_nodes_from(spaces)
    part.add_edges_from((a, b) for a, b in graph.edges if a in part and b in part)
    return part


def _columns(graph: Graph, inside: Graph, zones: Mapping[str, str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for zone in _ZONES:
        members = [space for space in inside if zones[space] == zone]
        first = max(columns.values(), default=-1) + 1
        entered = [s for s in members if any(n in columns for n in inside[s])] or [s for s in members if graph.has_edge(s, OUTSIDE)]
        band = _only(inside, members)
        for group in [entered or members[:1], *([space] for space in members)]:
            for depth, layer in enumerate(nx.bfs_layers(band, [space for space in group if space not in columns])):
                columns.update({space: first + depth for space in layer if space not in columns})
    return columns


def _folds(graph: Graph, inside: Graph, columns: Mapping[str, int]) -> dict[str, list[str]]:
    """Halls with one way in whose other neighbours are rooms without a second door."""
    found = {}
    for hall in inside:
        rooms = [room for room in inside[hall] if graph.degree(room) == 1]
        others = [space for space in graph[hall] if space not in rooms]
        if len(rooms) >= _FOLDED_FROM and len(others) == 1 and columns.get(others[0], columns[hall]) < columns[hall]:
            found[hall] = rooms
    return found


def _without_idle_columns(inside: Graph, columns: Mapping[str, int]) -> dict[str, int]:
    """A column before the last in which every space is a dead end is one with the column after it."""
    busy = {c for space, c in columns.items() if any(columns[other] > c for other in inside[space])} | {max(columns.values())}
    order = sorted(busy)
    return {space: sum(1 for each in order if each < column) for space, column in columns.items()}


def _attach(ranks: Ranks, space: str, inside: Graph, columns: Mapping[str, int]) -> None:
    column = columns[space]
    before = [other for other in inside[space] if columns[other] < column]
    ranks.beside[space] = [other for other in inside[space] if columns[other] == column]
    if len(before) < 2:
        parent = before[0] if before else None
        ranks.children.setdefault(parent, []).append(space)
        if parent is not None:
            ranks.first[space] = ranks.last[parent] + 1
        return
    ranks.joins[space] = [_led_from(ranks, other, space, inside, columns) for other in before]


def _led_from(ranks: Ranks, other: str, space: str, inside: Graph, columns: Mapping[str, int]) -> str:
    """The strip by which one space touches a join: itself, made longer if it leads nowhere else, or a passage from it."""
    if columns[space] - columns[other] == 1:
        return other
    if all(columns[onward] <= columns[other] for onward in inside[other] if onward != space):
        ranks.last[other] = columns[space] - 1
        return other
    return ranks.add_passage(other, space, columns[space] - 1)
