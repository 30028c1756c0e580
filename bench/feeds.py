"""Calendars as large as they get: series and single bookings of some rooms, with people, words and alarms as real ones have."""

import random
from datetime import datetime, timedelta

ROOMS = 24
_SERIES = 0.05
_ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Helsinki
BEGIN:STANDARD
DTSTART:19701025T040000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T030000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
END:DAYLIGHT
END:VTIMEZONE
"""
_EVENT = """BEGIN:VEVENT
UID:{uid}@calendar.example
DTSTAMP:20261101T080000Z
SEQUENCE:{sequence}
DTSTART;TZID=Europe/Helsinki:{start:%Y%m%dT%H%M%S}
DTEND;TZID=Europe/Helsinki:{end:%Y%m%dT%H%M%S}
{rule}SUMMARY:Customer appointment {uid}
DESCRIPTION:Bring the papers that the letter names. If you cannot come\\, tell
  us at least a day before. Parking is behind the building\\, the entrance is
  on the side of the square. Number in the queue: {uid}
LOCATION:Room {room}
CATEGORIES:Service
ORGANIZER;CN=Official {person}:mailto:official-{person}@agency.example
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Customer
  {uid}:mailto:customer-{uid}@mail.example
ATTENDEE;CUTYPE=ROOM;ROLE=NON-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Room {room}:m
 ailto:room-{room}@agency.example
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT15M
END:VALARM
END:VEVENT
"""


def rooms() -> dict[str, str]:
    """Space: its LOCATION."""
    return {f"room-{n}": f"Room {n}" for n in range(1, ROOMS + 1)}


def feed(events: int, now: datetime, edited: int = 0) -> bytes:
    """So many events around now, the same each time; of the last version, so many have been moved by five minutes."""
    chance = random.Random(events)
    chosen = set(random.Random(edited).sample(range(events), edited))
    parts = ["BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Talonmies//bench//EN\n", _ZONE]
    parts += [_event(number, now, chance, moved=number in chosen) for number in range(events)]
    return "".join([*parts, "END:VCALENDAR\n"]).replace("\n", "\r\n").encode()


def _event(number: int, now: datetime, chance: random.Random, *, moved: bool) -> str:
    series = chance.random() < _SERIES
    start = (now + timedelta(days=chance.randrange(-365, 0 if series else 365))).replace(hour=8, minute=0, second=0, microsecond=0)
    start += timedelta(minutes=5 * chance.randrange(90))
    length = timedelta(minutes=chance.choice((30, 45, 60, 90)))
    start += timedelta(minutes=5) if moved else timedelta()
    return _EVENT.format(
        uid=f"{number:06}",
        sequence=int(moved),
        start=start,
        end=start + length,
        rule="RRULE:FREQ=WEEKLY\n" if series else "",
        room=chance.randrange(ROOMS) + 1,
        person=chance.randrange(40),
    )
