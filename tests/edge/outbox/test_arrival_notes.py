"""An agency is told by its own messenger that its customer has come: over a real HTTP server, by a running daemon."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from edge.daemon import Daemon
from edge.site import Site
from rooms import arrivals
from rooms.arrivals import WAITING
from tests.broker import until_async
from tests.edge.calendar_server import CalendarServer, status
from tests.edge.outbox.test_outbox import life, service
from tests.security.escalating import escalating_site

__all__ = ["service"]


def the_site(service: CalendarServer, **more: Any) -> Site:
    return escalating_site(
        contacts={"vero-teams": {"webhook": service.url, "language": "en"}},
        escalations={},
        security={},
        agencies={"vero": {"name": "Vero", "tell": "vero-teams"}, "mml": {"name": "MML"}},
        **more,
    )


def queue_up(daemon: Daemon, number: str, agency: str) -> None:
    daemon.inbox.event(arrivals.queue_up(daemon.site, daemon.facts, daemon.clock.now(), number, agency))


def told(service: CalendarServer) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in service.written]


async def test_only_the_customers_agency_is_told_and_once(service: CalendarServer, tmp_path: Path) -> None:
    async with life(the_site(service), tmp_path) as daemon:
        queue_up(daemon, "B1", "mml")
        await until_async(lambda: len(daemon.facts(WAITING()) or {}) == 1)
        queue_up(daemon, "A17", "vero")
        await until_async(lambda: len(service.requests) == 1)
        queue_up(daemon, "A18", "vero")
        await until_async(lambda: len(service.requests) == 2)
    assert [(each["number"], each["agency"]) for each in told(service)] == [("A17", "vero"), ("A18", "vero")]
    assert told(service)[0]["text"].endswith("queue number A17 waits.")


async def test_a_messenger_that_fails_is_tried_again_until_somebody_answers(service: CalendarServer, tmp_path: Path) -> None:
    service.behave = status(503)
    async with life(the_site(service), tmp_path) as daemon:
        queue_up(daemon, "A17", "vero")
        await until_async(lambda: len(service.requests) >= 3)
        assert len({each["key"] for each in told(service)}) == 1
        daemon.inbox.event(arrivals.answer(daemon.facts, daemon.clock.now(), 1, "coming", "official"))
        await until_async(lambda: (daemon.facts(WAITING()) or {})[1].answered is not None)
        service.behave = status(200)
        await until_async(lambda: not _tries())
        assert (daemon.facts(WAITING()) or {})[1].answered is not None


def _tries() -> list[Any]:
    return [task for task in asyncio.all_tasks() if "ArrivalNotes._send" in repr(task.get_coro())]


async def test_after_a_restart_those_who_just_came_are_told_of_under_the_same_key(service: CalendarServer, tmp_path: Path) -> None:
    async with life(the_site(service), tmp_path) as daemon:
        queue_up(daemon, "A17", "vero")
        await until_async(lambda: len(service.requests) == 1)
    async with life(the_site(service), tmp_path):
        await until_async(lambda: len(service.requests) == 2)
    first, second = told(service)
    assert first == second


async def test_the_end_of_the_feed_holds_nothing_up(service: CalendarServer, tmp_path: Path) -> None:
    async with life(the_site(service), tmp_path) as daemon:
        daemon.feed.end()
        await asyncio.wait_for(until_async(lambda: not _following()), 5)


def _following() -> list[Any]:
    return [task for task in asyncio.all_tasks() if "ArrivalNotes.run" in repr(task.get_coro())]


@pytest.mark.parametrize("agency", ["mml"])
async def test_an_agency_without_a_messenger_is_told_by_the_page_alone(
    service: CalendarServer, tmp_path: Path, agency: str
) -> None:
    async with life(the_site(service), tmp_path) as daemon:
        queue_up(daemon, "A17", agency)
        await until_async(lambda: len(daemon.facts(WAITING()) or {}) == 1)
        queue_up(daemon, "A18", "vero")
        await until_async(lambda: len(service.requests) == 1)
    assert told(service)[0]["number"] == "A18"
