"""SIGKILL at random instants while alarms escalate: every message arrives, repeats under its old key; no step happens twice."""

import asyncio
import contextlib
import json
import random
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from edge.journal import verify
from tests.broker import until_async
from tests.edge.calendar_server import CalendarServer, answer
from tests.system.forked import ForkedLives

CONTACTS = ("cameras", "duty")


def described(url: str) -> dict[str, Any]:
    return {
        "site": {"id": "outbox", "name": "Testitalo"},
        "spaces": {"lobby": {"zone": "public"}},
        "connections": {"line": {"protocol": "mqtt"}},
        "devices": {"button-1": {"type": "panic-button", "connection": "line", "space": "lobby"}},
        "contacts": {contact: {"webhook": f"{url}&to={contact}"} for contact in CONTACTS},
        "escalations": {"urgent": [{"after": "0 s", "to": "cameras"}, {"after": "1 s", "to": "duty"}]},
        "security": {"escalation": {"1": "urgent"}},
    }


def entries(data: Path, kind: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(data / "journal.db")) as database:
        found = database.execute("SELECT body FROM entries WHERE kind = ? ORDER BY seq", (kind,))
        return [json.loads(body) for (body,) in found]


class Receiver:
    """The other end. It refuses some letters, and takes others but breaks off before it has said so, until it is `good`.

    took: the keys of those it took, in order.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.took: list[str] = []
        self.good = False

    def behave(self, request: BaseHTTPRequestHandler) -> None:
        luck = 1.0 if self.good else self.chance.random()
        if luck >= 0.3:
            self.took.append(request.headers["Idempotency-Key"])
        with contextlib.suppress(OSError):  # the sender was killed
            if luck < 0.3:
                answer(request, 503)
            elif luck < 0.6:
                request.close_connection = True
            else:
                answer(request, 200)


async def kill_often(folder: Path, kills: int, seed: int) -> tuple[Path, Receiver]:
    print(f"seed {seed}")
    server, receiver = CalendarServer(), Receiver(seed)
    server.behave = receiver.behave
    data, site_file = folder / "data", folder / "site.yaml"
    site_file.write_text(json.dumps(described(server.url)))
    try:
        async with ForkedLives(site_file, "tests.system.outbox_lives") as lives:
            for life in range(kills):
                await lives.begin({"data": str(data), "presses": life * 1000, "later": life % 3 > 0})
                await asyncio.sleep(receiver.chance.uniform(0.0, 0.3))
                await lives.kill()
            receiver.good = True
            await lives.begin({"data": str(data), "presses": None, "later": False})
            await until_async(lambda: everything_is_delivered(data), within_s=20)
            await lives.kill()
    finally:
        server.stop()
    return data, receiver


def everything_is_delivered(data: Path) -> bool:
    raised, delivered = entries(data, "alarm-raised"), entries(data, "message-delivered")
    return len({body["key"] for body in delivered}) == len(CONTACTS) * len(raised)


async def kills_lose_nothing(folder: Path, kills: int, seed: int) -> None:
    data, receiver = await kill_often(folder, kills, seed)
    assert verify(data).intact
    numbers = [body["number"] for body in entries(data, "alarm-raised")]
    assert len(numbers) > kills, "hardly anything happened: the machine is too slow for this test"
    steps = Counter((body["number"], body["step"]) for body in entries(data, "escalation-stepped"))
    assert steps == {(number, step): 1 for number in numbers for step in (1, 2)}
    keys = {(int(key.partition("-")[0]), key.rpartition("-")[2]): key for key in receiver.took}
    assert keys.keys() == {(number, contact) for number in numbers for contact in CONTACTS}, "a message was lost"
    assert set(keys.values()) == set(receiver.took), "a message came again under another key"
    repeats = len(receiver.took) - len(keys)
    print(f"{kills} kills, {len(numbers)} alarms, {len(keys)} messages, {repeats} repeats")
    assert repeats > 0, "the receiver never broke off, so nothing was tried"


@pytest.mark.timeout(90)
async def test_kills_while_alarms_escalate_lose_no_message_and_repeat_no_step(tmp_path: Path) -> None:
    await kills_lose_nothing(tmp_path, kills=10, seed=20261122)


class Holding:
    """The other end takes a letter, and says so only when the sender is gone: between the send and the journal's word of it."""

    def __init__(self) -> None:
        self.took: list[str] = []
        self.arrived, self.gone = threading.Event(), threading.Event()

    def behave(self, request: BaseHTTPRequestHandler) -> None:
        self.took.append(request.headers["Idempotency-Key"])
        self.arrived.set()
        self.gone.wait()
        with contextlib.suppress(OSError):  # nobody is there any more
            answer(request, 200)


@pytest.mark.timeout(90)
async def test_what_was_taken_when_the_sender_was_killed_comes_again_under_its_key(tmp_path: Path) -> None:
    server, receiver = CalendarServer(), Holding()
    server.behave = receiver.behave
    data, site_file = tmp_path / "data", tmp_path / "site.yaml"
    site_file.write_text(json.dumps(described(server.url)))
    try:
        async with ForkedLives(site_file, "tests.system.outbox_lives") as lives:
            await lives.begin({"data": str(data), "presses": 0, "later": True})
            await asyncio.to_thread(receiver.arrived.wait)
            await lives.kill()
            taken = set(receiver.took)
            receiver.gone.set()
            assert entries(data, "message-delivered") == []
            await lives.begin({"data": str(data), "presses": None, "later": False})
            await until_async(lambda: everything_is_delivered(data), within_s=60)
            await lives.kill()
    finally:
        receiver.gone.set()
        server.stop()
    times = Counter(receiver.took)
    assert taken
    assert all(times[key] >= 2 for key in taken)
    assert len(times) == len(CONTACTS) * len(entries(data, "alarm-raised"))
    assert verify(data).intact


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(5))
async def test_a_hundred_kills_while_alarms_escalate(tmp_path: Path, seed: int) -> None:
    await kills_lose_nothing(tmp_path, kills=100, seed=seed)
