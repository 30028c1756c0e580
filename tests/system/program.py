"""The real program as a process of its own, looked at only from outside: its words, its exit code, its HTTP side.

Most are forked warm (`tests.started`); those of which the start itself is of interest are cold, as everybody starts them.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Self

from drivers.mosquitto import HOST, free_port
from tests.broker import until
from tests.started import Started, ran

TOKEN = "a-token-for-tests"
TALONMIES = str(Path(sys.executable).with_name("talonmies"))
READY_WITHIN_S = 20.0
END_WITHIN_S = 8.0


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "TALONMIES_TOKEN": TOKEN, "PYTHONUNBUFFERED": "1", **more}


def refused(*words: str, **more: str) -> str:
    """Run a command that must not start; what it said. It says one sentence, and never a traceback."""
    env = {name: value for name, value in environment(**more).items() if value}
    ended = ran(*words, env=env, timeout_s=20)
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    return ended.stderr.strip()


class Program:
    """`with Program(folder, "run", site_file, "--data", …) as program`: a controller with its screens open.

    port: of a life before, so that open pages find it again. cold: it imports everything first, as in a building.
    """

    def __init__(
        self, folder: Path, *words: str | Path, within_s: float = READY_WITHIN_S, port: int | None = None, cold: bool = False
    ) -> None:
        self.port = port or free_port()
        self._words = [*map(str, words), "--listen", f"{HOST}:{self.port}"]
        self._cold = cold
        self._said = folder / f"said-{self.port}.txt"
        self._within_s = within_s
        self.process: Started | subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        with self._said.open("wb") as said:
            if self._cold:
                words = [TALONMIES, *self._words]
                self.process = subprocess.Popen(words, env=environment(), stdout=said, stderr=said, stdin=subprocess.DEVNULL)
            else:
                self.process = Started(self._words, env=environment(), stdout=said)
        try:
            until(self._whole, self._within_s)
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()

    @property
    def said(self) -> str:
        return self._said.read_text(errors="replace")

    def ready(self) -> bool:
        try:
            return self._ask("/readyz")[0] == 200
        except OSError:
            return False

    def get(self, path: str) -> dict[str, Any]:
        status, body = self._ask(path)
        assert status == 200, body
        found: dict[str, Any] = json.loads(body)
        return found

    def alarms(self, kind: str) -> list[dict[str, Any]]:
        return [alarm for alarm in self.get("/api/v1/alarms")["alarms"] if alarm["type"] == kind]

    def end(self, number: int = signal.SIGINT, within_s: float = END_WITHIN_S) -> float:
        """Seconds until it had ended, in good order."""
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(within_s) == 0, self.said
        assert "Traceback" not in self.said, self.said
        return time.monotonic() - began

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _whole(self) -> bool:
        assert self.process.poll() is None, self.said
        return self.ready()

    def _ask(self, path: str) -> tuple[int, bytes]:
        line = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            line.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()


class Stream:
    """Follows the program's events from a thread of its own: (kind of message, id, data)."""

    def __init__(self, program: Program) -> None:
        self.messages: list[tuple[str, str | None, dict[str, Any]]] = []
        self._line = http.client.HTTPConnection(HOST, program.port, timeout=10)
        self._line.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {TOKEN}"})
        self._answer = self._line.getresponse()
        assert self._answer.status == 200
        self._answer.readline()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._line.sock:
            self._line.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._answer.close()
        self._line.close()

    def alarms(self, press: str) -> list[tuple[str, str | None]]:
        """How an alarm of a press was told: kind of message, and id."""
        return [
            (kind, id_) for kind, id_, data in self.messages if data.get("kind") == "alarm-raised" and data.get("press") == press
        ]

    def _read(self) -> None:
        fields: dict[str, str] = {}
        try:
            for raw in self._answer:
                if line := raw.decode().rstrip("\n"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif fields:
                    if "data" in fields:
                        self.messages.append((fields.get("event", ""), fields.get("id"), json.loads(fields["data"])))
                    fields = {}
        except (OSError, ValueError):
            pass  # the program has ended
