"""Buttons at desks that turn masking down: a short press is a step of relief, a long one turns it off for the desk.

A button repeats a press until it is answered; each counts once. A press at a place whose masking nobody leads changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from acoustics.asked import press_relief
from acoustics.zones import Zones
from edge.events import Event, Observed
from edge.facts import Facts, Family

REMEMBERED = 50
"""Ids of presses, of each button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefButtonsKept(Event):
    """For a checkpoint: which presses of each button were taken."""

    kind = "relief-buttons-kept"
    presses: dict[str, tuple[str, ...]]


TAKEN: Family[tuple[str, ...]] = Family("relief-presses-taken")
"""By button."""


@dataclass(frozen=True)
class Buttons:
    """Those of one site."""

    zones: Zones

    def react(self, facts: Facts, event: Event) -> Iterable[Event]:
        match event:
            case Observed(device=button, point="tapped" | "held" as way, press=str(press)):
                desk = self.zones.place_of(button)
                if press not in (facts(TAKEN(button)) or ()) and self.zones.units_of_desk(desk):
                    yield press_relief(self.zones, facts, event.at, desk, long=way == "held")
            case _:
                pass


def fold(facts: Facts, event: Event) -> None:
    match event:
        case Observed(device=button, point="tapped" | "held", press=str(press)):
            known = facts(TAKEN(button)) or ()
            if press not in known:
                facts.set(TAKEN(button), (*known, press)[-REMEMBERED:])
        case ReliefButtonsKept(presses=presses):
            for button, taken in presses.items():
                facts.set(TAKEN(button), taken)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """For a checkpoint."""
    if presses := {button: taken for (button,), taken in facts.of(TAKEN)}:
        yield ReliefButtonsKept(at=at, presses=presses)
