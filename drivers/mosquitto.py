"""Runs a mosquitto broker with the settings that we ship, on loopback: for the demo, the tests and the figures."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from edge.errors import StartRefused

HOST = "127.0.0.1"
_PROJECT = Path(__file__).resolve().parent.parent
SHIPPED = _PROJECT / "docs" / "mosquitto.conf"
_UNPACKED = _PROJECT / ".cache" / "debian"
"""Where tools/system-packages.sh puts the broker on a machine on which it may not install it."""
_SYSTEM_FOLDER = "/usr/sbin"  # where Debian puts it, and no user's PATH
_QUIET = ("log_type error", "log_type warning", "log_type notice")  # else it also writes of each save
_READY_WITHIN_S = 10.0
_END_WITHIN_S = 5.0


class Broker:
    """A broker of our own in a folder of its own, which keeps its messages there over a restart.

    port: 0 takes a free one. additions: further lines of configuration; anybody on this machine may connect unless they say
    otherwise.
    """

    def __init__(self, folder: Path, port: int = 0, additions: str = "allow_anonymous true") -> None:
        """Raises StartRefused where there is no mosquitto."""
        self.host = HOST
        self.port = port or free_port()
        self._folder = folder
        self._additions = additions
        self._program = _find()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Returns when the broker takes connections. Raises StartRefused with the broker's own words when it does not."""
        _require_free(self.port)
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "mosquitto.conf"
        config.write_text(self._config())
        with self._log.open("ab") as log:
            # In a group of its own: Ctrl-C at the terminal is for us, and the broker ends after its clients.
            command = [self._program, "-c", str(config)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, process_group=0, env=_environment(self._program))  # noqa: S603
        try:
            self._await_ready(self._process)
        except StartRefused:
            self.kill()
            raise

    def stop(self) -> None:
        """Let it write what it holds, and end."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(_END_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None

    def kill(self) -> None:
        """As when the power goes."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self._folder / "mosquitto.log"

    def _config(self) -> str:
        if not SHIPPED.is_file():
            raise StartRefused(f"the settings of the broker are missing: {SHIPPED}")
        lines = [SHIPPED.read_text(), *_QUIET, f"persistence_location {self._folder}/"]
        if os.geteuid() == 0:
            lines.append("user root")  # otherwise it changes to a user that may not write here
        return "\n".join([*lines, f"listener {self.port} {self.host}", self._additions, ""])

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        while process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection((self.host, self.port), timeout=1).close()
            except OSError:
                time.sleep(0.005)
            else:
                return
        words = self._log.read_text(errors="replace").splitlines()[-2:]
        raise StartRefused(f"mosquitto did not start on port {self.port}: {' / '.join(words) or 'it said nothing'}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _require_free(port: int) -> None:
    # Otherwise the broker that has it would answer in place of ours.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise StartRefused(f"the broker cannot have port {port} of {HOST}: {error.strerror}") from error


def _find() -> str:
    places = (os.environ.get("PATH", os.defpath), _SYSTEM_FOLDER, str(_UNPACKED / "usr/sbin"))
    found = shutil.which("mosquitto", path=os.pathsep.join(places))
    if found is None:
        raise StartRefused("the MQTT broker mosquitto is not installed; run: make system-packages")
    return found


def _environment(program: str) -> dict[str, str] | None:
    """A broker that was unpacked and not installed has its libraries beside it."""
    if not Path(program).is_relative_to(_UNPACKED):
        return None
    return {
        **os.environ,
        "LD_LIBRARY_PATH": os.pathsep.join(str(folder) for folder in (_UNPACKED / "usr/lib").glob("*-linux-gnu*")),
    }
