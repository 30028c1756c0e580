"""Reading an iCalendar feed: whole and checked, or not at all; what one event has wrong stays with that event.

Pure: octets and a window in, occurrences as UTC instants out. Source: RFC 5545; where common calendars bend it, the lenient reading
that never opens more than the writer meant.
"""

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import count
from zoneinfo import ZoneInfo

from edge.text import Text, say
from rooms.ics_events import CalendarEvent, Horizon, RoomReply, is_onwards, last_modified, read_event, recurrence, revision
from rooms.ics_lines import Component, TooMuchWork, Unreadable, components
from rooms.ics_rules import Allowance, Share
from rooms.ics_series import Instance, Key, Series, Window, key_of, rid_of, single
from rooms.ics_values import DAY, Stamp
from rooms.ics_zones import Zones

_NOT_NAMING = ("UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "ORGANIZER", "ATTENDEE")
_MOST_EVENTS = 50_000
_MOST_OCCURRENCES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time that something is in the calendar. rid: its UTC instant ("20261005T060000Z") or date in its series.

    busy: Outlook's BUSYSTATUS. replies: what rooms and persons answered to the invitation. revision: SEQUENCE and DTSTAMP, to
    compare versions. organizer, attendees: addresses in lower case, without "mailto:". nominal: its length by the clock on the
    wall, where known. whole: the revision is that of the whole event, not of a change to instances of it.
    """

    uid: str
    rid: str
    start: datetime
    end: datetime
    all_day: bool
    status: str
    transp: str
    busy: str | None
    summary: str | None
    location: str | None
    replies: tuple[RoomReply, ...]
    revision: tuple[int, datetime]
    categories: tuple[str, ...] = ()
    organizer: str | None = None
    attendees: tuple[str, ...] = ()
    nominal: timedelta | None = None
    whole: bool = False

    @property
    def is_empty(self) -> bool:
        return self.end <= self.start

    @property
    def is_long(self) -> bool:
        """Whether a timed one lasts for more than a day, be it of 23 or 25 hours."""
        real = self.end - self.start
        return not self.all_day and min(real, self.nominal or real) > DAY

    def partstat(self, *names: str, addresses: Collection[str] = ()) -> str | None:
        """The answer of the room. addresses: those known to be its own, lower case. names: what it may be called, or its address.

        Where neither tells which answer is that of the room, the least favourable one of a room or resource counts.
        """
        own = [reply for reply in self.replies if reply.address in addresses]
        rooms = [reply for reply in self.replies if not reply.is_person]
        named = {name.strip().lower() for name in names}
        asked = own or [reply for reply in rooms if named & {reply.address, reply.name.lower()}] or rooms
        asked = [reply for reply in asked if reply.is_room] or asked
        return min((reply.partstat for reply in asked), key=_favour, default=None)


def _favour(partstat: str) -> int:
    return {"DECLINED": 0, "NEEDS-ACTION": 1, "TENTATIVE": 2, "ACCEPTED": 4}.get(partstat, 1)


@dataclass(frozen=True, slots=True)
class EventError:
    """uid: "" where the feed is meant. rid: only this instance is missing from the occurrences; None: everything of the UID."""

    uid: str
    text: Text
    rid: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """occurrences: those that touch the window, by start. name: the calendar's own name (X-WR-CALNAME)."""

    occurrences: tuple[Occurrence, ...]
    errors: tuple[EventError, ...]
    name: str | None


@dataclass(frozen=True, slots=True)
class _Version:
    """One VEVENT of a UID, still unread."""

    event: Component
    zones: Zones
    cancelled: bool

    def age(self) -> tuple[tuple[int, datetime], datetime, bool]:
        """Newest last; of two alike a cancellation wins, else the later in the file."""
        cancelled = self.cancelled or (self.event.text("STATUS") or "").upper().startswith("CANCEL")
        return revision(self.event), last_modified(self.event), cancelled


def read_feed(body: bytes, *, zone: ZoneInfo, window: Window) -> Feed:
    """window: aware UTC, end excluded. zone: of the building, for days and for times that name no zone.

    Raises Garbled (`Unreadable`, with a Text) when the body is not one or more whole calendars, or asks for too much work.
    """
    calendars, notes = components(body)
    allowance, horizon = Allowance(), Horizon(window)
    versions: dict[str, list[_Version]] = {}
    nameless = 0
    for calendar in calendars:
        zones = Zones(calendar, zone, window[1], allowance)
        cancelled = (calendar.text("METHOD") or "").upper() == "CANCEL"
        for event in calendar.children:
            if event.name == "VEVENT":
                uid = event.text("UID")
                if not uid:
                    nameless += 1
                    uid = _made_up(event, versions)
                versions.setdefault(uid, []).append(_Version(event, zones, cancelled))
    errors = [EventError("", note) for note in (*notes, *_doubts(calendars, nameless, is_empty=not versions))]
    if sum(map(len, versions.values())) > _MOST_EVENTS:
        raise Unreadable(say("The calendar has more than {most} events", most=_MOST_EVENTS))
    occurrences: list[Occurrence] = []
    for uid, group in versions.items():
        try:
            instances, refused = _instances(uid, group, window, horizon, zone, Share(allowance))
        except TooMuchWork:
            raise
        except Unreadable as error:
            errors.append(EventError(uid, error.about(uid)))
            continue
        except OverflowError:
            errors.append(EventError(uid, say("Event {uid} has a time outside every calendar", uid=uid)))
            continue
        errors += refused
        occurrences += (_occurrence(uid, instance) for instance in instances if instance.is_in(window))
        if len(occurrences) > _MOST_OCCURRENCES:
            raise Unreadable(say("The calendar has more than {most} bookings in the time asked for", most=_MOST_OCCURRENCES))
    occurrences.sort(key=lambda occurrence: (occurrence.start, occurrence.uid, occurrence.rid))
    return Feed(tuple(occurrences), tuple(errors), calendars[0].text("X-WR-CALNAME"))


def _made_up(event: Component, taken: Container[str]) -> str:
    """A name for an event without a UID: the same as long as it says the same, whoever takes part."""
    said = sorted((name, lines) for name, lines in event.properties.items() if name not in _NOT_NAMING)
    name = f"no-uid-{blake2b(repr(said).encode(), digest_size=8).hexdigest()}"
    return next(uid for n in count(1) if (uid := name if n == 1 else f"{name}-{n}") not in taken)


def _doubts(calendars: list[Component], nameless: int, *, is_empty: bool) -> Iterable[Text]:
    """nameless: events without a UID. is_empty: there are no events at all."""
    if nameless:
        yield say("{count} events have no UID, so nobody can tell when they are changed", count=nameless)
    if is_empty and any(child.name == "VFREEBUSY" for calendar in calendars for child in calendar.children):
        yield say("The calendar says only when somebody is free or busy, and names no bookings")


def _newest(versions: list[_Version]) -> _Version | None:
    return max(reversed(versions), key=_Version.age) if len(versions) > 1 else next(iter(versions), None)


def _instances(
    uid: str, group: list[_Version], window: Window, horizon: Horizon, site: ZoneInfo, allowance: Allowance
) -> tuple[Iterable[Instance], list[EventError]]:
    """Instances of one UID, and what of it was refused. Raises Unreadable where the whole UID is in doubt."""
    if longest := max(version.event.longest for version in group):
        raise Unreadable(say("Event {uid} has a line of {octets} octets", octets=longest))
    newest = _newest([version for version in group if version.event.first("RECURRENCE-ID") is None])
    if newest and len(group) == 1 and horizon.is_beyond(newest.event):
        return [], []
    event = read_event(uid, newest.event, newest.zones, cancelled=newest.cancelled) if newest else None
    if event and len(group) == 1 and not event.recurs:
        return [single(event, site)], []
    changes, refused = _changes(uid, group, event, site)
    if event is None:
        return [single(change, site) for change in changes], list(refused.values())
    # The instance whose change cannot be read is left out: it is no longer what the series says.
    instances = Series(event, site, allowance).expand(changes, window)
    return [instance for instance in instances if instance.key not in refused], list(refused.values())


def _changes(
    uid: str, group: list[_Version], event: CalendarEvent | None, site: ZoneInfo
) -> tuple[list[CalendarEvent], dict[Key, EventError]]:
    """The newest change of each instance, and those that cannot be read."""
    by_instance: dict[tuple[datetime, bool, bool], tuple[Stamp, list[_Version]]] = {}
    for version in group:
        replaces = recurrence(version.event, version.zones, event.start.zone if event else None)
        if replaces:
            place = replaces.utc, replaces.all_day, is_onwards(version.event)
            by_instance.setdefault(place, (replaces, []))[1].append(version)
    changes: list[CalendarEvent] = []
    refused: dict[Key, EventError] = {}
    for (_, _, onwards), (replaces, versions) in by_instance.items():
        version = max(reversed(versions), key=_Version.age)
        try:
            changes.append(read_event(uid, version.event, version.zones, cancelled=version.cancelled, replaces=replaces))
        except Unreadable as error:
            key = key_of(replaces, site, all_day=event.start.all_day if event else replaces.all_day)
            if onwards or (event and not event.start.all_day and not isinstance(key, datetime)):
                raise
            refused[key] = EventError(uid, error.about(uid), rid_of(key))
    return changes, refused


def _occurrence(uid: str, instance: Instance) -> Occurrence:
    facts = instance.facts
    return Occurrence(
        uid=uid,
        rid=rid_of(instance.key),
        start=instance.start.utc,
        end=instance.end,
        all_day=instance.start.all_day,
        status=facts.status,
        transp=facts.transp,
        busy=facts.busy,
        summary=facts.summary,
        location=facts.location,
        replies=facts.replies,
        revision=facts.revision,
        categories=facts.categories,
        organizer=facts.organizer,
        attendees=facts.attendees,
        nominal=instance.length.nominal,
        whole=facts.whole,
    )
