# ruff: noqa: DTZ001 -- wall times have no zone of their own
"""From the zone names that calendars use to time zones, and never to a guess.

Order: IANA name, Windows name, names with a prefix or of a city, the feed's own VTIMEZONE. Whatever is left is refused.
Source of VTIMEZONE: RFC 5545, 3.6.5.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from edge.text import say
from rooms.ics_lines import Component, TooMuchWork, Unreadable, time_parameters, unescaped
from rooms.ics_rules import Allowance, Share, instances, parse_rule
from rooms.zones_windows import IANA_OF_WINDOWS

_EARLIEST = datetime(1970, 1, 1)
_WINDOWS = {name.lower(): iana for name, iana in IANA_OF_WINDOWS.items()} | {"tzone://microsoft/utc": "UTC", "z": "UTC"}
_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu", "Etc/Zulu"})


class Zones:
    """The zones of one VCALENDAR. Raises Unreadable where a zone is not known.

    site: zone of the building. until: how far transitions of a VTIMEZONE are worked out (naive is enough).
    """

    def __init__(self, calendar: Component, site: ZoneInfo, until: datetime, allowance: Allowance) -> None:
        self._given = {
            _plain(name): child
            for child in calendar.children
            if child.name == "VTIMEZONE" and (name := child.text("TZID")) is not None
        }
        self._known: dict[str, tzinfo | None] = {}
        self._until = until.replace(tzinfo=None) + timedelta(days=400)
        self._allowance = allowance
        self.site = site
        self._floating = calendar.text("X-WR-TIMEZONE")

    def named(self, tzid: str) -> tzinfo:
        if tzid not in self._known:
            known = iana_zone(tzid)
            self._known[tzid] = UTC if known and known.key in _UTC_NAMES else known or self._own(tzid)
        zone = self._known[tzid]
        if zone is None:
            raise Unreadable(say("Event {uid} uses a time zone that is not known: {zone}", zone=tzid[:80]))
        return zone

    def floating(self) -> tzinfo:
        """The zone of times that name none."""
        return self.named(self._floating) if self._floating else self.site

    def _own(self, tzid: str) -> tzinfo | None:
        given = self._given.get(_plain(tzid))
        try:
            return None if given is None else OwnZone(tzid, _transitions(given, self._until, Share(self._allowance)))
        except TooMuchWork:
            raise
        except (ValueError, OverflowError, Unreadable):
            return None


def _plain(name: str) -> str:
    return unescaped(name).strip().strip('"').strip()


def iana_zone(name: str) -> ZoneInfo | None:
    """By IANA name in any case, by Windows name, behind a maker's prefix, or by the cities of "(UTC+02:00) Helsinki, Kyiv, ..."."""
    plain = _plain(name).lower()
    if plain in _WINDOWS:
        return ZoneInfo(_WINDOWS[plain])
    known = _iana_names()
    if plain in known:
        return ZoneInfo(known[plain])
    if plain.startswith("/"):
        parts = plain.split("/")
        for count in (3, 2, 1):
            if (tail := "/".join(parts[-count:])) in known:
                return ZoneInfo(known[tail])
    return _by_cities(plain)


@cache
def _iana_names() -> Mapping[str, str]:
    return {name.lower(): name for name in available_timezones() if name != "Factory"}


_DISPLAYED = re.compile(r"\((?:utc|gmt)(?:([+-])(\d\d)[:.](\d\d))?\)\s*(.+)")


def _by_cities(name: str) -> ZoneInfo | None:
    match = _DISPLAYED.fullmatch(name)
    if not match:
        return None
    if match[4] == "coordinated universal time":
        return ZoneInfo("UTC")
    offset = timedelta(hours=int(match[2] or 0), minutes=int(match[3] or 0)) * (-1 if match[1] == "-" else 1)
    for city in match[4].split(","):
        for zone in (ZoneInfo(known) for known in _iana_by_city().get(city.strip().replace(" ", "_"), ())):
            if offset in (zone.utcoffset(datetime(2026, 1, 1)), zone.utcoffset(datetime(2026, 7, 1))):
                return zone
    return None


@cache
def _iana_by_city() -> Mapping[str, list[str]]:
    cities: dict[str, list[str]] = {}
    for name in sorted(available_timezones()):
        if "/" in name and not name.startswith("Etc/"):
            cities.setdefault(name.rpartition("/")[2].lower(), []).append(name)
    return cities


Transition = tuple[datetime, timedelta, timedelta]
"""Onset as naive UTC, offset before, offset after."""


class OwnZone(tzinfo):
    """A zone that only the feed describes."""

    def __init__(self, name: str, transitions: list[Transition]) -> None:
        self._name = name
        self._transitions = transitions
        self._onsets = [onset for onset, _, _ in transitions]
        # Where a wall time exists twice or not at all, the offset before the change holds first (fold 0) and the one after then.
        self._first = [onset + max(before, after) for onset, before, after in transitions]
        self._second = [onset + min(before, after) for onset, before, after in transitions]

    def _offset(self, index: int) -> timedelta:
        return self._transitions[index - 1][2] if index else self._transitions[0][1]

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        if dt is None:
            return None
        return self._offset(bisect_right(self._second if dt.fold else self._first, dt.replace(tzinfo=None, fold=0)))

    def fromutc(self, dt: datetime) -> datetime:
        utc = dt.replace(tzinfo=None)
        offset = self._offset(bisect_right(self._onsets, utc))
        local = (utc + offset).replace(tzinfo=self)
        return local if local.utcoffset() == offset else local.replace(fold=1)

    def dst(self, dt: datetime | None) -> timedelta | None:  # noqa: ARG002 -- nobody knows, and the type asks for it
        return None

    def tzname(self, dt: datetime | None) -> str:  # noqa: ARG002
        return self._name


def _transitions(zone: Component, until: datetime, allowance: Allowance) -> list[Transition]:
    found: list[Transition] = []
    for observance in zone.children:
        if observance.name in ("STANDARD", "DAYLIGHT"):
            before, after = _offset_of(observance, "TZOFFSETFROM"), _offset_of(observance, "TZOFFSETTO")
            found += [(onset - before, before, after) for onset in _onsets(observance, before, until, allowance)]
    if not found:
        raise ValueError("no observances")
    return sorted(found)


def _offset_of(observance: Component, name: str) -> timedelta:
    match = re.fullmatch(r"([+-])(\d\d)(\d\d)(\d\d)?", observance.text(name) or "", re.ASCII)
    if not match or int(match[2]) > 23 or int(match[3]) > 59:
        raise ValueError(name)
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    return -offset if match[1] == "-" else offset


def _onsets(observance: Component, before: timedelta, until: datetime, allowance: Allowance) -> set[datetime]:
    start = _wall_time(observance.text("DTSTART") or "")
    onsets = {start}
    for line in observance.properties.get("RDATE", ()):
        onsets.update(_wall_time(item) for item in time_parameters(line)[1].split(","))
    for line in observance.properties.get("RRULE", ()):
        rule = parse_rule(time_parameters(line)[1])
        if rule.frequency != "YEARLY":
            raise ValueError(rule.frequency)
        last = _wall_time(rule.until) if rule.until else until
        last += before if rule.until and rule.until.endswith("Z") else timedelta()
        made = instances(rule, start, _EARLIEST, min(until, last), allowance)
        onsets.update(onset for onset in islice(made, rule.count) if onset <= last)
    return onsets


def _wall_time(value: str) -> datetime:
    return datetime.strptime(value.strip().upper().removesuffix("Z")[:15], "%Y%m%dT%H%M%S" if "T" in value.upper() else "%Y%m%d")  # noqa: DTZ007


def is_gap(local: datetime, zone: tzinfo) -> bool:
    """Whether a wall time does not exist, because the clocks go forward over it."""
    there = local.replace(tzinfo=zone)
    if there.utcoffset() == there.replace(fold=1).utcoffset():
        return False
    return there.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) != local


def instant(local: datetime, zone: tzinfo) -> datetime:
    """The UTC instant of a wall time: the first of two, and by the offset before the change where it does not exist
    (RFC 5545, 3.3.5)."""
    return local.replace(tzinfo=zone).astimezone(UTC)
