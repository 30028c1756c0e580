"""A named person's timed release of a door: the only unlock without booking or hours, ten minutes at most."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.claims import Claim, Priority
from edge.events import DaemonStarted, Event
from edge.facts import Facts, Family, Look
from edge.refusal import Refusal
from edge.site import Site
from edge.site.fields import Role
from edge.text import Ref, say
from security.at_door import lock_of, reason_given, require_no_stronger, require_unlockable
from security.overrides import DoorTakenOut, require_in_service
from security.roles import require

LONGEST_RELEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorReleased(Event):
    kind = "door-released"
    door: str
    by: str
    until: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseEnded(Event):
    """A person took a release back before its time."""

    kind = "release-ended"
    door: str
    by: str


RELEASE: Family[DoorReleased] = Family("release")


def fold(facts: Facts, event: Event) -> None:
    match event:
        case DoorReleased():
            facts.set(RELEASE(event.door), event)
        case ReleaseEnded() | DoorTakenOut():
            facts.set(RELEASE(event.door), None)
        case DaemonStarted(at=at):
            # Where the clock went back before a start, what was released then would be so once more, and for longer.
            for (door,), released in list(facts.of(RELEASE)):
                if released.at > at:
                    facts.set(RELEASE(door), None)
        case _:
            pass


def release(site: Site, facts: Facts, at: datetime, door: str, by: str, role: Role, span: timedelta, reason: str) -> Event:
    """Refused to roles that may not, without a reason, for over ten minutes, and where nothing would come of it."""
    lock_of(site, door)
    require(role, "release")
    if not timedelta(0) < span <= LONGEST_RELEASE:
        raise Refusal(say("A door can be released for 1 to {most} seconds.", most=round(LONGEST_RELEASE.total_seconds())))
    why = reason_given(reason)
    require_unlockable(site, door)
    require_in_service(facts, at, door)
    require_no_stronger(site, facts, door, "unlocked")
    return DoorReleased(at=at, door=door, by=by, until=at + span, reason=why)


def end_release(site: Site, facts: Facts, at: datetime, door: str, by: str, role: Role) -> Event:
    """To end one is to lock: for whoever may do that."""
    lock_of(site, door)
    require(role, "override-locked")
    released = facts(RELEASE(door))
    if released is None or released.until <= at:
        raise Refusal(say("{door} has not been released.", door=Ref(door)))
    return ReleaseEnded(at=at, door=door, by=by)


def claims(look: Look, site: Site, door: str) -> Iterable[Claim]:
    """The claim of a live release on one door."""
    released = look(RELEASE(door))
    if released is not None and not look.passed(released.until):
        yield Claim(
            lock_of(site, door),
            "unlocked",
            Priority.RELEASE,
            f"release:{released.at.isoformat()}",
            say("Released by {by} until {until}: {reason}", by=released.by, until=released.until, reason=released.reason),
            released.until,
        )


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """The releases that still hold, for a checkpoint."""
    return (released for _, released in facts.of(RELEASE) if released.until > at)
