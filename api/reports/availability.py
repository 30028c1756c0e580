"""For how long each device could be heard: from the conditions in the journal, over the time in which a controller ran."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from api.reports.figures import DeviceTime
from edge import conditions
from edge.events import ConditionBegan, ConditionEnded, Event
from edge.site import Site

Span = tuple[datetime, datetime]
LOST: Final = frozenset((conditions.DEVICE_LOST, conditions.PANIC_SOURCE_LOST, conditions.FIRE_INPUT_LOST))
TOLD: Final = LOST | {conditions.CONNECTION_LOST}


def availability(
    site: Site, told: Iterable[Event], gaps: Sequence[Span], start: datetime, end: datetime
) -> Mapping[str, DeviceTime]:
    """By device, in the order of the site file. told: beginnings and ends of such conditions until the end, the oldest first; also
    those from before the start. gaps: while no controller ran."""
    spans = _spans(told, end)
    known = _without([(start, end)], gaps)
    found = {}
    for device, section in site.devices.items():
        own = [*spans.get((False, device), ()), *spans.get((True, section.connection), ())]
        lost = _within(_united(own), known)
        began = sum(start <= since < end for since, _ in own)
        found[device] = DeviceTime(section.type, _hours(known), _hours(lost), began or (1 if lost else 0))
    return found


def away_h(gaps: Sequence[Span], start: datetime, end: datetime) -> float:
    return _hours(_within(_united(gaps), [(start, end)]))


def _spans(told: Iterable[Event], end: datetime) -> dict[tuple[bool, str], list[Span]]:
    """By whether it is a connection, and its id: from when until when it was lost."""
    since: dict[tuple[str, str], datetime] = {}
    found: dict[tuple[bool, str], list[Span]] = {}
    for event in told:
        match event:
            case ConditionBegan(type=kind, subject=subject):
                since.setdefault((kind, subject), event.at)
            case ConditionEnded(type=kind, subject=subject) if (kind, subject) in since:
                found.setdefault(_whose(kind, subject), []).append((since.pop((kind, subject)), event.at))
            case _:
                pass
    for (kind, subject), began in since.items():
        found.setdefault(_whose(kind, subject), []).append((began, end))
    return found


def _whose(kind: str, subject: str) -> tuple[bool, str]:
    return kind == conditions.CONNECTION_LOST, subject


def _united(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _within(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    cut = [(max(a, c), min(b, d)) for a, b in spans for c, d in others]
    return [(a, b) for a, b in cut if a < b]


def _without(spans: Sequence[Span], others: Iterable[Span]) -> list[Span]:
    left = list(spans)
    for a, b in _united(others):
        left = [part for start, end in left for part in ((start, min(end, a)), (max(start, b), end)) if part[0] < part[1]]
    return left


def _hours(spans: Iterable[Span]) -> float:
    return round(sum((end - start).total_seconds() for start, end in spans) / 3600, 4)
