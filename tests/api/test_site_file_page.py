"""The page of the site file: what it shows of each state of the file, and how it takes over."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from html import unescape

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.port import SiteFileSeen
from edge.refusal import Refusal
from edge.text import Ref, say
from tests.api.conftest import OF_ROLES, ORIGIN, TOKENS, client_of
from tests.api.desk import MemoryDesk

SAME = SiteFileSeen("a" * 64, changed=False, problems=(), remarks=(), difference=(), zones=())
CHANGED = replace(SAME, digest="b" * 64, changed=True, difference=(say("{door} is no longer unlocked", door=Ref("room-1-front")),))


@dataclass
class MemorySiteFile:
    """A file that needs no disk: takes over when its digest is asked for, with a second person where a zone changes."""

    seen: SiteFileSeen = SAME
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    async def look(self) -> SiteFileSeen:
        return self.seen

    async def take_over(self, digest: str, by: str, reason: str) -> bool:
        if digest != self.seen.digest:
            raise Refusal(say("The site file is another by now: look at the difference again"))
        self.asked.append((digest, by, reason))
        if self.seen.zones and self.seen.asked_by is None:
            self.seen = replace(self.seen, asked_by=by)
            return False
        self.seen = replace(SAME, digest=digest)
        return True


@pytest.fixture(scope="module")
def the_file() -> MemorySiteFile:
    return MemorySiteFile()


@pytest.fixture(scope="module")
def app(the_file: MemorySiteFile) -> FastAPI:
    """One for all: to build it takes longer than what is tried."""
    return create_app(MemoryDesk(), tokens=TOKENS, signed_in=True, site_file=the_file)


@pytest.fixture
def file(the_file: MemorySiteFile) -> MemorySiteFile:
    the_file.seen, the_file.asked = SAME, []
    return the_file


@pytest.fixture
async def manager(app: FastAPI, file: MemorySiteFile) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, Accept="text/html", Origin=ORIGIN) as client:
        await client.get("/overview")
        yield client


async def words(client: httpx.AsyncClient, path: str = "/site-file?language=en") -> str:
    answer = await client.get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.text)).split())


async def test_a_file_that_is_what_runs_offers_nothing(manager: httpx.AsyncClient) -> None:
    text = await words(manager)
    assert "The file is what runs." in text
    assert "Let it take over" not in text


async def test_a_change_is_told_before_it_takes_over(manager: httpx.AsyncClient, file: MemorySiteFile) -> None:
    file.seen = CHANGED
    text = await words(manager)
    assert "Service room 1, door is no longer unlocked" in text
    answer = await manager.post("/console/site-file", data={"digest": CHANGED.digest, "reason": "new lock"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/site-file?done=runs")
    assert file.asked == [(CHANGED.digest, "demo", "new lock")]
    assert "It runs now. The file is what runs." in await words(manager, "/site-file?done=runs&language=en")


async def test_a_file_that_is_wrong_says_why_and_offers_nothing(manager: httpx.AsyncClient, file: MemorySiteFile) -> None:
    file.seen = replace(CHANGED, problems=(say("doors.x: no such space"),), remarks=(say("Nobody uses this timetable"),))
    text = await words(manager)
    assert "The file cannot take over. What runs goes on." in text
    assert "doors.x: no such space" in text
    assert "Nobody uses this timetable" in text
    assert "Let it take over" not in text


async def test_a_zone_takes_two_persons(manager: httpx.AsyncClient, file: MemorySiteFile) -> None:
    file.seen = replace(CHANGED, zones=("lobby",))
    assert "These spaces come to another zone: Lobby and waiting area. That takes two persons." in await words(manager)
    answer = await manager.post("/console/site-file", data={"digest": CHANGED.digest})
    assert answer.headers["location"] == "/site-file?done=waits"
    assert "demo wants it to take over." in await words(manager)


async def test_a_file_changed_since_it_was_looked_at_is_not_taken(manager: httpx.AsyncClient, file: MemorySiteFile) -> None:
    file.seen = CHANGED
    answer = await manager.post("/console/site-file?language=en", data={"digest": "c" * 64})
    assert (answer.status_code, "look at the difference again" in answer.text) == (409, True)
    assert file.asked == []


async def test_whoever_may_not_sees_the_difference_and_no_button(app: FastAPI, file: MemorySiteFile) -> None:
    file.seen = CHANGED
    async with client_of(app, Accept="text/html", Authorization=f"Bearer {OF_ROLES['guard']}") as guard:
        text = await words(guard)
        assert "is no longer unlocked" in text
        assert "Let it take over" not in text
        assert (await guard.post("/console/site-file", data={"digest": CHANGED.digest})).status_code == 403
    assert file.asked == []
