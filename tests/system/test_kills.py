"""SIGKILL at random instants while buttons are pressed and doors are booked (R1; Q1, Q2, Q3, D3, D4, D7).

The broker lives on, the controller does not: a real one, with a journal on disk, is killed again and again. Everything that it
once said is durable must still be so, and every press must become one alarm.
"""

import asyncio
import json
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.mosquitto import Broker
from drivers.virtual.building import VirtualBuilding
from edge.clock import SystemClock
from edge.controller import Controller
from edge.events import DaemonStarted, decode, encode
from edge.journal import verify
from edge.site import Site
from edge.text import say
from rooms.bookings import Booking, BookingsRead
from security.alarms import AlarmRaised
from tests.broker import Plain, until_async
from tests.system.buttons import Buttons
from tests.system.forked import ForkedLives
from tests.system.lives import state_of
from tests.system.places import described

LONG, SHORT = timedelta(hours=2), timedelta(seconds=1.5)
LEASE_S = 60.0
TOLERANCE = timedelta(seconds=0.3)


def bookings_of(now: datetime) -> BookingsRead:
    """One room is booked all the time, the other every other moment."""

    def booking(room: str, number: int, start: datetime, length: timedelta) -> Booking:
        return Booking(
            room=room, calendar="rooms", uid=f"{room}-{number}", rid="", start=start, end=start + length, all_day=False,
            status="confirmed", verdict="yes", reason=say("Booked"), title="",
        )  # fmt: skip

    short = [booking("short", n, now + n * 2 * SHORT, SHORT) for n in range(40)]
    made = (booking("long", 0, now - LONG / 2, LONG), *short)
    return BookingsRead(at=now, calendar="rooms", bookings=made, problems=(), read_at=now)


class Truth:
    """The whole journal, folded from its first entry without any checkpoint; and what followers were told."""

    def __init__(self, site: Site, data: Path) -> None:
        self.entries: list[tuple[int, str, dict[str, Any]]] = []
        self._controller = Controller(site)
        self._data = data

    def read_to(self, last_seq: int) -> None:
        last = self.entries[-1][0] if self.entries else 0
        select = "SELECT seq, kind, body FROM entries WHERE seq > ? AND seq <= ? ORDER BY seq"
        with closing(sqlite3.connect(self._data / "journal.db")) as database:
            new = [(seq, kind, json.loads(body)) for seq, kind, body in database.execute(select, (last, last_seq))]
        self._controller.restore(decode(kind, body) for _, kind, body in new if not kind.startswith(("journal-", "checkpoint")))
        self.entries += new

    @property
    def state(self) -> dict[str, Any]:
        return state_of(self._controller.facts)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [body for _, found, body in self.entries if found == kind]


class Killings:
    """One site that is killed many times."""

    def __init__(self, folder: Path, broker: Broker, seed: int) -> None:
        self.chance = random.Random(seed)
        self.site_file = folder / "site.yaml"
        self.data, self.told = folder / "data", folder / "told.jsonl"
        site = described(f"killed-{seed}", broker.port)
        self.site_file.write_text(json.dumps(site))
        self.site = Site.model_validate(site)
        self.plan = bookings_of(SystemClock().now())
        self.truth = Truth(self.site, self.data)
        self.starts_s: list[float] = []
        self._wish = {"data": str(self.data), "told": str(self.told), "bookings": encode(self.plan)}

    async def start(self, lives: ForkedLives) -> None:
        restored = await lives.begin({**self._wish, "connected": self.chance.random() < 0.7})
        self.starts_s.append(restored.pop("took_s"))
        self.truth.read_to(restored.pop("last_seq"))
        assert restored == self.truth.state, "a restart changed what is known"

    async def live_and_die(self, lives: ForkedLives) -> None:
        await self.start(lives)
        await asyncio.sleep(self.chance.uniform(0.005, 0.2))
        await lives.kill()

    def read_all(self) -> None:
        with closing(sqlite3.connect(self.data / "journal.db")) as database:
            self.truth.read_to(database.execute("SELECT max(seq) FROM entries").fetchone()[0])


@asynccontextmanager
async def devices_of(site: Site) -> AsyncIterator[VirtualBuilding]:
    doors = {name: device for name, device in site.devices.items() if device.type == "door-controller"}
    building = VirtualBuilding(site.model_copy(update={"devices": doors}), SystemClock())
    await building.start()
    try:
        yield building
    finally:
        await building.stop()


@pytest.fixture
def lasting_broker(tmp_path: Path) -> Iterator[Broker]:
    """It is not killed here, so it need not write each of the many messages that wait while the controller is away."""
    with Broker(tmp_path / "broker", additions="allow_anonymous true\nautosave_on_changes false") as running:
        yield running


async def kill_often(folder: Path, broker: Broker, kills: int, seed: int, rate: float) -> Killings:
    print(f"seed {seed}")
    killings = Killings(folder, broker, seed)
    site = killings.site.site.id
    with Plain(broker.port) as doors:
        doors.subscribe(f"talonmies/{site}/+/lock/set", f"talonmies/{site}/+/lock")
        async with devices_of(killings.site) as building, ForkedLives(killings.site_file) as lives:
            with Buttons(site, ["panic-1", "panic-2", "panic-3"], broker.port, seed, rate) as buttons:
                buttons.pause.set()
                await killings.start(lives)
                await lives.kill()
                buttons.pause.clear()
                for number in range(kills):
                    await killings.live_and_die(lives)
                    if number % 20 == 10:
                        assert verify(killings.data).intact
                await killings.start(lives)
                buttons.pause.set()
                await until_async(lambda: not buttons.unanswered, within_s=5)
            await lives.kill()
            assert verify(killings.data).intact
            killings.read_all()
            check_presses(killings, buttons)
            check_told(killings)
            check_doors(killings, doors)
            assert building.state("lock-long", "lock") == "unlocked"
    print(f"{kills} kills, {len(buttons.pressed)} presses, {buttons.repeats} repeats, slowest start {max(killings.starts_s):.3f} s")
    return killings


def check_presses(killings: Killings, buttons: Buttons) -> None:
    raised = [body for body in killings.truth.of(AlarmRaised.kind) if "press" in body]
    counts = Counter(body["press"] for body in raised)
    assert set(buttons.answered) == set(buttons.pressed), "a press was never answered"
    assert set(counts) == set(buttons.pressed), "a press was lost"
    assert set(counts.values()) == {1}, "an alarm came twice"
    assert len({body["number"] for body in raised}) == len(raised), "a number was used twice"
    observed = Counter(body["press"] for body in killings.truth.of("observed") if "press" in body)
    assert observed == counts


def check_told(killings: Killings) -> None:
    """What a screen was told as durable is in the journal under the same number, word for word."""
    journal = {seq: (kind, body) for seq, kind, body in killings.truth.entries}
    told = [json.loads(line) for line in killings.told.read_text().splitlines()]
    assert len(told) > len(killings.starts_s) // 2, "hardly anything was told: the machine is too slow for this test"
    for seq, kind, body in told:
        assert journal[seq] == (kind, body)


def check_doors(killings: Killings, doors: Plain) -> None:
    by_uid = {f"booking:{b.uid}/{b.rid}": b for b in killings.plan.bookings}
    for sent in killings.truth.of("command-sent"):
        if sent["value"] == "unlocked":
            booking, at = by_uid[sent["cause"]], datetime.fromisoformat(sent["at"])
            assert 0 < sent["for_s"] <= LEASE_S
            assert booking.start <= at
            assert at + timedelta(seconds=sent["for_s"]) <= booking.end + timedelta(milliseconds=1)
    orders = [json.loads(m.payload) for m in doors.messages if m.topic.endswith("/set")]
    assert all(order.get("for_s") for order in orders if order["value"] == "unlocked"), "an unlock without an end"
    for device in ("lock-long", "lock-short"):
        of_device = [json.loads(m.payload) for m in doors.messages if m.topic.endswith(f"{device}/lock/set")]
        numbers = [(order["epoch"], order["seq"]) for order in of_device]
        assert numbers == sorted(set(numbers)), "a later order looks older than an earlier one"
    decided = [body for body in killings.truth.of("decided") if body["device"] == "lock-long" and body["value"] == "unlocked"]
    assert len(decided) == 1, "the booking that was live all along was decided on once"
    assert len([b for b in killings.truth.of("command-sent") if b["device"] == "lock-long"]) <= len(killings.starts_s)
    epochs = [body["epoch"] for body in killings.truth.of(DaemonStarted.kind)]
    assert epochs == sorted(set(epochs))


@pytest.mark.timeout(150)
async def test_a_hundred_kills_lose_no_press_and_leave_no_door_open(tmp_path: Path, lasting_broker: Broker) -> None:
    killings = await kill_often(tmp_path, lasting_broker, kills=100, seed=20261127, rate=220)
    assert max(killings.starts_s) < 3


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10))
async def test_a_thousand_kills(tmp_path: Path, lasting_broker: Broker, seed: int) -> None:
    await kill_often(tmp_path, lasting_broker, kills=100, seed=seed, rate=300)
