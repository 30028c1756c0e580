"""Walks through a building that was just connected: somebody presses, opens and passes everything, and what came is written down.

A walk only listens. A press during it raises its alarm like any other; to close that alarm in one step there are walk tests
(`security.walk_tests`). What was seen is journaled as it comes, so a walk outlives the controller that listened.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from edge.claims import Follows
from edge.events import Event, Observed
from edge.facts import READING, Facts, Family, Look, Reading
from edge.language import space_of
from edge.points import Value
from edge.refusal import Refusal
from edge.site import Site
from edge.site.fields import Role
from edge.text import say
from security.roles import require

USUAL_LENGTH = timedelta(hours=4)
LONGEST = timedelta(hours=12)

Sight = Literal["pressed", "opened", "closed", "unlocked", "locked", "came", "went", "heard"]
"""came, went: presence, or an input. heard: it said a value that can be used."""

_OF_TYPES: Mapping[str, tuple[Sight, ...]] = {
    "panic-button": ("pressed",),
    "relief-button": ("pressed",),
    "occupancy-sensor": ("came", "went"),
    "alarm-input": ("came", "went"),
    "ambient-sensor": ("heard",),
}
_PRESSES = frozenset(("pressed", "tapped", "held"))
_CHANGES: Mapping[tuple[str, Value], Sight] = {
    ("contact", "open"): "opened",
    ("contact", "closed"): "closed",
    ("lock", "unlocked"): "unlocked",
    ("lock", "locked"): "locked",
    ("present", True): "came",
    ("present", False): "went",
    ("active", True): "came",
    ("active", False): "went",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWalkBegan(Event):
    kind = "device-walk-began"
    by: str
    devices: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSeen(Event):
    """For the first time in this walk. sight: see `Sight`."""

    kind = "device-seen"
    device: str
    sight: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWalkEnded(Event):
    """by: who answers for the result; empty when its time was over, and nobody does."""

    kind = "device-walk-ended"
    by: str = ""


WALK: Family[DeviceWalkBegan] = Family("device-walk")
"""The walk that goes on."""
SIGHTS: Family[Mapping[str, datetime]] = Family("device-sights")
"""By device: what was seen of it in this walk, and when."""


def expected(site: Site, device: str) -> tuple[Sight, ...]:
    """What a walk wants to see of a device; nothing of one that is tested otherwise (`security.point_tests`)."""
    section = site.devices[device]
    if section.type != "door-controller":
        return _OF_TYPES.get(section.type, ())
    door = section.door or ""
    if site.senses(door, "contact"):
        return ("opened", "closed")
    return ("unlocked", "locked") if site.senses(door, "read-back") else ("heard",)


def walkable(site: Site) -> tuple[str, ...]:
    """Space by space, as somebody walks."""
    order = {space: place for place, space in enumerate(site.spaces)}
    found = [device for device in site.devices if expected(site, device)]
    return tuple(sorted(found, key=lambda device: order.get(place_of(site, device) or "", len(order))))


def place_of(site: Site, device: str) -> str | None:
    """The space that it is in, or whose door it is at; None: of the whole building."""
    section = site.devices[device]
    return section.space or (space_of(site, section.door) if section.door is not None else None)


# --- what follows from a fact -----------------------------------------------------------------------------------------


def react(facts: Facts, event: Event, site: Site) -> Iterable[Event]:
    walk = facts(WALK())
    if walk is None or not isinstance(event, Observed) or event.bad or event.device not in walk.devices:
        return
    if not walk.at <= event.at < walk.until or event.device not in site.devices:
        return
    sight, seen = _sight(event, facts(READING(event.device, event.point))), facts(SIGHTS(event.device)) or {}
    for found in (sight, "heard"):
        if found is not None and found in expected(site, event.device) and found not in seen:
            yield DeviceSeen(at=event.at, device=event.device, sight=found)


def _sight(event: Observed, known: Reading | None) -> Sight | None:
    """Only a change shows that somebody was there: what has always been so may be what a cut wire says."""
    if event.point in _PRESSES:
        return "pressed" if event.value is True and event.press is not None else None
    changed = known is not None and known.value is not None and known.value != event.value
    return _CHANGES.get((event.point, event.value)) if changed else None


def fold(facts: Facts, event: Event) -> None:
    match event:
        case DeviceWalkBegan():
            facts.set(WALK(), event)
            for (device,), _ in list(facts.of(SIGHTS)):
                facts.set(SIGHTS(device), None)
        case DeviceSeen(device=device, sight=sight):
            seen = facts(SIGHTS(device))
            facts.set(SIGHTS(device), {**(seen or {}), sight: event.at})
        case DeviceWalkEnded():
            facts.set(WALK(), None)
        case _:
            pass


def kept(facts: Facts) -> Iterable[Event]:
    walk = facts(WALK())
    if walk is None:
        return
    yield walk
    for (device,), sights in facts.of(SIGHTS):
        yield from (DeviceSeen(at=at, device=device, sight=sight) for sight, at in sights.items())


# --- what a person may do ---------------------------------------------------------------------------------------------


def begin(
    site: Site, facts: Facts, at: datetime, by: str, role: Role, devices: Sequence[str] = (), length: timedelta = USUAL_LENGTH
) -> Event:
    """devices: empty for all that a walk can see."""
    require(role, "walk-test")
    if (walk := facts(WALK())) is not None:
        raise Refusal(say("{by} has begun a walk; end that one first.", by=walk.by))
    every = walkable(site)
    if unknown := next((device for device in devices if device not in every), None):
        raise Refusal(say("{device} is no button, door or sensor that can be walked to.", device=unknown))
    if not every:
        raise Refusal(say("There is no button, door or sensor here to walk to."))
    if not timedelta(0) < length <= LONGEST:
        raise Refusal(say("A walk lasts {hours} hours at most.", hours=LONGEST // timedelta(hours=1)))
    chosen = tuple(device for device in every if not devices or device in devices)
    return DeviceWalkBegan(at=at, by=by, devices=chosen, until=at + length)


def end(facts: Facts, at: datetime, by: str, role: Role) -> Event:
    """Whoever ends it signs its result."""
    require(role, "walk-test")
    if facts(WALK()) is None:
        raise Refusal(say("No walk is going on."))
    return DeviceWalkEnded(at=at, by=by)


# --- what follows -----------------------------------------------------------------------------------------------------


def conclusions(look: Look) -> Iterable[Follows]:
    """The end of its time."""
    walk = look(WALK())
    if walk is not None and (look.passed(walk.until) or walk.at > look.now):
        yield Follows(DeviceWalkEnded(at=look.now))


# --- its report -------------------------------------------------------------------------------------------------------

KINDS = tuple(event.kind for event in (DeviceWalkBegan, DeviceSeen, DeviceWalkEnded))


@dataclass(slots=True)
class Walk:
    """signed_by: empty when its time was over. ended_at: None while it goes on. sights: by device."""

    by: str
    began_at: datetime
    until: datetime
    sights: dict[str, dict[str, datetime]]
    ended_at: datetime | None = None
    signed_by: str = ""


def walks(events: Iterable[Event]) -> list[Walk]:
    """From entries of the journal, oldest first."""
    found: list[Walk] = []
    for event in events:
        match event:
            case DeviceWalkBegan():
                found.append(Walk(event.by, event.at, event.until, {device: {} for device in event.devices}))
            case DeviceSeen() if found and event.device in found[-1].sights:
                found[-1].sights[event.device].setdefault(event.sight, event.at)
            case DeviceWalkEnded() if found:
                found[-1].ended_at, found[-1].signed_by = event.at, event.by
            case _:
                pass
    return found
