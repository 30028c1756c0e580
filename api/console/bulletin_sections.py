"""The bulletin line at the top of every page of staff, and the page of all bulletins."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from jinja2 import Environment

from api.bulletin_truth import BulletinTruth
from api.console.board import Item
from api.console.roles import allowed
from api.sessions import Caller, View
from api.truth import Truth
from edge.facts import Facts
from security.bulletins import READERS, Bulletin

LINE: Final = "bulletins"
"""Of somebody who has never read one; readers have a list of their own each."""
ALL: Final = "all-bulletins"


def line_of(facts: Facts, caller: Caller) -> str | None:
    """The list of what this person has not read; None for a panel or a program, which is no reader."""
    if caller.is_screen or caller.name is None:
        return None
    return _line_of_reader(caller.name) if caller.name in (facts(READERS()) or ()) else LINE


def may_follow(caller: Caller, list_id: str) -> bool:
    """What somebody has not read is for their own pages alone."""
    return not list_id.startswith(f"{LINE}-") or (caller.name is not None and list_id == _line_of_reader(caller.name))


def _line_of_reader(name: str) -> str:
    return f"{LINE}-{name.encode().hex()}"


class BulletinSections:
    """Lays out the bulletins in one language, for people of one view."""

    def __init__(self, templates: Environment, view: View) -> None:
        self._view = view
        self._may = allowed(view.role)
        self._parts = templates.get_template("bulletin_parts.html")

    def lists(self, truth: Truth, today: date) -> Mapping[str, Iterable[Item]]:
        told = BulletinTruth(truth, self._view)
        seen = told.seen()
        readers = truth.facts(READERS()) or ()
        lines = {_line_of_reader(name): self._unread(truth, told, seen, today, name) for name in readers}
        return {LINE: self._unread(truth, told, seen, today, None), ALL: self._all(truth, told, seen, today), **lines}

    def _draw(self, macro: str, **values: object) -> str:
        return str(getattr(self._parts.module, macro)(may=self._may, **values)).strip()

    def _unread(self, truth: Truth, told: BulletinTruth, seen: list[Bulletin], today: date, reader: str | None) -> Iterator[Item]:
        for bulletin in seen:
            if not bulletin.read_by(reader):
                yield Item(
                    f"bulletin-{bulletin.number}",
                    (bulletin.posted, today),
                    lambda b=bulletin: self._draw("line", bulletin=told.bulletin(b, reader), now=truth.now),
                )

    def _all(self, truth: Truth, told: BulletinTruth, seen: list[Bulletin], today: date) -> Iterator[Item]:
        for bulletin in seen:
            yield Item(
                f"posted-{bulletin.number}",
                (bulletin, today),
                lambda b=bulletin: self._draw("whole", bulletin=told.bulletin(b, None), now=truth.now),
            )
