"""`talonmies bookings`: what the calendars of a site say at this moment, without any daemon."""

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path

from edge.calendars.download import DownloadFailed, download, host_of
from edge.calendars.reading import NotRead, read_apart
from edge.site import Site
from edge.text import say
from rooms.feeding import feeding
from rooms.ics_lines import Unreadable
from rooms.ics_series import Window
from rooms.report import CalendarReading
from rooms.sources.ics import Answer, Failed, IcsSource, NewBody

PATIENCE_S = 30.0


async def read_calendars(site: Site, files: Mapping[str, Path], window: Window) -> list[CalendarReading]:
    """Each calendar once, from its file or address; a failure is part of the answer."""
    return [await _read(site, calendar, files.get(calendar), window) for calendar in site.calendars]


async def _read(site: Site, calendar: str, file: Path | None, window: Window) -> CalendarReading:
    url = site.calendars[calendar].url or ""
    source = str(file) if file is not None else host_of(url)
    try:
        answer = IcsSource().read(await asyncio.to_thread(file.read_bytes)) if file is not None else await _download(url)
        if isinstance(answer, NewBody):
            understood = await read_apart(feeding(site, calendar), answer.body, window)
            return CalendarReading(calendar=calendar, source=source, understood=understood)
        problem = answer.problem if isinstance(answer, Failed) else say("The calendar gave no answer of its own")
    except (DownloadFailed, Unreadable, NotRead) as failure:
        problem = failure.text
    except OSError as failure:
        problem = say("The file {path} cannot be read: {reason}", path=source, reason=failure.strerror or "?")
    return CalendarReading(calendar=calendar, source=source, failure=problem)


async def _download(url: str) -> Answer:
    source = IcsSource()
    response = await download(url, source.request_headers(), ssl.create_default_context(), PATIENCE_S)
    return source.receive(response.status, response.headers, response.body)
