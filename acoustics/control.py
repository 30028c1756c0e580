"""Masking on its way to its level, so slowly that nobody notices, and never louder than people bear.

One step of at most half a decibel at a time, and the next one only when the unit has said that it is there. What is not known never
raises a level: a unit that is not heard stays where it was told to be, and one that comes back goes on from where it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, floor

from acoustics.occasions import OCCASIONS, PEOPLE
from acoustics.units import is_mute, is_told_to_be_mute, level_said
from acoustics.wishes import DOWN_DB, EMPTY_DB, UP_DB, Kind, Wish, Wishes
from acoustics.zones import Zones
from edge.claims import Claim, Condition, Follows, Priority
from edge.conditions import MASKING_UNHEARD
from edge.events import DaemonStarted, Event
from edge.facts import DECISION, ONLINE, Facts, Family, Look
from edge.points import PointId
from edge.text import Ref, say

REVERSED_AFTER = timedelta(minutes=15)
DEAD_BAND_DB = 1.0
ANNOUNCEMENT = timedelta(seconds=60)
_EQUAL_DB = 0.01

PRIORITIES = {
    Kind.QUIET: Priority.OVERRIDE,
    Kind.RELIEF: Priority.OVERRIDE,
    Kind.MANUAL: Priority.OVERRIDE,
    Kind.CONVERSATION: Priority.BOOKING,
    Kind.SCHEDULE: Priority.HOURS,
}
"""Among themselves the kinds are ordered by `Wishes`; here it counts that an emergency goes before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingStepped(Event):
    """A unit is told another level. arrived: it is the one that was wanted. up: None where it was not heard meanwhile (muted)."""

    kind = "masking-stepped"
    unit: str
    level: float
    up: bool | None
    arrived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingTaken(Event):
    """The controller goes on from the level at which it found a unit: at a start, or when it was changed by others."""

    kind = "masking-taken"
    journaled = False
    unit: str
    level: float


@dataclass(frozen=True, slots=True)
class Course:
    """level: what a unit was last told. stepped_at, up: the last step that could be heard. found: its level is known this run."""

    level: float
    stepped_at: datetime | None = None
    up: bool | None = None
    arrived: bool = True
    found: bool = True


COURSE: Family[Course] = Family("masking-course")


def fold(facts: Facts, event: Event) -> None:
    match event:
        case MaskingStepped(unit=unit, level=level, up=None):
            known = facts(COURSE(unit))
            facts.set(COURSE(unit), replace(known, level=level, arrived=True) if known is not None else Course(level))
        case MaskingStepped(unit=unit, level=level, up=up, arrived=arrived):
            facts.set(COURSE(unit), Course(level, event.at, up, arrived))
        case MaskingTaken(unit=unit, level=level):
            known = facts(COURSE(unit)) or Course(level)
            facts.set(COURSE(unit), replace(known, level=level, arrived=False, found=True))
        case DaemonStarted(at=at):
            for (unit,), known in list(facts.of(COURSE)):
                stepped_at = None if known.stepped_at is None else min(known.stepped_at, at)
                facts.set(COURSE(unit), replace(known, stepped_at=stepped_at, found=False))
        case _:
            pass


def kept(facts: Facts) -> Iterable[Event]:
    """For a checkpoint: in which direction each unit last went, and when."""
    for (unit,), known in facts.of(COURSE):
        if known.stepped_at is not None:
            yield MaskingStepped(at=known.stepped_at, unit=unit, level=known.level, up=known.up, arrived=known.arrived)


@dataclass(frozen=True)
class Masking:
    """The rules of the masking units of one site."""

    zones: Zones
    wishes: Wishes

    def unit(self, look: Look, unit: str) -> Iterable[Claim | Follows]:
        course = look(COURSE(unit))
        actual = self._actual(look, unit, course)
        if actual is None:
            yield from self._unheard(look, unit, course)
            return
        if course is None or not course.found or self._strayed(look, unit, course, actual):
            taken = self._within(unit, actual)
            yield Follows(MaskingTaken(at=look.now, unit=unit, level=taken))
            course = replace(course, level=taken) if course is not None else Course(taken)
            yield from self._claims(unit, self.wishes.wish(look, unit, taken), taken)
            return
        wish = self.wishes.wish(look, unit, course.level)
        step = self._silently(look, unit, course) or self._next(look, unit, course, wish, actual)
        if step is not None:
            yield Follows(step)
        yield from self._claims(unit, wish, course.level if step is None else step.level)

    def silence(self, look: Look, unit: str) -> Iterable[Condition]:
        """A unit that is not heard while it should cover a conversation."""
        if look(ONLINE(unit)) is not False:
            return
        for pair in self.zones.served_by(unit):
            if self.wishes.live(look, pair.talker) is not None:
                place, listener = Ref(pair.talker), Ref(pair.listener)
                told = say("{device} is silent: nobody knows whether {listener} overhears {place}",
                           device=Ref(unit), listener=listener, place=place)  # fmt: skip
                yield Condition(MASKING_UNHEARD, unit, told)
                return

    def _actual(self, look: Look, unit: str, course: Course | None) -> float | None:
        """Of a unit that does not say what it does: what it was told last, and of one that nobody has told anything the floor."""
        if self.zones.make(unit).reads_back:
            return level_said(look, unit)
        if look(ONLINE(unit)) is not True:
            return None
        return self.zones.section.comfort.floor if course is None else course.level

    def _unheard(self, look: Look, unit: str, course: Course | None) -> Iterable[Claim | Follows]:
        """Held as it was; only silence may still come. What will not say how it comes back, begins again at the floor."""
        if course is None or not course.found:
            return
        lowest = self.zones.section.comfort.floor
        if not self.zones.make(unit).reads_back and look(ONLINE(unit)) is False and course.level > lowest:
            yield Follows(MaskingStepped(at=look.now, unit=unit, level=lowest, up=None, arrived=True))
        yield from self._claims(unit, self.wishes.wish(look, unit, course.level), course.level)

    def _strayed(self, look: Look, unit: str, course: Course, actual: float) -> bool:
        """Whether somebody else has set it since it was told its level: a hand, a power cut. What a stronger claim sets is none."""
        decided, reading = look(DECISION(unit, "level")), look.heard(unit, "level")
        if decided is None or reading is None or decided.value != course.level or is_mute(look, self.zones, unit):
            return False
        return reading.since > decided.since and abs(actual - course.level) > self.zones.emitter(unit).step + _EQUAL_DB

    def _within(self, unit: str, level: float) -> float:
        comfort = self.zones.section.comfort
        return min(max(level, comfort.floor), comfort.max, max(comfort.floor, self.zones.emitter(unit).highest))

    def _silently(self, look: Look, unit: str, course: Course) -> MaskingStepped | None:
        """What is mute begins again from the floor, unless it is mute for the moment of somebody else's announcement."""
        lowest, said = self.zones.section.comfort.floor, look.heard(unit, "muted")
        if course.level <= lowest or not is_mute(look, self.zones, unit):
            return None
        if not is_told_to_be_mute(look, unit) and said is not None and not look.lasted(said.since, ANNOUNCEMENT):
            return None
        return MaskingStepped(at=look.now, unit=unit, level=lowest, up=None, arrived=True)

    def _next(self, look: Look, unit: str, course: Course, wish: Wish, actual: float) -> MaskingStepped | None:
        """The step that is due; None while the unit has not followed the last one, it is too early, or there is nowhere to go."""
        way = wish.level - course.level
        if abs(way) <= _EQUAL_DB or abs(actual - course.level) > _EQUAL_DB or is_mute(look, self.zones, unit):
            return None
        up, urgent = way > 0, way < 0 and wish.fall is not None
        resting = course.arrived or (course.up is not None and course.up != up)
        if resting and not urgent and abs(way) < DEAD_BAND_DB:
            return None
        if course.stepped_at is not None and not self._may_step(look, unit, course, up, urgent, wish):
            return None
        level = self._one_step(unit, course.level, wish.level)
        return MaskingStepped(at=look.now, unit=unit, level=level, up=up, arrived=abs(level - wish.level) <= _EQUAL_DB)

    def _may_step(self, look: Look, unit: str, course: Course, up: bool, urgent: bool, wish: Wish) -> bool:
        since = course.stepped_at
        if since is None:
            return True
        if not urgent and course.up is not None and course.up != up and not look.passed(since + REVERSED_AFTER):
            return False
        rate = self._rate(look, unit, up, wish)
        return look.passed(since + timedelta(minutes=self.zones.emitter(unit).step / rate))

    def _rate(self, look: Look, unit: str, up: bool, wish: Wish) -> float:
        if not up and wish.fall is not None:
            return wish.fall
        if not any(self._may_be_in(look, space) for space in self.zones.near(unit)):
            return EMPTY_DB
        return UP_DB if up else DOWN_DB

    def _may_be_in(self, look: Look, space: str) -> bool:
        """Also where nobody can tell."""
        booked = any(occasion.runs(look) for occasion in look(OCCASIONS(space)) or ())
        return booked or look(PEOPLE(space)) != "none"

    def _one_step(self, unit: str, level: float, target: float) -> float:
        """To the next multiple of the unit's step, and not past the target."""
        step = self.zones.emitter(unit).step
        if target > level:
            return round(min(target, (floor(level / step + _EQUAL_DB) + 1) * step), 2)
        return round(max(target, (ceil(level / step - _EQUAL_DB) - 1) * step), 2)

    def _claims(self, unit: str, wish: Wish, level: float) -> Iterable[Claim]:
        priority, cause = PRIORITIES[wish.kind], f"masking:{wish.kind.name.lower()}"
        yield Claim(PointId(unit, "level"), level, priority, cause, wish.because)
        # Where muting one zone mutes its neighbours too, they are not to pay for it: it stays at the floor.
        if wish.off and not self.zones.make(unit).mutes_all and level <= self.zones.section.comfort.floor + _EQUAL_DB:
            yield Claim(PointId(unit, "muted"), True, priority, cause, wish.because)
