"""Who waits, as far as a view shows it."""

from collections.abc import Iterator

from api.models_arrivals import ArrivalOut
from api.scope import sees
from api.sessions import View
from api.truth import Truth
from edge.site import Site
from rooms.arrivals import ANSWERS, WAITING, CustomerArrived, Waiting


class ArrivalTruth:
    def __init__(self, truth: Truth, view: View) -> None:
        self._truth = truth
        self._view = view

    def seen(self) -> Iterator[Waiting]:
        """The longest wait first."""
        for waiting in (self._truth.facts(WAITING()) or {}).values():
            if sees_arrival(self._truth.site, self._view, waiting.arrived):
                yield waiting

    def arrival(self, waiting: Waiting) -> ArrivalOut:
        renderer, arrived, answered = self._truth.renderer, waiting.arrived, waiting.answered
        return ArrivalOut(
            arrival=arrived.arrival,
            number=arrived.number,
            by=arrived.by,
            room=arrived.room,
            room_name=renderer.name(arrived.room) if arrived.room else None,
            agency=arrived.agency,
            agency_name=renderer.name(arrived.agency) if arrived.agency else None,
            since=arrived.at,
            answer=answered.answer if answered else None,
            answer_text=renderer.text(ANSWERS[answered.answer]) if answered else None,
            answered_by=answered.by if answered else None,
        )


def sees_arrival(site: Site, view: View, arrived: CustomerArrived) -> bool:
    """A clerk sees those of the own agency, and those of nobody in particular in its rooms."""
    if view.role != "clerk":
        return True
    if arrived.agency is not None:
        return arrived.agency == view.agency
    return arrived.room is not None and sees(site, view, arrived.room)
