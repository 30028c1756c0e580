"""What the floor plan shows besides its walls: how every door is, where somebody is, and the place of every alarm."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import atan2, degrees
from typing import Final

from jinja2 import Environment

from api.console.board import Item
from api.drawing.base import Base, DoorAt
from api.drawing.geometry import Box
from api.truth import Truth
from edge.language import Renderer
from edge.site import Site
from security.alarms import Alarm

MOST_MARKS: Final = 50
_INSET: Final = 24.0
"""How far inside a space the sign of its alarm stands."""
_WORDS: Final = 180.0
"""How much room the name of an alarm takes."""
_TRUE_SIZE: Final = 640.0
"""Drawings wider than this are shown smaller; the signs of alarms on them are not."""
Plans = Callable[[], tuple[Base, ...]]
"""Gives the plan of each storey."""


def plan_list(storey: str) -> str:
    """How doors and rooms are."""
    return f"plan-{storey}"


def marks_list(storey: str) -> str:
    """Where the alarms are: a list of its own, because what comes and goes should not bring all doors along."""
    return f"marks-{storey}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the drawing, in its own units. angle: of a door's direction, in degrees. scale: of its sign. leftward:
    whether there is room for words on its left."""

    x: float
    y: float
    angle: float = 0.0
    scale: float = 1.0
    leftward: bool = False


class PlanMarks:
    """The marks of one site in one language; every storey is a list."""

    def __init__(self, site: Site, renderer: Renderer, templates: Environment, plans: Plans) -> None:
        self._site = site
        self._renderer = renderer
        self._parts = templates.get_template("plan_parts.html")
        self._plans = plans

    def lists(self, truth: Truth, alarms: list[Alarm]) -> Mapping[str, Iterable[Item]]:
        plans = self._plans()
        return {
            **{plan_list(base.storey): self._standing(truth, base) for base in plans},
            **{marks_list(base.storey): self._marks(truth, alarms, base) for base in plans},
        }

    def _draw(self, macro: str, **values: object) -> str:
        return str(getattr(self._parts.module, macro)(**values)).strip()

    def _standing(self, truth: Truth, base: Base) -> Iterator[Item]:
        for door, at in base.doors.items():
            yield self._door(truth, door, at)
        for space, box in base.spaces.items():
            if self._site.sensors_of(space):
                present, spot = truth.present(space), Spot(box.right - 6, box.y + 6)
                yield Item(f"in-{space}", (present, spot), lambda s=space, p=present, o=spot: self._presence(s, p, o))

    def _marks(self, truth: Truth, alarms: list[Alarm], base: Base) -> Iterator[Item]:
        scale = round(max(base.view_box[2] / _TRUE_SIZE, 1.0), 2)
        # The most urgent is drawn last, over all others.
        for alarm in reversed(alarms[:MOST_MARKS]):
            if (found := self._spot_of(base, alarm.subject)) is not None:
                leftward = found.x - base.view_box[0] > _WORDS * scale
                spot = replace(found, scale=scale, leftward=leftward)
                shows = (alarm.level, alarm.active, alarm.acknowledged_at is None, spot, alarm.type)
                yield Item(f"at-{alarm.number}", shows, lambda a=alarm, s=spot: self._alarm(truth, a, s))

    def _door(self, truth: Truth, door: str, at: DoorAt) -> Item:
        found = truth.door_truth(door)
        state = found.state if found else "unwatched" if self._site.doors[door].kind != "opening" else "free"
        spot = Spot(at.x, at.y, round(degrees(atan2(at.dy, at.dx)), 1))
        name = self._renderer.name(door)
        return Item(f"sign-{door}", (state, spot), lambda: self._draw("door", door=door, name=name, state=state, spot=spot))

    def _presence(self, space: str, present: bool | None, spot: Spot) -> str:
        return self._draw("presence", space=space, name=self._renderer.name(space), present=present, spot=spot)

    def _alarm(self, truth: Truth, alarm: Alarm, spot: Spot) -> str:
        return self._draw("alarm", alarm=truth.alarm(alarm), spot=spot)

    def _spot_of(self, base: Base, subject: str) -> Spot | None:
        """Where the subject of an alarm is, if it is on this storey."""
        device = self._site.devices.get(subject)
        places = (subject, *((device.door, device.space) if device else ()))
        door = next((place for place in places if place in base.doors), None)
        if door is not None:
            return Spot(base.doors[door].x, base.doors[door].y)
        space = next((place for place in places if place in base.spaces), None)
        return None if space is None else _corner(base.spaces[space])


def _corner(box: Box) -> Spot:
    """Beside the name of the space, which stands in its middle."""
    return Spot(box.x + min(_INSET, box.width / 4), box.y + min(_INSET, box.height / 2))
