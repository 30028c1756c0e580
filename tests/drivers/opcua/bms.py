"""Building-management systems for the driver to speak to: our virtual one and one by node-opcua, and a driver with its inbox."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, Self, TypeVar

import pytest

from drivers.mosquitto import free_port
from drivers.opcua.link import OpcuaDriver
from drivers.opcua.scan import scan
from drivers.scanning import Found, ScanOrder
from drivers.virtual.opcua import VirtualOpcuaLine
from edge.clock import SystemClock
from edge.commands import Command
from edge.events import ConnectionChanged, GarbageReceived, Observed
from edge.points import PointId, Value
from edge.site import Site
from edge.text import Text, say
from tests.broker import Controller, until

T = TypeVar("T")

PRESENCE, FAN, DOOR, STORE, MASKING, SIGN, GAS = "presence", "fan", "lock-front", "lock-store", "masking", "sign", "gas"
USER, PASSWORD = "talonmies", "correct horse battery"
_NODE_MODULES = Path(".cache/node/node_modules").resolve()
_STARTS_WITHIN_S = 40.0


def site_at(port: int, devices: Mapping[str, Any] | None = None, **connection: Any) -> Site:
    """One device of each kind. devices: in place of these."""
    return Site.model_validate(
        {
            "site": {"id": "bms", "name": "BMS"},
            "spaces": {"lobby": {"zone": "public"}, "room": {"zone": "internal"}, "store": {"zone": "internal"}},
            "doors": {"front": {"from": "lobby", "to": "room"}, "store": {"from": "room", "to": "store"}},
            "connections": {"bms": {"protocol": "opcua", "url": f"opc.tcp://127.0.0.1:{port}", "security": "none", **connection}},
            "devices": {name: {"connection": "bms", **device} for name, device in (devices or DEVICES).items()},
        }
    )


DEVICES: dict[str, Any] = {
    PRESENCE: {"type": "occupancy-sensor", "profile": "opcua.presence", "at": "ns=2;s=Room1", "space": "room"},
    FAN: {"type": "relay", "profile": "opcua.nodes", "points": {"on": {"node": "ns=2;s=Fan"}}},
    DOOR: {"type": "door-controller", "profile": "opcua.pulse_door", "at": "ns=2;s=Door1", "door": "front", "pulse": "2 s"},
    STORE: {
        "type": "door-controller",
        "profile": "opcua.nodes",
        "door": "store",
        "lacks": ["contact"],
        "points": {"lock": {"node": "nsu=urn:access;i=4711", "values": {"0": "locked", "1": "unlocked"}}},
    },
    MASKING: {
        "type": "masking-unit",
        "profile": "opcua.nodes",
        "space": "room",
        "points": {"level": {"node": "ns=2;s=Level", "scale": 0.1}, "muted": {"node": "ns=2;s=Muted"}},
    },
    SIGN: {"type": "sign", "profile": "opcua.nodes", "points": {"text": {"node": "ns=2;s=Sign"}}},
}


class Heard(Controller):
    """What the driver told, by device and point."""

    def told(self, device: str, point: str) -> list[Observed]:
        return [
            e for e in (*self.events, *self.telemetry_seen) if isinstance(e, Observed) and (e.device, e.point) == (device, point)
        ]

    def values(self, device: str, point: str) -> list[Value]:
        """What is no value by the server's own status, where it has one."""
        return [_value_of(event) for event in self.told(device, point)]

    def garbage(self, device: str) -> list[str]:
        return [e.problem for e in self.of(GarbageReceived) if e.device == device]

    def lines(self) -> list[tuple[bool, str]]:
        return [(e.up, e.problem) for e in self.of(ConnectionChanged)]

    def hears(self, device: str, point: str, value: Value) -> Observed:
        """As the last of that point; a status where it has no value."""
        self.wait_for(lambda _: self.values(device, point)[-1:] == [value])
        return self.told(device, point)[-1]

    def complains(self, device: str, problem: str) -> None:
        self.wait_for(lambda _: any(problem in said for said in self.garbage(device)))

    def fails(self, problem: str) -> None:
        """The line is down, for that reason."""
        self.wait_for(lambda _: any(not up and problem in said for up, said in self.lines()))


class Driving:
    """A driver with what it told."""

    def __init__(self, site: Site, secret: Callable[[str], str] = str) -> None:
        self.heard = Heard(commits=False)
        self.driver = OpcuaDriver("bms", site, self.heard, SystemClock(), secret)
        self._seq = count(1)

    def send(self, device: str, point: str, value: Value, *, epoch: int = 7) -> Command:
        command = self.command(device, point, value, epoch=epoch)
        self.driver.send(command)
        return command

    def command(self, device: str, point: str, value: Value, *, epoch: int = 7) -> Command:
        return Command(PointId(device, point), value, epoch, next(self._seq), now(), None, "test", say("A test"))


@contextmanager
def driving(site: Site, *, up: bool = True, secret: Callable[[str], str] = str) -> Iterator[Driving]:
    """Started; and when `up`, with every device heard."""
    found = Driving(site, secret)
    found.driver.start()
    try:
        if up:
            for device in site.devices:
                found.heard.hears(device, "link", True)
        yield found
    finally:
        found.driver.stop()


def now() -> datetime:
    return SystemClock().now()


class Twin:
    """A virtual line in a thread with a loop of its own; making its server takes seconds, so tests share one."""

    def __init__(self) -> None:
        self.port = free_port()
        self.line = VirtualOpcuaLine(site_at(self.port), "bms", "boot", SystemClock())
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self.line.start())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        await self.line.stop()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:  # the server's own, of sessions that it would remember for a while
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def run(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(awaited(), self._loop).result(_STARTS_WITHIN_S)

    def do(self, call: Callable[..., T], *arguments: Any) -> T:
        """On the loop, where the devices live."""

        async def called() -> T:
            return call(*arguments)

        return self.run(called())

    def set(self, device: str, point: str, value: Value) -> None:
        self.do(self.line.hosts[device].set, point, value)

    def state(self, device: str, point: str) -> Value:
        return self.do(self.line.hosts[device].state, point)


class NodeServer:
    """A server by node-opcua, in a process of its own. It trusts one certificate. said: what clients have written there."""

    def __init__(self, folder: Path, trusted: Path, **options: Any) -> None:
        self.port = free_port()
        self.said: list[dict[str, Any]] = []
        self.folder = folder
        self._options = options
        trust = folder / "pki" / "trusted" / "certs"
        trust.mkdir(parents=True)
        shutil.copy(trusted, trust)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(Path(__file__).parent / "server.js"), str(self.folder), str(self.port), json.dumps(self._options)],
            env={**os.environ, "NODE_PATH": str(_NODE_MODULES), "HOME": str(self.folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._reading = Thread(target=self._read, daemon=True)
        self._ready = self._done = 0
        self._reading.start()
        until(lambda: self._ready or self._process.poll() is not None, _STARTS_WITHIN_S)
        assert self._ready, "the server of node-opcua does not start"

    def kill(self) -> None:
        self._process.send_signal(signal.SIGCONT)
        self._process.kill()
        self._process.wait()
        self._reading.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def freeze(self) -> None:
        """It takes what is sent to it, and answers nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def set(self, node: str, value: Any, status: str = "Good", **more: str) -> None:
        assert self._process.stdin is not None
        before = self._done
        self._process.stdin.write(json.dumps({"node": node, "value": value, "status": status, **more}) + "\n")
        self._process.stdin.flush()
        until(lambda: self._done > before)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.startswith("{"):
                continue  # it greets
            said = json.loads(line)
            if "ready" in said:
                self._ready += 1
            elif "done" in said:
                self._done += 1
            else:
                self.said.append(said)


class Babble:
    """A port where each caller hears the same octets, and then nothing more."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._callers: list[socket.socket] = []
        self._thread = Thread(target=self._answer_all, daemon=True)
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for open_one in (self._listening, *self._callers):
            open_one.close()

    def _answer_all(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listening.accept()
                self._callers.append(caller)
                caller.sendall(self._answer)


def require_node_opcua() -> None:
    if shutil.which("node") and (_NODE_MODULES / "node-opcua").is_dir():
        return
    if os.environ.get("CI") == "true":
        pytest.fail("node-opcua is not installed")
    pytest.skip("node-opcua is not installed")


def looked_around(site: Site, known: Site | None = None, secret: Callable[[str], str] = str) -> dict[str, Found]:
    """By where it is."""

    async def collected() -> list[Found]:
        return [found async for found in scan(ScanOrder("bms", site.connections["bms"], known, secret))]

    return {found.address: found for found in asyncio.run(collected())}


def _value_of(event: Observed) -> Value:
    return str(event.bad.values.get("status", event.bad.message)) if isinstance(event.bad, Text) else event.value
