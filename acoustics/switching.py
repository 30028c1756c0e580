"""Masking units that can only be switched: on, at the level that they have, where that is allowed and a conversation needs it.

A switch is heard, so it is thrown rarely: once in a quarter of an hour, but off at once for whoever asks. A minute before a booking
it is on. The course of such a unit (`acoustics.control`) has two levels: its own, and the floor for off.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from acoustics.control import COURSE, PRIORITIES, REVERSED_AFTER, Course, MaskingStepped, MaskingTaken
from acoustics.units import is_told_to_be_mute, sound_of
from acoustics.wishes import Kind, Wish, Wishes
from acoustics.zones import Zones
from edge.claims import Claim, Follows
from edge.facts import DECISION, Look
from edge.points import PointId


@dataclass(frozen=True)
class Switching:
    """The rule of one site's units of this kind."""

    zones: Zones
    wishes: Wishes

    def unit(self, look: Look, unit: str) -> Iterable[Claim | Follows]:
        course, sound = look(COURSE(unit)), sound_of(look, self.zones, unit)
        if sound is None:
            if course is not None and course.found:
                yield from self._claim(unit, self._wish(look, unit), on=self._is_on(course))
            return
        if course is None or not course.found:
            taken = self._level(unit, on=sound.level is not None)
            yield Follows(MaskingTaken(at=look.now, unit=unit, level=taken))
            course = Course(taken) if course is None else replace(course, level=taken)
        wish, on = self._wish(look, unit), self._is_on(course)
        wanted = self._is_wanted(look, unit, wish)
        if wanted != on and self._may_switch(look, unit, course, wish, on=wanted):
            on = wanted
            yield Follows(MaskingStepped(at=look.now, unit=unit, level=self._level(unit, on=on), up=on, arrived=True))
        yield from self._claim(unit, wish, on=on)

    def _wish(self, look: Look, unit: str) -> Wish:
        return self.wishes.wish(look, unit, self._level(unit, on=False))

    def _is_on(self, course: Course) -> bool:
        return course.level > self.zones.section.comfort.floor

    def _level(self, unit: str, *, on: bool) -> float:
        lowest, fixed = self.zones.section.comfort.floor, self.zones.fixed(unit) or 0.0
        return max(fixed, lowest + 0.1) if on else lowest

    def _is_wanted(self, look: Look, unit: str, wish: Wish) -> bool:
        if self._is_muted_by_others(look, unit) or wish.off:
            return False
        match wish.kind:
            case Kind.RELIEF | Kind.QUIET:
                return False  # it cannot be weaker
            case Kind.MANUAL:
                return wish.level >= (self.zones.fixed(unit) or 0.0)
            case _:
                return wish.level > self.zones.section.comfort.floor

    def _is_muted_by_others(self, look: Look, unit: str) -> bool:
        """In an emergency; after it, it is switched on like anew."""
        decided = look(DECISION(unit, "muted"))
        return is_told_to_be_mute(look, unit) and decided is not None and not decided.winner.cause.startswith("masking:")

    def _may_switch(self, look: Look, unit: str, course: Course, wish: Wish, *, on: bool) -> bool:
        asked = wish.fall is not None or wish.kind in (Kind.RELIEF, Kind.QUIET) or self._is_muted_by_others(look, unit)
        return (asked and not on) or course.stepped_at is None or look.lasted(course.stepped_at, REVERSED_AFTER)

    def _claim(self, unit: str, wish: Wish, *, on: bool) -> Iterable[Claim]:
        yield Claim(PointId(unit, "muted"), not on, PRIORITIES[wish.kind], f"masking:{wish.kind.name.lower()}", wish.because)
