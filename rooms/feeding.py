"""What a feed means for the site: by what its bookings are known to be for a room, of an agency, of a kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    # The process that reads feeds has no use for the site's model, which is slow to load.
    from edge.site import Site
    from edge.site.booking import Agency, RoomMatch
    from rooms.ics import Occurrence


@dataclass(frozen=True, slots=True)
class Match:
    """By what a booking is known: everything that is given must fit, exactly; of several texts one is enough.

    attendees and organizers in lower case; an organizer may be a whole domain: "@domain". With nothing given, nothing fits.
    """

    locations: tuple[str, ...] = ()
    attendees: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    organizers: tuple[str, ...] = ()

    def fits(self, occurrence: "Occurrence") -> bool:
        if self.locations and (occurrence.location or "").strip() not in self.locations:
            return False
        if self.attendees and set(self.attendees).isdisjoint(occurrence.attendees):
            return False
        if self.categories and set(self.categories).isdisjoint(occurrence.categories):
            return False
        if self.organizers:
            organizer = occurrence.organizer or ""
            return organizer in self.organizers or domain_of(organizer) in self.organizers
        return bool(self.locations or self.attendees or self.categories)


def domain_of(address: str) -> str:
    """The domain of an address, as "@domain"."""
    return "@" + address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Feeding:
    """What a feed means for the site: all that a separate process must know of it to understand the feed.

    room: takes all of it; address: of that room, to tell its answer to an invitation from those of others. rooms: by what the
    bookings of each room are known. agencies: by what each knows its own, from the surest sign to the weakest; marks: by what
    policies know theirs. agency: whose the others are. number: what stands before a booking's number in a category. titles: whether
    titles are kept. hashed: whether bookings are named by `rooms.uids.hashed` and not by their UID.
    """

    calendar: str
    zone: ZoneInfo
    room: str | None = None
    address: str | None = None
    rooms: Mapping[str, Match] = field(default_factory=dict)
    agencies: Mapping[str, tuple[Match, ...]] = field(default_factory=dict)
    marks: Mapping[str, Match] = field(default_factory=dict)
    agency: str | None = None
    number: str | None = None
    titles: bool = False
    hashed: bool = False

    @property
    def matches(self) -> list[Match]:
        return [*self.rooms.values(), *(match for signs in self.agencies.values() for match in signs), *self.marks.values()]


def feeding(site: "Site", feed: str, *, hashed: bool = False) -> Feeding:
    section = site.feeds[feed]
    return Feeding(
        calendar=feed,
        zone=site.local.zone,
        room=section.room,
        address=next(iter(_lower(address for room, address in section.mailboxes.items() if room == section.room)), None),
        rooms={room: _match(match) for room, match in section.rooms.items()},
        agencies={name: _signs(agency) for name, agency in site.agencies.items() if agency.organizers or agency.categories},
        marks={
            name: Match(categories=_texts(policy.categories), organizers=_lower(policy.organizers))
            for name, policy in site.rooms.items()
            if policy.categories or policy.organizers
        },
        agency=section.agency,
        number=section.number,
        titles=section.titles,
        hashed=hashed,
    )


def _match(match: "RoomMatch") -> Match:
    return Match(_texts(match.location), _lower(match.attendee), _texts(match.category), _lower(match.organizer))


def _signs(agency: "Agency") -> tuple[Match, ...]:
    """An address of its own, its domain, its category."""
    organizers = _lower(agency.organizers)
    return (
        Match(organizers=tuple(address for address in organizers if not address.startswith("@"))),
        Match(organizers=tuple(address for address in organizers if address.startswith("@"))),
        Match(categories=_texts(agency.categories)),
    )


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text.strip() for text in texts)


def _lower(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text.strip().lower().removeprefix("mailto:") for text in texts)
