"""The lists about doors and modes: every door with what it is and why, one door with all that is known of it, and what holds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from jinja2 import Environment

from api.console.board import Item
from api.console.roles import allowed
from api.mode_truth import ModeTruth
from api.models import AlarmOut
from api.models_doors import DoorOut
from api.models_modes import ModeOut
from api.port import Desk
from api.truth import Truth
from edge.facts import DECISION, FLIGHT, ONLINE, READING
from edge.language import Renderer
from edge.site.fields import Role
from security.alarms import Alarm, open_alarms
from security.modes import ZONES
from security.truth import DOOR

DOORS: Final = "doors"
MODES_BAR: Final = "modes"
"""Of the first page."""
MODES_ENDED: Final = "modes-to-end"
"""Of the page of modes."""


def zone_list(zone: str | None) -> str:
    """The list of the doors at a zone's spaces; of all doors for None."""
    return f"{DOORS}-at-{zone}" if zone else DOORS


def door_list(door: str) -> str:
    """The list of a door's own page."""
    return f"door-{door}"


@dataclass(frozen=True, slots=True)
class Line:
    """One door on a screen. sides: the names of the spaces it leads from and to."""

    door: DoorOut
    sides: tuple[str, str]
    alarms: list[AlarmOut]


class DoorSections:
    """Lays out the doors of one desk in one language, for people of one role."""

    def __init__(self, desk: Desk, renderer: Renderer, templates: Environment, role: Role) -> None:
        self._site = desk.site
        self._renderer = renderer
        self._may = allowed(role)
        self._parts = templates.get_template("door_parts.html")

    def lists(self, truth: Truth, today: date) -> Mapping[str, Iterable[Item]]:
        return {
            MODES_BAR: self._modes(truth, today),
            MODES_ENDED: self._modes_to_end(truth, today),
            **{zone_list(zone): self._doors(truth, today, zone) for zone in (None, *ZONES)},
            **{door_list(door): self._door(truth, today, door) for door in self._site.doors},
        }

    def _draw(self, macro: str, **values: object) -> str:
        return str(getattr(self._parts.module, macro)(may=self._may, **values)).strip()

    # --- doors ----------------------------------------------------------------------------------------------------

    def _doors(self, truth: Truth, today: date, zone: str | None) -> Iterator[Item]:
        alarms = _by_subject(truth)
        for door in self._site.doors:
            if zone is None or zone in [self._site.zone_of(side) for side in truth.sides(door)]:
                shows = (today, self.shows(truth, door), self._alarms_at(alarms, door))
                yield Item(f"row-{door}", shows, lambda d=door: self._draw("row", line=self._line(truth, alarms, d), now=truth.now))

    def _door(self, truth: Truth, today: date, door: str) -> Iterator[Item]:
        alarms, device = _by_subject(truth), self._site.device_at(door)
        decision, flight = (truth.facts(DECISION(device, "lock")), truth.facts(FLIGHT(device, "lock"))) if device else (None, None)
        shows = (today, self.shows(truth, door), self._alarms_at(alarms, door), decision, flight)
        yield Item(f"whole-{door}", shows, lambda: self._draw("whole", line=self._line(truth, alarms, door), now=truth.now))

    def _line(self, truth: Truth, alarms: Mapping[str, list[Alarm]], door: str) -> Line:
        start, end = truth.sides(door)
        return Line(
            door=truth.door(door),
            sides=(self._renderer.name(start), self._renderer.name(end)),
            alarms=[truth.alarm(alarm) for alarm in self._alarms_at(alarms, door)],
        )

    def _alarms_at(self, alarms: Mapping[str, list[Alarm]], door: str) -> list[Alarm]:
        return [*alarms.get(door, ()), *alarms.get(self._site.device_at(door) or "", ())]

    def shows(self, truth: Truth, door: str) -> object:
        """The facts behind a door's lines. A renewed command or another loser changes nothing that is shown there."""
        device, acts = self._site.device_at(door), truth.acts(door)
        if device is None:
            return None
        decision, flight = truth.facts(DECISION(device, "lock")), truth.facts(FLIGHT(device, "lock"))
        lock, contact = truth.facts(READING(device, "lock")), truth.facts(READING(device, "contact"))
        return (
            truth.facts(DOOR(door)),
            truth.facts(ONLINE(device)),
            (lock.value, lock.good, lock.problem) if lock else None,
            (contact.value, contact.good, contact.problem) if contact else None,
            (decision.value, decision.winner.because, decision.until, decision.refused) if decision else None,
            (flight.overdue, flight.confirmed) if flight else None,
            acts,
        )

    # --- modes ----------------------------------------------------------------------------------------------------

    def _modes(self, truth: Truth, today: date) -> Iterator[Item]:
        for mode in ModeTruth(truth).holding():
            yield Item(
                _id_of("mode", mode),
                (today, mode),
                lambda m=mode: self._draw("mode", id=_id_of("mode", m), mode=m, now=truth.now),
            )

    def _modes_to_end(self, truth: Truth, today: date) -> Iterator[Item]:
        told = ModeTruth(truth)
        for mode in told.holding():
            obstacle = told.obstacle_to_end(mode)
            yield Item(
                _id_of("ending", mode),
                (today, mode, obstacle),
                lambda m=mode, o=obstacle: self._draw("ending_of", id=_id_of("ending", m), mode=m, obstacle=o, now=truth.now),
            )


def _by_subject(truth: Truth) -> Mapping[str, list[Alarm]]:
    found: dict[str, list[Alarm]] = {}
    for alarm in open_alarms(truth.facts):
        found.setdefault(alarm.subject, []).append(alarm)
    return found


def _id_of(what: str, mode: ModeOut) -> str:
    return f"{what}-{mode.mode}-{mode.scope.replace(':', '-')}"
