"""Modbus programs of other makes: npm modbus-serial as units, mbpoll (libmodbus) as a client, socat as cable and converter."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Thread
from typing import Any, Self

import pytest

from drivers.mosquitto import free_port
from tests.broker import until

NODE_MODULES = Path(__file__).parents[3] / ".cache" / "node" / "node_modules"
_WITHIN_S = 20.0


def needs(*programs: str) -> None:
    """Skips, or fails where everything must be there, without them; "modbus-serial" is of npm."""
    found = {"modbus-serial": (NODE_MODULES / "modbus-serial").is_dir() and shutil.which("node")}
    missing = [name for name in programs if not found.get(name, shutil.which(name))]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{', '.join(missing)} is missing: run make system-packages")
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed: make system-packages")


class Peer:
    """Units of npm modbus-serial. at: "tcp", or a serial port. wrote: area, unit, address and value of each thing written."""

    def __init__(self, at: str = "tcp") -> None:
        needs("modbus-serial")
        self.port = free_port()
        self.wrote: list[tuple[str, int, int, int]] = []
        self._at = at
        self._changed = Condition()
        self._done = 0
        self._ready = False

    def __enter__(self) -> Self:
        script = Path(__file__).with_name("peer.js")
        environment = {**os.environ, "NODE_PATH": str(NODE_MODULES)}
        self._node = subprocess.Popen(
            ["node", str(script), self._at, str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()
        with self._changed:
            assert self._changed.wait_for(lambda: self._ready, _WITHIN_S)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.close()
        self._node.wait(_WITHIN_S)
        self._thread.join()
        self._node.stdout.close()

    def set(self, area: str, unit: int, address: int, *values: int) -> None:
        """Returns when it is so."""
        self._tell({"area": area, "unit": unit, "address": address, "values": values})

    def identify(self, unit: int, objects: dict[int, str]) -> None:
        self._tell({"identity": unit, "objects": objects})

    def _tell(self, what: dict[str, Any]) -> None:
        assert self._node.stdin
        with self._changed:
            before = self._done
            self._node.stdin.write(json.dumps(what) + "\n")
            self._node.stdin.flush()
            assert self._changed.wait_for(lambda: self._done > before, _WITHIN_S)

    def _listen(self) -> None:
        assert self._node.stdout
        for line in self._node.stdout:
            said = json.loads(line)
            with self._changed:
                if "wrote" in said:
                    self.wrote.append(tuple(said["wrote"]))
                elif "ready" in said:
                    self._ready = True
                else:
                    self._done += 1
                self._changed.notify_all()


@contextmanager
def socat(one: str, other: str, *, until_there: Path | None = None) -> Iterator[None]:
    """Two of socat's addresses, joined. until_there: a file that is there when it is ready."""
    needs("socat")
    with subprocess.Popen(["socat", one, other]) as process:
        try:
            if until_there is not None:
                until(until_there.exists)
            yield
        finally:
            process.terminate()


@contextmanager
def pty_pair(folder: Path) -> Iterator[tuple[str, str]]:
    """A serial cable; both ends."""
    ours, theirs = folder / "ours", folder / "theirs"
    with socat(f"pty,raw,echo=0,link={ours}", f"pty,raw,echo=0,link={theirs}", until_there=theirs):
        until(ours.exists)
        yield str(ours), str(theirs)


def secured(port: int, certificates: Path, **files: str) -> dict[str, Any]:
    """A line with TLS, as the site file has it. certificates: the folder of the fixture; files: others of it than usual."""
    named = {"ca": "ca.pem", "certificate": "edge.pem", "key": "edge.key"} | files
    tls = {name: f"{certificates}/{file}" for name, file in named.items()}
    return {"protocol": "modbus-tcp", "host": "127.0.0.1", "port": port, "tls": tls, "timeout": "1 s"}


def mbpoll(port: int, unit: int, kind: str, first: int, count: int = 1, write: tuple[int, ...] = ()) -> list[int]:
    """What libmodbus reads, or writes. kind: as of mbpoll: 0 coil, 1 discrete, 3 input, 4 holding. Addresses from 0."""
    needs("mbpoll")
    asked = ["-m", "tcp", "-p", str(port), "-a", str(unit), "-t", kind, "-0", "-r", str(first), "-1", "-q", "-o", "5"]
    if not write:
        asked += ["-c", str(count)]
    told = subprocess.run(["mbpoll", *asked, "127.0.0.1", *map(str, write)], capture_output=True, text=True, timeout=20)
    assert told.returncode == 0, told.stderr
    lines = [line.partition("]:") for line in told.stdout.splitlines() if line.startswith("[")]
    return [int(value.split()[0]) for _, _, value in lines]
