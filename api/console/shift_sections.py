"""Who has the shift: one line above the alarms, and the page on which it goes over."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from jinja2 import Environment

from api.console.board import Item
from api.console.roles import allowed
from api.sessions import View
from api.shift_truth import ShiftTruth
from api.truth import Truth
from security.hand_over import HAND_OVER, SHIFT, standing

SHIFT_LINE: Final = "shift"
SHIFT_NOW: Final = "shift-now"
"""Of the page of the shift."""


class ShiftSections:
    """Lays out the shift in one language, for people of one view."""

    def __init__(self, templates: Environment, view: View) -> None:
        self._may = allowed(view.role)
        self._parts = templates.get_template("shift_parts.html")

    def lists(self, truth: Truth, today: date) -> Mapping[str, Iterable[Item]]:
        return {SHIFT_LINE: self._line(truth, today), SHIFT_NOW: self._now(truth, today)}

    def _draw(self, macro: str, **values: object) -> str:
        return str(getattr(self._parts.module, macro)(may=self._may, **values)).strip()

    def _line(self, truth: Truth, today: date) -> Iterable[Item]:
        shows = (truth.facts(SHIFT()), truth.facts(HAND_OVER()), today)
        yield Item("shift-line", shows, lambda: self._draw("line", shift=ShiftTruth(truth).shift(), now=truth.now))

    def _now(self, truth: Truth, today: date) -> Iterable[Item]:
        stands = standing(truth.site, truth.facts, truth.now)
        shows = (truth.facts(SHIFT()), truth.facts(HAND_OVER()), stands, today)
        yield Item("shift-whole", shows, lambda: self._draw("whole", shift=ShiftTruth(truth).shift(), now=truth.now))
