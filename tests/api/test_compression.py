"""Pages and what belongs to them are sent compressed; a stream never is, since what is compressed waits for more."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from tests.api.conftest import AUTHORIZED
from tests.api.desk import MemoryDesk
from tests.api.serving import served

ASKS = {"Accept-Encoding": "gzip", "Accept": "text/html"}


@pytest_asyncio.fixture
async def client(app: FastAPI, desk: MemoryDesk) -> AsyncIterator[httpx.AsyncClient]:
    async with served(app, desk) as address, httpx.AsyncClient(base_url=address, headers=AUTHORIZED | ASKS) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/static/console.css", "/static/guard-console.js", "/static/symbols.svg", "/api/v1/alarms"])
async def test_what_is_large_and_whole_is_compressed(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers.get("content-encoding")) == (200, "gzip")
    assert "Accept-Encoding" in answer.headers["vary"]
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert answer.num_bytes_downloaded < len(plain.content) / 2
    if path.startswith("/static/"):
        assert answer.content == plain.content


@pytest.mark.parametrize("path", ["/healthz", "/static/source-sans-3-latin.woff2"])
async def test_what_would_gain_nothing_is_not(client: httpx.AsyncClient, path: str) -> None:
    assert "content-encoding" not in (await client.get(path)).headers


@pytest.mark.parametrize("path", ["/console/events?lists=alarms", "/api/v1/events"])
async def test_a_stream_is_not_and_its_messages_come_at_once(client: httpx.AsyncClient, desk: MemoryDesk, path: str) -> None:
    async with client.stream("GET", path) as answer:
        assert "content-encoding" not in answer.headers
        lines = answer.aiter_lines()
        while "heartbeat" not in await anext(lines):
            pass
        desk.press("panic-room-1", "p-9")
        while "alarm-4" not in (line := await anext(lines)) and "alarm-raised" not in line:
            pass
