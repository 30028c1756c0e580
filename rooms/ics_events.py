"""One VEVENT, read and checked by itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import partial

from edge.text import say
from rooms.ics_lines import Component, Unreadable, address_of, decoded, items, parameters, time_parameters
from rooms.ics_rules import Rule, parse_rule
from rooms.ics_values import DAY, MOST_VALUES, Length, Stamp, between, duration, on, periods, stamp, stamps
from rooms.ics_zones import Zones

_LONGEST = timedelta(days=366)
_UTC_TIME = re.compile(rb":(\d{8})[Tt](\d{6})[Zz]?\s*$")
_TIME = re.compile(rb":(\d{8}(?:[Tt]\d{6})?)[Zz]?\s*$")
_NO_STAMP = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RoomReply:
    """What somebody who was asked to the event answered: a room, another resource, or a person.

    address: without "mailto:", lower case.
    """

    address: str
    name: str
    partstat: str
    is_room: bool
    is_person: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an event says besides its times. busy: the BUSYSTATUS of Outlook, if given. revision: SEQUENCE, DTSTAMP.

    organizer, attendees: addresses without "mailto:", lower case. whole: of the event itself, not of changed instances of it.
    """

    status: str
    transp: str
    busy: str | None
    summary: str | None
    location: str | None
    categories: tuple[str, ...]
    organizer: str | None
    attendees: tuple[str, ...]
    replies: tuple[RoomReply, ...]
    revision: tuple[int, datetime]
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """recurrence: the instance that this event replaces; onwards: and all after it."""

    uid: str
    facts: Facts
    start: Stamp
    length: Length
    rules: tuple[Rule, ...] = ()
    except_rules: tuple[Rule, ...] = ()
    more: tuple[tuple[Stamp, Length | None], ...] = ()
    except_times: tuple[Stamp, ...] = ()
    recurrence: Stamp | None = None
    onwards: bool = False

    @property
    def stands_for(self) -> Stamp:
        """The time by which the event's place in its series is known."""
        return self.recurrence or self.start

    @property
    def recurs(self) -> bool:
        """Whether its start alone does not say when it takes place: one date may also be left out and none remain."""
        return bool(self.rules or self.more or self.except_times)


def facts(event: Component, cancelled: bool) -> Facts:
    """cancelled: the whole calendar is a cancellation (METHOD:CANCEL)."""
    status = (event.text("STATUS") or "CONFIRMED").upper().replace("CANCELED", "CANCELLED")
    organizer = event.first("ORGANIZER")
    attendees = [(named, address_of(value)) for named, value in map(parameters, event.properties.get("ATTENDEE", ()))]
    return Facts(
        status="CANCELLED" if cancelled else status,
        transp=(event.text("TRANSP") or "OPAQUE").upper(),
        busy=(event.text("X-MICROSOFT-CDO-BUSYSTATUS") or "").upper() or None,
        summary=event.text("SUMMARY"),
        location=event.text("LOCATION"),
        categories=tuple(dict.fromkeys(item for line in event.properties.get("CATEGORIES", ()) for item in items(line))),
        organizer=None if organizer is None else address_of(parameters(organizer)[1]) or None,
        attendees=tuple(dict.fromkeys(address for _, address in attendees if address)),
        replies=tuple(_reply(named, address) for named, address in attendees),
        revision=revision(event),
        whole=event.first("RECURRENCE-ID") is None,
    )


def revision(event: Component) -> tuple[int, datetime]:
    """What tells a newer version from an older one; a value that cannot be read counts as the oldest."""
    sequence = event.text("SEQUENCE") or "0"
    return int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0, _utc(event, "DTSTAMP")


def last_modified(event: Component) -> datetime:
    return _utc(event, "LAST-MODIFIED")


def _utc(event: Component, name: str) -> datetime:
    match = _UTC_TIME.search(event.first(name) or b"")
    try:
        return datetime.fromisoformat(f"{decoded(match[1])}T{decoded(match[2])}+00:00") if match else _NO_STAMP
    except ValueError:
        return _NO_STAMP


def _reply(named: Mapping[str, str], address: str) -> RoomReply:
    kind = named.get("CUTYPE", "").upper()
    return RoomReply(
        address=address,
        name=named.get("CN", ""),
        partstat=named.get("PARTSTAT", "NEEDS-ACTION").upper(),
        is_room=kind == "ROOM",
        is_person=kind not in ("ROOM", "RESOURCE"),
    )


def recurrence(event: Component, zones: Zones, floating: tzinfo | None) -> Stamp | None:
    """floating: zone of the series' start, where the series is known."""
    line = event.first("RECURRENCE-ID")
    return None if line is None else stamp(line, zones, floating or partial(_own_zone, event, zones))


def is_onwards(event: Component) -> bool:
    """Raises Unreadable for a range that no one may write any more (THISANDPRIOR)."""
    line = event.first("RECURRENCE-ID")
    extent = time_parameters(line)[0].get("RANGE", "").upper() if line is not None else ""
    if extent not in ("", "THISANDFUTURE"):
        raise Unreadable(say("Event {uid} changes a range of instances that is not known: {range}", range=extent[:40]))
    return bool(extent)


def _own_zone(event: Component, zones: Zones) -> tzinfo:
    line = event.first("DTSTART")
    tzid = time_parameters(line)[0].get("TZID") if line is not None else None
    return zones.named(tzid) if tzid else zones.floating()


def start_of(event: Component, zones: Zones) -> Stamp:
    line = event.first("DTSTART")
    if line is None:
        raise Unreadable(say("Event {uid} has no start (DTSTART)"))
    return stamp(line, zones, zones.floating)


class Horizon:
    """Tells by their start alone which single events cannot touch a window: most of a feed, and not worth reading."""

    def __init__(self, window: tuple[datetime, datetime]) -> None:
        # Generous by more than any zone is away from UTC.
        self._last = (window[1] + 2 * DAY).replace(tzinfo=None)
        self._first = (window[0] - 3 * DAY).replace(tzinfo=None)
        self._first_of_long = self._first - _LONGEST

    def is_beyond(self, event: Component) -> bool:
        if "RRULE" in event.properties or "RDATE" in event.properties:
            return False
        start = _roughly(event.first("DTSTART"))
        if start is None or self._first <= start <= self._last:
            return False
        if not self._first_of_long <= start <= self._last:
            return True
        end = _roughly(event.first("DTEND"))
        return end is not None and start <= end < self._first


def _roughly(line: bytes | None) -> datetime | None:
    """The time of a property whatever its zone is."""
    match = _TIME.search(line) if line else None
    try:
        return datetime.fromisoformat(decoded(match[1])) if match else None
    except ValueError:
        return None


def read_event(uid: str, event: Component, zones: Zones, *, cancelled: bool, replaces: Stamp | None = None) -> CalendarEvent:
    """replaces: the RECURRENCE-ID, read before. Raises Unreadable; then nothing of the event may be used."""
    _check_lists(event)
    known = facts(event, cancelled)
    if replaces and known.status == "CANCELLED" and event.first("DTSTART") is None:
        return CalendarEvent(uid=uid, facts=known, start=replaces, length=Length(timedelta()), recurrence=replaces)
    start = start_of(event, zones)
    floating = start.zone
    length = _length(event, zones, start)
    check_length(start, length)
    if (event.text("X-MICROSOFT-CDO-ALLDAYEVENT") or "").upper() == "TRUE":
        start, length = _as_days(start, length, zones.site)
    return CalendarEvent(
        uid=uid,
        facts=known,
        start=start,
        length=length,
        rules=_rules(event, "RRULE"),
        except_rules=_rules(event, "EXRULE"),
        more=tuple(item for line in event.properties.get("RDATE", ()) for item in periods(line, zones, floating)),
        except_times=tuple(item for line in event.properties.get("EXDATE", ()) for item in stamps(line, zones, floating)),
        recurrence=replaces,
        onwards=is_onwards(event),
    )


def _rules(event: Component, name: str) -> tuple[Rule, ...]:
    return tuple(parse_rule(parameters(line)[1]) for line in event.properties.get(name, ()))


def _check_lists(event: Component) -> None:
    dates = sum(1 + line.count(b",") for name in ("RDATE", "EXDATE") for line in event.properties.get(name, ()))
    if dates > MOST_VALUES:
        raise Unreadable(say("Event {uid} lists {count} dates", count=dates))


def _length(event: Component, zones: Zones, start: Stamp) -> Length:
    if (line := event.first("DTEND")) is not None:
        length = between(start, stamp(line, zones, start.zone))
        # An all-day event that ends on the day it begins: the end was meant as the last day.
        return Length(DAY) if start.all_day and not length.wall else length
    if (text := event.text("DURATION")) is not None:
        length = duration(text)
        if start.all_day:
            if length.exact % DAY:
                raise Unreadable(say("Event {uid} lasts all day and yet {duration}", duration=text[:40]))
            length = Length(length.nominal)
        return length
    return Length(DAY if start.all_day else timedelta())


def _as_days(start: Stamp, length: Length, site: tzinfo) -> tuple[Stamp, Length]:
    """What Exchange marks as all-day and yet writes as times: from midnight to midnight in their own zone or that of the site."""
    for zone in () if start.all_day else (start.zone, site):
        first, last = start.utc.astimezone(zone), length.end(start.local, start.zone).astimezone(zone)
        if first.time() == last.time() == time() and first < last:
            return on(first.date(), site), Length(last.date() - first.date())
    return start, length


def check_length(start: Stamp, length: Length) -> None:
    real = length.end(start.local, start.zone) - start.utc
    if real < timedelta() or length.nominal < timedelta():
        raise Unreadable(say("Event {uid} ends before it begins"))
    if length.nominal > _LONGEST:
        raise Unreadable(say("Event {uid} lasts for more than a year"))
