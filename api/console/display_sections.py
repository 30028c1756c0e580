"""The displays for everybody, each drawn as one whole: in an emergency all of it is something else at once."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from jinja2 import Environment

from api.console.board import Item
from api.console.roles import allowed
from api.display_truth import DisplayTruth, texts_of
from api.port import Desk
from api.readers import Readers
from api.room_truth import RoomTruth
from api.sessions import View
from api.truth import Truth
from rooms.public_notices import SENTENCES, open_notices

NOTICES_SHOWN: Final = "public-notices"
"""The list of what people have put on the displays, for those who may take it off."""


def display_list(display: str) -> str:
    return f"display-{display}"


class DisplaySections:
    def __init__(self, desk: Desk, readers: Readers, templates: Environment, view: View) -> None:
        self._site = desk.site
        self._readers = readers
        self._may = "post-bulletin" in allowed(view.role)
        self._seen = [name for name in desk.site.displays if view.display in (None, name)]
        self._parts = templates.get_template("display_parts.html")

    def lists(self, truth: Truth, told: RoomTruth, today: date) -> Mapping[str, Iterable[Item]]:
        """Those of one view's displays."""
        return {display_list(name): self._display(truth, told, today, name) for name in self._seen}

    def of_staff(self, truth: Truth, told: RoomTruth, today: date) -> Mapping[str, Iterable[Item]]:
        return {**self.lists(truth, told, today), NOTICES_SHOWN: self._posted(truth, today)}

    def _draw(self, macro: str, **values: object) -> str:
        return str(getattr(self._parts.module, macro)(**values)).strip()

    def _display(self, truth: Truth, told: RoomTruth, today: date, name: str) -> Iterator[Item]:
        shown = DisplayTruth(truth, told).now(self._site.displays[name])
        values = {"shown": shown, "sentences": SENTENCES, "now": truth.now}
        yield Item(f"now-{name}", (today, shown), lambda: self._draw("display", id=name, **values))

    def _posted(self, truth: Truth, today: date) -> Iterator[Item]:
        for notice in open_notices(truth.facts, truth.now):
            id_, texts = f"public-notice-{notice.number}", texts_of(self._readers, self._site, notice)
            values = {"id": id_, "notice": notice, "texts": texts, "may": self._may, "now": truth.now}
            yield Item(id_, (notice, today), lambda v=values: self._draw("posted", **v))
