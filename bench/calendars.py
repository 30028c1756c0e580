"""A large calendar through the real daemon: what reading it costs, and how long its event loop stands still meanwhile.

`python -m bench.calendars FOLDER` is the daemon with a heartbeat in its loop; `calendars` starts it and a calendar server.
"""

import asyncio
import json
import logging
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench.feeds import feed, rooms
from bench.program import TOKEN, memory_mb
from drivers.mosquitto import HOST, Broker, free_port
from edge.clock import SystemClock
from edge.listening import listening_socket
from edge.logs import configure
from edge.serve import daemon_for, serve
from edge.site.load import read_site
from rooms.feeding import feeding
from rooms.ics import read_feed
from rooms.plan import BOOKINGS, CALENDAR

EDITED = 20
_BEAT_S = 0.002
_LOOK_S = 0.01
_IDLE_S = 5.0
_POLL_S = 3
_PATIENCE_S = 120.0


@dataclass(frozen=True)
class Reading:
    """cpu_s: of the daemon and the process that reads, until the controller knows all of it; waiting for the poll included.

    told_s: from the last octet sent until then; near_s: until the first bookings, which are the nearest. stall_ms: the longest that
    the event loop stood still. memory_mb: of the daemon; reader_mb: the most of a process that read so far.
    """

    what: str
    bookings: int | None = None
    cpu_s: float | None = None
    near_s: float | None = None
    told_s: float | None = None
    stall_ms: float | None = None
    memory_mb: float | None = None
    reader_mb: float | None = None


def calendars(folder: Path, events: int) -> list[Reading]:
    """The plain reader on the same feed, for comparison, and the daemon with nothing to read, the feed, the same again, edits."""
    port, now = free_port(), SystemClock().now()
    for name, edited in (("first", 0), ("edited", EDITED)):
        (folder / f"{name}.ics").write_bytes(feed(events, now, edited))
    with Broker(folder / "broker") as broker:
        (folder / "site.yaml").write_text(json.dumps(_site(broker.port, port)))
        plain = _plain(folder, now)
        server = subprocess.Popen([sys.executable, "-m", "bench.parts", "calendar-server", str(port), str(folder)])
        try:
            environment = {**os.environ, "TALONMIES_TOKEN": TOKEN}
            words = [sys.executable, "-m", "bench.calendars", str(folder), f"{events:,}"]
            told = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
        finally:
            server.terminate()
            server.wait(10)
    return [plain, *(Reading(**json.loads(line)) for line in told.splitlines())]


def _site(broker: int, port: int) -> dict[str, object]:
    spaces = {"lobby": {"zone": "public"}, **{room: {"zone": "semi-public", "kind": "service-room"} for room in rooms()}}
    doors = {f"front-{room}": {"from": "lobby", "to": room, "unlock": "booking"} for room in rooms()}
    locks = {f"lock-{room}": {"type": "door-controller", "connection": "broker", "door": f"front-{room}"} for room in rooms()}
    section = {"url": f"http://{HOST}:{port}/feed.ics", "rooms": rooms(), "poll": f"{_POLL_S} s"}
    return {
        "site": {"id": "house", "name": "House", "token": "env:TALONMIES_TOKEN"},
        "spaces": spaces,
        "doors": doors,
        "connections": {"broker": {"protocol": "mqtt", "host": HOST, "port": broker}},
        "devices": locks,
        "calendars": {"rooms": section},
    }


def _plain(folder: Path, now: datetime) -> Reading:
    """Reading all of it in one go, in this process."""
    body, zone = (folder / "first.ics").read_bytes(), feeding(read_site(folder / "site.yaml"), "rooms").zone
    began = time.process_time()
    found = read_feed(body, zone=zone, window=(now - timedelta(days=2), now + timedelta(days=60)))
    return Reading("the reader alone, all of it", len(found.occurrences), time.process_time() - began)


# --- the daemon with a heartbeat --------------------------------------------------------------------------------------


class Heart:
    """Beats in the event loop; the longest gap between beats is how long nothing else could be done."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    async def beat(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_BEAT_S)
            self.longest_s = max(self.longest_s, time.perf_counter() - began - _BEAT_S)


class Watch:
    """Looks at what the controller knows, phase by phase."""

    def __init__(self, folder: Path, events: str) -> None:
        self._folder = folder
        self._events = events
        self._keys = [BOOKINGS("rooms", room) for room in rooms()]
        self._heart = Heart()
        self._daemon = daemon_for(read_site(folder / "site.yaml"), folder, folder / "data", SystemClock())

    async def run(self) -> None:
        ready = asyncio.Event()
        sock = listening_socket(f"{HOST}:0")
        serving = asyncio.create_task(
            serve(self._daemon, folder=self._folder, sock=sock, token_of=lambda _: TOKEN, on_ready=ready.set)
        )
        await ready.wait()
        beating = asyncio.create_task(self._heart.beat())
        await self._measure()
        beating.cancel()
        os.kill(os.getpid(), signal.SIGTERM)
        await serving

    async def _measure(self) -> None:
        await asyncio.sleep(_IDLE_S)
        async with self._phase("idle"):
            await asyncio.sleep(_IDLE_S)
        async with self._phase(f"{self._events} events, new"):
            self._put("first")
            await self._until(lambda: self._read_at() is not None)
        async with self._phase("the same again"):
            read_at = self._read_at()
            await self._until(lambda: self._read_at() != read_at)
        async with self._phase(f"{EDITED} of them moved"):
            known = self._known()
            self._put("edited")
            await self._until(lambda: self._known() != known)

    @asynccontextmanager
    async def _phase(self, what: str) -> AsyncIterator[None]:
        self._near_at = self._told_at = 0.0
        known, cpu_s = self._known(), _cpu_s()
        self._heart.longest_s = 0.0
        yield
        served = self._folder / "served"
        sent_at = float(served.read_text()) if served.exists() and self._told_at else 0.0
        found = Reading(
            what,
            sum(map(len, self._known())) or None,
            _cpu_s() - cpu_s,
            self._near_at - sent_at if self._near_at and self._known() != known else None,
            self._told_at - sent_at if self._told_at else None,
            self._heart.longest_s * 1e3,
            memory_mb(os.getpid()),
            resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        )
        print(json.dumps(asdict(found)), flush=True)

    async def _until(self, done: Callable[[], bool]) -> None:
        first, began = self._known(), time.monotonic()
        while not done():
            if time.monotonic() - began > _PATIENCE_S:
                raise SystemExit("the calendar was not read")
            await asyncio.sleep(_LOOK_S)
            if not self._near_at and self._known() != first:
                self._near_at = time.monotonic()
        self._told_at = time.monotonic()
        self._near_at = self._near_at or self._told_at

    def _put(self, name: str) -> None:
        (self._folder / f"{name}.ics").replace(self._folder / "feed.ics")

    def _read_at(self) -> datetime | None:
        health = self._daemon.facts(CALENDAR("rooms"))
        return health.read_at if health else None

    def _known(self) -> list[tuple[object, ...]]:
        return [self._daemon.facts(key) or () for key in self._keys]


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    configure(logging.WARNING)
    asyncio.run(Watch(Path(sys.argv[1]), sys.argv[2]).run())
