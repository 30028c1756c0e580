"""What the controller looks at by itself before and after a ceremony: each check is well, wrong or unknown, with a few words why.

Only what devices report counts, never what they were told: a lock is unlocked when it says so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from edge.conditions import (
    BATTERY_LOW,
    DEVICE_GARBAGE,
    DEVICE_LOST,
    DEVICE_NOT_FOLLOWING,
    MASKING_FAULT,
    NO_USABLE_VALUE,
    TAMPER,
)
from edge.facts import ACTIVE, Look
from edge.points import PointId
from edge.site import Site
from edge.site.checklists import Check, CheckKind
from edge.site.model import Scene
from edge.site.panic_settings import AROUND
from edge.text import Ref, Text, say
from rooms.plan import CALENDAR
from rooms.presence import presence
from rooms.scenes import claimed
from rooms.slots import Slot, obstacle, slots

FAULTS = (DEVICE_LOST, TAMPER, DEVICE_GARBAGE, NO_USABLE_VALUE, DEVICE_NOT_FOLLOWING, MASKING_FAULT, BATTERY_LOW)
"""Conditions that make a device unfit, the worst first."""
Verdict = Literal["well", "wrong", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    verdict: Verdict
    told: Text


@dataclass(frozen=True, slots=True)
class Checked:
    """Of which ceremony something is asked. starts, ends: as it is now expected to be."""

    site: Site
    id: str
    scene: Scene
    slot: Slot
    starts: datetime
    ends: datetime


def judge(look: Look, checked: Checked, check: Check) -> Finding:
    return _JUDGES[check.kind](look, checked, check)


def doors_of(site: Site, scene: str) -> tuple[str, ...]:
    """The doors with a controller that a scene opens."""
    return tuple(name for name, door in site.doors.items() if scene in door.unlock.scenes and name in site.controllers)


def units_of(site: Site, room: str, named: Iterable[str]) -> tuple[str, ...]:
    """Masking units by name; `around` stands for those of the room and of the spaces a door away."""
    near = {room}.union(*({door.from_, door.to} for door in site.doors.values() if room in (door.from_, door.to)))
    around = [name for name, device in site.devices.items() if device.type == "masking-unit" and device.space in near]
    return tuple(dict.fromkeys(unit for name in named for unit in (around if name == AROUND else [name])))


# --- things -----------------------------------------------------------------------------------------------------------


def _door(look: Look, checked: Checked, check: Check) -> Finding:
    device = checked.site.device_at(check.subject)
    if device is None:
        return _unheard(check.subject)
    if check.state == "closed":
        return _closed(look, device, check.subject)
    found = look.heard(device, "lock")
    if found is None:
        return _unheard(check.subject)
    now = (
        say("Unlocked since {since}", since=found.since)
        if found.value == "unlocked"
        else say("Locked since {since}", since=found.since)
    )
    return Finding("well" if found.value == check.state else "wrong", now)


def _closed(look: Look, device: str, door: str) -> Finding:
    found = look.heard(device, "contact")
    if found is None:
        return _unheard(door)
    if found.value == "closed":
        return Finding("well", say("Closed since {since}", since=found.since))
    return Finding("wrong", say("Open since {since}", since=found.since))


def _device(look: Look, _: Checked, check: Check) -> Finding:
    name = check.subject
    for type_ in FAULTS:
        found = look(ACTIVE(type_, name))
        if found is not None:
            return Finding("wrong", found.because)
    return Finding("well", say("No fault")) if look.heard(name, "link") is not None else _unheard(name)


def _sign(look: Look, checked: Checked, check: Check) -> Finding:
    found = look.heard(check.subject, "text")
    if found is None:
        return _unheard(check.subject)
    shows = str(found.value or "")
    now = say('It shows "{text}"', text=shows) if shows else say("It shows nothing")
    wanted = "" if check.state == "blank" else claimed(checked.scene).get(PointId(check.subject, "text"))
    return Finding("well" if (shows == wanted if wanted is not None else shows) else "wrong", now)


def _relay(look: Look, _: Checked, check: Check) -> Finding:
    found = look.heard(check.subject, "on")
    if found is None:
        return _unheard(check.subject)
    now = say("On since {since}", since=found.since) if found.value is True else say("Off since {since}", since=found.since)
    return Finding("well" if found.value is (check.state == "on") else "wrong", now)


def _masking(look: Look, checked: Checked, check: Check) -> Finding:
    units = units_of(checked.site, checked.scene.room, check.masking)
    acoustics = checked.site.acoustics
    floor = acoustics.comfort.floor if acoustics is not None else 0.0
    for unit in units:
        muted, level = look.heard(unit, "muted"), look.heard(unit, "level")
        if muted is not None and muted.value is True:
            continue
        if muted is None and level is None:
            return _unheard(unit)
        if level is None or not isinstance(level.value, int | float) or level.value > floor:
            return Finding("wrong", say("{device} still masks", device=Ref(unit)))
    return Finding("well", say("Quiet")) if units else Finding("unknown", say("No masking is near"))


# --- the scene and its room -------------------------------------------------------------------------------------------


def _route(look: Look, checked: Checked, _: Check) -> Finding:
    for door in doors_of(checked.site, checked.id):
        found = look.heard(checked.site.controllers[door], "lock")
        if found is None:
            return _unheard(door)
        if found.value != "unlocked":
            return Finding("wrong", say("{door} is locked", door=Ref(door)))
    return Finding("well", say("Every door of the way is unlocked"))


def _room(look: Look, checked: Checked, check: Check) -> Finding:
    if check.room == "ready":
        hindrance, _ = obstacle(look, checked.site, checked.slot)
        return Finding("well", say("It opens for its booking")) if hindrance is None else Finding("wrong", hindrance)
    seen = presence(look, checked.site, checked.scene.room)
    if seen.seen:
        return Finding("wrong", say("Somebody is there"))
    if seen.empty_since is None:
        return Finding("unknown", say("No sensor can tell whether somebody is there"))
    return Finding("well", say("Nobody seen since {since}", since=seen.empty_since))


def _bookings(look: Look, checked: Checked, _: Check) -> Finding:
    own = checked.slot.booking
    for slot in slots(look, checked.site, checked.scene.room).near:
        other = slot.booking
        same = (other.uid, other.rid) == (own.uid, own.rid)
        if not same and slot.may_open and other.start < checked.ends and slot.end > checked.starts:
            return Finding("wrong", say("Booked {start}–{end} too", start=other.start, end=slot.end))
    return Finding("well", say("No other booking until {end}", end=checked.ends))


def _calendars(look: Look, checked: Checked, _: Check) -> Finding:
    for feed in checked.site.feeds_of(checked.scene.room):
        section, health = checked.site.feeds[feed], look(CALENDAR(feed))
        if section.local:
            continue
        if health is None or health.read_at is None or look.lasted(health.read_at, section.stale_after):
            return Finding("wrong", say("{calendar} was not read for a while", calendar=Ref(feed.partition("/")[0])))
    return Finding("well", say("Read lately"))


def _unheard(name: str) -> Finding:
    return Finding("unknown", say("Nothing is heard of {device}", device=Ref(name)))


_JUDGES: Mapping[CheckKind, Callable[[Look, Checked, Check], Finding]] = {
    "door": _door,
    "device": _device,
    "sign": _sign,
    "relay": _relay,
    "masking": _masking,
    "route": _route,
    "room": _room,
    "bookings": _bookings,
    "calendars": _calendars,
}
