"""How rooms were used in a month, by agency, room and kind of booking; and by what part of that use costs are shared."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Final

from api.reports.figures import Hours, Sharing, Use, UseRow
from api.reports.suppression import BOOKED, LEAST, LEAVES, SLOTS, USED, Shown, beside, broken_down, merged_of, shown_totals
from edge.site import Site
from rooms.usage import BookingEnded

_FIRST_SLOT, _SLOT_HOURS = 8, 2

AXES: Final[Mapping[str, Callable[[BookingEnded], str]]] = {
    "agency": lambda ended: ended.agency or "",
    "room": lambda ended: ended.room,
    "kind": lambda ended: ended.policy or "",
}
_Flag = Callable[[BookingEnded], bool]
_OVER: Final[_Flag] = lambda ended: ended.over_s > 0  # noqa: E731
_RELEASED: Final[_Flag] = lambda ended: ended.released != ""  # noqa: E731
_TERMINAL: Final[_Flag] = lambda ended: ended.terminal is True  # noqa: E731


def slot_of(site: Site, start: datetime) -> str:
    """The two hours of the local clock in which a visit began."""
    nth = (start.astimezone(site.local.zone).hour - _FIRST_SLOT) // _SLOT_HOURS
    return SLOTS[nth] if 0 <= nth < len(SLOTS) - 1 else SLOTS[-1]


def use_of(site: Site, ended: Sequence[BookingEnded]) -> Use:
    counts = _counted(site, ended)
    merged = merged_of(counts)
    rows = {name: _rows(site, axis(site, name), _by(ended, key), ended, merged.all) for name, key in AXES.items()}
    total = UseRow(
        counts=shown_totals(counts, merged),
        over=_large(sum(map(_OVER, ended))),
        released=_large(sum(map(_RELEASED, ended))),
        terminal=_large(sum(map(_TERMINAL, ended))) if any(each.terminal is not None for each in ended) else None,
        hours=None if merged.all else _hours(ended, unknown=not merged.hides("unknown")),
    )
    return Use(total, rows)


def axis(site: Site, name: str) -> Sequence[str]:
    """The rows that a breakdown has in any case, in the order of the site file."""
    match name:
        case "agency":
            return tuple(site.agencies)
        case "room":
            return site.bookable
        case _:
            return tuple(site.rooms)


def _by(ended: Iterable[BookingEnded], key: Callable[[BookingEnded], str]) -> dict[str, list[BookingEnded]]:
    found: dict[str, list[BookingEnded]] = {}
    for each in ended:
        found.setdefault(key(each), []).append(each)
    return found


def _rows(
    site: Site, names: Sequence[str], found: Mapping[str, list[BookingEnded]], ended: Sequence[BookingEnded], nothing: bool
) -> Mapping[str, UseRow] | None:
    rows = {name: found.get(name, []) for name in (*names, *sorted(set(found) - set(names)))}
    counts = {name: _counted(site, those) for name, those in rows.items()}
    shown = broken_down(counts, merged_of(_counted(site, ended)))
    if nothing or shown.rows is None:
        return None
    booked = {name: len(those) for name, those in rows.items()}
    used = {name: sum(counts[name][slot] for slot in SLOTS) for name in rows}
    over = beside({name: sum(map(_OVER, those)) for name, those in rows.items()}, used)
    released = beside({name: sum(map(_RELEASED, those)) for name, those in rows.items()}, booked)
    terminal = beside({name: sum(map(_TERMINAL, those)) for name, those in rows.items()}, booked)
    hidden: Shown = "kept-back"
    with_terminals = any(each.terminal is not None for each in ended)
    return {
        name: UseRow(
            counts=shown.rows[name],
            over=hidden if over is None else over[name],
            released=hidden if released is None else released[name],
            terminal=None if not with_terminals else hidden if terminal is None else terminal[name],
            hours=_hours(those, unknown=isinstance(shown.rows[name]["unknown"], int)) if _is_told(shown.rows[name]) else None,
        )
        for name, those in rows.items()
    }


def _counted(site: Site, ended: Iterable[BookingEnded]) -> dict[str, int]:
    counts = dict.fromkeys(LEAVES, 0)
    for each in ended:
        counts[slot_of(site, each.start) if each.outcome == "used" else each.outcome] += 1
    return counts


def _large(count: int) -> Shown:
    return count if count == 0 or count >= LEAST else "few"


def _is_told(counts: Mapping[str, Shown]) -> bool:
    return all(isinstance(counts[column], int) for column in (BOOKED, USED))


def _hours(ended: Iterable[BookingEnded], *, unknown: bool) -> Hours:
    ended = list(ended)
    booked = sum((each.booked_until - each.start).total_seconds() for each in ended)
    return Hours(
        booked=_in_hours(booked),
        held=_in_hours(sum(map(held_s, ended))),
        seen=_in_hours(sum(each.seen_s for each in ended)),
        unknown=_in_hours(sum(each.unknown_s for each in ended)) if unknown else None,
    )


def _in_hours(seconds: float) -> float:
    return round(seconds / 3600, 1)


def held_s(ended: BookingEnded) -> int:
    """For how long a booking kept others from the room, unless nobody came to it."""
    if ended.outcome == "no-show":
        return 0
    return round((ended.until - ended.start).total_seconds()) + ended.over_s


def sharing_of(site: Site, ended: Iterable[BookingEnded]) -> Sharing:
    """By the largest remainders, so that the parts are 100.0 together."""
    held = dict.fromkeys(site.agencies, 0)
    unowned = 0
    for each in ended:
        if each.agency in held:
            held[each.agency] += held_s(each)
        else:
            unowned += held_s(each)
    return Sharing(_parts(held), _in_hours(unowned))


def _parts(held: Mapping[str, int]) -> Mapping[str, float]:
    whole = sum(held.values())
    if whole == 0:
        return {}
    exact = {agency: Fraction(1000 * seconds, whole) for agency, seconds in held.items()}
    tenths = {agency: int(part) for agency, part in exact.items()}
    left = 1000 - sum(tenths.values())
    for agency in sorted(exact, key=lambda each: (tenths[each] - exact[each], each))[:left]:
        tenths[agency] += 1
    return {agency: part / 10 for agency, part in tenths.items()}
