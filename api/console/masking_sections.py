"""What the page of masking shows: levels against their bands, rooms with the worst of their pairs, what is missing, a week."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from acoustics.telling import SEVERITY
from acoustics.words import CLASS_NAMES, Class
from acoustics.zones import Zones
from api.masking_truth import MaskingTruth
from api.models_masking import MaskingUnitOut, MaskingWeekOut, PrivacyOut, TalkWeekOut
from edge.language import Renderer
from edge.text import say

LOWEST_DBA: Final = 25.0
HIGHEST_DBA: Final = 50.0
PER_DB: Final = 10
"""Of the drawing's own units."""
WIDTH: Final = round((HIGHEST_DBA - LOWEST_DBA) * PER_DB)


@dataclass(frozen=True, slots=True)
class LevelBar:
    """A level beside its band, in the drawing's own units from the left; None: not known, or not meant."""

    floor: int
    most: int
    insisting: int
    level: int | None
    wanted: int | None
    over: bool


@dataclass(frozen=True, slots=True)
class Room:
    """pairs: the worst first."""

    id: str
    name: str
    standing: Class
    word: str
    live: bool
    pairs: Sequence[PrivacyOut]


@dataclass(frozen=True, slots=True)
class Missing:
    talkers: str
    listener: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RoomWeek:
    """told: how its talk was divided, in words. parts: the same as widths of 100."""

    name: str
    hours: float
    told: str
    parts: Sequence[tuple[Class, int, int]]
    missing_db: float | None


def level_bar(unit: MaskingUnitOut) -> LevelBar:
    return LevelBar(
        floor=_along(unit.floor_dba),
        most=_along(unit.most_dba),
        insisting=_along(unit.insisting_dba),
        level=None if unit.level_dba is None else _along(unit.level_dba),
        wanted=None if unit.wanted_dba is None or unit.silent else _along(unit.wanted_dba),
        over=unit.level_dba is not None and unit.level_dba > unit.insisting_dba,
    )


def rooms(pairs: Iterable[PrivacyOut], renderer: Renderer) -> list[Room]:
    """Those where somebody talks first, then the least private."""
    by_talker: dict[str, list[PrivacyOut]] = {}
    for pair in pairs:
        by_talker.setdefault(pair.talker, []).append(pair)
    found = [_room(talker, heard, renderer) for talker, heard in by_talker.items()]
    return sorted(found, key=lambda room: (not room.live, -SEVERITY.index(room.standing)))


def _room(talker: str, heard: list[PrivacyOut], renderer: Renderer) -> Room:
    worst_first = sorted(heard, key=lambda pair: -SEVERITY.index(pair.standing))
    standing = worst_first[0].standing
    return Room(
        id=talker,
        name=renderer.name(talker),
        standing=standing,
        word=renderer.text(CLASS_NAMES[standing]),
        live=any(pair.live for pair in heard),
        pairs=worst_first,
    )


def missing(pairs: Iterable[PrivacyOut]) -> list[Missing]:
    """Where something has to be built or closed, the farthest from it first; who lacks the same stands together."""
    talkers: dict[tuple[str, str], list[str]] = {}
    for pair in sorted(pairs, key=lambda pair: -(pair.missing_db or 0.0)):
        if pair.remedy is not None:
            talkers.setdefault((pair.listener_name, pair.remedy), []).append(pair.talker_name)
    return [Missing(", ".join(names), listener, remedy) for (listener, remedy), names in talkers.items()]


def rooms_of_week(told: MaskingTruth, week: str, renderer: Renderer) -> list[RoomWeek]:
    return [_week_of_room(talk, renderer) for talk in told.talk(pairs=False) if talk.week == week]


def _week_of_room(talk: TalkWeekOut, renderer: Renderer) -> RoomWeek:
    order = [standing for standing in SEVERITY if talk.shares.get(standing)]
    words = [
        renderer.say("{class_name} {percent} %", class_name=CLASS_NAMES[one], percent=round(100 * talk.shares[one]))
        for one in order
    ]
    return RoomWeek(renderer.name(talk.talker), talk.hours, " · ".join(words), _parts(order, talk.shares), talk.missing_db)


def _parts(order: Sequence[Class], shares: Mapping[Class, float]) -> list[tuple[Class, int, int]]:
    """Class, where it begins, how wide it is."""
    parts: list[tuple[Class, int, int]] = []
    start = 0.0
    for standing in order:
        parts.append((standing, round(100 * start), round(100 * (start + shares[standing])) - round(100 * start)))
        start += shares[standing]
    return parts


def units_of_week(units: Iterable[MaskingUnitOut], week: str) -> list[tuple[str, MaskingWeekOut]]:
    return [(unit.name, of_week) for unit in units for of_week in unit.weeks if of_week.week == week]


def spans(minutes: Iterable[int], renderer: Renderer) -> list[tuple[int, str]]:
    """Minutes, and how long that is in words."""
    return [
        (each, renderer.say("{minutes} min", minutes=each) if each < 60 else renderer.say("{hours} h", hours=each // 60))
        for each in minutes
    ]


def quiet_spaces(zones: Zones) -> list[str]:
    """Where masking is heard that could be silent."""
    return [space for space in zones.site.spaces if any(space in zones.near(unit) for unit in zones.heard)]


def supported_spaces(zones: Zones) -> list[str]:
    """Where people talk, or masking is heard."""
    heard = quiet_spaces(zones)
    return [space for space in zones.site.spaces if space in zones.talkers or space in heard]


def named_week(week: str, renderer: Renderer) -> str:
    """2026-W48 as people write it."""
    year, _, number = week.partition("-W")
    return renderer.text(say("Week {number}/{year}", number=int(number), year=year))


def _along(dba: float) -> int:
    return round((min(max(dba, LOWEST_DBA), HIGHEST_DBA) - LOWEST_DBA) * PER_DB)
