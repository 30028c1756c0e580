"""Readings of the past have threads of their own."""

import asyncio
import threading
from asyncio import CancelledError

import httpx
import pytest

from api.past_reading import AT_ONCE, PastReading
from tests.api.desk import MemoryDesk


async def test_many_at_once_wait_for_each_other_and_for_nobody_else() -> None:
    reading, enough, began = PastReading(), threading.Event(), threading.Semaphore(0)

    def long_search() -> str:
        began.release()
        enough.wait()
        return threading.current_thread().name

    searches = [asyncio.ensure_future(reading.of(long_search)) for _ in range(AT_ONCE + 1)]
    try:
        for _ in range(AT_ONCE):
            assert await asyncio.to_thread(began.acquire, timeout=20), "another reading of the controller goes on"
        assert not began.acquire(blocking=False), "one waits"
    finally:
        enough.set()
    assert all(name.startswith("past") for name in await asyncio.gather(*searches))
    reading.close()


async def test_what_waits_at_the_end_is_not_begun() -> None:
    reading, enough = PastReading(), threading.Event()
    searches = [asyncio.ensure_future(reading.of(enough.wait)) for _ in range(AT_ONCE)]
    waiting = asyncio.ensure_future(reading.of(pytest.fail, "begun after the end"))
    await asyncio.sleep(0)
    reading.close()
    enough.set()
    assert await asyncio.gather(*searches) == [True] * AT_ONCE
    with pytest.raises(CancelledError):
        await waiting


@pytest.mark.parametrize(
    "path",
    ["/alarms", "/alarms/figures", "/alarms/3/past", "/drills", "/api/v1/alarms/past", "/api/v1/alarms/figures", "/api/v1/drills"],
)
async def test_every_page_of_the_past_is_read_there(
    guard: httpx.AsyncClient, desk: MemoryDesk, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    threads = set()
    back, about = desk.journal_back, desk.journal_about

    def watched(read, *args, **kwargs):  # type: ignore[no-untyped-def]
        threads.add(threading.current_thread().name.partition("_")[0])
        return read(*args, **kwargs)

    monkeypatch.setattr(desk, "journal_back", lambda *args, **kwargs: watched(back, *args, **kwargs))
    monkeypatch.setattr(desk, "journal_about", lambda *args, **kwargs: watched(about, *args, **kwargs))
    assert (await guard.get(path)).status_code == 200
    assert threads == {"past"}
