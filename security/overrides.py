"""What a named person decides about one door against its plan: an override with an end, or that it is out of service."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from edge.claims import Claim, Condition, Priority
from edge.conditions import DOOR_OUT_OF_SERVICE, DOOR_OVERRIDDEN
from edge.events import DaemonStarted, Event
from edge.facts import Facts, Family, Look
from edge.refusal import Refusal
from edge.site import Site
from edge.site.fields import Role
from edge.text import Ref, Text, say
from security.at_door import lock_of, reason_given, require_no_stronger, require_unlockable
from security.roles import require

DoorValue = Literal["locked", "unlocked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOverridden(Event):
    """A person wants the door locked or unlocked until then, whatever its bookings and hours say. A newer one replaces it."""

    kind = "door-overridden"
    door: str
    value: DoorValue
    by: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideEnded(Event):
    """A person ended an override before its time."""

    kind = "override-ended"
    door: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorTakenOut(Event):
    """A person took the door out of service: it is locked by its own means, and no booking, hours or person opens it from here.

    Ends a release and an override of the door.
    """

    kind = "door-taken-out"
    door: str
    by: str
    until: datetime | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorTakenBack(Event):
    kind = "door-taken-back"
    door: str
    by: str


OVERRIDE: Family[DoorOverridden] = Family("override")
"""By door: the last one that nobody ended; it holds until its time has passed."""
OUT_OF_SERVICE: Family[DoorTakenOut] = Family("out-of-service")
"""By door: since when it is out; it is back when its time, if it has one, has passed."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case DoorOverridden():
            facts.set(OVERRIDE(event.door), event)
        case OverrideEnded():
            facts.set(OVERRIDE(event.door), None)
        case DoorTakenOut():
            facts.set(OUT_OF_SERVICE(event.door), event)
            facts.set(OVERRIDE(event.door), None)
        case DoorTakenBack():
            facts.set(OUT_OF_SERVICE(event.door), None)
        case DaemonStarted(at=at):
            # Where the clock went back before a start, a door would be unlocked for longer than anybody wanted.
            for (door,), overridden in list(facts.of(OVERRIDE)):
                if overridden.at > at and overridden.value == "unlocked":
                    facts.set(OVERRIDE(door), None)
        case _:
            pass


# --- what people ask for ----------------------------------------------------------------------------------------------


def override(
    site: Site, facts: Facts, at: datetime, door: str, value: DoorValue, by: str, role: Role, until: datetime, reason: str
) -> Event:
    """Refused to roles that may not, without a reason or a near end, and where nothing would come of it."""
    lock_of(site, door)
    require(role, "override-unlocked" if value == "unlocked" else "override-locked")
    why, latest = reason_given(reason), at + site.security.longest_override
    _require_ahead(at, until)
    if until > latest:
        raise Refusal(say("A door can be overridden until {latest} at most.", latest=latest))
    if value == "unlocked":
        require_unlockable(site, door)
    require_in_service(facts, at, door)
    require_no_stronger(site, facts, door, value)
    return DoorOverridden(at=at, door=door, value=value, by=by, until=until, reason=why)


def end_override(site: Site, facts: Facts, at: datetime, door: str, by: str, role: Role) -> Event:
    """Whoever may lock a door by an override may end any: what then opens it is its plan."""
    lock_of(site, door)
    require(role, "override-locked")
    overridden = facts(OVERRIDE(door))
    if overridden is None or overridden.until <= at:
        raise Refusal(say("{door} is not overridden.", door=Ref(door)))
    return OverrideEnded(at=at, door=door, by=by)


def out_of_service(
    site: Site, _facts: Facts, at: datetime, door: str, by: str, role: Role, reason: str, until: datetime | None = None
) -> Event:
    """Taken out again, it has a new reason and end. Refused to roles that may not, and without a reason."""
    lock_of(site, door)
    require(role, "out-of-service")
    why = reason_given(reason)
    if until is not None:
        _require_ahead(at, until)
    return DoorTakenOut(at=at, door=door, by=by, until=until, reason=why)


def back_in_service(site: Site, facts: Facts, at: datetime, door: str, by: str, role: Role) -> Event:
    lock_of(site, door)
    require(role, "out-of-service")
    if not _is_out(facts, at, door):
        raise Refusal(say("{door} is in service.", door=Ref(door)))
    return DoorTakenBack(at=at, door=door, by=by)


def require_in_service(facts: Facts, at: datetime, door: str) -> None:
    """Raises Refusal."""
    if _is_out(facts, at, door):
        raise Refusal(say("{door} is out of service: take it back into service first.", door=Ref(door)))


def _is_out(facts: Facts, at: datetime, door: str) -> bool:
    taken_out = facts(OUT_OF_SERVICE(door))
    return taken_out is not None and (taken_out.until is None or taken_out.until > at)


def _require_ahead(at: datetime, until: datetime) -> None:
    if until <= at:
        raise Refusal(say("The end lies in the past."))


# --- what follows -----------------------------------------------------------------------------------------------------


def conclusions(look: Look, site: Site, door: str) -> Iterable[Claim | Condition]:
    """Of one door: what is claimed of it, and what people see for as long as that holds."""
    overridden = look(OVERRIDE(door))
    if overridden is not None and not look.passed(overridden.until):
        yield from _held(site, overridden, overridden.value, DOOR_OVERRIDDEN, "override", _overridden(overridden))
    taken_out = look(OUT_OF_SERVICE(door))
    if taken_out is not None and (taken_out.until is None or not look.passed(taken_out.until)):
        yield from _held(site, taken_out, "locked", DOOR_OUT_OF_SERVICE, "out-of-service", _taken_out(taken_out))


def _held(
    site: Site, act: DoorOverridden | DoorTakenOut, value: DoorValue, condition: str, cause: str, because: Text
) -> Iterable[Claim | Condition]:
    lock = lock_of(site, act.door)
    yield Claim(lock, value, Priority.OVERRIDE, f"{cause}:{act.at.isoformat()}", because, act.until)
    yield Condition(condition, act.door, because)


def _overridden(act: DoorOverridden) -> Text:
    return say("Overridden by {by} until {until}: {reason}", by=act.by, until=act.until, reason=act.reason)


def _taken_out(act: DoorTakenOut) -> Text:
    if act.until is None:
        return say("Taken out of service by {by}: {reason}", by=act.by, reason=act.reason)
    return say("Taken out of service by {by} until {until}: {reason}", by=act.by, until=act.until, reason=act.reason)


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """What still holds, for a checkpoint."""
    yield from (overridden for _, overridden in facts.of(OVERRIDE) if overridden.until > at)
    yield from (taken_out for _, taken_out in facts.of(OUT_OF_SERVICE) if taken_out.until is None or taken_out.until > at)
