"""Acknowledged is not done: an alarm that somebody has seen and that goes on is told again, and again after as long."""

from collections.abc import Iterable

from edge.claims import Follows
from edge.facts import Look
from edge.site import Site
from security.alarm_types import alarm_type
from security.alarms import ALARM, ATTENDED, AlarmReminded
from security.quiet import why_quiet


def due(look: Look, site: Site) -> Iterable[Follows]:
    for number in look(ATTENDED()) or ():
        alarm = look(ALARM(str(number)))
        if alarm is None or alarm.acknowledged_at is None or why_quiet(look, alarm.type, alarm.subject) is not None:
            continue
        if look.lasted(alarm.reminded_at or alarm.acknowledged_at, alarm_type(site, alarm.type).reminder):
            yield Follows(AlarmReminded(at=look.now, number=number, owner=alarm.owner))
