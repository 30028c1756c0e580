"""The program under test as a process of its own, and what the system says of it."""

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from drivers.mosquitto import HOST, free_port

TOKEN = "bench"  # noqa: S105 (opens nothing but the figures)
_WITHIN_S = 60.0


class Talonmies:
    """`with Talonmies(site_file, data) as program`: started, not yet ready."""

    def __init__(self, site_file: Path, data: Path) -> None:
        self.port = free_port()
        talonmies = Path(sys.executable).with_name("talonmies")
        self._words = [str(talonmies), "run", str(site_file), "--data", str(data), "--listen", f"{HOST}:{self.port}"]
        self._log = data.with_suffix(".log")

    def __enter__(self) -> Self:
        environment = {**os.environ, "TALONMIES_TOKEN": TOKEN}
        with self._log.open("wb") as log:
            self.began = time.perf_counter()
            self.process = subprocess.Popen(self._words, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)

    def wait_ready(self) -> float:
        """Seconds from the start of the process until /readyz says yes."""
        while time.perf_counter() - self.began < _WITHIN_S:
            if self.process.poll() is not None:
                raise SystemExit(f"talonmies ended:\n{self._log.read_text()}")
            if self._ready():
                return time.perf_counter() - self.began
            time.sleep(0.01)
        raise SystemExit(f"talonmies is not ready after {_WITHIN_S:g} s:\n{self._log.read_text()}")

    def _ready(self) -> bool:
        line = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            line.request("GET", "/readyz")
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()

    def memory_mb(self) -> float:
        return memory_mb(self.process.pid)

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
