"""Past alarms: what became of each, from the entries of the journal."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from edge.conditions import PANIC
from edge.events import Event
from edge.text import Text
from security.alarms import (
    AlarmAcknowledged,
    AlarmClaimed,
    AlarmCleared,
    AlarmNoted,
    AlarmRaised,
    AlarmReminded,
    AlarmResolved,
    AlarmTransferred,
)

_STEPS = (
    AlarmRaised,
    AlarmCleared,
    AlarmAcknowledged,
    AlarmClaimed,
    AlarmTransferred,
    AlarmReminded,
    AlarmNoted,
    AlarmResolved,
)
KINDS = tuple(step.kind for step in _STEPS)
"""The entries of the journal that tell of alarms."""

What = Literal["raised", "cleared", "acknowledged", "claimed", "transferred", "reminded", "noted", "resolved"]


@dataclass(frozen=True, slots=True)
class LifeStep:
    """by: who did it; empty for what happened by itself. text: the note, the reason, or to whom it went over."""

    at: datetime
    what: What
    by: str = ""
    text: str = ""


@dataclass(slots=True)
class Life:
    """left_at: when it left the list; None while it is open."""

    number: int
    type: str
    subject: str
    because: Text
    press: str | None
    steps: list[LifeStep] = field(default_factory=list)
    left_at: datetime | None = None
    _active: bool = True
    _seen: bool = False

    @property
    def raised_at(self) -> datetime:
        return self.steps[0].at

    def take(self, event: Event) -> None:
        match event:
            case AlarmRaised():
                self.steps.append(LifeStep(event.at, "raised"))
                self.because, self._active, self._seen = event.because, True, False
            case AlarmCleared():
                self.steps.append(LifeStep(event.at, "cleared"))
                self._active = False
            case AlarmAcknowledged(by=by):
                self.steps.append(LifeStep(event.at, "acknowledged", by))
                self._seen = True
            case AlarmClaimed(by=by):
                self.steps.append(LifeStep(event.at, "claimed", by))
            case AlarmTransferred(by=by, to=to):
                self.steps.append(LifeStep(event.at, "transferred", by, to))
            case AlarmReminded():
                self.steps.append(LifeStep(event.at, "reminded"))
            case AlarmNoted(by=by, note=note):
                self.steps.append(LifeStep(event.at, "noted", by, note))
            case AlarmResolved(by=by, reason=reason):
                self.steps.append(LifeStep(event.at, "resolved", by, reason))
                self.left_at = event.at
        if self.left_at is None and self.type != PANIC and self._seen and not self._active:
            self.left_at = event.at


def lives(events: Iterable[Event]) -> list[Life]:
    """In the order in which they began. events: of the journal, oldest first; one whose beginning is no longer kept is left out."""
    found: dict[int, Life] = {}
    for event in events:
        if isinstance(event, AlarmRaised) and event.number not in found:
            found[event.number] = Life(event.number, event.type, event.subject, event.because, event.press)
        if isinstance(event, _STEPS) and (life := found.get(event.number)) is not None:
            life.take(event)
    return list(found.values())
