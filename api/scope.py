"""Which rooms somebody sees: those of a clerk's agency, the one of a panel, or all. To them no other is there."""

from api.faults import Unknown
from api.sessions import View
from edge.facts import Look
from edge.site import Site
from rooms.bookings import Booking
from rooms.slots import slot_of


def rooms_of(site: Site, view: View) -> tuple[str, ...]:
    """In the order of the site file."""
    return tuple(room for room in site.bookable if _is_of(site, view, room))


def sees(site: Site, view: View, room: str) -> bool:
    return room in site.bookable and _is_of(site, view, room)


def require_room(site: Site, view: View, room: str) -> None:
    """Raises Unknown."""
    if not sees(site, view, room):
        raise Unknown("no calendar of this site books a space of that id")


def sees_booking(look: Look, site: Site, view: View, booking: Booking) -> bool:
    """In a room that several agencies share, a clerk sees the bookings of the own one, and those of nobody in particular."""
    if not sees(site, view, booking.room):
        return False
    return view.role != "clerk" or slot_of(look, site, booking).agency in (None, view.agency)


def _is_of(site: Site, view: View, room: str) -> bool:
    if view.room is not None and room != view.room:
        return False
    return view.role != "clerk" or (view.agency is not None and view.agency in site.spaces[room].agencies)
