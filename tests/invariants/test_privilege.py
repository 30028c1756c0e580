"""D14: in random days of a building in which nothing excludes anything else, to take a permission away never unlocks more."""

import zlib
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.invariants.buildings import Sections, building
from tests.invariants.days import Happening, day
from tests.invariants.lives import STARTS
from tests.invariants.promises import PROMISES, opened
from tests.invariants.timelines import Timeline
from tests.invariants.world import World

UNTIL = 2 * 3600
KEPT = ("calendar_says", "calendar_fails", "calendar_unchanged", "act", "end_lockdown", "press", "attend", "set", "restart")
Trace = tuple[Sections, list[Happening]]


def plain(seed: int) -> Trace:
    """Bookings of nobody in particular: those of two agencies would close the door between them."""
    chance = Random(zlib.crc32(f"plain {seed}".encode()))
    sections = building(chance, plain=True)
    happenings = [h for h in day(chance, sections) if h.what in KEPT and h.after < UNTIL and not _is_of_a_moment(h)]
    return sections, [_told(h, lambda booking: replace(booking, agency=None)) for h in happenings if not _at_a_lock(h)]


def _fields(happening: Happening) -> dict[str, Any]:
    return happening.args[0] if happening.what == "act" else {}


def _is_of_a_moment(happening: Happening) -> bool:
    """What may only be done while something is played or booked, and keeps doors locked afterwards: to take that away before is to
    take a lock away too."""
    return "room" in _fields(happening) or _fields(happening).get("action") == "stop-scene"


def _at_a_lock(happening: Happening) -> bool:
    """A key or a leaf: what a hand does is no permission."""
    return happening.what == "set" and happening.args[1] in ("lock", "contact")


def _told(happening: Happening, how: Callable[[Any], Any]) -> Happening:
    if happening.what != "calendar_says":
        return happening
    written, nonsense = happening.args
    return replace(happening, args=(tuple(b for b in map(how, written) if b is not None), nonsense))


def lived(trace: Trace, start: int) -> Timeline:
    timeline = Timeline()
    World(trace[0], STARTS[start], (*PROMISES, opened, timeline.look)).live(trace[1], UNTIL)
    return timeline


# --- what can be taken away -------------------------------------------------------------------------------------------


def without_booking(trace: Trace, chance: Random) -> Trace:
    uids = sorted({b.uid for h in trace[1] if h.what == "calendar_says" for b in h.args[0]})
    gone = chance.choice(uids)
    return trace[0], [_told(h, lambda booking: None if booking.uid == gone else booking) for h in trace[1]]


def without_rule(trace: Trace, chance: Random) -> Trace:
    sections = deepcopy(trace[0])
    door = chance.choice([door for door in sections["doors"].values() if any(door.get("unlock", {}).values())] or [{}])
    if door:
        del door["unlock"][chance.choice([kind for kind, value in door["unlock"].items() if value])]
    return sections, trace[1]


def _unlocks(fields: dict[str, Any]) -> str | None:
    match fields.get("action"):
        case "release" | "play-scene":
            return str(fields["action"])
        case "override" if fields["value"] == "unlocked":
            return "override"
        case _:
            return None


def without_acts(trace: Trace, chance: Random) -> Trace:
    """All of one kind that unlock, as if the building did not know them."""
    gone = chance.choice(["release", "override", "play-scene"])
    return trace[0], [h for h in trace[1] if _unlocks(_fields(h)) != gone]


def without_role(trace: Trace, chance: Random) -> Trace:
    """Of one role, everything that unlocks."""
    gone = chance.choice(["guard", "lobby-host", "facility-manager"])
    return trace[0], [h for h in trace[1] if not (_unlocks(_fields(h)) and _fields(h)["role"] == gone)]


TAKEN: Sequence[Callable[[Trace, Random], Trace]] = (without_booking, without_rule, without_acts, without_role)


@pytest.mark.parametrize("seed", range(3))
def test_a_permission_less_unlocks_no_more(seed: int) -> None:
    fewer_unlock_no_more(seed)


def fewer_unlock_no_more(seed: int) -> None:
    trace, chance = plain(seed), Random(seed)
    whole = lived(trace, seed % len(STARTS))
    assert whole.unlocked_at_all
    for take in TAKEN:
        assert lived(take(trace, chance), seed % len(STARTS)).beyond(whole) == [], f"seed {seed}, {take.__name__}"


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_hundreds_of_days_with_a_permission_less() -> None:
    for seed in range(100, 500):
        fewer_unlock_no_more(seed)
