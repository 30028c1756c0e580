"""Where relief is asked for on many days of a week, less masking is proposed there, once a week and by two decibels.

A person decides, and writes it into the site file; nothing here changes a level.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from acoustics.weeks import relief_days, week_of, weeks_until
from acoustics.zones import Zones
from edge.claims import Derived, Follows
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.text import Ref, Text, say

TOO_MANY_DAYS = 3
LESS_DB = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LessProposed(Event):
    """In this week relief was asked for on so many days; the unit's `highest` and `schedule` of the site file should be these."""

    kind = "masking-less-proposed"
    unit: str
    week: str
    days: int
    highest: float
    schedule: float


PROPOSED: Family[LessProposed] = Family("masking-proposed")
"""By unit: the last one that was made."""
PROPOSAL: Family[Text] = Family("masking-proposal")
"""By unit, in words: of this week or of the one before, and until it is done."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case LessProposed(unit=unit):
            facts.set(PROPOSED(unit), event)
        case _:
            pass


def kept(facts: Facts) -> Iterable[Event]:
    """For a checkpoint."""
    return (proposed for _, proposed in facts.of(PROPOSED))


@dataclass(frozen=True)
class Proposals:
    """The rule of one site's units."""

    zones: Zones

    def unit(self, look: Look, unit: str) -> Iterable[Derived | Follows]:
        local = self.zones.site.local
        known, week = look(PROPOSED(unit)), week_of(local, look.now)
        days = relief_days(look, week, unit)
        today = local.date_of(look.now)
        look.passed(local.instant(today + timedelta(days=7 - today.weekday())))  # then other presses are counted
        if days > TOO_MANY_DAYS and (known is None or known.week != week):
            yield Follows(self._less(look, unit, week, days))
        elif known is not None and known.week in weeks_until(local, look.now)[:2] and not self._is_done(known):
            yield Derived(PROPOSAL(unit), _told(known))

    def _less(self, look: Look, unit: str, week: str, days: int) -> LessProposed:
        comfort = self.zones.section.comfort
        highest, schedule = self._levels(unit)
        lower = [max(comfort.floor, level - LESS_DB) for level in (min(highest, comfort.normal), schedule)]
        return LessProposed(at=look.now, unit=unit, week=week, days=days, highest=lower[0], schedule=lower[1])

    def _levels(self, unit: str) -> tuple[float, float]:
        emitter, usual = self.zones.emitter(unit), self.zones.section.schedule.level
        return emitter.highest, usual if emitter.schedule is None else emitter.schedule

    def _is_done(self, known: LessProposed) -> bool:
        highest, schedule = self._levels(known.unit)
        return highest <= known.highest and schedule <= known.schedule


def _told(known: LessProposed) -> Text:
    return say(
        "Relief was asked for at {device} on {days} days of a week: {less} dB less is proposed, at most {highest} dB(A) and "
        "{level} by the schedule",
        device=Ref(known.unit),
        days=known.days,
        less=LESS_DB,
        highest=known.highest,
        level=known.schedule,
    )
