"""The lists about ceremonies: those of today, those that are left, and the checklist of each."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from jinja2 import Environment

from api.ceremony_truth import CeremonyTruth
from api.console.board import Item
from api.console.roles import allowed
from api.sessions import View
from api.truth import Truth
from rooms.ceremonies import Ceremony

TODAY: Final = "ceremonies"
"""Every ceremony of today."""
CEREMONIES_LEFT: Final = "ceremonies-left"
"""Those that still ask something of people: for the host's page."""
NEXT: Final = "ceremony-next"
"""The checklist of the first of these."""


def checklist_list(ceremony: str) -> str:
    """The list that holds one ceremony with its checklist."""
    return f"ceremony-{ceremony}"


def ceremonies_left(truth: Truth, templates: Environment, view: View, today: date) -> Iterator[Item]:
    """A card of each ceremony that is left, for a list with the id CEREMONIES_LEFT on any page."""
    sections = CeremonySections(templates, view)
    yield from sections.lists(truth, today)[CEREMONIES_LEFT]


class CeremonySections:
    """Lays out ceremonies in one language, for people of one view."""

    def __init__(self, templates: Environment, view: View) -> None:
        self._view = view
        self._may = allowed(view.role)
        self._parts = templates.get_template("ceremony_parts.html")

    def lists(self, truth: Truth, today: date) -> Mapping[str, Iterable[Item]]:
        told = CeremonyTruth(truth, self._view)
        every, left = told.today(), told.left()
        return {
            TODAY: (self._card(truth, told, today, each, "card") for each in every),
            CEREMONIES_LEFT: (self._card(truth, told, today, each, "left") for each in left),
            NEXT: (self._whole(truth, told, today, each) for each in left[:1]),
            **{checklist_list(each.id): (self._whole(truth, told, today, one) for one in (each,)) for each in every},
        }

    def _draw(self, macro: str, **values: object) -> str:
        return str(getattr(self._parts.module, macro)(may=self._may, **values)).strip()

    def _card(self, truth: Truth, told: CeremonyTruth, today: date, found: Ceremony, prefix: str) -> Item:
        id_ = f"{prefix}-{found.id}"
        return Item(
            id_, (today, found, told.names(found)), lambda: self._draw("card", id=id_, ceremony=told.ceremony(found), now=truth.now)
        )

    def _whole(self, truth: Truth, told: CeremonyTruth, today: date, found: Ceremony) -> Item:
        shown = told.ceremony(found)
        shows = (today, found, shown.may_open_early, shown.names)
        return Item(f"whole-{found.id}", shows, lambda: self._draw("whole", ceremony=shown, now=truth.now))
