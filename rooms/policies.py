"""Which policy of the site file a booking falls under, and whose day it is in a room."""

from collections.abc import Iterator
from datetime import date, timedelta

from edge.site import Site
from edge.site.booking import RoomPolicy
from edge.text import Ref, Text, say
from rooms.bookings import Booking

PLAIN = RoomPolicy()
NO_SHOW = timedelta(minutes=15)
OFFICIAL_EARLY = timedelta(hours=1)
"""How long before the door could open the official may have come already."""
LONG = timedelta(hours=4)
"""A booking longer than this is kept although nobody is seen, unless its policy says otherwise."""
_KEPT_EMPTY = ("wedding-room", "safe-room")

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def kind_of(site: Site, booking: Booking) -> str | None:
    """The id of the first policy that fits; None when none does."""
    return next((name for name, policy in site.rooms.items() if _fits(site, booking, name, policy)), None)


def policy_of(site: Site, booking: Booking) -> RoomPolicy:
    kind = kind_of(site, booking)
    return PLAIN if kind is None else site.rooms[kind]


def _fits(site: Site, booking: Booking, name: str, policy: RoomPolicy) -> bool:
    begins = booking.start.astimezone(site.local.zone)
    minute = begins.hour * 60 + begins.minute
    return (
        (not policy.spaces or booking.room in policy.spaces)
        and (not policy.kinds or site.spaces[booking.room].kind in policy.kinds)
        and (not policy.weekdays or _WEEKDAYS[begins.weekday()] in policy.weekdays)
        and (not policy.between or any(start <= minute < end for start, end in policy.between))
        and (not policy.calendars or booking.calendar.partition("/")[0] in policy.calendars)
        and (not policy.agencies or agency_of(site, booking) in policy.agencies)
        and (not (policy.categories or policy.organizers) or name in booking.marks)
    )


def no_show_of(site: Site, booking: Booking, policy: RoomPolicy) -> timedelta | None:
    """How long the room may be empty before the booking is given up; None: for ever."""
    if policy.no_show == "never" or booking.all_day:
        return None
    if policy.no_show is not None:
        return policy.no_show
    kept = booking.end - booking.start > LONG or site.spaces[booking.room].kind in _KEPT_EMPTY
    return None if kept else NO_SHOW


def waits_for_official(site: Site, agency: str | None, policy: RoomPolicy) -> bool:
    if policy.staff_first is not None:
        return policy.staff_first
    return agency is not None and site.agencies[agency].staff_first


def agency_of(site: Site, booking: Booking) -> str | None:
    """Whose booking it is: as its calendar says, or else of the one agency whose day it is in the room."""
    if booking.agency in site.agencies:
        return booking.agency
    here = [owner for owner in site.spaces[booking.room].agencies if is_here(site, owner, _day(site, booking))]
    return here[0] if len(here) == 1 else None


def day_problem(site: Site, booking: Booking) -> Text | None:
    """Why the booking is outside its agency's days in the room; None when it is not."""
    agency = agency_of(site, booking)
    return next((problem for day in _days(site, booking) if (problem := _problem_on(site, booking.room, agency, day))), None)


def _problem_on(site: Site, room: str, agency: str | None, day: date) -> Text | None:
    space = site.spaces[room]
    owners_here = [owner for owner in space.agencies if is_here(site, owner, day)]
    if agency is not None and not is_here(site, agency, day):
        return say("Booked outside the days of {agency}", agency=Ref(agency))
    if not space.agencies or agency in space.agencies or space.others == "always":
        return None
    if agency is None:
        known = owners_here or space.others == "when-away"
        return None if known else say("Nobody has this room on that day")
    if space.others == "when-away" and not owners_here:
        return None
    owner = (owners_here or space.agencies)[0]
    return say("The room is for {owner} on that day, not for {agency}", owner=Ref(owner), agency=Ref(agency))


def is_here(site: Site, agency: str, day: date) -> bool:
    """Whether the agency is in the building on a local date."""
    hours = site.agencies[agency].hours
    return hours is None or bool(site.hours[hours].hours_on(day, site.local))


def _day(site: Site, booking: Booking) -> date:
    return site.local.date_of(booking.start)


def _days(site: Site, booking: Booking) -> Iterator[date]:
    """A night belongs to the day on which it begins; what is longer than a day, to each of its days."""
    day = _day(site, booking)
    yield day
    if lasts_days(site, booking):
        last = site.local.date_of(booking.end - timedelta(microseconds=1))
        while day < last:
            day += timedelta(days=1)
            yield day


def lasts_days(site: Site, booking: Booking) -> bool:
    """Longer than a day, be it of 23 or 25 hours."""
    start, end = (t.astimezone(site.local.zone).replace(tzinfo=None) for t in (booking.start, booking.end))
    return min(end - start, booking.end - booking.start) > timedelta(days=1)


def longest_grace(site: Site) -> timedelta:
    """No policy and no scene keeps a door open longer after the end."""
    scenes = [scene.after for scene in site.scenes.values()]
    return max([policy.lock_after for policy in (PLAIN, *site.rooms.values())] + scenes)


def longest_notice(site: Site) -> timedelta:
    """No policy and no scene looks farther ahead than this."""
    policies = [PLAIN, *site.rooms.values()]
    scenes = [max(scene.before, scene.prepare.before if scene.prepare else scene.before) for scene in site.scenes.values()]
    return max([max(policy.soon, policy.unlock_before + OFFICIAL_EARLY) for policy in policies] + scenes)
