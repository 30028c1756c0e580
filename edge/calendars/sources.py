"""From the calendars of the site file to what asks them, with the secrets they need."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge.calendars.carrier import host_of
from edge.calendars.files import FileSource
from edge.site import Site
from edge.site.booking import Calendar, GraphLogin
from rooms.sources.caldav import CaldavSource
from rooms.sources.graph import GraphSource
from rooms.sources.graph_login import GraphLoginState
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
    by_calendar = (supplies_of(site, calendar, folder, secret) for calendar in site.calendars)
    return {feed: supply for found in by_calendar for feed, supply in found.items()}


def supplies_of(site: Site, calendar: str, folder: Path, secret: Callable[[str], str]) -> dict[str, Supply]:
    """Of the feeds of one calendar."""
    section, turns = site.calendars[calendar], asyncio.Semaphore(_AT_ONCE)
    if section.graph is not None:
        return dict(_mailboxes(site, calendar, section.graph, secret, turns))
    return {} if section.local else {calendar: _supply(site, section, folder, secret, turns)}


def _mailboxes(
    site: Site, calendar: str, graph: GraphLogin, secret: Callable[[str], str], turns: asyncio.Semaphore
) -> Iterator[tuple[str, Supply]]:
    """All of them share one login."""
    login = GraphLoginState(graph.tenant, graph.client, secret(graph.secret), graph.login)
    for space, address in site.calendars[calendar].mailboxes.items():
        source = GraphSource(login, address, graph.service, site.local.zone)
        origin = f"{graph.service} {graph.tenant} {address}"
        yield f"{calendar}/{space}", Supply(source, host_of(graph.service), origin, turns)


def _supply(site: Site, section: Calendar, folder: Path, secret: Callable[[str], str], turns: asyncio.Semaphore) -> Supply:
    if section.file is not None:
        path = folder / section.file
        return Supply(FileSource(path), str(path), str(path), turns)
    headers = _credentials(section, secret)
    if section.caldav is not None:
        source = CaldavSource(section.caldav, headers, zone=site.local.zone)
        return Supply(source, host_of(section.caldav), section.caldav, turns)
    url = section.url or ""
    return Supply(IcsSource(url, headers), host_of(url), url, turns)


def _credentials(section: Calendar, secret: Callable[[str], str]) -> Mapping[str, str]:
    if section.username is None:
        return {}
    password = secret(section.password) if section.password else ""
    return {"Authorization": "Basic " + b64encode(f"{section.username}:{password}".encode()).decode()}
