"""How long a battery will last: a straight line through what it said of itself over the last weeks.

Charge is telemetry and not journaled; of each device a few readings a day are kept, and put into the checkpoints of the journal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.events import Event, Observed
from edge.facts import Facts, Family

EVERY = timedelta(hours=6)
"""At most one reading is kept for as long."""
REMEMBERED = timedelta(days=21)
FEWEST, SHORTEST = 4, timedelta(days=2)
"""Readings, and how long they reach, without which nothing can be said."""
CHANGED_BY = 10.0
"""A charge that rises by so many per cent is that of another battery."""
SLOWEST = 0.02
"""Per cent a day: what falls more slowly may as well stand still."""
LONGEST = 3 * 365


@dataclass(frozen=True, slots=True)
class Charge:
    at: datetime
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargesKept(Event):
    """For a checkpoint: the readings of one device, oldest first."""

    kind = "charges-kept"
    device: str
    charges: tuple[Charge, ...]


CHARGES: Family[tuple[Charge, ...]] = Family("charges")
"""By device, oldest first."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case Observed(point="battery", value=int() | float() as percent) if not isinstance(percent, bool):
            _take(facts, event.device, Charge(event.at, float(percent)))
        case ChargesKept():
            facts.set(CHARGES(event.device), event.charges)
        case _:
            pass


def _take(facts: Facts, device: str, charge: Charge) -> None:
    known = facts(CHARGES(device)) or ()
    if known and charge.percent > known[-1].percent + CHANGED_BY:
        known = ()
    elif known and charge.at - known[-1].at < EVERY:
        return
    recent = tuple(each for each in known if charge.at - each.at <= REMEMBERED)
    facts.refresh(CHARGES(device), (*recent, charge))


def kept(facts: Facts, at: datetime) -> list[Event]:
    return [ChargesKept(at=at, device=device, charges=charges) for (device,), charges in facts.of(CHARGES)]


def days_left(charges: Sequence[Charge], now: datetime) -> int | None:
    """Whole days until the battery is empty; None where that cannot be said: too few readings, or none that fall."""
    if len(charges) < FEWEST or charges[-1].at - charges[0].at < SHORTEST:
        return None
    days = [(charge.at - now) / timedelta(days=1) for charge in charges]
    middle, mean = sum(days) / len(days), sum(charge.percent for charge in charges) / len(charges)
    spread = sum((day - middle) ** 2 for day in days)
    slope = sum((day - middle) * (charge.percent - mean) for day, charge in zip(days, charges, strict=True)) / spread
    if slope > -SLOWEST:
        return None
    left = (mean - slope * middle) / -slope
    return min(max(int(left), 0), LONGEST)
