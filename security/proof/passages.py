"""The building as the proof sees it: each direction of each door, and everything that may open it.

What may open a direction is monotone: one more timetable open, one more booking, one more fault opens doors and closes none. So
the worst state of a kind is the one in which all of that kind come together, and a shortest way through it names the few that
matter (docs/decisions/0011).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from edge.site import Site
from edge.site.booking import RoomPolicy
from edge.site.fields import ALWAYS, OUTSIDE
from edge.site.model import Door
from security.proof.moments import MomentClass

PUBLIC, SEMI_PUBLIC, INTERNAL = "public", "semi-public", "internal"


@dataclass(frozen=True, slots=True)
class Opener:
    """A rule of the site that may unlock a door: its hours, a booking of a room, a scene.

    within: the timetables of which one must be open at the time; empty when it may be at any time.
    """

    kind: Literal["hours", "booking", "scene"]
    id: str
    within: frozenset[str] = frozenset()

    def may(self, moment: MomentClass) -> bool:
        return not self.within or not self.within.isdisjoint(moment.open)


@dataclass(frozen=True, slots=True)
class Passage:
    """One direction of a door. free: anyone can walk through at any time; pressed: after a press of the exit button.

    escape: opens in an emergency although locked; without power too. openers: what of ours unlocks it.
    """

    door: str
    start: str
    end: str
    forward: bool
    free: bool
    pressed: bool
    escape: bool
    openers: tuple[Opener, ...]

    @property
    def always(self) -> bool:
        """Without a credential and without us, as long as there is power."""
        return self.free or self.pressed


class Building:
    """The passages of a site, in the order of the file, and what stands behind them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._bounds: dict[str, frozenset[str] | None] = {}
        self.passages = tuple(passage for name, door in site.doors.items() for passage in self._both_ways(name, door))

    def _both_ways(self, name: str, door: Door) -> Iterator[Passage]:
        opening, openers = door.kind == "opening", tuple(self._openers(name, door))
        forward_escape = door.escape.forward is not None or door.kind == "escape"
        yield Passage(name, door.from_, door.to, True, opening, False, forward_escape, openers)
        pressed = door.back == "button" and not opening
        back_free = opening or door.back == "free"
        yield Passage(name, door.to, door.from_, False, back_free, pressed, door.escape.back is not None, openers)

    def _openers(self, name: str, door: Door) -> Iterator[Opener]:
        if self.site.device_at(name) is None:
            return
        if door.unlock.hours is not None:
            yield Opener("hours", door.unlock.hours, frozenset((door.unlock.hours,)))
        if door.unlock.booking and (bounds := self._bounds_of(door.to)) is not None:
            yield Opener("booking", door.to, bounds)
        for scene in door.unlock.scenes:
            # People play scenes too, at any time of the day.
            yield Opener("scene", scene)

    def _bounds_of(self, room: str) -> frozenset[str] | None:
        """The timetables that bound bookings of a room, empty where some are bounded by none; None when nothing books it."""
        if room not in self._bounds:
            self._bounds[room] = _bounds(self.site, room)
        return self._bounds[room]

    @cached_property
    def timetables(self) -> tuple[str, ...]:
        """Those that decide what may be open, in the order of the file."""
        used = {timetable for passage in self.passages for opener in passage.openers for timetable in opener.within}
        return tuple(name for name in self.site.hours if name in used)

    @cached_property
    def zones(self) -> Mapping[str, str]:
        return {OUTSIDE: PUBLIC, **{name: space.zone for name, space in self.site.spaces.items()}}

    def of_zone(self, zone: str) -> list[str]:
        return [space for space, its in self.zones.items() if its == zone]

    def protection(self, space: str) -> int:
        """The more, the fewer may be there."""
        return 0 if space == OUTSIDE else 1 + (PUBLIC, SEMI_PUBLIC, INTERNAL).index(self.zones[space])


def possible(passage: Passage, moment: MomentClass) -> Opener | None:
    """The first of ours that may open the passage at the moment."""
    return next((opener for opener in passage.openers if opener.may(moment)), None)


def _bounds(site: Site, room: str) -> frozenset[str] | None:
    if not site.feeds_of(room):
        return None
    bounds = [policy.hours or site.site.hours for policy in _policies_of(site, room)]
    timed = frozenset(bound for bound in bounds if bound is not None)
    return frozenset() if None in bounds or ALWAYS in timed else timed


def _policies_of(site: Site, room: str) -> Iterable[RoomPolicy]:
    """Those that bookings of a room may fall under. By weekday, time of day or person none is ruled out: a booking may be long."""
    for policy in site.rooms.values():
        space_fits = (not policy.spaces or room in policy.spaces) and (not policy.kinds or site.spaces[room].kind in policy.kinds)
        books = {feed.partition("/")[0] for feed in site.feeds_of(room)}
        if not space_fits or (policy.calendars and books.isdisjoint(policy.calendars)):
            continue
        yield policy
        asks_more = policy.weekdays or policy.between or policy.agencies or policy.categories or policy.organizers
        if not asks_more and (not policy.calendars or books <= {*policy.calendars}):
            return
    yield RoomPolicy()
