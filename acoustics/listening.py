"""What microphones hear: the noise that is there without masking, and whether masking sounds as it should. Levels only.

A microphone hears its own masking too. What is left without it can be told only where the whole is at least 3 dB louder; else the
last known noise goes on being believed. Fed back as it is, masking would chase itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

from acoustics.levels import energy_sum, percentile_level, remaining_level
from acoustics.units import number, sound_of
from acoustics.zones import Zones
from edge.claims import Condition, Derived, Follows
from edge.conditions import AMBIENT_UNKNOWN, MASKING_WEAK
from edge.events import DaemonStarted, Event, Observed
from edge.facts import ACTIVE, ONLINE, READING, START, Facts, Family, Look
from edge.text import Ref, say

WINDOW = timedelta(minutes=15)
STALE = timedelta(minutes=5)
LEAST_SPAN = timedelta(minutes=10)
"""Of levels now and then, before their L90 says anything."""
BURST_DB = 15.0
EXCESS_DB = 3.0
DEAD_BAND_DB = 1.0
WEAK_FOR = timedelta(minutes=10)
_BUCKET = timedelta(seconds=10)

Levels = tuple[tuple[datetime, float | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AmbientHeard(Event):
    """The noise of a space without masking, dB(A), by its microphone; told when it differs by a decibel from the one before."""

    kind = "ambient-heard"
    space: str
    dba: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingDoubted(Event):
    """A microphone hears less than the masking that a unit says it makes (weak), or no longer does."""

    kind = "masking-doubted"
    journaled = False
    unit: str
    weak: bool


SAMPLES: Family[Levels] = Family("microphone-levels")
"""By device: what its microphone gave within the window, bursts left out."""
OWN: Family[Levels] = Family("masking-levels")
"""By unit: its level since the window began, one for each change; None: silent."""
AMBIENT: Family[AmbientHeard] = Family("ambient")
"""By space: the last that could be told, also from before a restart."""
TOTAL: Family[float] = Family("background-measured")
"""By space: L90 of everything that sounds there, while its microphone can be believed."""
DEAF: Family[bool] = Family("microphone-deaf")
"""By space: its microphone gives nothing that can be used."""
DOUBTED: Family[datetime] = Family("masking-doubted")


def fold(facts: Facts, event: Event, zones: Zones) -> None:
    match event:
        case Observed(device=device, point="ambient", value=float() | int() as level, bad="") if isfinite(level):
            facts.set(SAMPLES(device), _with(facts(SAMPLES(device)) or (), event.at, float(level)))
        case Observed(device=unit, point="level" | "muted") if unit in zones.heard:
            _fold_own(facts, unit, event, zones.fixed(unit))
        case AmbientHeard(space=space):
            facts.set(AMBIENT(space), event)
        case MaskingDoubted(unit=unit, weak=weak):
            facts.set(DOUBTED(unit), event.at if weak else None)
        case DaemonStarted():
            for family in (SAMPLES, OWN):
                for subject, _ in list(facts.of(family)):
                    facts.set(family(*subject), None)
        case _:
            pass


def kept(facts: Facts) -> Iterable[Event]:
    """For a checkpoint: a restart must not make a place quieter than it was known to be."""
    return (heard for _, heard in facts.of(AMBIENT))


def _with(samples: Levels, at: datetime, level: float) -> Levels:
    recent = tuple((t, one) for t, one in samples if at - WINDOW < t <= at)
    known = [one for _, one in recent if one is not None]
    if known and level > percentile_level(known, 90.0) + BURST_DB:
        return recent
    if recent and at - recent[-1][0] < _BUCKET:
        return (*recent[:-1], (recent[-1][0], level))
    return (*recent, (at, level))


def _fold_own(facts: Facts, device: str, event: Observed, fixed: float | None) -> None:
    reading, muted = facts(READING(device, "level")), facts(READING(device, "muted"))
    level = fixed if fixed is not None else None if reading is None else number(reading.value)
    if event.bad or level is None:
        facts.set(OWN(device), None)
        return
    now = None if (muted is not None and muted.value is True) or level <= 0.0 else level
    known = facts(OWN(device)) or ()
    if known and known[-1][1] == now:
        return
    before = [entry for entry in known if entry[0] <= event.at - WINDOW]
    facts.set(OWN(device), (*before[-1:], *(entry for entry in known if entry[0] > event.at - WINDOW), (event.at, now)))


@dataclass(frozen=True)
class Listening:
    """The rules of the microphones of one site. deaf_when_silent: whether one that says nothing for long is told of."""

    zones: Zones
    deaf_when_silent: bool = True

    def microphone(self, look: Look, device: str) -> Iterable[Condition | Derived | Follows]:
        """What is heard where a microphone is."""
        space = self.zones.place_of(device)
        total, deaf = self._l90(look, device)
        if deaf:
            yield Derived(DEAF(space), True)
            if look(ONLINE(device)) is not False:  # a lost device is told of as one
                told = say(
                    "The microphone of {device} gives no level: masking in {place} goes on without it", **self._named(device)
                )
                yield Condition(AMBIENT_UNKNOWN, device, told)
        if total is None:
            return
        yield Derived(TOTAL(space), total)
        ambient = self._without_masking(look, space, total)
        known = look(AMBIENT(space))
        if ambient is not None and (known is None or abs(ambient - known.dba) >= DEAD_BAND_DB):
            yield Follows(AmbientHeard(at=look.now, space=space, dba=round(ambient, 1)))

    def masking(self, look: Look, unit: str) -> Iterable[Condition | Follows]:
        """Whether a unit sounds as loud as it says: a microphone under it cannot hear less than its masking."""
        weak = self._is_weak(look, unit)
        since = look(DOUBTED(unit))
        if weak is None:
            if look(ACTIVE(MASKING_WEAK, unit)) is not None:
                yield self._weak(unit)
        elif weak != (since is not None):
            yield Follows(MaskingDoubted(at=look.now, unit=unit, weak=weak))
        elif weak and since is not None and (look(ACTIVE(MASKING_WEAK, unit)) is not None or look.lasted(since, WEAK_FOR)):
            yield self._weak(unit)

    def _weak(self, unit: str) -> Condition:
        told = say("{device} is weaker in {place} than it says: conversations may be overheard", **self._named(unit))
        return Condition(MASKING_WEAK, unit, told)

    def _named(self, device: str) -> dict[str, Ref]:
        return {"device": Ref(device), "place": Ref(self.zones.place_of(device) or device)}

    def _l90(self, look: Look, device: str) -> tuple[float | None, bool]:
        """L90, and whether the microphone counts as deaf. Of a microphone that has just begun neither can be told."""
        reading, samples = look.heard(device, "ambient"), look(SAMPLES(device)) or ()
        start = look(START())
        newest = samples[-1][0] if samples else (start.at if start is not None else look.now)
        if look.lasted(newest, STALE):
            return None, self.deaf_when_silent
        if reading is None or not samples:
            return None, look(READING(device, "ambient")) is not None and reading is None
        levels = [one for _, one in samples if one is not None]
        if self.zones.section.microphones[device].gives == "l90":
            return levels[-1], False
        return (percentile_level(levels, 90.0) if samples[-1][0] - samples[0][0] >= LEAST_SPAN else None), False

    def _without_masking(self, look: Look, space: str, total: float) -> float | None:
        own: list[float] = []
        for unit, heard in self.zones.heard.items():
            if space not in heard:
                continue
            levels = self._recent(look, unit)
            if levels is None:
                return None
            own += [max(level - heard[space] for level in levels if level is not None)] if any(levels) else []
        return remaining_level(total, energy_sum(own), EXCESS_DB) if own else total

    def _is_weak(self, look: Look, unit: str) -> bool | None:
        """None: nothing tells."""
        space = next((s for s, loss in self.zones.heard[unit].items() if loss == 0.0 and self.zones.microphone(s)), None)
        total = None if space is None else look(TOTAL(space))
        levels = self._recent(look, unit)
        if total is None or levels is None:
            return None
        sounding = [level for level in levels if level is not None]
        return len(sounding) == len(levels) and total < min(sounding) - EXCESS_DB

    def _recent(self, look: Look, unit: str) -> Sequence[float | None] | None:
        """All levels of a unit within the window; None while they are not known for so long."""
        known = look(OWN(unit))
        if not known or sound_of(look, self.zones, unit) is None or not look.lasted(known[0][0], WINDOW):
            return None
        before = [level for at, level in known if at <= look.now - WINDOW]
        return (*before[-1:], *(level for at, level in known if at > look.now - WINDOW))
