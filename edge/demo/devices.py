"""The process in which the virtual devices of a demo live."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from edge.demo.staging import Staging
from edge.errors import StartRefused


class DevicesDidNotStart(StartRefused):
    pass


class Devices:
    """The process of the virtual devices. control: where their page is, once they are ready."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0)  # noqa: S603
        self.pid = self._process.pid
        self.control = ""

    def await_ready(self) -> None:
        """Raises DevicesDidNotStart."""
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if "ready" not in line:
            raise DevicesDidNotStart(f"The virtual devices did not start; try by hand: {shlex.join(self._words)}")
        told = json.loads(line)
        self.control = told["control"]
        if told["bus"] is not None:
            os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = told["bus"]  # where Bluetooth is looked for

    def press(self, button: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps({"press": button}) + "\n")
            self._process.stdin.flush()

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@contextmanager
def devices_of(site_file: Path, staging: Staging, speed: float, origin: datetime) -> Iterator[Devices]:
    """The virtual devices, about to connect; they end with us."""
    words = [sys.executable, "-m", "drivers.virtual", str(site_file), *staging.words, "--control", "127.0.0.1:0", "--life"]
    words += [] if speed == 1 else ["--speed", str(speed), "--origin", origin.isoformat()]
    devices = Devices(words)
    try:
        yield devices
    finally:
        devices.end()
