"""`python -m drivers.virtual SITE.yaml --line broker=HOST:PORT`: the devices of a site file as a process of their own.

Says {"ready": N, "control": ADDRESS, "bus": ADDRESS} when N devices are there: where the control page is, and the D-Bus on which
Bluetooth devices are heard, each null if there is none. Takes JSON lines: {"press": DEVICE} ("way": POINT says how, for a button
with several) or {"device": …, "point": …, "value": …}; answers each with {"pressed": ID}, {"done": true} or {"problem": …}.
Ends with its standard input, where that is one of lines.
"""

import argparse
import asyncio
import contextlib
import importlib
import json
import os
import signal
import socket
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from drivers.virtual.building import VirtualBuilding
from drivers.virtual.loopback import address_of, loopback_socket
from drivers.virtual.moving import moved, natively
from edge.clock import Clock, FastClock, SystemClock
from edge.errors import IllegalInput, TalonmiesError
from edge.site.load import read_site


async def run(building: VirtualBuilding, control: socket.socket | None) -> None:
    """control: where the control page is served; None: nowhere."""
    lines = await _lines_of_stdin()
    ended = asyncio.Event()
    for stop in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(stop, ended.set)
    await building.start()
    _say({"ready": len(building.hosts), "control": control and address_of(control), "bus": building.bus})
    obeying = asyncio.create_task(_obey_all(building, lines, ended))
    async with contextlib.AsyncExitStack() as stack:
        if control is not None:
            # It takes a moment, in which presses go on.
            module = await asyncio.to_thread(importlib.import_module, "drivers.virtual.control")
            await stack.enter_async_context(module.control_page(building, control))
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
            return {"pressed": building.press(wish["press"], wish.get("way", ""))}
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
    parser.add_argument(
        "--line",
        action="append",
        default=[],
        metavar="CONNECTION=HOST:PORT",
        help="where a connection is instead of where the site file has it; may be given several times",
    )
    parser.add_argument(
        "--natively",
        action="append",
        default=[],
        metavar="CONNECTION",
        help="put its devices on the first broker, where they speak as Talonmies does; may be given several times",
    )
    parser.add_argument("--control", metavar="HOST:PORT", help="serve a page there from which the devices are handled")
    parser.add_argument("--speed", type=float, default=1.0, help="of the clock, with --origin")
    parser.add_argument("--origin", help="instant at which the fast clock agrees with the real one, ISO 8601 with offset")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--life", action="store_true", help="people come and go by themselves")
    wish = parser.parse_args()
    try:
        _run_as_wished(wish)
    except (TalonmiesError, TimeoutError) as problem:
        sys.exit(f"The virtual devices cannot be there: {problem or 'they took too long'}.")


def _run_as_wished(wish: argparse.Namespace) -> None:
    site = moved(natively(read_site(wish.site), wish.natively), dict(line.split("=", 1) for line in wish.line))
    clock, stretch = _clock(wish.speed, wish.origin), max(wish.speed, 1.0)
    building = VirtualBuilding(site, clock, seed=wish.seed, life=wish.life, stretch=stretch)
    asyncio.run(run(building, loopback_socket(wish.control) if wish.control else None))


if __name__ == "__main__":
    main()
