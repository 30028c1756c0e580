"""The program in bad conditions: full disk, broker gone, garbage, a calendar that cannot be read, a restart (R4-R6, R8, F2)."""

import asyncio
import json
import random
import resource
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from drivers.mosquitto import Broker
from drivers.virtual.building import VirtualBuilding
from drivers.virtual.speaker import Speaker
from edge.clock import SystemClock
from edge.journal import verify
from edge.site.load import read_site
from tests.broker import Plain, until, until_async
from tests.system.places import write_site
from tests.system.program import Program, Stream

pytestmark = pytest.mark.timeout(90)
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def new_site() -> str:
    return f"bad-{uuid4().hex[:8]}"


def press(plain: Plain, site: str, press_id: str) -> None:
    plain.publish(f"talonmies/{site}/panic-1/pressed", json.dumps({"value": True, "id": press_id}))


def answered(plain: Plain, site: str) -> set[str]:
    ours = [m for m in plain.messages if m.topic == f"talonmies/{site}/panic-1/pressed/ack" and m.payload.startswith(b'{"id":"')]
    return {json.loads(message.payload)["id"] for message in ours}


def entries(data: Path, kind: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(data / "journal.db")) as database:
        rows = database.execute("SELECT body FROM entries WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
    return [json.loads(body) for (body,) in rows]


def test_a_disk_that_takes_nothing_more(tmp_path: Path, broker: Broker) -> None:
    """Writing fails as on a full disk: the limit is on the process, so that it works for any user on any file system."""
    site, data = new_site(), tmp_path / "data"
    path = write_site(tmp_path, site, broker.port)
    with Plain(broker.port) as button, Program(tmp_path, "run", path, "--data", data) as program:
        button.subscribe(f"talonmies/{site}/panic-1/pressed/ack")
        press(button, site, "before")
        until(lambda: answered(button, site) == {"before"})
        with Stream(program) as stream:
            resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            for number in range(20):
                press(button, site, f"full-{number}")
            until(lambda: all(stream.alarms(f"full-{number}") for number in range(20)))
            assert {id_ for number in range(20) for _, id_ in stream.alarms(f"full-{number}")} == {None}, "shown, not as durable"
            until(lambda: program.alarms("journal-failing"))
            assert not program.ready()
            press(button, site, "full-0")
            assert answered(button, site) == {"before"}
        resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, UNLIMITED)
        until(lambda: answered(button, site) == {"before", *(f"full-{number}" for number in range(20))})
        until(lambda: program.ready() and not any(alarm["active"] for alarm in program.alarms("journal-failing")))
        program.end()
    raised = [body["press"] for body in entries(data, "alarm-raised") if "press" in body]
    assert sorted(raised) == sorted(["before", *(f"full-{number}" for number in range(20))])
    assert verify(data).intact


def test_a_broker_that_dies_and_comes_back(tmp_path: Path, own_broker: Broker) -> None:
    site, data = new_site(), tmp_path / "data"
    path = write_site(tmp_path, site, own_broker.port)
    with Plain(own_broker.port) as button, Program(tmp_path, "run", path, "--data", data) as program:
        button.subscribe(f"talonmies/{site}/panic-1/pressed/ack")
        own_broker.kill()
        until(lambda: not program.ready())
        until(lambda: program.alarms("connection-lost"), within_s=20)
        assert not program.alarms("panic-source-lost"), "the line has its own alarm; its devices do not bury it"
        own_broker.start()
        with Plain(own_broker.port) as waiting:
            waiting.subscribe(f"talonmies/{site}/panic-1/pressed/ack")
            press(waiting, site, "meanwhile")
            until(lambda: answered(waiting, site) == {"meanwhile"})
        until(lambda: program.ready() and not any(alarm["active"] for alarm in program.alarms("connection-lost")))
        program.end()


def garbage(chance: random.Random) -> bytes:
    whole = [b"", b"\0", b"null", b"[]", b"{}", b'{"value":{}}', b'{"value":NaN}', b"1e999", b"[" * 5000, b"9" * 5000]
    whole += [b'{"value":true,"value":false}', b'{"value":"unlocked","for_s":9e99}', b'{"value":true,"id":[]}', b'"\xed\xa0\x80"']
    return chance.choice([*whole, chance.randbytes(chance.randrange(200))])


def test_garbage_on_every_topic(tmp_path: Path, broker: Broker) -> None:
    site, data, chance = new_site(), tmp_path / "data", random.Random(11)
    path = write_site(tmp_path, site, broker.port)
    devices = read_site(path).devices
    points = ["lock", "contact", "exit-request", "link", "tamper", "battery", "present", "count", "pressed", "nothing"]
    tails = ["", "/set", "/ack", "/set/set"]
    with Plain(broker.port) as plain, Program(tmp_path, "run", path, "--data", data) as program:
        plain.subscribe(f"talonmies/{site}/panic-1/pressed/ack", f"talonmies/{site}/+/lock/set")
        for device in [*devices, "nobody"]:
            for point in points:
                for tail in tails:
                    topic = f"talonmies/{site}/{device}/{point}{tail}"
                    plain.publish(topic, garbage(chance), qos=chance.randrange(2), retain=chance.random() < 0.2)
        before = len(entries(data, "alarm-raised"))
        press(plain, site, "after-all-that")
        until(lambda: "after-all-that" in answered(plain, site))
        assert program.ready()
        assert program.alarms("device-garbage")
        assert len(entries(data, "alarm-raised")) < before + 50
        assert not [sent for sent in entries(data, "command-sent") if sent["value"] == "unlocked"]
        program.end()
    with Plain(broker.port) as plain:
        for device in [*devices, "nobody"]:
            for point in points:
                for tail in tails:
                    plain.publish(f"talonmies/{site}/{device}/{point}{tail}", b"", qos=0, retain=True)
    assert verify(data).intact


def test_a_calendar_that_cannot_be_read_opens_nothing_and_is_told(tmp_path: Path, broker: Broker) -> None:
    path = write_site(tmp_path, new_site(), broker.port)
    (tmp_path / "rooms.ics").write_text("this is no calendar")
    with Program(tmp_path, "run", path, "--data", tmp_path / "data") as program:
        until(lambda: [n for n in program.get("/api/v1/notices")["notices"] if n["type"] == "calendar-failing"])
        assert program.ready(), "a calendar is no reason not to take presses"
        program.end()


async def test_a_restart_in_the_middle_of_a_booking_changes_nothing_at_the_door(tmp_path: Path, broker: Broker) -> None:
    """Neither an orderly end nor a kill: the door stays open, the decision keeps its age, and few commands are sent."""
    now, data = SystemClock().now().replace(microsecond=0), tmp_path / "data"
    path = write_site(tmp_path, new_site(), broker.port, [("long", now - timedelta(hours=1), now + timedelta(hours=1))])
    building = VirtualBuilding(read_site(path), SystemClock())
    await building.start()
    doors, locked_again = [], []
    speaker = cast("Speaker", building.host("lock-long"))
    original = speaker.say

    def say(reports: Any) -> None:
        locked_again.extend(report for report in reports if report.point == "lock" and report.value == "locked")
        original(reports)

    try:
        for life in range(3):
            program = Program(tmp_path, "run", path, "--data", data)
            await asyncio.to_thread(program.__enter__)
            if life == 0:
                await until_async(lambda: building.state("lock-long", "lock") == "unlocked")
                speaker.say = say  # type: ignore[method-assign]
            await asyncio.sleep(1.5)  # long enough for a mistake
            doors.append(await asyncio.to_thread(program.get, "/api/v1/doors/long"))
            await asyncio.to_thread(program.end if life == 0 else program.kill)
            assert building.state("lock-long", "lock") == "unlocked"
    finally:
        program.__exit__()
        await building.stop()
    assert locked_again == []
    assert [door["wanted"] for door in doors] == ["unlocked"] * 3
    assert len({door["since"] for door in doors}) == 1
    assert len([sent for sent in entries(data, "command-sent") if sent["device"] == "lock-long"]) <= 3
