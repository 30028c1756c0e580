"""What a unit's level should be, and why: schedule and conversations ahead, and what people asked for.

Overrides in order: quiet, relief, a level by hand, a conversation, the schedule. (Mute in an emergency goes before all of them, and
is no level: `security.panic`.) How fast it is reached is for `acoustics.control`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum

from acoustics.asked import HEARING, LEVEL, QUIET, RELIEF, RELIEF_STEP_DB
from acoustics.listening import AMBIENT, DEAF
from acoustics.occasions import OCCASIONS, OPEN, PEOPLE, Occasion
from acoustics.pairs import Pair
from acoustics.privacy import Standing, background_for, masking_beside
from acoustics.zones import Zones
from edge.facts import Look
from edge.site.acoustics_settings import Quiet, Target
from edge.text import Ref, Text, say

UP_DB, DOWN_DB, EMPTY_DB = 0.2, 0.1, 1.0
"""Rates in dB a minute: where people may be, up and down, and where nobody is, either way."""
RELIEF_DB, OFF_DB = 6.0, 16.0
"""Down for relief, and for off at a desk: within a minute either is done."""
RELIEF_TAKES = timedelta(minutes=3)
"""At the most, of a unit that is slow to answer. What lowers the level later was not asked for, and is not to be noticed."""
TRIM_DB = 3.0
HELD_BETWEEN = timedelta(minutes=45)
"""A level is kept for a conversation that begins so soon: falling and rising again would be noticed more."""
ACCLIMATISED_AFTER = 10
"""Working days."""
_ASIDE = timedelta(minutes=1)


class Kind(IntEnum):
    """The first one overrides the later ones."""

    QUIET = 1
    RELIEF = 2
    MANUAL = 3
    CONVERSATION = 4
    SCHEDULE = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """level: dB(A), within floor and maximum. off: silent once it is at the floor. fall: dB a minute where it must go down faster
    than people would not notice."""

    level: float
    kind: Kind
    because: Text
    off: bool = False
    fall: float | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """People talk, or will from `start` on."""

    target: Target
    start: datetime | None = None


STANDINGS = {"confidential": Standing.CONFIDENTIAL, "limited": Standing.LIMITED}


@dataclass(frozen=True)
class Wishes:
    """Those of one site."""

    zones: Zones

    def wish(self, look: Look, unit: str, level: float) -> Wish:
        """level: where the unit is now; what lies ahead is begun in time from there."""
        wanted = self._relieved(look, unit, self._limited(look, unit, self._wanted(look, unit, level)))
        lowest = self.zones.section.comfort.floor
        levels = (level, wanted.level) if self.zones.fixed(unit) is None else (lowest, lowest)  # a switch takes no time
        quiet = [*self._quiet_by_hand(look, unit), *self._quiet_bookings(look, unit, *levels)]
        if not quiet:
            return wanted
        first = max(quiet, key=_fall_of)
        return replace(first, fall=max(_fall_of(first), _fall_of(wanted)))  # whoever asked for relief does not wait for it

    # --- conversations ------------------------------------------------------------------------------------------------

    def talks(self, look: Look, space: str) -> Iterator[Talk]:
        """What is talked in a space now, and what its bookings announce."""
        running = None
        for occasion in look(OCCASIONS(space)) or ():
            if not occasion.counts or look.passed(occasion.end):
                continue
            begun = look.passed(occasion.start)
            running = running or (occasion if begun else None)
            yield Talk(self._target(look, space, occasion), None if begun else occasion.start)
        if running is None and self._is_talked_in(look, space):
            yield Talk(self._target(look, space, None))

    def live(self, look: Look, space: str) -> Talk | None:
        return next((talk for talk in self.talks(look, space) if talk.start is None), None)

    def need(self, look: Look, pair: Pair, target: Target) -> float | None:
        """The least masking at the listener, dB(A), for the class that is meant, or else the best one that can be borne; or None.

        The class is chosen by what is declared; what was heard only trims it, and makes no louder plan.
        """
        raised, wanted = target.voice == "raised", STANDINGS[target.privacy]
        most = self.most_at(pair.listener, target)
        for standing in (wanted, Standing.LIMITED) if most is not None else ():
            background = background_for(self.zones.path(pair), raised, standing)
            if background is None or most is None:
                continue
            planned = masking_beside(background, self.zones.declared_ambient(pair.listener))
            if planned <= most + 1e-6:
                return min(self._trimmed(look, pair.listener, background, planned), most)
        return None

    def most_at(self, space: str, target: Target) -> float | None:
        """The most masking that a conversation may bring to a space, dB(A); None where no emitter is heard."""
        comfort = self.zones.section.comfort
        limit = comfort.max if target.insist else comfort.normal
        found = [(unit, self._most_of(unit, limit)) for unit in self.zones.homes(space)]
        return min((self.zones.brings(unit, space, most) for unit, most in found if most is not None), default=None)

    def bearable_at(self, space: str, target: Target) -> float:
        """The same also where there is no emitter yet: what one might bring."""
        most, comfort = self.most_at(space, target), self.zones.section.comfort
        return most if most is not None else comfort.max if target.insist else comfort.normal

    def _most_of(self, unit: str, limit: float) -> float | None:
        """None of a unit that can only be switched, and is too loud for that."""
        most, fixed = min(limit, self.zones.emitter(unit).highest), self.zones.fixed(unit)
        return most if fixed is None else fixed if fixed <= most else None

    def _trimmed(self, look: Look, space: str, background: float, planned: float) -> float:
        """By at most 3 dB more or less than planned, with the noise that was heard."""
        heard = look(AMBIENT(space))
        if heard is None or self.zones.microphone(space) is None:
            return planned
        trimmed = min(max(masking_beside(background, heard.dba), planned - TRIM_DB), planned + TRIM_DB)
        # What a lost microphone heard is no reason to be louder than planned; that it is lost, none to be louder than now.
        return min(trimmed, planned) if look(DEAF(space)) else trimmed

    def _is_talked_in(self, look: Look, space: str) -> bool:
        """Where nothing watches a desk, there is talk all through the hours."""
        if self.zones.site.spaces[space].kind == "desk" and not self.zones.site.sensors_of(space):
            return space not in self.zones.site.bookable and look(OPEN()) is True
        return look(PEOPLE(space)) == "some"

    def _target(self, look: Look, space: str, occasion: Occasion | None) -> Target:
        target = self.zones.target(space, occasion)
        hearing = look(HEARING(space))
        loud = hearing is not None and not look.passed(hearing.until)
        return target.model_copy(update={"voice": "raised"}) if loud else target

    # --- levels -------------------------------------------------------------------------------------------------------

    def _wanted(self, look: Look, unit: str, level: float) -> Wish:
        by_hand = look(LEVEL(unit))
        if by_hand is not None and not look.passed(by_hand.until):
            because = say("Set to {level} dB(A) by {by} until {until}", level=by_hand.level, by=by_hand.by, until=by_hand.until)
            return Wish(by_hand.level, Kind.MANUAL, because)
        scheduled = self._scheduled(look, unit)
        talked = self._conversations(look, unit, min(level, scheduled.level), level)
        return max((scheduled, *talked), key=lambda wish: (wish.level, wish.kind))

    def _scheduled(self, look: Look, unit: str) -> Wish:
        section = self.zones.section
        if look(OPEN()) is False:
            return Wish(section.comfort.floor, Kind.SCHEDULE, say("Outside the hours of masking"))
        own, fixed = self.zones.emitter(unit).schedule, self.zones.fixed(unit)
        level = section.schedule.level if own is None else own
        if fixed is not None and fixed > level:
            return Wish(
                section.comfort.floor, Kind.SCHEDULE, say("Louder than the schedule of masking: it is on for conversations")
            )
        return Wish(level, Kind.SCHEDULE, say("The schedule of masking"))

    def _conversations(self, look: Look, unit: str, lowest: float, level: float) -> Iterator[Wish]:
        for pair in self.zones.served_by(unit):
            for talk in self.talks(look, pair.talker):
                need = self.need(look, pair, talk.target)
                if need is None:
                    continue
                behind = self.zones.level_behind(unit, pair.listener, need)
                way = behind - lowest if self.zones.fixed(unit) is None else 0.0
                if not _counts_already(look, talk, way, behind - level):
                    continue
                because = say("Conversation in {place}, heard in {listener}", place=Ref(pair.talker), listener=Ref(pair.listener))
                yield Wish(behind, Kind.CONVERSATION, because)

    def _limited(self, look: Look, unit: str, wish: Wish) -> Wish:
        """Within floor and maximum, and in a new zone only so much of the way as its days allow."""
        comfort, emitter, fixed = self.zones.section.comfort, self.zones.emitter(unit), self.zones.fixed(unit)
        if fixed is not None:
            return replace(wish, level=wish.level if fixed <= min(comfort.max, emitter.highest) else comfort.floor)
        step = emitter.step
        most = min(comfort.max, emitter.highest)
        level = min(max(wish.level, comfort.floor), most)
        level = comfort.floor + (level - comfort.floor) * self._share_of_new(look, emitter.since)
        grid = -(-(level - 1e-6) // step) * step
        return replace(wish, level=round(grid if grid <= most else most // step * step, 2))

    def _share_of_new(self, look: Look, since: date | None) -> float:
        if since is None:
            return 1.0
        local = self.zones.site.local
        today = local.date_of(look.now)
        days, day = 0, since
        while day <= today and days < ACCLIMATISED_AFTER:
            days += day.weekday() < 5 and not local.holidays(day)
            day += timedelta(days=1)
        if days < ACCLIMATISED_AFTER:
            look.passed(local.instant(today + timedelta(days=1)))
        return days / ACCLIMATISED_AFTER

    # --- what people asked for ----------------------------------------------------------------------------------------

    def _relieved(self, look: Look, unit: str, wish: Wish) -> Wish:
        floor = self.zones.section.comfort.floor
        for desk in self.zones.desks_of(unit):
            relief = look(RELIEF(desk))
            if relief is None or look.passed(relief.until):
                continue
            because = say("Relief at {desk} until {until}", desk=Ref(desk), until=relief.until)
            fast = not look.lasted(relief.at, RELIEF_TAKES)
            if relief.steps is None:
                return Wish(floor, Kind.RELIEF, because, off=True, fall=OFF_DB if fast else None)
            lower = max(floor, wish.level - RELIEF_STEP_DB * relief.steps)
            wish = Wish(lower, Kind.RELIEF, because, wish.off, RELIEF_DB if fast else None)
        return wish

    def _quiet_by_hand(self, look: Look, unit: str) -> Iterator[Wish]:
        floor = self.zones.section.comfort.floor
        for space in self.zones.near(unit):
            quiet, hearing = look(QUIET(space)), look(HEARING(space))
            if quiet is not None and not look.passed(quiet.until):
                because = say("Quiet in {place} until {until}, asked by {by}", place=Ref(space), until=quiet.until, by=quiet.by)
                yield Wish(floor, Kind.QUIET, because, off=True, fall=EMPTY_DB)
            if hearing is not None and not look.passed(hearing.until):
                because = say("Hearing support in {place} until {until}", place=Ref(space), until=hearing.until)
                yield Wish(floor, Kind.QUIET, because, off=True, fall=RELIEF_DB)

    def _quiet_bookings(self, look: Look, unit: str, level: float, wanted: float) -> Iterator[Wish]:
        floor = self.zones.section.comfort.floor
        for space, quiet in self.zones.quiet_rooms(unit):
            for occasion in look(OCCASIONS(space)) or ():
                if not self.zones.is_quiet(quiet, space, occasion):
                    continue
                fall = _fall(look, quiet, occasion, level - floor, wanted - floor)
                until = occasion.end + quiet.after
                because = say("Quiet for a booking of {place} until {until}", place=Ref(space), until=until)
                yield from [Wish(floor, Kind.QUIET, because, off=True, fall=fall)] if fall is not None else []


def _fall_of(wish: Wish) -> float:
    return wish.fall or 0.0


def _counts_already(look: Look, talk: Talk, way: float, missing: float) -> bool:
    """From its start on; before, from when the way up to it must begin, and where the level is there already.

    way: dB from where the level would be without it, or is; missing: dB from where it is.
    """
    if talk.start is None:
        return True
    ahead = timedelta(minutes=max(way, 0.0) / UP_DB) + _ASIDE
    return look.passed(talk.start - (ahead if missing > 0.0 else max(ahead, HELD_BETWEEN)))


def _fall(look: Look, quiet: Quiet, occasion: Occasion, way: float, usual_way: float) -> float | None:
    """How fast masking must go for a quiet booking, in dB a minute; None while it need not yet, or no more.

    way: dB that are left to go; usual_way: dB from where the level would be without it.
    """
    if look.passed(occasion.end + quiet.after):
        return None
    done_by = occasion.start - quiet.before
    if not look.passed(done_by - timedelta(minutes=max(way, usual_way, 0.0) / DOWN_DB) - _ASIDE):
        return None
    left = (done_by - look.now) / timedelta(minutes=1)
    return min(max(DOWN_DB, way / left), EMPTY_DB) if left > 1 else EMPTY_DB
