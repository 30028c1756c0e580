"""Many alarms with one cause are shown as one group, so that they push nothing off the screen; a panic is in none.

Two causes are told apart: a line that is down, which also keeps the devices behind it from being told of one by one (ISA-18.2:
Suppressed by design), and three or more alarms of one type within a minute.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from edge.conditions import CONNECTION_LOST, PANIC
from edge.facts import ACTIVE, ONLINE, Facts
from edge.site import Site
from edge.text import Ref, Text, say
from security.alarm_types import alarm_type
from security.alarms import Alarm
from security.supervision import CONNECTION, lost_type_of

FLOOD_OF = 3
FLOOD_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Group:
    """because: what the alarms have in common; None for one that stands alone."""

    alarms: tuple[Alarm, ...]
    because: Text | None = None


def grouped(site: Site, alarms: Sequence[Alarm]) -> list[Group]:
    """alarms: in the order in which they are shown, which their groups keep; panics come first, each alone."""
    groups = [Group((alarm,)) for alarm in alarms if alarm.type == PANIC]
    rest = [alarm for alarm in alarms if alarm.type != PANIC]
    place = {alarm.number: position for position, alarm in enumerate(rest)}
    found = list(_of_lines(site, rest))
    in_one = {alarm.number for group in found for alarm in group.alarms}
    found += _of_types(site, [alarm for alarm in rest if alarm.number not in in_one])
    in_one = {alarm.number for group in found for alarm in group.alarms}
    found += [Group((alarm,)) for alarm in rest if alarm.number not in in_one]
    return groups + sorted(found, key=lambda group: min(place[alarm.number] for alarm in group.alarms))


def behind_lost_lines(site: Site, facts: Facts) -> Mapping[str, str]:
    """Devices that are lost and not told of one by one, because their connection is: the connection by device."""
    return {
        device: section.connection
        for device, section in site.devices.items()
        if facts(ONLINE(device)) is False
        and (line := facts(CONNECTION(section.connection))) is not None
        and not line.up
        and facts(ACTIVE(lost_type_of(site, device), device)) is None
    }


def _of_lines(site: Site, alarms: Sequence[Alarm]) -> Iterable[Group]:
    for line in alarms:
        if line.type != CONNECTION_LOST or not line.active:
            continue
        members = tuple(alarm for alarm in alarms if alarm is line or _connection_of(site, alarm) == line.subject)
        if len(members) > 1:
            told = say("No connection to {connection}: {count} alarms", connection=Ref(line.subject), count=len(members))
            yield Group(members, told)


def _connection_of(site: Site, alarm: Alarm) -> str | None:
    device = site.devices.get(site.device_at(alarm.subject) or alarm.subject)
    return None if device is None else device.connection


def _of_types(site: Site, alarms: Sequence[Alarm]) -> Iterable[Group]:
    by_type: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        by_type[alarm.type].append(alarm)
    for kind, alike in by_type.items():
        for flood in _floods(sorted(alike, key=lambda alarm: (alarm.raised_at, alarm.number))):
            numbers = {alarm.number for alarm in flood}
            members = tuple(alarm for alarm in alike if alarm.number in numbers)
            name, since = alarm_type(site, kind).name, flood[0].raised_at
            yield Group(members, say("{type}: {count} alarms since {since}", type=name, count=len(members), since=since))


def _floods(alarms: Sequence[Alarm]) -> list[list[Alarm]]:
    """Runs in which every alarm is one of three within a minute. alarms: by time."""
    runs: list[list[Alarm]] = []
    last = -1
    for first in range(len(alarms) - FLOOD_OF + 1):
        end = first + FLOOD_OF
        if alarms[end - 1].raised_at - alarms[first].raised_at > FLOOD_WITHIN:
            continue
        if first > last:
            runs.append([])
        runs[-1] += alarms[max(first, last + 1) : end]
        last = end - 1
    return runs
