"""`python -m tests.system.lives SITE.yaml`: a process that has imported everything and forks a controller a life.

Takes JSON lines. {"live": {"data": FOLDER, "told": FILE, "bookings": EVENT, "connected": BOOL}} starts one and answers with what it
restored from its journal, at once or when it is connected; {"kill": true} ends it with SIGKILL and answers {"by_itself": …}. No
thread runs here: only the children start any.
"""

import asyncio
import contextlib
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import drivers.mqtt.link  # noqa: F401 (a driver is otherwise imported when a life makes one, in each anew)
from edge import daemon as daemon_module
from edge import events
from edge.clock import SystemClock
from edge.daemon import Daemon
from edge.events import decode, encode
from edge.facts import DECISION, START, Facts
from edge.serve import daemon_for
from edge.site import Site
from edge.site.load import read_site
from security import alarms
from security.alarms import ALARM, PRESSES, AlarmConflict, open_alarms

OPEN_ALARMS = 60
"""The guard resolves the oldest beyond these."""
_TOLD = ("alarm-raised", "alarm-resolved", "decided", "command-sent")


def state_of(facts: Facts) -> dict[str, Any]:
    """What must be the same on both sides of a kill."""
    started = facts(START())
    return {
        "alarms": {number: [a.type, a.subject, a.press, a.raised_at.isoformat()] for (number,), a in sorted(facts.of(ALARM))},
        "presses": {button: list(ids) for (button,), ids in facts.of(PRESSES)},
        "decisions": {
            ".".join(point): [d.value, d.winner.cause, d.since.isoformat()]
            for point, d in sorted(facts.of(DECISION), key=lambda found: found[0])
        },
        "epoch": started.epoch if started else 0,
    }


Live = Callable[[Site, Path, dict[str, Any], int], Coroutine[Any, Any, None]]
"""One life, as the wish says; writes what it restored to the file descriptor."""


def serve_lives(site: Site, folder: Path, live: Live) -> None:
    daemon_module.CHECKPOINT_EVERY = 200  # type: ignore[misc]  # so that some kills fall into a checkpoint
    for kind in events._BY_KIND.values():
        events._adapter(kind)
    child = 0
    for line in sys.stdin:
        wish = json.loads(line)
        if "live" in wish:
            child, answer = _begin(live, site, folder, wish["live"])
        else:
            os.kill(child, signal.SIGKILL)
            answer = {"by_itself": not os.WIFSIGNALED(os.waitpid(child, 0)[1])}
        print(json.dumps(answer), flush=True)


def _begin(live: Live, site: Site, folder: Path, wish: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    began = time.monotonic()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            asyncio.run(live(site, folder, wish, writing))
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.readline()
    return child, {**json.loads(said or '{"failed": true}'), "took_s": time.monotonic() - began}


async def _live(site: Site, folder: Path, wish: dict[str, Any], writing: int) -> None:
    if limit := wish.get("limit"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    daemon = daemon_for(site, folder, Path(wish["data"]), SystemClock())
    await daemon.start()
    restored = {**state_of(daemon.facts), "last_seq": daemon.journal.last_seq}
    daemon.inbox.event(decode("bookings-read", wish["bookings"]))
    tasks = [asyncio.create_task(work) for work in (_tell(daemon, wish["told"]), _guard(daemon), daemon.run())]
    while wish["connected"] and not daemon.status().ready:  # noqa: ASYNC110
        await asyncio.sleep(0.002)
    os.write(writing, (json.dumps(restored) + "\n").encode())
    await asyncio.gather(*tasks)


async def _tell(daemon: Daemon, path: str) -> None:
    """What a screen would show as durable, one line each."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    async for item in daemon.feed.follow():
        if item.seq is not None and item.event.kind in _TOLD:
            os.write(file, (json.dumps([item.seq, item.event.kind, encode(item.event)]) + "\n").encode())


async def _guard(daemon: Daemon) -> None:
    """A person who attends to the alarms, the oldest first."""
    while True:
        await asyncio.sleep(0.02)
        panics = sorted((a.number for a in open_alarms(daemon.facts) if a.press is not None), reverse=True)
        await asyncio.gather(*(_attend(daemon, number) for number in panics[OPEN_ALARMS:]))


async def _attend(daemon: Daemon, number: int) -> None:
    with contextlib.suppress(AlarmConflict):  # acknowledged just before the last kill
        await daemon.act(lambda facts, at: alarms.acknowledge(facts, at, number, "guard", None))
    await daemon.act(lambda facts, at: alarms.resolve(facts, at, number, "guard", "attended to", None))


def main() -> None:
    path = Path(sys.argv[1])
    serve_lives(read_site(path), path.parent, _live)


if __name__ == "__main__":
    main()
