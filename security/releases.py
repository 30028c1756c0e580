"""A named person's timed release of a door: the only unlock without booking or hours, ten minutes at most."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.claims import Claim, Priority
from edge.errors import IllegalCommand
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.points import PointId
from edge.site import Site
from edge.text import say

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
        case ReleaseEnded():
            facts.set(RELEASE(event.door), None)
        case _:
            pass


def release(site: Site, at: datetime, door: str, by: str, span: timedelta, reason: str = "") -> Event:
    _require_door(site, door)
    if not timedelta(0) < span <= LONGEST_RELEASE:
        raise IllegalCommand(f"a door can be released for 1 to {LONGEST_RELEASE.total_seconds():.0f} seconds")
    return DoorReleased(at=at, door=door, by=by, until=at + span, reason=reason)


def end_release(site: Site, facts: Facts, at: datetime, door: str, by: str) -> Event:
    _require_door(site, door)
    released = facts(RELEASE(door))
    if released is None or released.until <= at:
        raise IllegalCommand(f"door {door} has not been released")
    return ReleaseEnded(at=at, door=door, by=by)


def _require_door(site: Site, door: str) -> None:
    if site.device_at(door) is None:
        raise IllegalCommand(f"no door {door} with a controller")


def claims(look: Look, site: Site, door: str) -> Iterable[Claim]:
    """The claim of a live release on one door."""
    released = look(RELEASE(door))
    device = site.device_at(door)
    if released is not None and device is not None and not look.passed(released.until):
        yield Claim(
            PointId(device, "lock"),
            "unlocked",
            Priority.RELEASE,
            f"release:{released.at.isoformat()}",
            say("Released by {by} until {until}", by=released.by, until=released.until),
            released.until,
        )
