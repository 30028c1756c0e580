"""What a page shows, as lists of small items that are drawn again only when what they show has changed.

A page is drawn from the board, and its stream sends whatever on the board is newer than the page. So a page that missed anything,
for whatever reason, is brought to the present state and not through the past.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

_KEPT_S: Final = 60.0
"""For how long a list that is no more, such as that of an alarm that left, is kept after the last look at it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One element of a list. shows: everything its drawing depends on, to be compared; draw: gives its HTML, with `id` as id.

    parts: elements somewhere within it that are sent alone when only they have changed; their HTML is what `draw` is called with.
    """

    id: str
    shows: object
    draw: Callable[..., str]
    parts: tuple["Item", ...] = ()


Layout = Callable[[], Mapping[str, Iterable[Item]]]
"""The items of each list now, in order. They should be made only as they are asked for: nobody may be looking at the list."""


@dataclass(slots=True)
class _Drawn:
    """version: when it changed last, not counting its parts."""

    shows: object
    html: str
    version: int
    parts: Mapping[str, "_Drawn"]

    @property
    def newest(self) -> int:
        return max(self.version, *(part.newest for part in self.parts.values())) if self.parts else self.version

    def newer_than(self, seen: int, id_: str) -> Iterator[tuple[str, str]]:
        if self.version > seen:
            yield id_, self.html
            return
        for part_id, part in self.parts.items():
            yield from part.newer_than(seen, part_id)


@dataclass(slots=True)
class _List:
    """version: when its order changed last, and before that; change: from that order to this one. looked_at: seconds of the steady
    clock."""

    drawn: Mapping[str, _Drawn]
    version: int
    version_before: int | None
    change: object
    looked_at: float

    def order_for(self, seen: int) -> object:
        """All ids in order, or for a page that has the order before this one what has changed in it."""
        return self.change if self.version_before is not None and seen >= self.version_before else tuple(self.drawn)


class Board:
    """One board serves all pages of one language that people of one role look at."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._run = secrets.token_hex(4)
        self._version = 0
        self._lists: dict[str, _List] = {}

    @property
    def cursor(self) -> str:
        """Names the present state of the board; of another run of the controller, it means nothing."""
        return f"{self._run}-{self._version}"

    def refresh(self, lists: Iterable[str], changed_at: float, now: float) -> None:
        """Look at the facts behind some of the lists, unless that was done after they changed. Both in seconds of the same steady
        clock."""
        old = [id_ for id_ in lists if id_ not in self._lists or self._lists[id_].looked_at <= changed_at]
        if not old:
            return
        layout = self._layout()
        self._lists = {id_: one for id_, one in self._lists.items() if id_ in layout or now - one.looked_at < _KEPT_S}
        version = self._version + 1
        for id_ in old:
            if id_ in layout or id_ in self._lists:
                known = self._lists.get(id_)
                items = layout.get(id_, ())  # a list that is no more, such as that of an alarm that left, is empty
                before = known.drawn if known else self._drawn_in_other_lists()
                drawn = {item.id: _drawn(item, before, version) for item in items}
                same_order = known is not None and list(known.drawn) == list(drawn)
                if known is not None and same_order:
                    self._lists[id_] = _List(drawn, known.version, known.version_before, known.change, now)
                else:
                    change = _change(tuple(known.drawn), tuple(drawn)) if known else None
                    self._lists[id_] = _List(drawn, version, known.version if known else None, change, now)
                if not same_order or any(item.newest == version for item in drawn.values()):
                    self._version = version

    def _drawn_in_other_lists(self) -> Mapping[str, _Drawn]:
        """An item that moves to a new list is not drawn, and not sent, anew."""
        return {id_: drawn for one in self._lists.values() for id_, drawn in one.drawn.items()}

    def html(self, list_id: str) -> str:
        """All items of a list, as they were when somebody last looked."""
        return "".join(drawn.html for drawn in self._lists[list_id].drawn.values())

    def newer_than(self, cursor: str, lists: Collection[str], *, first: bool = False) -> dict[str, Any] | None:
        """Of the lists that a page shows, those whose order, and items whose drawing, is newer than the page; all of it for a page
        of another run. first: nothing was sent yet to this page, and lists that are no more are sent as empty."""
        run, _, version = cursor.partition("-")
        seen = int(version) if run == self._run and version.isdecimal() and len(version) < 17 else -1
        shown = {id_: self._lists[id_] for id_ in lists if id_ in self._lists}
        orders = {id_: one.order_for(seen) for id_, one in shown.items() if one.version > seen}
        orders |= {id_: () for id_ in lists if first and id_ not in shown}
        items = dict(each for one in shown.values() for id_, item in one.drawn.items() for each in item.newer_than(seen, id_))
        return {"lists": orders, "items": items} if orders or items else None


def _drawn(item: Item, known: Mapping[str, _Drawn], version: int) -> _Drawn:
    before = known.get(item.id)
    if before is not None and before.shows == item.shows and not item.parts and not before.parts:
        return before
    parts = {part.id: _drawn(part, before.parts if before else {}, version) for part in item.parts}
    same = before is not None and before.shows == item.shows and list(before.parts) == list(parts)
    if before is not None and same and all(before.parts[id_] is part for id_, part in parts.items()):
        return before
    html = item.draw(*(part.html for part in parts.values()))
    return _Drawn(item.shows, html, before.version if before is not None and same else version, parts)


def _change(before: tuple[str, ...], now: tuple[str, ...]) -> object:
    """gone: the ids that are no more; put: each that is new or stands elsewhere, and after which it stands. Or all ids, where that
    is less to say."""
    stay = {
        before[at]
        for block in SequenceMatcher(None, before, now, autojunk=False).get_matching_blocks()
        for at in range(block.a, block.a + block.size)
    }
    put = [(id_, now[at - 1] if at else "") for at, id_ in enumerate(now) if id_ not in stay]
    gone = [id_ for id_ in before if id_ not in now]
    return {"put": put, "gone": gone} if len(put) * 2 + len(gone) < len(now) else now
