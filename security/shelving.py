"""Shelving: a named person does not want to be told of one type of alarm of one subject for a while, and says why.

It returns by itself. After a restart a shelf of the journal holds on to its end; one that cannot be right (begun in the future,
longer than the site file now allows, of a type that is never shelved) is none.
"""

from collections.abc import Iterable
from datetime import datetime

from edge.claims import Condition, Follows
from edge.conditions import ALARM_SHELVED
from edge.events import Event
from edge.facts import Facts, Look
from edge.refusal import Refusal
from edge.site import Site
from edge.site.fields import Role
from edge.text import Ref, say
from security.alarm_types import alarm_type
from security.alarms import AlarmConflict, open_alarm, require_version
from security.at_door import reason_given
from security.quiet import SHELF, SHELVES, AlarmShelved, AlarmUnshelved
from security.roles import require


def shelve(
    site: Site, facts: Facts, at: datetime, number: int, by: str, role: Role, until: datetime, reason: str, version: int | None
) -> Event:
    """The source of an open alarm: its type and its subject. Refused for panic and fire, and while a critical alarm is unseen."""
    require(role, "shelve")
    alarm = open_alarm(facts, number)
    require_version(alarm, version)
    found, why = alarm_type(site, alarm.type), reason_given(reason)
    if found.shelve is None:
        raise Refusal(say("{type} is never shelved.", type=found.name))
    if alarm.level == 1 and alarm.acknowledged_at is None:
        raise AlarmConflict(say("Alarm {number} is critical: acknowledge it before it is shelved.", number=number))
    if not at < until <= at + found.shelve:
        raise Refusal(say("{type} can be shelved until {latest} at most.", type=found.name, latest=at + found.shelve))
    return AlarmShelved(at=at, type=alarm.type, subject=alarm.subject, by=by, reason=why, until=until)


def unshelve(facts: Facts, at: datetime, kind: str, subject: str, by: str, role: Role) -> Event:
    require(role, "shelve")
    if facts(SHELF(kind, subject)) is None:
        raise Refusal(say("This alarm is not shelved."))
    return AlarmUnshelved(at=at, type=kind, subject=subject, by=by)


def conclusions(look: Look, site: Site) -> Iterable[Condition | Follows]:
    """What is shelved, for everybody to see; and the end of what is over, or cannot be right."""
    for kind, subject in look(SHELVES()) or ():
        shelf = look(SHELF(kind, subject))
        if shelf is None:
            continue
        if look.passed(shelf.until) or _cannot_be_right(site, shelf, look.now):
            yield Follows(AlarmUnshelved(at=look.now, type=kind, subject=subject))
            continue
        told = say(
            "{type} of {subject} is shelved by {by} until {until}: {reason}",
            type=alarm_type(site, kind).name,
            subject=Ref(subject),
            by=shelf.by,
            until=shelf.until,
            reason=shelf.reason,
        )
        yield Condition(ALARM_SHELVED, f"{kind} {subject}", told)


def _cannot_be_right(site: Site, shelf: AlarmShelved, now: datetime) -> bool:
    longest = alarm_type(site, shelf.type).shelve
    return longest is None or shelf.until - shelf.at > longest or shelf.at > now
