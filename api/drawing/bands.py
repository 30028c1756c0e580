"""Places the spaces of a building that nobody has measured: rooms of one hall in a row, halls along the rooms they serve.

Boxes are in the units of the drawing. Spaces that a door joins share a wall where the building lets them; where it does not, a
passage is kept free between them if there is one to be had.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from api.drawing.geometry import Box, Span, around, facing, left_of, longest, way_out
from api.drawing.ranks import Graph, Ranks, ranked
from api.drawing.walls import DOOR
from edge.site.fields import OUTSIDE

COLUMN, ROW, PASSAGE = 192.0, 46.0, 34.0
FOLDED_ROOM, FOLDED_HALL = (104.0, 70.0), 126.0
LEAST_HEIGHT = 230.0
_ROUNDS = 8

Boxes = dict[str, Box]


@dataclass(frozen=True, slots=True)
class Bands:
    """passages: what is kept free inside the building for the way to a door."""

    spaces: Boxes
    passages: tuple[Box, ...]


def in_bands(graph: Graph, zones: Mapping[str, str]) -> Bands:
    if len(graph) == 1:  # the outside alone
        return Bands({}, ())
    ranks = ranked(graph, zones)
    boxes = _best(graph, ranks)
    if _let_out(graph, ranks, boxes):
        boxes = _best(graph, ranks)
    inner = sorted(passage for passage in ranks.passages if not passage.endswith(f":{OUTSIDE}"))
    return Bands({space: boxes[space] for space in graph if space != OUTSIDE}, tuple(boxes[passage] for passage in inner))


def _best(graph: Graph, ranks: Ranks) -> Boxes:
    """The best of a few orders, each taken from where the one before put things."""
    best: tuple[float, Boxes] | None = None
    for _ in range(_ROUNDS):
        boxes = _Placing(ranks).boxes()
        cost = _cost(graph, boxes)
        if best is None or cost < best[0]:
            best = cost, boxes
        _reorder(ranks, boxes)
    return best[1] if best else {}


def _cost(graph: Graph, boxes: Boxes) -> float:
    """One for each door that needs a line, ten where the line would cross something."""
    cost = 0
    for a, b in graph.edges:
        if OUTSIDE not in (a, b):
            way = facing(boxes[a], boxes[b], [boxes[space] for space in graph if space not in (a, b, OUTSIDE)], least=DOOR)
            cost += 10 if way is None else 0 if way.gap < 1 else 1
    return cost


def _let_out(graph: Graph, ranks: Ranks, boxes: Boxes) -> bool:
    """Keeps passages free for doors of the house that would be shut in; whether there were any."""
    building = around(boxes.values())
    spaces = {space: boxes[space] for space in graph if space != OUTSIDE}
    shut_in = [
        space
        for space in graph[OUTSIDE]
        if space in ranks.first
        and ranks.first[space] < ranks.columns - 1
        and not ranks.leads_to_a_join(space)
        and way_out(boxes[space], building, [box for other, box in spaces.items() if other != space], DOOR) is None
    ]
    for space in shut_in:
        ranks.add_passage(space, OUTSIDE, ranks.columns - 1)
    return bool(shut_in)


def _reorder(ranks: Ranks, boxes: Mapping[str, Box]) -> None:
    """Puts strips beside the joins they lead to (the barycentre heuristic); what leads nowhere comes first."""

    def pull(strip: str) -> tuple[int, float]:
        below = set(ranks.below(strip))
        towards = [boxes[join] for join, strips in ranks.joins.items() for each in strips if each in below]
        towards += [boxes[other] for each in below for other in ranks.beside.get(each, ()) if other not in below]
        if not towards:
            return (0 if strip in ranks.folds else 1, 0.0)
        return (2, sum(box.y + box.height / 2 for box in towards) / len(towards))

    for strips in ranks.children.values():
        strips.sort(key=pull)


class _Placing:
    """One placing of all strips, from the left column to the right."""

    def __init__(self, ranks: Ranks) -> None:
        self.ranks = ranks
        self.own = {strip: self._least_height(strip) for strip in ranks.first}
        self._make_room_for_joins()
        self.edges = self._column_edges()
        self.placed: Boxes = {}

    def boxes(self) -> Boxes:
        roots = self.ranks.children.get(None, [])
        wanted = {root: self._height(root) for root in roots}
        stretched = max(1.0, LEAST_HEIGHT / sum(wanted.values())) if roots else 1.0
        y = 0.0
        for root in roots:
            self._place(root, y, wanted[root] * stretched)
            y += wanted[root] * stretched
        for column in range(self.ranks.columns):
            self._place_joins(column)
        for hall, rooms in self.ranks.folds.items():
            self._fold(hall, rooms)
        self._settle()
        self._reach_right()
        return self.placed

    # --- heights --------------------------------------------------------------------------------------------------

    def _least_height(self, strip: str) -> float:
        if strip in self.ranks.folds:
            return 2 * FOLDED_ROOM[1] + FOLDED_HALL
        return PASSAGE if strip in self.ranks.passages else ROW

    def _height(self, strip: str) -> float:
        return max(self.own[strip], sum(self._height(child) for child in self.ranks.children.get(strip, ())))

    def _make_room_for_joins(self) -> None:
        """The rooms along a corridor are at least as long together as what the corridor leads to."""
        for join, strips in reversed(self.ranks.joins.items()):
            lacking = self._height(join) - sum(self._height(strip) for strip in strips)
            growing = [strip for strip in strips if strip not in self.ranks.passages] or strips
            for strip in growing:
                if lacking > 0:
                    self.own[strip] = self._height(strip) + lacking / len(growing)

    # --- places ---------------------------------------------------------------------------------------------------

    def _column_edges(self) -> list[float]:
        edges = [COLUMN * column for column in range(self.ranks.columns + 1)]
        for hall, rooms in self.ranks.folds.items():
            first = self.ranks.first[hall]
            lacking = ceil(len(rooms) / 2) * FOLDED_ROOM[0] - (edges[-1] - edges[first])
            if lacking > 0:
                share = lacking / (self.ranks.columns - first)
                edges = [edge + share * max(0, column - first) for column, edge in enumerate(edges)]
        return edges

    def _columns(self, strip: str) -> Span:
        last = self.ranks.columns - 1 if strip in self.ranks.folds else self.ranks.last[strip]
        return self.edges[self.ranks.first[strip]], self.edges[last + 1]

    def _place(self, strip: str, y: float, height: float) -> None:
        """Puts a strip there, and beside it the strips it leads to, which share its height."""
        left, right = self._columns(strip)
        self.placed[strip] = Box(left, y, right - left, height)
        children = self.ranks.children.get(strip, ())
        spare = height - sum(self._height(child) for child in children)
        growing = [child for child in children if child not in self.ranks.passages] or children
        for child in children:
            its_height = self._height(child) + (spare / len(growing) if child in growing else 0)
            self._place(child, y, its_height)
            y += its_height

    def _place_joins(self, column: int) -> None:
        joins = {join: self._hull(strips) for join, strips in self.ranks.joins.items() if self.ranks.first[join] == column}
        bottom = around(self.placed.values()).bottom
        taken = [box.down for box in self.placed.values() if self._in_column(box, column)]
        end = 0.0
        order = sorted(joins, key=lambda join: sum(joins[join]))
        starts = []
        for join in order:
            start, stop = longest(left_of((max(end, joins[join][0]), joins[join][1]), taken)) or (max(end, joins[join][0]),) * 2
            end = max(stop, start + self._height(join))
            starts.append((start, end))
        for place, join in enumerate(order):
            others = [*taken, *starts[:place], *starts[place + 1 :]]
            start, stop = starts[place]
            top = max((other[1] for other in others if other[1] <= start), default=0.0)
            foot = min((other[0] for other in others if other[0] >= stop), default=max(bottom, stop))
            starts[place] = (top, foot)
            self._place(join, top, foot - top)

    def _hull(self, strips: list[str]) -> Span:
        boxes = [self.placed[strip] for strip in strips]
        return min(box.y for box in boxes), max(box.bottom for box in boxes)

    def _in_column(self, box: Box, column: int) -> bool:
        return box.x < self.edges[column + 1] and box.right > self.edges[column]

    def _fold(self, hall: str, rooms: list[str]) -> None:
        box = self.placed[hall]
        height = (box.height - FOLDED_HALL) / 2
        self.placed[hall] = Box(box.x, box.y + height, box.width, FOLDED_HALL)
        above = ceil(len(rooms) / 2)
        for row, y in ((rooms[:above], box.y), (rooms[above:], box.bottom - height)):
            width = box.width / len(row)
            self.placed.update({room: Box(box.x + place * width, y, width, height) for place, room in enumerate(row)})

    # --- afterwards -----------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Moves down whatever lies on something else: a drawing of a tangled building is long rather than wrong."""
        settled: Boxes = {}
        for strip, box in self.placed.items():
            while hit := next((other for other in settled.values() if other.overlaps(box)), None):
                box = box.moved(0, hit.bottom - box.y)
            settled[strip] = box
        self.placed = settled

    def _reach_right(self) -> None:
        """Dead ends fill the free space to their right."""
        for strip in self._dead_ends():
            box = self.placed[strip]
            onward = Box(box.right, box.y, self.edges[-1] - box.right, box.height)
            end = min((other.x for other in self.placed.values() if onward.overlaps(other)), default=self.edges[-1])
            self.placed[strip] = Box(box.x, box.y, max(end, box.right) - box.x, box.height)

    def _dead_ends(self) -> Iterator[str]:
        leading = {strip for strips in self.ranks.joins.values() for strip in strips}
        for strip in self.ranks.first:
            if not (
                strip in leading or strip in self.ranks.passages or strip in self.ranks.folds or self.ranks.children.get(strip)
            ):
                yield strip
