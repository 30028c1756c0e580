"""Ways through the building as the doors stand in the file: can everybody get out, and nobody walk in?

This is a first look for the writer of the file. What the doors may do together while the building runs is proved elsewhere.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from edge.site.draft import Draft
from edge.site.fields import OUTSIDE
from edge.site.finding import Path, Problem, error, warning
from edge.site.model import Door, Unlock
from edge.text import say


@dataclass(frozen=True, slots=True)
class Way:
    """One direction of a door. open: to anyone at any time. at_times: to anyone at times. escape: opens in an emergency.

    button: open to whoever presses an exit button, which does nothing without power.
    """

    door: str
    start: str
    end: str
    back: bool
    open: bool
    button: bool
    at_times: bool
    escape: bool

    @property
    def path(self) -> Path:
        return ("doors", self.door, "back") if self.back else ("doors", self.door)


def ways(doors: Mapping[str, Door]) -> list[Way]:
    return [way for name, door in doors.items() for way in _ways_of(name, door)]


def _ways_of(name: str, door: Door) -> tuple[Way, Way]:
    opening = door.kind == "opening"
    at_times = door.kind != "escape" and door.unlock != Unlock()
    forward = Way(name, door.from_, door.to, False, opening, False, at_times, door.escape.forward is not None)
    free, button = opening or door.back == "free", not opening and door.back == "button"
    back = Way(name, door.to, door.from_, True, free, button, False, door.escape.back is not None)
    return forward, back


def route_problems(draft: Draft) -> Iterator[Problem]:
    usable = [way for way in ways(draft.doors) if _known(way.start, draft) and _known(way.end, draft)]
    yield from open_to_internal(draft, usable)
    yield from open_without_reason(draft, usable)
    yield from falls_open(draft)
    if draft.doors and draft.whole("doors"):
        yield from shut_in(draft, usable)


def _known(space: str, draft: Draft) -> bool:
    return space == OUTSIDE or space in draft.spaces


def _zone(space: str, draft: Draft) -> str:
    return "public" if space == OUTSIDE else draft.spaces[space].zone


def open_to_internal(draft: Draft, usable: list[Way]) -> Iterator[Problem]:
    for way in usable:
        if _zone(way.end, draft) != "internal" or _zone(way.start, draft) == "internal":
            continue
        if way.open or way.button:
            route = _route(way, usable)
            yield error(
                way.path,
                say(
                    "Anyone can walk into an internal space: {route}. Ask for a credential there, or turn the door round.",
                    route=route,
                ),
            )
        elif way.at_times:
            text = say(
                "The door lets visitors into {space}, which is internal. With never, a credential is asked for.", space=way.end
            )
            yield warning((*way.path, "unlock"), text)


def open_without_reason(draft: Draft, usable: list[Way]) -> Iterator[Problem]:
    """Into semi-public space somebody is let in; an opening says plainly that nobody is needed there, a handle does not."""
    for way in usable:
        unguarded = way.back and (way.open or way.button) and draft.doors[way.door].kind != "opening"
        if unguarded and (_zone(way.start, draft), _zone(way.end, draft)) == ("public", "semi-public"):
            text = say(
                "Anyone can walk from {start} into {space}, which is semi-public: the lock guards the other direction. "
                "Turn the door round, or ask for a credential there.",
                start=way.start,
                space=way.end,
            )
            yield warning(way.path, text)


def falls_open(draft: Draft) -> Iterator[Problem]:
    for name, door in draft.doors.items():
        known = _known(door.from_, draft) and _known(door.to, draft)
        if known and door.fail == "unlocked" and _zone(door.to, draft) == "internal" != _zone(door.from_, draft):
            text = say(
                "Without power anyone in {start} can walk into {space}, which is internal. Write locked: ways out need no lock.",
                start=door.from_,
                space=door.to,
            )
            yield warning(("doors", name, "fail"), text)


def _route(way: Way, usable: list[Way]) -> str:
    """The shortest walk from outside over this way, or the way alone."""
    inward = [each for each in usable if each.open or each.button or each.at_times]
    steps = _walk(OUTSIDE, way.start, inward) or [way.start]
    return " → ".join([*steps, way.end])


def _walk(start: str, end: str, over: Iterable[Way]) -> list[str] | None:
    """Spaces from start to end, fewest doors first; None when there is no way."""
    came_from = _spread(start, [(way.start, way.end) for way in over])
    if end not in came_from:
        return None
    steps = [end]
    while (before := came_from[steps[-1]]) is not None:
        steps.append(before)
    return steps[::-1]


def _spread(start: str, pairs: Iterable[tuple[str, str]]) -> dict[str, str | None]:
    """Every space reached from start, with the space it was reached from."""
    onward: dict[str, list[str]] = defaultdict(list)
    for here, there in pairs:
        onward[here].append(there)
    came_from: dict[str, str | None] = {start: None}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in onward[here]:
            if there not in came_from:
                came_from[there] = here
                queue.append(there)
    return came_from


def shut_in(draft: Draft, usable: list[Way]) -> Iterator[Problem]:
    """Spaces without a way out, and spaces that nobody can come to, with or without a credential."""
    if not any(OUTSIDE in (way.start, way.end) for way in usable):
        yield warning(("doors",), say("No door leads to the outside. Add the entrance, from: outside."), at_key=True)
        return
    entered = _spread(OUTSIDE, [(way.start, way.end) for way in usable])
    unaided = [way for way in usable if way.open or way.at_times or way.escape]
    left = _spread(OUTSIDE, [(way.end, way.start) for way in unaided])
    by_button = _spread(OUTSIDE, [(way.end, way.start) for way in usable if way.button or way in unaided])
    for space in draft.spaces:
        if space not in entered:
            yield warning(("spaces", space), say("No door leads to {space}. Add its door.", space=space), at_key=True)
        elif space not in left and space in by_button:
            text = say(
                "Only an exit button lets people out of {space}, and not without power. Make a door free or an escape.", space=space
            )
            yield warning(("spaces", space), text, at_key=True)
        elif space not in left:
            text = say("No way leads out of {space} without a credential. Make a door free or an escape.", space=space)
            yield warning(("spaces", space), text, at_key=True)
