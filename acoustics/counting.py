"""The counting of what `acoustics.weeks` keeps: once a quarter of an hour, while people talk or a unit is too loud.

What a restart interrupts is not counted, so at most a quarter of an hour is missing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from acoustics.listening import OWN
from acoustics.spells import SPELLS, WINDOW, PrivacyTurned
from acoustics.weeks import QuarterCounted, week_of
from acoustics.words import Class
from acoustics.zones import Zones
from edge.claims import Follows
from edge.events import DaemonStarted, Event, Observed
from edge.facts import Facts, Family, Look

LOUD_DBA = 45.0

QUARTER: Family[datetime] = Family("masking-quarter")
"""Since when there is something to count that is not counted yet."""

_QUARTER_S = 15 * 60


@dataclass(frozen=True)
class Counting:
    """Of one site."""

    zones: Zones

    def fold(self, facts: Facts, event: Event) -> None:
        match event:
            case PrivacyTurned(live=True):
                facts.set(QUARTER(), facts(QUARTER()) or event.at)
            case Observed(device=device, point="level", value=float() | int() as level) if level > LOUD_DBA:
                if device in self.zones.heard:
                    facts.set(QUARTER(), facts(QUARTER()) or event.at)
            case QuarterCounted():
                facts.set(QUARTER(), event.at if event.goes_on else None)
            case DaemonStarted():
                facts.set(QUARTER(), None)
            case _:
                pass

    def quarter(self, look: Look, _: str) -> Iterable[Follows]:
        """The rule: counts at each quarter of the clock."""
        began = look(QUARTER())
        if began is None or not look.passed(_end_of_quarter(began)):
            return
        start = max(began, look.now - WINDOW)
        talked, missing = self._talk(look, start)
        loud = {unit: round(sum(_loud(look, unit, start))) for unit in self.zones.heard}
        yield Follows(
            QuarterCounted(
                at=look.now,
                week=week_of(self.zones.site.local, start),
                talked=talked,
                missing=missing,
                loud={unit: seconds for unit, seconds in loud.items() if seconds},
                goes_on=self._goes_on(look),
            )
        )

    def _talk(self, look: Look, start: datetime) -> tuple[dict[str, dict[Class, int]], dict[str, float]]:
        talked: dict[str, dict[Class, int]] = {}
        missing: dict[str, float] = {}
        for subject in (*self.zones.pairs, *self.zones.talkers):
            for spell, seconds in _talk_of(look, subject, start):
                of = talked.setdefault(subject, {})
                of[spell.standing] = of.get(spell.standing, 0) + seconds
                if spell.missing_db is not None:
                    missing[subject] = max(spell.missing_db, missing.get(subject, 0.0))
        return talked, missing

    def _goes_on(self, look: Look) -> bool:
        talk = any((spells := look(SPELLS(talker))) and spells[-1].live for talker in self.zones.talkers)
        return talk or any(_is_loud(levels[-1][1]) for unit in self.zones.heard if (levels := look(OWN(unit))))


def _talk_of(look: Look, subject: str, start: datetime) -> Iterator[tuple[PrivacyTurned, int]]:
    spells = look(SPELLS(subject)) or ()
    ends = [*(spell.at for spell in spells[1:]), look.now]
    for spell, end in zip(spells, ends, strict=True):
        seconds = round((end - max(spell.at, start)).total_seconds())
        if spell.live and seconds > 0:
            yield spell, seconds


def _loud(look: Look, unit: str, start: datetime) -> Iterator[float]:
    levels = look(OWN(unit)) or ()
    for (began, level), (ended, _) in pairwise([*levels, (look.now, None)]):
        if _is_loud(level):
            yield max(0.0, (ended - max(began, start)).total_seconds())


def _is_loud(level: float | None) -> bool:
    return level is not None and level > LOUD_DBA


def _end_of_quarter(began: datetime) -> datetime:
    """The next quarter of the clock. In every time zone a week begins with one."""
    return began + timedelta(seconds=_QUARTER_S - began.timestamp() % _QUARTER_S)
