"""A small building and a month in its journal."""

import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from api.reports.build import report_of
from api.reports.figures import Report
from api.reports.month import Month
from edge.conditions import DEVICE_LOST
from edge.events import ConditionBegan, ConditionEnded, DaemonStarted, DaemonStopped, Event
from edge.journal import Journal
from edge.journal.past import past_of
from edge.site import Site
from edge.text import say
from rooms.usage import BookingEnded
from security.alarms import AlarmRaised
from security.walk_tests import WalkTestBegan, WalkTestConfirmed, WalkTestEnded, WalkTestPressed
from tests.builders import DAY, HOUR, MINUTE, local, site_of

MONTH = Month(2026, 11)
FIRST, LATER = local("2026-11-01 00:00"), local("2026-12-01 05:00")


def building() -> Site:
    rooms: dict[str, Any] = {f"room-{n}": {"zone": "semi-public", "kind": "service-room"} for n in (1, 2, 3)}
    return site_of(
        {"lobby": "public", "office": "internal", **rooms},
        {f"front-{n}": {"from": "lobby", "to": f"room-{n}", "unlock": "booking"} for n in (1, 2, 3)},
        site={"name": {"fi": "Porvoon piste", "sv": "Borgå ställe", "en": "Porvoo point"}},
        agencies={"vero": {"name": "Vero"}, "mml": {"name": "MML"}, "dvv": {"name": "=DVV"}},
        devices={"button-1": {"type": "panic-button", "space": "room-1"}, "button-2": {"type": "panic-button", "space": "room-2"}},
        calendars={"rooms": {"url": "https://c.example/", "rooms": {room: room for room in rooms}}},
        rooms={"service": {"kinds": ["service-room"]}},
    )


def ended(start: datetime, minutes: int = 60, **more: Any) -> BookingEnded:
    end = start + minutes * MINUTE
    event: dict[str, Any] = {
        "at": end + 5 * MINUTE, "room": "room-1", "mark": start.isoformat(), "agency": "vero", "policy": "service", "start": start,
        "booked_until": end, "until": end, "outcome": "used", "seen_s": minutes * 60,
    }  # fmt: skip
    return BookingEnded(**event | more)


def a_month(seed: int = 1) -> Iterator[Event]:
    """In the order of time, as a journal has it."""
    rand = random.Random(seed)
    events: list[Event] = [DaemonStarted(at=FIRST - DAY, epoch=1, version="0", site="test")]
    for day in range(30):
        for room in ("room-1", "room-2", "room-3"):
            for hour in rand.sample(range(8, 17), 3):
                agency = rand.choice(["vero", "vero", "mml", "mml", "dvv", None])
                outcome = rand.choice(["used", "used", "used", "no-show", "unknown"])
                event = ended(
                    FIRST + day * DAY + hour * HOUR, room=room, agency=agency, outcome=outcome, mark=f"{day}-{room}-{hour}"
                )
                events.append(event)
    events += [
        ConditionBegan(at=FIRST + 3 * DAY, type=DEVICE_LOST, subject="lock-front-1", because=say("lost")),
        ConditionEnded(at=FIRST + 3 * DAY + 6 * HOUR, type=DEVICE_LOST, subject="lock-front-1"),
        DaemonStopped(at=FIRST + 5 * DAY),
        DaemonStarted(at=FIRST + 5 * DAY + 2 * HOUR, epoch=2, version="0", site="test"),
        *(_held_open(n) for n in range(1, 5)),
        WalkTestBegan(at=FIRST + 9 * DAY, by="Aino", buttons=("button-1", "button-2"), until=FIRST + 9 * DAY + HOUR),
        WalkTestPressed(at=FIRST + 9 * DAY, button="button-1", press="1"),
        WalkTestConfirmed(at=FIRST + 9 * DAY, button="button-1", press="1", number=9, by="Aino"),
        WalkTestEnded(at=FIRST + 9 * DAY + MINUTE, by="Aino"),
    ]  # fmt: skip
    yield from sorted(events, key=lambda event: event.at)


def _held_open(number: int) -> Event:
    at = FIRST + 7 * DAY + number * MINUTE
    return AlarmRaised(at=at, number=number, type="door-held-open", subject="front-1", because=say("x"))


def write(folder: Path, *events: Event) -> Path:
    journal = Journal.open(folder)
    journal.append(list(events))
    journal.close()
    return folder


def read(folder: Path, site: Site, now: datetime = LATER, month: Month = MONTH) -> Report:
    with past_of(folder) as journal:
        return report_of(site, journal, month, now)
