"""The instances of one UID in a stretch of time: its rule, its extra and excepted dates, and the changes of single instances.

Everything is compared as UTC instants (dates, in an all-day series): a wall time may exist twice, and comparing wall times of
one zone with those of another deletes the wrong instance.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property

from edge.text import say
from rooms.ics_events import CalendarEvent, Facts
from rooms.ics_lines import Unreadable
from rooms.ics_rules import MOST_A_DAY, Allowance, Rule, check_number, instances
from rooms.ics_values import DAY, Length, Stamp, at, on, read_until
from rooms.ics_zones import is_gap

Window = tuple[datetime, datetime]
_LARGEST_SHIFT = timedelta(days=400)
Key = datetime | date
"""What an instance is known by: the UTC instant that its series gave, or the date in an all-day series."""


@dataclass(frozen=True, slots=True)
class Instance:
    """key: where the series had it before any change."""

    key: Key
    start: Stamp
    length: Length
    facts: Facts

    @property
    def end(self) -> datetime:
        return self.length.end(self.start.local, self.start.zone)

    def is_in(self, window: Window) -> bool:
        """By overlap; never true for one that a change of the clocks turned round."""
        return self.start.utc < window[1] and self.end > window[0] and self.end >= self.start.utc


def rid_of(key: Key) -> str:
    """How an instance is named: its UTC instant, or its date."""
    day = f"{key.year:04d}{key.month:02d}{key.day:02d}"
    return f"{day}T{key:%H%M%S}Z" if isinstance(key, datetime) else day


def key_of(stamp: Stamp, site: tzinfo, *, all_day: bool) -> Key:
    """The key that a RECURRENCE-ID, EXDATE or start means in a series of this kind.

    An all-day series is sometimes told by the midnight of its day, in its own zone or in UTC.
    A date in a series of times stays a date: it means the instances of that day.
    """
    if stamp.all_day:
        return stamp.date
    if not all_day:
        return stamp.utc
    return stamp.utc.astimezone(site).date() if stamp.zone is UTC else stamp.date


def single(event: CalendarEvent, site: tzinfo) -> Instance:
    """An event that does not recur, or an instance whose series is not in the feed."""
    own = event.stands_for
    return Instance(key_of(own, site, all_day=own.all_day), event.start, event.length, event.facts)


class Series:
    """One recurring event. Its methods raise Unreadable; then nothing of the series may be used."""

    def __init__(self, event: CalendarEvent, site: tzinfo, allowance: Allowance) -> None:
        self._event = event
        self._all_day = event.start.all_day
        self._site = site
        self._allowance = allowance

    def expand(self, changes: list[CalendarEvent], window: Window) -> Iterator[Instance]:
        """All instances that touch the window, and some more. changes: the newest version of each changed instance."""
        onwards = sorted((change for change in changes if change.onwards), key=lambda change: change.stands_for.utc)
        found = self._plain(_widened(window, self._reach(onwards)))
        single_changes = self._changes([change for change in changes if not change.onwards], found, window)
        for key, instance in found.items():
            if key not in single_changes:
                yield self._moved(instance, onwards)
        for key, change in single_changes.items():
            start, length = _times(change, found.get(key))
            yield Instance(key, start, length, self._under(change.facts))

    def _reach(self, onwards: list[CalendarEvent]) -> timedelta:
        """How far from the window an instance may start and still touch it."""
        shift = max((abs(_shift(change)) for change in onwards), default=timedelta())
        if shift > _LARGEST_SHIFT:
            raise Unreadable(say("Event {uid} moves its instances by more than {days} days", days=_LARGEST_SHIFT.days))
        return shift + DAY + max(event.length.nominal for event in (self._event, *onwards))

    def _under(self, facts: Facts) -> Facts:
        """Who cancels a series cancels its changed instances too."""
        return replace(facts, status="CANCELLED") if self._event.facts.status == "CANCELLED" else facts

    def _changes(self, singles: list[CalendarEvent], found: dict[Key, Instance], window: Window) -> dict[Key, CalendarEvent]:
        """Changes by the instance they are for; a change of an instance that the series does not have is left out."""
        changes: dict[Key, CalendarEvent] = {}
        for change in singles:
            key = self._key(change.stands_for)
            if not isinstance(key, datetime) and not self._all_day:
                key = self._only_instance_on(key)
            if key in found or (single(change, self._site).is_in(window) and key in self._plain(_around(change.stands_for))):
                known = changes.get(key)
                changes[key] = change if known is None or known.facts.revision <= change.facts.revision else known
        return changes

    def _key(self, stamp: Stamp) -> Key:
        return key_of(stamp, self._site, all_day=self._all_day)

    def _only_instance_on(self, day: date) -> Key:
        """For a RECURRENCE-ID that gives only the date."""
        near = self._plain(_around(on(day, self._site)))
        keys = [key for key, instance in near.items() if instance.start.date == day]
        if len(keys) > 1:
            raise Unreadable(say("Event {uid} changes one of several instances of a day, without saying which"))
        return keys[0] if keys else day

    def _moved(self, instance: Instance, onwards: list[CalendarEvent]) -> Instance:
        """The instance as the last change of "this and all future ones" at or before it has it."""
        for change in reversed(onwards):
            if not _is_from(instance, self._key(change.stands_for)):
                continue
            if self._all_day != change.start.all_day:
                raise Unreadable(say("Event {uid} turns all its times into days, or its days into times"))
            if self._all_day:
                start = on(instance.start.date + (change.start.date - change.stands_for.date), self._site)
            else:
                zone = change.start.zone
                start = at(instance.start.utc.astimezone(zone).replace(tzinfo=None) + _shift(change), zone)
            return Instance(instance.key, start, change.length, self._under(change.facts))
        return instance

    def _plain(self, stretch: Window) -> dict[Key, Instance]:
        """Instances that start in a stretch as the series itself gives them, without those it excepts."""
        event = self._event
        self._allowance.spend(1 + len(event.more))
        found: dict[Key, Instance] = {}

        def add(start: Stamp, length: Length) -> None:
            if stretch[0] <= start.utc <= stretch[1]:
                key = self._key(start)
                found[key] = Instance(key, start, length, event.facts)

        if not event.rules or any(self._until(rule)(event.start) for rule in event.rules):
            add(event.start, event.length)
        for rule in event.rules:
            for start in self._by_rule(rule, stretch):
                add(start, event.length)
        for start, length in event.more:
            add(self._alike(start), length or event.length)
        _check_crowd(found)
        ruled_out = {self._key(stamp) for rule in event.except_rules for stamp in self._by_rule(rule, stretch)}
        excepted = self._excepted | ruled_out if ruled_out else self._excepted
        return {key: it for key, it in found.items() if key not in excepted and it.start.date not in excepted}

    @cached_property
    def _excepted(self) -> set[Key]:
        return {self._key(stamp) for stamp in self._event.except_times}

    def _alike(self, extra: Stamp) -> Stamp:
        """An extra date of a series of times is at the series' time of day; an extra time of an all-day series is its day."""
        if self._all_day:
            day = self._key(extra)
            return on(date(day.year, day.month, day.day), self._site)
        start = self._event.start
        return at(datetime.combine(extra.date, start.local.time()), start.zone) if extra.all_day else extra

    def _by_rule(self, rule: Rule, stretch: Window) -> Iterator[Stamp]:
        """The start always counts as the first instance; wall times that do not exist are neither given nor counted
        (RFC 5545, 3.3.10 and 3.8.5.3)."""
        start, zone = self._event.start, self._event.start.zone
        first, last = (t.astimezone(zone).replace(tzinfo=None) for t in stretch)
        if rule.is_rapid:
            # Followed from beginning to end, for it must be seen to have one.
            first, last = start.local, datetime.max if rule.count is None else last  # noqa: DTZ901
        in_time = self._until(rule)
        if rule.count is None and not in_time(at(max(first, start.local), zone)):
            return
        left = rule.count
        if left is not None and next(instances(rule, start.local, start.local, start.local, self._allowance), None) != start.local:
            left -= 1
        for number, local in enumerate(instances(rule, start.local, first, last, self._allowance)):
            if rule.is_rapid:
                check_number(number)
            if not self._all_day and is_gap(local, zone):
                continue
            if left == 0:
                return
            left = None if left is None else left - 1
            if local < first - DAY:
                continue
            stamp = on(local.date(), self._site) if self._all_day else start if local == start.local else at(local, zone)
            if not in_time(stamp):
                return
            yield stamp

    def _until(self, rule: Rule) -> Callable[[Stamp], bool]:
        """UNTIL includes its own instant; a date includes its whole day."""
        if rule.until is None:
            return lambda _: True
        until = read_until(rule.until, self._event.start, self._site)
        if isinstance(until, datetime):
            return lambda stamp: stamp.utc <= until
        return lambda stamp: stamp.date <= until


def _widened(window: Window, by: timedelta) -> Window:
    return window[0] - by, window[1] + by


def _around(stamp: Stamp) -> Window:
    return _widened((stamp.utc, stamp.utc), 2 * DAY)


def _shift(change: CalendarEvent) -> timedelta:
    return change.start.local - change.stands_for.utc.astimezone(change.start.zone).replace(tzinfo=None)


def _times(change: CalendarEvent, original: Instance | None) -> tuple[Stamp, Length]:
    """A cancellation may leave out its times; then they are those of the instance."""
    if original and change.start is change.recurrence:
        return original.start, original.length
    return change.start, change.length


def _is_from(instance: Instance, since: Key) -> bool:
    if isinstance(since, datetime) and isinstance(instance.key, datetime):
        return instance.key >= since
    return instance.start.date >= (since.date() if isinstance(since, datetime) else since)


def _check_crowd(found: dict[Key, Instance]) -> None:
    if len(found) > MOST_A_DAY:
        most = max(Counter(instance.start.date for instance in found.values()).values())
        if most > MOST_A_DAY:
            raise Unreadable(say("Event {uid} repeats {count} times a day", count=most))
