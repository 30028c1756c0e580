"""Reports of walk tests, from the entries of the journal: which buttons were pressed, confirmed by whom, how fast; which not."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from edge.events import Event
from security.walk_tests import WalkTestBegan, WalkTestConfirmed, WalkTestEnded, WalkTestPressed

KINDS = tuple(event.kind for event in (WalkTestBegan, WalkTestEnded, WalkTestPressed, WalkTestConfirmed))


@dataclass(slots=True)
class ButtonResult:
    """latency_s: from the device's own time of the press to its arrival; None where the device gives no time."""

    button: str
    pressed_at: datetime | None = None
    latency_s: float | None = None
    confirmed_at: datetime | None = None
    confirmed_by: str = ""


@dataclass(slots=True)
class Drill:
    """ended_by: empty when its time was over. ended_at: None while it goes on."""

    by: str
    began_at: datetime
    until: datetime
    results: dict[str, ButtonResult] = field(default_factory=dict)
    ended_at: datetime | None = None
    ended_by: str = ""


def drills(events: Iterable[Event]) -> list[Drill]:
    """Oldest first. A press is counted once more when the button is pressed again: the last one stands."""
    found: list[Drill] = []
    for event in events:
        if isinstance(event, WalkTestBegan):
            results = {button: ButtonResult(button) for button in event.buttons}
            found.append(Drill(event.by, event.at, event.until, results))
        elif found:
            _take(found[-1], event)
    return found


def _take(drill: Drill, event: Event) -> None:
    match event:
        case WalkTestEnded(by=by):
            drill.ended_at, drill.ended_by = event.at, by
        case WalkTestPressed(button=button, sent_at=sent_at):
            latency = None if sent_at is None else round((event.at - sent_at).total_seconds(), 3)
            drill.results[button] = ButtonResult(button, event.at, latency)
        case WalkTestConfirmed(button=button, by=by) if button in drill.results:
            drill.results[button].confirmed_at, drill.results[button].confirmed_by = event.at, by
        case _:
            pass
