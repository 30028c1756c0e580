"""`python -m drivers.virtual SITE.yaml --broker HOST:PORT`: the devices of a site file as a process of their own.

Says {"ready": N} when N devices are connected. Takes JSON lines: {"press": DEVICE} or {"device": …, "point": …, "value": …};
answers each with {"pressed": ID}, {"done": true} or {"problem": …}. Ends with its standard input, where that is one of lines.
"""

import argparse
import asyncio
import json
import os
import signal
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from drivers.virtual.building import VirtualBuilding
from edge.clock import Clock, FastClock, SystemClock
from edge.errors import IllegalInput
from edge.site.load import read_site


async def run(building: VirtualBuilding, devices: int) -> None:
    lines = await _lines_of_stdin()
    ended = asyncio.Event()
    for stop in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(stop, ended.set)
    await building.start()
    _say({"ready": devices})
    obeying = asyncio.create_task(_obey_all(building, lines, ended))
    await ended.wait()
    obeying.cancel()
    await building.stop()


async def _obey_all(building: VirtualBuilding, lines: asyncio.StreamReader, ended: asyncio.Event) -> None:
    try:
        while line := await lines.readline():
            _say(obey(building, line))
    finally:
        ended.set()


def obey(building: VirtualBuilding, line: bytes) -> dict[str, Any]:
    try:
        wish = json.loads(line)
        if "press" in wish:
            return {"pressed": building.press(wish["press"])}
        building.set(wish["device"], wish["point"], wish["value"])
    except (ValueError, TypeError, KeyError, IllegalInput) as error:
        return {"problem": f"{type(error).__name__}: {error}"}
    return {"done": True}


async def _lines_of_stdin() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    if tells_lines(sys.stdin):
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def tells_lines(source: IO[Any]) -> bool:
    """A terminal, pipe or socket; of anything else, as the /dev/null of a service, nothing is to be awaited."""
    mode = os.fstat(source.fileno()).st_mode
    return source.isatty() or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _clock(speed: float, origin: str | None) -> Clock:
    return FastClock(speed, datetime.fromisoformat(origin).astimezone(UTC)) if origin else SystemClock()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m drivers.virtual",
        description="The devices of a site file, virtually.",
        epilog='Takes lines such as {"press": "panic-room-1"} or {"device": "lock-room-1", "point": "contact", "value": "open"}.',
    )
    parser.add_argument("site", type=Path)
    parser.add_argument("--broker", help="HOST:PORT instead of the connections of the site file")
    parser.add_argument("--speed", type=float, default=1.0, help="of the clock, with --origin")
    parser.add_argument("--origin", help="instant at which the fast clock agrees with the real one, ISO 8601 with offset")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--life", action="store_true", help="people come and go by themselves")
    wish = parser.parse_args()
    site = read_site(wish.site)
    broker = None
    if wish.broker:
        host, _, port = wish.broker.rpartition(":")
        broker = (host, int(port))
    clock, stretch = _clock(wish.speed, wish.origin), max(wish.speed, 1.0)
    building = VirtualBuilding(site, clock, seed=wish.seed, broker=broker, life=wish.life, stretch=stretch)
    asyncio.run(run(building, len(site.devices)))


if __name__ == "__main__":
    main()
