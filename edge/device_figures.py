"""What is counted of each device since this start: how fast it obeys, how often it errs, how often it was lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from edge import conditions
from edge.events import CommandConfirmed, CommandOverdue, CommandSent, ConditionBegan, Event, GarbageReceived, Observed
from edge.points import PointId, Value

_LOST = frozenset((conditions.DEVICE_LOST, conditions.PANIC_SOURCE_LOST, conditions.FIRE_INPUT_LOST))


@dataclass(slots=True)
class Duration:
    """Of something that happens again and again, in seconds. last: None before the first."""

    count: int = 0
    total_s: float = 0.0
    last_s: float | None = None
    longest_s: float = 0.0

    def add(self, seconds: float) -> None:
        self.count += 1
        self.total_s += seconds
        self.last_s = seconds
        self.longest_s = max(self.longest_s, seconds)


@dataclass(slots=True)
class Figures:
    """commands: asked for anew; retries: asked again because nothing had followed. obeyed: from the first sending of a command
    until the device reported it. garbage: messages that could not be read. unusable: reports without a usable value."""

    commands: int = 0
    retries: int = 0
    overdue: int = 0
    garbage: int = 0
    unusable: int = 0
    losses: int = 0
    obeyed: Duration = field(default_factory=Duration)


@dataclass(slots=True)
class Requests:
    """What a driver counts on a bus, of one device. answered: and how long that took. refused: answered with an error, or with
    nonsense. unanswered: not in time."""

    answered: Duration = field(default_factory=Duration)
    refused: int = 0
    unanswered: int = 0


class DeviceFigures:
    """Follows the events of one controller."""

    def __init__(self, devices: Iterable[str]) -> None:
        self._of: dict[str, Figures] = {device: Figures() for device in devices}
        self._asked: dict[PointId, tuple[Value, datetime]] = {}

    @property
    def by_device(self) -> Mapping[str, Figures]:
        return self._of

    def take(self, event: Event) -> None:
        match event:
            case CommandSent() | CommandConfirmed() | CommandOverdue() if event.device in self._of:
                self._command(event, self._of[event.device])
            case GarbageReceived(device=device) if device in self._of:
                self._of[device].garbage += 1
            case Observed(device=device, bad=bad) if bad and device in self._of:
                self._of[device].unusable += 1
            case ConditionBegan(type=kind, subject=device) if kind in _LOST and device in self._of:
                self._of[device].losses += 1
            case _:
                pass

    def _command(self, event: CommandSent | CommandConfirmed | CommandOverdue, figures: Figures) -> None:
        point = PointId(event.device, event.point)
        asked = self._asked.get(point)
        match event:
            case CommandSent() if asked is not None and asked[0] == event.value:
                figures.retries += 1
            case CommandSent():
                figures.commands += 1
                self._asked[point] = (event.value, event.at)
            case CommandConfirmed():
                if asked is not None:
                    del self._asked[point]
                    figures.obeyed.add(max((event.at - asked[1]).total_seconds(), 0.0))
            case _:
                figures.overdue += 1
