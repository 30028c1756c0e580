"""Bookings as the calendar of a demo has them."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from edge.site import Site

_BOOKED_BEFORE = timedelta(hours=1)
_BOOKED_AFTER = timedelta(hours=12)
_LENGTHS_MIN = (30, 45, 60, 90)
_PAUSES_MIN = (0, 5, 15, 30, 60, 120)


def bookings_around(site: Site, now: datetime) -> str:
    """An ICS feed with plausible bookings of every room around now; the same for the same minute."""
    chance = random.Random(f"{now:%Y%m%d%H%M}")  # noqa: S311
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Talonmies//demo//FI"]
    for calendar in site.calendars.values():
        for room, match in calendar.rooms.items():
            agencies = _agencies_in(site, room)
            for number, (start, end) in enumerate(_times(chance, now)):
                category = chance.choice(agencies)
                lines += [
                    "BEGIN:VEVENT",
                    f"UID:{room}-{number}@demo.example",
                    f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
                    f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
                    f"DTEND:{end:%Y%m%dT%H%M%SZ}",
                    *(f"LOCATION:{location}" for location in match.location[:1]),
                    *(f"ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:{address}" for address in match.attendee[:1]),
                    *([f"CATEGORIES:{category}"] if category else []),
                    "SUMMARY:Varaus",
                    "END:VEVENT",
                ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _agencies_in(site: Site, room: str) -> list[str | None]:
    """The marks of agencies that may book a room, and none, for those whose bookings nothing tells apart."""
    owners = site.spaces[room].agencies
    marks = [agency.categories[0] for id_, agency in site.agencies.items() if agency.categories and (not owners or id_ in owners)]
    return [None, *marks]


def _times(chance: random.Random, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Bookings one after another, on five-minute marks, with a break between most."""
    start = now.replace(minute=0, second=0, microsecond=0) - _BOOKED_BEFORE + timedelta(minutes=5 * chance.randrange(24))
    while start < now + _BOOKED_AFTER:
        end = start + timedelta(minutes=chance.choice(_LENGTHS_MIN))
        yield start, end
        start = end + timedelta(minutes=chance.choice(_PAUSES_MIN))
