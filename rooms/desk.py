"""What people may do with rooms, judged by the facts of that very moment. All raise IllegalCommand to refuse."""

from datetime import datetime, timedelta

from edge.events import Event
from edge.facts import Facts
from edge.site import Site


def arrive(facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """The official taps: I am here."""
    raise NotImplementedError


def keep(facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """Somebody taps: we are here. Refused while the room is not booked."""
    raise NotImplementedError


def release(facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """Give the rest of the present booking free. Refused while the room is not booked, and while two bookings overlap."""
    raise NotImplementedError


def extend(facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """Let the present booking last longer by what its policy adds. Refused when the room is not free until then."""
    raise NotImplementedError


def allow(facts: Facts, site: Site, at: datetime, room: str, by: str, uid: str, rid: str) -> Event:
    """Let a flagged or pending booking open its room; of a cancelled one nobody can."""
    raise NotImplementedError


def book(
    facts: Facts, site: Site, at: datetime, room: str, by: str, *, start: datetime, end: datetime, agency: str | None = None
) -> Event:
    """A booking in the room's local calendar. Refused where it overlaps another, is in the past or longer than a day."""
    raise NotImplementedError


def cancel(facts: Facts, site: Site, at: datetime, room: str, by: str, uid: str) -> Event:
    """Take back a booking that was made here."""
    raise NotImplementedError


SHORTEST = timedelta(minutes=5)
