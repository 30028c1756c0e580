"""`talonmies bookings`: what the calendars of a site say at this moment, without any daemon."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge.calendars.carrier import carry
from edge.calendars.reading import NotRead, read_apart
from edge.calendars.sources import Supply, supplies_of
from edge.errors import StartRefused
from edge.site import Site
from edge.text import say
from rooms.feeding import feeding
from rooms.ics_lines import Unreadable
from rooms.ics_series import Window
from rooms.report import CalendarReading
from rooms.sources.port import Failed, New

_PATIENCE_S = 30.0
"""Somebody waits at the terminal."""
_READ_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class _Wanted:
    """missing: references of its calendar's secrets that lead nowhere."""

    feed: str
    supply: Supply
    missing: Sequence[str]


async def read_calendars(
    site: Site, folder: Path, secret: Callable[[str], str], now: datetime, window: Window
) -> list[CalendarReading]:
    """Each feed once, from wherever it is, all at the same time; a failure is part of the answer. folder: of the site file."""
    trust, turns = ssl.create_default_context(), asyncio.Semaphore(_READ_AT_ONCE)
    wanted = [feed for calendar in site.calendars for feed in _feeds_of(site, calendar, folder, secret)]
    return await asyncio.gather(*(_read(site, feed, trust, turns, now, window) for feed in wanted))


def _feeds_of(site: Site, calendar: str, folder: Path, secret: Callable[[str], str]) -> list[_Wanted]:
    missing: list[str] = []

    def known(reference: str) -> str:
        try:
            return secret(reference)
        except StartRefused:
            missing.append(reference)
            return ""

    return [_Wanted(feed, supply, missing) for feed, supply in supplies_of(site, calendar, folder, known).items()]


async def _read(
    site: Site, wanted: _Wanted, trust: ssl.SSLContext, turns: asyncio.Semaphore, now: datetime, window: Window
) -> CalendarReading:
    feed, supply = wanted.feed, wanted.supply
    if wanted.missing:
        problem = say("The secret {reference} is missing", reference=wanted.missing[0])
        return CalendarReading(calendar=feed, source=supply.place, failure=problem)
    async with supply.turns:
        answer = await carry(supply.source.ask(now), trust, _PATIENCE_S)
    try:
        if isinstance(answer, New):
            async with turns:
                read = await read_apart(feeding(site, feed), answer.content, window)
            return CalendarReading(calendar=feed, source=supply.place, understood=read.understood, fetched=now)
        problem = answer.problem if isinstance(answer, Failed) else say("The calendar gave no answer of its own")
    except (Unreadable, NotRead) as failure:
        problem = failure.text
    return CalendarReading(calendar=feed, source=supply.place, failure=problem)
