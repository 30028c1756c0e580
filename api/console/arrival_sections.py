"""Who waits, for the host and for the officials of each agency."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from jinja2 import Environment

from api.arrival_truth import ArrivalTruth
from api.console.board import Item
from api.policy import MEETS_CUSTOMERS
from api.sessions import View
from api.truth import Truth
from edge.language import Renderer
from rooms.arrivals import ANSWERS

ARRIVALS: Final = "arrivals"


class ArrivalSections:
    def __init__(self, renderer: Renderer, templates: Environment, view: View) -> None:
        self._answers = {name: renderer.text(text) for name, text in ANSWERS.items()}
        self._may = view.role in MEETS_CUSTOMERS
        self._view = view
        self._parts = templates.get_template("arrival_parts.html")

    def lists(self, truth: Truth, today: date) -> Mapping[str, Iterable[Item]]:
        return {ARRIVALS: self._waiting(truth, today)}

    def _waiting(self, truth: Truth, today: date) -> Iterator[Item]:
        told = ArrivalTruth(truth, self._view)
        for waiting in told.seen():
            draw = self._parts.module.waiting  # type: ignore[attr-defined]
            values = {"waits": told.arrival(waiting), "answers": self._answers, "may": self._may, "now": truth.now}
            yield Item(f"arrival-{waiting.arrived.arrival}", (today, waiting), lambda d=draw, v=values: str(d(**v)).strip())
