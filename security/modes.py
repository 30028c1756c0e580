"""Fire, evacuation and lockdown: states of the whole building, of a zone or of one door, which outrank everything else at doors.

fire input > evacuation > lockdown > panic effects > staff release > override > booking and scene > hours > default
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from edge import conditions
from edge.events import ConditionBegan, Event, Observed
from edge.facts import ONLINE, READING, Facts, Family
from edge.refusal import Refusal
from edge.site import Site
from edge.site.fields import Role, ZoneClass
from edge.text import Ref, say
from security import roles
from security.roles import Action

Mode = Literal["fire", "evacuation", "lockdown"]
SITE = "site"
"""The scope of the whole building; others are "zone:internal" and "door:lobby-staff"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeBegan(Event):
    """scope: SITE, "zone:" with a zone class, or "door:" with a door. by: a person, or the device that called fire."""

    kind = "mode-began"
    mode: Mode
    scope: str
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeEndAsked(Event):
    """The first of the two distinct actions that end a lockdown; the second is `ModeEnded`."""

    kind = "mode-end-asked"
    mode: Mode
    scope: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeEnded(Event):
    kind = "mode-ended"
    mode: Mode
    scope: str
    by: str
    reason: str = ""


MODE: Family[ModeBegan] = Family("mode")
"""By mode and scope: how one that holds began."""

END_ASKED: Family[ModeEndAsked] = Family("mode-end-asked")
"""By mode and scope: that somebody asked for the end of one that holds."""

ASKED_HOLDS = timedelta(seconds=60)
"""How long after it was asked for an end can be confirmed."""

MODES: tuple[Mode, ...] = get_args(Mode)
ZONES: tuple[ZoneClass, ...] = get_args(ZoneClass)
_BEGINS: Mapping[str, Action] = {"evacuation": "evacuation", "lockdown": "lockdown"}
_ENDS: Mapping[str, Action] = {"fire": "end-fire", "evacuation": "end-evacuation", "lockdown": "end-lockdown"}


def zone_scope(zone: ZoneClass) -> str:
    return f"zone:{zone}"


def door_scope(door: str) -> str:
    return f"door:{door}"


# --- what follows from a fact -----------------------------------------------------------------------------------------


def react(facts: Facts, event: Event, site: Site) -> Iterable[Event]:
    """The fire alarm system begins the mode; that it has fallen silent does so only where the site file says that it counts."""
    if facts(MODE("fire", SITE)) is not None:
        return
    match event:
        case Observed(device=device, point="fire", value=True) if device in fire_inputs(site):
            yield ModeBegan(at=event.at, mode="fire", scope=SITE, by=device)
        case ConditionBegan(type=conditions.FIRE_INPUT_LOST, subject=device) if site.security.fire_loss == "release":
            yield ModeBegan(at=event.at, mode="fire", scope=SITE, by=device, reason=conditions.FIRE_INPUT_LOST)
        case _:
            pass


def fold(facts: Facts, event: Event) -> None:
    match event:
        case ModeBegan():
            facts.set(MODE(event.mode, event.scope), event)
        case ModeEndAsked():
            facts.set(END_ASKED(event.mode, event.scope), event)
        case ModeEnded():
            facts.set(MODE(event.mode, event.scope), None)
            facts.set(END_ASKED(event.mode, event.scope), None)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> list[Event]:
    """What a checkpoint of the journal holds of them."""
    asked = (event for _, event in facts.of(END_ASKED) if _fresh(event, at))
    return [*(began for _, began in facts.of(MODE)), *asked]


def fire_inputs(site: Site) -> list[str]:
    return [device for device, section in site.devices.items() if section.type == "fire-input"]


# --- what a person may do ---------------------------------------------------------------------------------------------


def begin(site: Site, facts: Facts, at: datetime, mode: str, scope: str, by: str, role: Role, reason: str = "") -> Event:
    """Evacuation or lockdown, by one action. Raises Refusal."""
    known = known_mode(mode)
    if known == "fire":
        raise Refusal(say("Fire is begun by the fire alarm system alone; begin an evacuation."))
    roles.require(role, _BEGINS[known])
    require_scope(site, known, scope)
    if (held := facts(MODE(known, scope))) is not None:
        raise Refusal(say("It holds already, begun by {by}; nothing more needs to be done.", by=held.by))
    return ModeBegan(at=at, mode=known, scope=scope, by=by, reason=reason.strip())


def ask_end(site: Site, facts: Facts, at: datetime, mode: str, scope: str, by: str, role: Role) -> Event:
    """The first of the two actions that end a lockdown. Raises Refusal."""
    known = _holding(site, facts, mode, scope, role)
    if known != "lockdown":
        raise Refusal(say("Only a lockdown needs two steps; end this one in one."))
    return ModeEndAsked(at=at, mode=known, scope=scope, by=by)


def end(site: Site, facts: Facts, at: datetime, mode: str, scope: str, by: str, role: Role, reason: str = "") -> Event:
    """Of a lockdown, the confirmation that follows `ask_end` within a minute. Raises Refusal."""
    known = _holding(site, facts, mode, scope, role)
    if known == "fire":
        _require_no_fire(site, facts)
    if known == "lockdown":
        asked = facts(END_ASKED(known, scope))
        if asked is None or not _fresh(asked, at):
            seconds = round(ASKED_HOLDS.total_seconds())
            raise Refusal(say("Two steps end a lockdown: ask for its end, then confirm within {seconds} seconds.", seconds=seconds))
    return ModeEnded(at=at, mode=known, scope=scope, by=by, reason=reason.strip())


def _holding(site: Site, facts: Facts, mode: str, scope: str, role: Role) -> Mode:
    """The mode, if it holds and the role may end it. One that has lost its place in the site file can still be ended."""
    known = known_mode(mode)
    roles.require(role, _ENDS[known])
    if facts(MODE(known, scope)) is None:
        require_scope(site, known, scope)
        raise Refusal(say("It does not hold, so there is nothing to end."))
    return known


def _require_no_fire(site: Site, facts: Facts) -> None:
    """An input that is lost says nothing any more: then the person decides, and its own word begins the mode again."""
    for device in fire_inputs(site):
        reading = facts(READING(device, "fire"))
        if reading is not None and reading.value is True and facts(ONLINE(device)) is not False:
            raise Refusal(say("{device} still says fire; end the alarm at the fire panel first.", device=Ref(device)))


def _fresh(asked: ModeEndAsked, at: datetime) -> bool:
    return timedelta(0) <= at - asked.at <= ASKED_HOLDS


def known_mode(mode: str) -> Mode:
    found = next((known for known in MODES if known == mode), None)
    if found is None:
        raise Refusal(say("There is no mode {mode}; these are: {known}.", mode=mode, known=", ".join(MODES)))
    return found


def require_scope(site: Site, mode: Mode, scope: str) -> None:
    kind, _, name = scope.partition(":")
    if scope == SITE:
        return
    if mode != "lockdown":
        raise Refusal(say("It is always of the whole building: its scope is {scope}.", scope=SITE))
    if kind == "zone" and name in ZONES:
        return
    if kind != "door" or name not in site.doors:
        zones = ", ".join(zone_scope(zone) for zone in ZONES)
        raise Refusal(
            say("There is no {scope} here; a scope is {site}, {zones}, or door: and a door.", scope=scope, site=SITE, zones=zones)
        )
    if site.device_at(name) is None:
        raise Refusal(say("{door} has no controller: nothing here can lock it.", door=Ref(name)))
