"""What masking can do for each pair of a site as it is built, before anything runs: needed, allowed, reached, and what to build.

Nothing of the present is known here: doors are closed, nobody has asked for anything, and of other noise only the declared one
is there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from acoustics.pairs import OPEN_DOOR_DB, Pair
from acoustics.privacy import Path, Standing, background_for, masking_beside, standing_of, together_dba
from acoustics.telling import LEAST_WORTH_DB
from acoustics.wishes import STANDINGS, Wishes
from acoustics.zones import Zones
from edge.site.acoustics_settings import Target
from edge.text import Ref, Text, say

ROOM_DB = 35.0
"""Of a room as such rooms are built, from which it is reckoned what a better one takes: a decibel of wall is one of background."""
ROUND_DB = 5.0
SCREEN_DB = 8.0
"""What a good screen between two places of an open space takes at the most."""
FARTHEST_SENSIBLE_M = 30.0


@dataclass(frozen=True, slots=True)
class Planned:
    """One pair for one target. Levels are dB(A) at the listener, all noise together; None: none does it, or none is there.

    needed: by class. ambient: there without masking. most: masking that is allowed there; None: no unit masks there. masking: what
    the class that is reached takes of it. missing: for the class that is meant, beyond what is allowed or would be with a unit.
    """

    pair: Pair
    target: Target
    needed: Mapping[Standing, float | None]
    ambient: float | None
    most: float | None
    masking: float | None
    units: tuple[str, ...]
    reached: Standing
    reached_open: Standing | None
    """With a door open; None where there is none."""
    missing: float | None
    remedies: tuple[Text, ...]

    @property
    def is_reached(self) -> bool:
        return self.reached is STANDINGS[self.target.privacy]


def plan_of(zones: Zones) -> list[Planned]:
    wishes = Wishes(zones)
    return [_planned(zones, wishes, pair, target) for pair in zones.pairs.values() for target in targets_of(zones, pair.talker)]


def targets_of(zones: Zones, space: str) -> tuple[Target, ...]:
    """All that may apply to talk in a space, each once: of its bookings, and of whoever sits there without one."""
    found: list[Target] = []
    bookable = space in zones.site.bookable
    for target in zones.section.targets:
        if target.kinds and zones.site.spaces[space].kind not in target.kinds:
            continue
        narrow = bool(target.policies or target.agencies)
        if bookable or not narrow:
            found.append(target)
        if not narrow:
            break
    else:
        found.append(zones.target(space, None))
    alike = {(target.privacy, target.voice, target.insist): target for target in reversed(found)}
    return tuple(reversed(alike.values()))


def _planned(zones: Zones, wishes: Wishes, pair: Pair, target: Target) -> Planned:
    path, raised, meant = zones.path(pair), target.voice == "raised", STANDINGS[target.privacy]
    ambient, most = zones.declared_ambient(pair.listener), wishes.most_at(pair.listener, target)
    needed = {standing: background_for(path, raised, standing) for standing in (Standing.CONFIDENTIAL, Standing.LIMITED)}
    there = together_dba(most, ambient) or 0.0
    bearable = together_dba(wishes.bearable_at(pair.listener, target), ambient) or 0.0
    reached = min(standing_of(path, raised, there), meant)
    takes = needed.get(reached)
    return Planned(
        pair=pair,
        target=target,
        needed=needed,
        ambient=ambient,
        most=most,
        masking=None
        if takes is None or most is None
        else min(max(masking_beside(takes, ambient), zones.section.comfort.floor), most),
        units=zones.homes(pair.listener),
        reached=reached,
        reached_open=_with_open_door(zones, pair, raised, there),
        missing=_missing(needed[meant], bearable),
        remedies=() if reached is meant else tuple(_remedies(zones, pair, target, bearable, unmasked=most is None)),
    )


def _with_open_door(zones: Zones, pair: Pair, raised: bool, there: float) -> Standing | None:
    if pair.rating is None or not pair.doors:
        return None
    return standing_of(zones.path(pair, open_door=OPEN_DOOR_DB), raised, there)


def _missing(needed: float | None, bearable: float) -> float | None:
    """Where no noise at all would do, the remedies alone tell."""
    return round(needed - bearable, 1) if needed is not None and needed - bearable >= LEAST_WORTH_DB else None


# --- what to build instead -------------------------------------------------------------------------------------------


def _remedies(zones: Zones, pair: Pair, target: Target, bearable: float, *, unmasked: bool) -> Iterator[Text]:
    """Each would do by itself, without a unit beside one that has yet to be put up."""
    unit = say("a masking unit in {place}", place=Ref(pair.listener)) if unmasked else None
    needed = background_for(zones.path(pair), target.voice == "raised", STANDINGS[target.privacy])
    if needed is None or needed <= bearable:
        yield from [] if unit is None else [unit]
        return
    if pair.rating is None:
        yield from _in_the_open(zones, pair, target, needed, bearable)
        return
    if pair.open_way:
        yield say("a door in the opening between the two")
    better = -int(-(pair.rating + needed - bearable) // 1)
    wall = say("a door and wall of {needed} dB in place of {rating} dB", needed=better, rating=pair.rating)
    yield wall if unit is None else say("{unit} and {wall}", unit=unit, wall=wall)


def _in_the_open(zones: Zones, pair: Pair, target: Target, needed: float, bearable: float) -> Iterator[Text]:
    path, missing = zones.path(pair), needed - bearable
    if missing <= SCREEN_DB:
        yield say("a screen that takes {missing} dB", missing=round(missing, 1))
    metres = path.distance_m * 2.0 ** (missing / path.decay_db)
    if metres <= FARTHEST_SENSIBLE_M:
        yield say(
            "{metres} m between the two in place of {distance} m", metres=-int(-metres // 1), distance=round(path.distance_m, 1)
        )
    room = Path(ROOM_DB, reverberation_s=path.reverberation_s)
    behind = background_for(room, target.voice == "raised", STANDINGS[target.privacy])
    if behind is not None:
        rating = ROOM_DB + behind - bearable
        yield say("a closed room whose walls and door take {needed} dB", needed=-int(-rating // ROUND_DB) * int(ROUND_DB))
