"""How two versions of a site file differ for whoever stands at a door: the coming days run on the simulated clock with each.

Both get the bookings that are known now, and officials and customers who come as booked, so that what is told differs because of
the file alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from edge.events import Decided, Event
from edge.simulation import Simulation
from edge.site import Site
from edge.site.fields import ZoneClass
from edge.text import Ref, Text, say
from rooms.bookings import Booking, BookingsRead
from security.mode_rules import scope_name
from security.modes import zone_scope

Bookings = Mapping[str, Sequence[Booking]]
"""By feed."""


_TOLD_ELSEWHERE = frozenset(("name", "unlock"))


class Span(NamedTuple):
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ZoneChange:
    """A space that belongs to another zone from now on; two persons must want that (Z1)."""

    space: str
    before: ZoneClass
    after: ZoneClass

    @property
    def told(self) -> Text:
        before, after = (scope_name(zone_scope(zone)) for zone in (self.before, self.after))
        return say("{space}: {before} becomes {after}", space=Ref(self.space), before=before, after=after)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes for people.

    rewritten: by door, what else than its unlocking is written of it otherwise. less, more: by door, when it is no longer unlocked
    and when it newly is, within the days looked at.
    """

    zones: tuple[ZoneChange, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    rewritten: Mapping[str, tuple[str, ...]]
    less: Mapping[str, tuple[Span, ...]]
    more: Mapping[str, tuple[Span, ...]]

    def told(self) -> Iterator[Text]:
        """One sentence each, the weightiest first."""
        yield from (change.told for change in self.zones)
        yield from (say("{door}: removed from the site file", door=Ref(door)) for door in self.removed)
        yield from (say("{door}: new in the site file", door=Ref(door)) for door in self.added)
        for door, keys in self.rewritten.items():
            yield say("{door}: {settings} changed", door=Ref(door), settings=", ".join(keys))
        for door, spans in self.more.items():
            yield from (say("{door}: newly unlocked {start}–{end}", door=Ref(door), start=s.start, end=s.end) for s in spans)
        for door, spans in self.less.items():
            yield from (say("{door}: no longer unlocked {start}–{end}", door=Ref(door), start=s.start, end=s.end) for s in spans)


def difference(before: Site, after: Site, bookings: Bookings, start: datetime, end: datetime) -> Difference:
    """bookings: as known with the present file; those of feeds or rooms that the other does not have count for the present one."""
    was, will = unlocked(before, bookings, start, end), unlocked(after, bookings, start, end)
    both = [door for door in after.doors if door in before.doors]
    return Difference(
        zones=tuple(_zone_changes(before, after)),
        added=tuple(door for door in after.doors if door not in before.doors),
        removed=tuple(door for door in before.doors if door not in after.doors),
        rewritten={door: keys for door in both if (keys := tuple(_rewritten(before, after, door)))},
        less={door: spans for door in both if (spans := tuple(without(was.get(door, ()), will.get(door, ()))))},
        more={door: spans for door in both if (spans := tuple(without(will.get(door, ()), was.get(door, ()))))},
    )


def _zone_changes(before: Site, after: Site) -> Iterator[ZoneChange]:
    renamed = dict(_renamed(before, after))
    for space, section in after.spaces.items():
        was = before.spaces.get(renamed.get(space, space))
        if was is not None and was.zone != section.zone:
            yield ZoneChange(space, was.zone, section.zone)


def _renamed(before: Site, after: Site) -> Iterator[tuple[str, str]]:
    """New ids of spaces, each with the one that has gone and lay behind the same door: a new name hides no new zone."""
    for door in (door for door in after.doors if door in before.doors):
        was, is_ = before.doors[door], after.doors[door]
        gone = [space for space in (was.from_, was.to) if space in before.spaces and space not in after.spaces]
        new = [space for space in (is_.from_, is_.to) if space in after.spaces and space not in before.spaces]
        yield from zip(new, gone, strict=False)


def _rewritten(before: Site, after: Site, door: str) -> Iterator[str]:
    """Keys of a door as the site file writes them, and its controller."""
    was, is_ = before.doors[door].model_dump(by_alias=True), after.doors[door].model_dump(by_alias=True)
    yield from (key for key in is_ if key not in _TOLD_ELSEWHERE and is_[key] != was[key])
    if (before.device_at(door) is None) != (after.device_at(door) is None):
        yield "door-controller"


def unlocked(site: Site, bookings: Bookings, start: datetime, end: datetime) -> dict[str, tuple[Span, ...]]:
    """When each door is to be unlocked, by doors that ever are."""
    spans: dict[str, list[Span]] = {}
    since: dict[str, datetime] = {}

    def told(event: Event) -> None:
        if isinstance(event, Decided) and event.point == "lock" and (door := site.devices[event.device].door) is not None:
            if event.value == "unlocked":
                since.setdefault(door, event.at)
            elif (began := since.pop(door, None)) is not None:
                spans.setdefault(door, []).append(Span(began, event.at))

    simulation = Simulation(_as_booked(site), start, told)
    for sensor in (name for name, device in site.devices.items() if device.type == "occupancy-sensor"):
        simulation.set(sensor, "link", False)  # an empty room would be given free
    at, every = start, min((feed.hold for feed in site.feeds.values() if feed.hold), default=end - start) / 2
    while at < end:
        simulation.advance(at)
        for feed, known in bookings.items():
            if feed in site.feeds:
                here = tuple(booking for booking in known if booking.room in site.feeds[feed].spaces)
                simulation.observe(BookingsRead(at=at, calendar=feed, bookings=here, problems=(), read_at=at))
        at += every
    simulation.advance(end)
    for door, began in since.items():
        spans.setdefault(door, []).append(Span(began, end))
    return {door: tuple(_joined(found)) for door, found in spans.items()}


def _as_booked(site: Site) -> Site:
    """The site as if officials always came in time, and locks held what they are told: renewed leases are no difference."""
    devices = {
        name: device.model_copy(update={"lease": "latch"}) if device.type == "door-controller" else device
        for name, device in site.devices.items()
    }
    agencies = {name: agency.model_copy(update={"staff_first": False}) for name, agency in site.agencies.items()}
    rooms = {name: policy.model_copy(update={"staff_first": False}) for name, policy in site.rooms.items()}
    return site.model_copy(update={"devices": devices, "agencies": agencies, "rooms": rooms})


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans without gaps of nothing between them."""
    last: Span | None = None
    for span in sorted(spans, key=attrgetter("start")):
        if last is not None and span.start <= last.end:
            last = Span(last.start, max(last.end, span.end))
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def without(spans: Iterable[Span], others: Iterable[Span]) -> Iterator[Span]:
    """What of the spans lies in none of the others; each in order and apart."""
    taken = list(others)
    for span in spans:
        start = span.start
        for other in taken:
            if other.end <= start or other.start >= span.end:
                continue
            if other.start > start:
                yield Span(start, other.start)
            start = max(start, other.end)
        if start < span.end:
            yield Span(start, span.end)
