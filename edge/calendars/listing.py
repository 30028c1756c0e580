"""`talonmies bookings`: what the calendars of a site say at this moment, without any daemon."""

import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from edge.calendars.carrier import carry
from edge.calendars.reading import NotRead, read_apart
from edge.calendars.sources import Supply, supplies
from edge.site import Site
from edge.text import say
from rooms.feeding import feeding
from rooms.ics_lines import Unreadable
from rooms.ics_series import Window
from rooms.report import CalendarReading
from rooms.sources.port import Failed, New


async def read_calendars(
    site: Site, folder: Path, secret: Callable[[str], str], now: datetime, window: Window
) -> list[CalendarReading]:
    """Each feed once, from wherever it is; a failure is part of the answer. folder: of the site file."""
    trust = ssl.create_default_context()
    return [await _read(site, feed, supply, trust, now, window) for feed, supply in supplies(site, folder, secret).items()]


async def _read(site: Site, feed: str, supply: Supply, trust: ssl.SSLContext, now: datetime, window: Window) -> CalendarReading:
    answer = await carry(supply.source.ask(now), trust)
    try:
        if isinstance(answer, New):
            read = await read_apart(feeding(site, feed), answer.content, window)
            return CalendarReading(calendar=feed, source=supply.place, understood=read.understood, fetched=now)
        problem = answer.problem if isinstance(answer, Failed) else say("The calendar gave no answer of its own")
    except (Unreadable, NotRead) as failure:
        problem = failure.text
    return CalendarReading(calendar=feed, source=supply.place, failure=problem)
