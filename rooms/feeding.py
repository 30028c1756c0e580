"""What a feed means for the site: by what its bookings are known to be for a room, of an agency, of a kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    # The process that reads feeds has no use for the site's model, which is slow to load.
    from edge.site import Site


@dataclass(frozen=True, slots=True)
class Match:
    """By what a booking is known: everything that is given must fit, exactly; of several texts one is enough.

    addresses and organizers in lower case; an organizer may be a whole domain: "@domain".
    """

    locations: tuple[str, ...] = ()
    attendees: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    organizers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feeding:
    """What a feed means for the site: all that a separate process must know of it to understand the feed.

    room: takes all of it; address: of that room, to tell its answer to an invitation from those of others. rooms: by what the
    bookings of each room are known. agencies, marks: by what agencies and policies know theirs. agency: whose the others are.
    titles: whether titles are kept. hashed: whether bookings are named by `rooms.uids.hashed` and not by their UID.
    """

    calendar: str
    zone: ZoneInfo
    room: str | None = None
    address: str | None = None
    rooms: Mapping[str, Match] = field(default_factory=dict)
    agencies: Mapping[str, tuple[Match, ...]] = field(default_factory=dict)
    marks: Mapping[str, Match] = field(default_factory=dict)
    agency: str | None = None
    titles: bool = False
    hashed: bool = False


def feeding(site: "Site", calendar_id: str) -> Feeding:
    section = site.feeds[calendar_id]
    rooms = {room: Match(locations=match.location) for room, match in section.rooms.items()}
    return Feeding(calendar_id, site.local.zone, section.room, rooms=rooms)
