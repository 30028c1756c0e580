"""SIGKILL at random instants while alarms escalate: every message arrives, repeats under its old key; no step happens twice."""

import asyncio
import contextlib
import json
import random
import sqlite3
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from drivers.mosquitto import Broker
from edge.journal import verify
from tests.broker import Plain, until_async
from tests.edge.calendar_server import CalendarServer, answer
from tests.edge.outbox.mail_server import mail_server
from tests.system.forked import ForkedLives

WEB, MAIL, TOPIC = "cameras", "duty", "desk"
CONTACTS = (WEB, MAIL, TOPIC)
DESK = "desk/alarms"


def described(url: str, mail: int, broker: int) -> dict[str, Any]:
    """Of an alarm, a program and a topic are told at once, and a person by mail a second later."""
    return {
        "site": {"id": "outbox", "name": "Testitalo"},
        "spaces": {"lobby": {"zone": "public"}},
        "connections": {"line": {"protocol": "mqtt", "port": broker}},
        "devices": {"button-1": {"type": "panic-button", "connection": "line", "space": "lobby"}},
        "contacts": {
            WEB: {"webhook": url},
            MAIL: {"email": "duty@outbox.test"},
            TOPIC: {"mqtt": {"connection": "line", "topic": DESK}},
        },
        "escalations": {"urgent": [{"after": "0 s", "to": [WEB, TOPIC]}, {"after": "1 s", "to": MAIL}]},
        "security": {
            "escalation": {"1": "urgent"},
            "smtp": {"host": "127.0.0.1", "port": mail, "tls": "none", "sender": "talonmies@outbox.test"},
        },
    }


def entries(data: Path, kind: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(data / "journal.db")) as database:
        found = database.execute("SELECT body FROM entries WHERE kind = ? ORDER BY seq", (kind,))
        return [json.loads(body) for (body,) in found]


def panics(data: Path) -> list[int]:
    """Their numbers. That the button says nothing but presses is an alarm of its own, about which nobody is told."""
    return [body["number"] for body in entries(data, "alarm-raised") if body["type"] == "panic"]


class Receivers:
    """The other ends. They refuse some letters, and take others but break off before they have said so, until they are `good`.

    took: by contact, the keys of those that it took, in order. hold: whoever has taken a letter answers only when this is set.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.took: dict[str, list[str]] = {contact: [] for contact in CONTACTS}
        self.good = False
        self.hold: threading.Event | None = None

    def luck(self) -> float:
        return 1.0 if self.good else self.chance.random()

    def web(self, request: BaseHTTPRequestHandler) -> None:
        luck = self.luck()
        if luck >= 0.3:
            self.took[WEB].append(request.headers["Idempotency-Key"])
        if self.hold is not None:
            self.hold.wait()
        with contextlib.suppress(OSError):  # the sender was killed
            if luck < 0.3:
                answer(request, 503)
            elif luck < 0.6:
                request.close_connection = True
            else:
                answer(request, 200)


@asynccontextmanager
async def receiving(folder: Path, broker: Broker, receivers: Receivers) -> AsyncIterator[tuple[Path, ForkedLives]]:
    """The folder of the journal, and lives of a controller that tells these."""
    server = CalendarServer()
    server.behave = receivers.web
    site_file = folder / "site.yaml"
    async with mail_server() as mailbox:
        mailbox.breaks_off = lambda: receivers.luck() < 0.3
        site_file.write_text(json.dumps(described(server.url, mailbox.port, broker.port)))
        try:
            with Plain(broker.port) as desk:
                desk.subscribe(DESK)
                async with ForkedLives(site_file, "tests.system.outbox_lives") as lives:
                    yield folder / "data", lives
                receivers.took[TOPIC] = [json.loads(message.payload)["key"] for message in desk.messages]
        finally:
            if receivers.hold is not None:
                receivers.hold.set()
            server.stop()
        receivers.took[MAIL] = [mail["Message-ID"].strip("<>").partition("@")[0] for mail in mailbox.mails]


async def kill_often(folder: Path, broker: Broker, kills: int, seed: int) -> tuple[Path, Receivers]:
    print(f"seed {seed}")
    receivers = Receivers(seed)
    async with receiving(folder, broker, receivers) as (data, lives):
        for life in range(kills):
            await lives.begin({"data": str(data), "presses": life * 1000, "later": life % 3 > 0})
            await asyncio.sleep(receivers.chance.uniform(0.0, 0.3))
            await lives.kill()
        receivers.good = True
        await lives.begin({"data": str(data), "presses": None, "later": False})
        await until_async(lambda: everything_is_delivered(data), within_s=30)
        await lives.kill()
    return data, receivers


def everything_is_delivered(data: Path) -> bool:
    delivered = entries(data, "message-delivered")
    return len({body["key"] for body in delivered}) == len(CONTACTS) * len(panics(data))


async def kills_lose_nothing(folder: Path, broker: Broker, kills: int, seed: int) -> None:
    data, receivers = await kill_often(folder, broker, kills, seed)
    assert verify(data).intact
    numbers = panics(data)
    assert len(numbers) > kills, "hardly anything happened: the machine is too slow for this test"
    steps = Counter((body["number"], body["step"]) for body in entries(data, "escalation-stepped"))
    assert steps == {(number, step): 1 for number in numbers for step in (1, 2)}
    for contact, took in receivers.took.items():
        keys = {int(key.partition("-")[0]): key for key in took}
        assert keys.keys() == {*numbers}, f"a message to {contact} was lost"
        assert set(keys.values()) == {*took}, f"a message to {contact} came again under another key"
        print(f"{contact}: {kills} kills, {len(numbers)} alarms, {len(took) - len(keys)} repeats")
    assert len(receivers.took[WEB]) > len(numbers) < len(receivers.took[MAIL]), "nobody ever broke off, so nothing was tried"


@pytest.mark.timeout(120)
async def test_kills_while_alarms_escalate_lose_no_message_and_repeat_no_step(tmp_path: Path, own_broker: Broker) -> None:
    await kills_lose_nothing(tmp_path, own_broker, kills=10, seed=20261122)


@pytest.mark.timeout(90)
async def test_what_was_taken_when_the_sender_was_killed_comes_again_under_its_key(tmp_path: Path, own_broker: Broker) -> None:
    """Between the send and the journal's word of it."""
    receivers = Receivers(0)
    receivers.good, receivers.hold = True, threading.Event()
    async with receiving(tmp_path, own_broker, receivers) as (data, lives):
        await lives.begin({"data": str(data), "presses": 0, "later": True})
        await until_async(lambda: receivers.took[WEB])
        await lives.kill()
        taken = {*receivers.took[WEB]}
        receivers.hold.set()
        assert [body for body in entries(data, "message-delivered") if body["contact"] == WEB] == []
        await lives.begin({"data": str(data), "presses": None, "later": False})
        await until_async(lambda: everything_is_delivered(data), within_s=60)
        await lives.kill()
    times = Counter(receivers.took[WEB])
    assert all(times[key] >= 2 for key in taken)
    assert len(times) == len(panics(data))
    assert verify(data).intact


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(5))
async def test_a_hundred_kills_while_alarms_escalate(tmp_path: Path, own_broker: Broker, seed: int) -> None:
    await kills_lose_nothing(tmp_path, own_broker, kills=100, seed=seed)
