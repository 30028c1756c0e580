"""A real Radicale on a free loopback port, with its storage in a temporary folder."""

import random
import subprocess
import sys
import time
from pathlib import Path
from shutil import rmtree

import httpx

USER, PASSWORD = "room", "secret"
_PATIENCE_S = 25.0
_TRIES = 5


class Radicale:
    """Starts and stops as often as a test likes, always on the same port. guarded: whether it asks who we are."""

    def __init__(self, folder: Path, *, guarded: bool = False) -> None:
        self._folder = folder
        self._guarded = guarded
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        for _ in range(_TRIES):
            # Below the ports that outgoing connections get, so that it is still free after a stop.
            self._port = random.randrange(20_000, 32_000)
            if self._starts():
                return
        raise AssertionError(self._log.read_text())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def calendar(self, name: str) -> str:
        return f"{self.url}/{USER}/{name}/"

    def start(self) -> None:
        assert self._starts(), self._log.read_text()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE_S)
            self._process = None

    def lose(self, name: str) -> None:
        """A calendar is gone from the disk, with all that the server remembered of it."""
        rmtree(self._storage / "collection-root" / USER / name)

    def put_by_hand(self, name: str, resource: str, octets: bytes) -> None:
        """What no client could store."""
        (self._storage / "collection-root" / USER / name / resource).write_bytes(octets)

    @property
    def _storage(self) -> Path:
        return self._folder / "storage"

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _configuration(self) -> str:
        users = self._folder / "users"
        users.write_text(f"{USER}:{PASSWORD}\n")
        guard = f"type = htpasswd\nhtpasswd_filename = {users}\nhtpasswd_encryption = plain"
        auth = f"{guard if self._guarded else 'type = none'}\ndelay = 0"
        hosts, storage = f"hosts = 127.0.0.1:{self._port}", f"filesystem_folder = {self._storage}"
        return f"[server]\n{hosts}\n[auth]\n{auth}\n[storage]\n{storage}\n[logging]\nlevel = warning\n"

    def _starts(self) -> bool:
        """Whether it answers; not so where another program has the port."""
        config = self._folder / "config"
        config.write_text(self._configuration())
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([sys.executable, "-m", "radicale", "--config", str(config)], stdout=log, stderr=log)
        until = time.monotonic() + _PATIENCE_S
        while self._process.poll() is None and time.monotonic() < until:
            try:
                httpx.get(f"{self.url}/.web/", timeout=1)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return True
        self.stop()
        return False
