"""For how long privacy has been as it is: of each pair, and of each room, which is as private as the worst of its pairs.

Kept for a quarter of an hour, in memory alone: long enough to name the worst of it, and for the counting of `acoustics.counting`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from acoustics.telling import PRIVACY, SEVERITY, WORST, Privacy
from acoustics.words import Class
from acoustics.zones import Zones
from edge.claims import Derived, Follows
from edge.events import DaemonStarted, Event
from edge.facts import Facts, Family, Look

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyTurned(Event):
    """From now on it is so. subject: a pair by its name, or a room. live: somebody talks there. missing_db: see `Privacy`."""

    kind = "privacy-turned"
    journaled = False
    subject: str
    standing: Class
    live: bool
    missing_db: float | None


SPELLS: Family[tuple[PrivacyTurned, ...]] = Family("privacy-spells")
"""By subject, oldest first: those of the window and the one with which it began."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case PrivacyTurned(at=at, subject=subject):
            known = facts(SPELLS(subject)) or ()
            before = [spell for spell in known if spell.at <= at - WINDOW]
            facts.set(SPELLS(subject), (*before[-1:], *(spell for spell in known if at - WINDOW < spell.at <= at), event))
        case DaemonStarted():
            for (subject,), _ in list(facts.of(SPELLS)):
                facts.set(SPELLS(subject), None)
        case _:
            pass


@dataclass(frozen=True)
class Spells:
    """The rules of one site."""

    zones: Zones

    def pair(self, look: Look, name: str) -> Iterable[Derived | Follows]:
        pair = self.zones.pairs[name]
        yield from self._turns(look, name, [look(PRIVACY(pair.talker, pair.listener))])
        if spells := look(SPELLS(name)):
            yield Derived(WORST(pair.talker, pair.listener), _worst(spell.standing for spell in _within(look, spells)))

    def room(self, look: Look, talker: str) -> Iterable[Follows]:
        yield from self._turns(look, talker, [look(PRIVACY(p.talker, p.listener)) for p in self.zones.overheard(talker)])

    def _turns(self, look: Look, subject: str, found: Sequence[Privacy | None]) -> Iterable[Follows]:
        known = [privacy for privacy in found if privacy is not None]
        if not known:
            return
        missing = max((one.missing_db for one in known if one.missing_db is not None), default=None)
        standing, live = _worst(one.standing for one in known), any(one.live for one in known)
        last = (look(SPELLS(subject)) or (None,))[-1]
        if last is None or (last.standing, last.live, last.missing_db) != (standing, live, missing):
            yield Follows(PrivacyTurned(at=look.now, subject=subject, standing=standing, live=live, missing_db=missing))


def _worst(standings: Iterable[Class]) -> Class:
    return max(standings, key=SEVERITY.index)


def _within(look: Look, spells: Sequence[PrivacyTurned]) -> Sequence[PrivacyTurned]:
    """Those that lasted into the window; asked again when the first of them leaves it."""
    first = next((n for n, after in enumerate(spells[1:]) if not look.lasted(after.at, WINDOW)), len(spells) - 1)
    return spells[first:]
