"""From the calendars of the site file to what asks them, with the secrets they need."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge.calendars.carrier import host_of
from edge.calendars.files import FileSource
from edge.site import Site
from edge.site.booking import Calendar
from rooms.sources.ics import IcsSource
from rooms.sources.port import Source

_AT_ONCE = 2
"""Conversations with one calendar at a time, however many mailboxes it has."""


@dataclass(frozen=True, slots=True)
class Supply:
    """How one feed is asked. place: for people, no secret in it. origin: what it is the content of; may be a secret.

    turns: shared by the feeds of one calendar.
    """

    source: Source
    place: str
    origin: str
    turns: asyncio.Semaphore


def supplies(site: Site, folder: Path, secret: Callable[[str], str]) -> dict[str, Supply]:
    """Of every feed that somebody else holds. folder: of the site file. secret: what stands behind a reference."""
    turns: dict[str, asyncio.Semaphore] = {}
    found = {}
    for name, section in site.feeds.items():
        if not section.local:
            calendar = name.partition("/")[0]
            found[name] = _supply(section, folder, secret, turns.setdefault(calendar, asyncio.Semaphore(_AT_ONCE)))
    return found


def _supply(section: Calendar, folder: Path, secret: Callable[[str], str], turns: asyncio.Semaphore) -> Supply:
    if section.file is not None:
        path = folder / section.file
        return Supply(FileSource(path), str(path), str(path), turns)
    headers = _credentials(section, secret)
    url = section.url or ""
    return Supply(IcsSource(url, headers), host_of(url), url, turns)


def _credentials(section: Calendar, secret: Callable[[str], str]) -> Mapping[str, str]:
    if section.username is None:
        return {}
    password = secret(section.password) if section.password else ""
    return {"Authorization": "Basic " + b64encode(f"{section.username}:{password}".encode()).decode()}
