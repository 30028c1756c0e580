"""What a page shows, as lists of small items that are drawn again only when what they show has changed.

A page is drawn from the board, and its stream sends whatever on the board is newer than the page. So a page that missed anything,
for whatever reason, is brought to the present state and not through the past.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """One element of a list. shows: everything its drawing depends on, to be compared; draw: gives its HTML, with `id` as id."""

    id: str
    shows: object
    draw: Callable[[], str]


Layout = Callable[[], Mapping[str, Iterable[Item]]]
"""The items of each list now, in order."""


@dataclass(slots=True)
class _Drawn:
    shows: object
    html: str
    version: int


class Board:
    """One board serves all pages of one language."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._run = secrets.token_hex(4)
        self._version = 0
        self._drawn: dict[str, _Drawn] = {}
        self._lists: dict[str, tuple[tuple[str, ...], int]] = {}
        self._refreshed_at = float("-inf")

    @property
    def cursor(self) -> str:
        """Names the present state of the board; of another run of the controller, it means nothing."""
        return f"{self._run}-{self._version}"

    def refresh(self, changed_at: float, now: float) -> None:
        """Look at the facts, unless that was done after they changed. Both in seconds of the same steady clock."""
        if self._refreshed_at > changed_at:
            return
        self._refreshed_at = now
        version = self._version + 1
        drawn: dict[str, _Drawn] = {}
        for list_id, items in self._layout().items():
            order = []
            for item in items:
                order.append(item.id)
                known = self._drawn.get(item.id)
                drawn[item.id] = known if known and known.shows == item.shows else _Drawn(item.shows, item.draw(), version)
            if self._lists.get(list_id, ((), 0))[0] != tuple(order) or list_id not in self._lists:
                self._lists[list_id] = (tuple(order), version)
        self._drawn = drawn
        newest = max((*(d.version for d in drawn.values()), *(v for _, v in self._lists.values())), default=0)
        self._version = max(self._version, newest)

    def html(self, list_id: str) -> str:
        """All items of a list."""
        return "".join(self._drawn[item].html for item in self._lists[list_id][0])

    def newer_than(self, cursor: str, lists: Collection[str]) -> dict[str, Any] | None:
        """Of the lists that a page shows, those whose order, and items whose drawing, is newer than the page; all of it for a page
        of another run."""
        run, _, version = cursor.partition("-")
        seen = int(version) if run == self._run and version.isdecimal() and len(version) < 17 else -1
        shown = {id_: self._lists[id_] for id_ in lists if id_ in self._lists}
        orders = {id_: order for id_, (order, changed) in shown.items() if changed > seen}
        drawn = {item: self._drawn[item] for order, _ in shown.values() for item in order}
        items = {id_: one.html for id_, one in drawn.items() if one.version > seen}
        return {"lists": orders, "items": items} if orders or items else None
