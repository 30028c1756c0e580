"""Starts the program, or a module of it, as a process of its own that need not import first: forked from `tests.warm`."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cache
from typing import IO


class Warm:
    """One server for all tests of this process, ended with it."""

    def __init__(self) -> None:
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.warm", str(theirs.fileno())]
        env = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with theirs:
            # A session of its own: Ctrl-C is for the tests, which then end what they have started.
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=env, start_new_session=True)
        atexit.register(self.end)

    def fork(self, words: Sequence[str], env: Mapping[str, str], files: Sequence[int]) -> socket.socket:
        """On which the process's number and its end are told."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            wish = json.dumps({"words": list(words), "env": dict(env)})
            socket.send_fds(self._requests, [wish.encode()], [*files, theirs.fileno()])
        return ours

    def end(self) -> None:
        self._requests.close()
        self._process.wait()


@cache
def warm() -> Warm:
    return Warm()


class Started:
    """A process with the words of `talonmies`, or of `python -m`; handled like a Popen."""

    def __init__(
        self, words: Sequence[str], *, env: Mapping[str, str] | None = None, stdout: IO[bytes], stderr: IO[bytes] | None = None
    ) -> None:
        with open(os.devnull, "rb") as nothing:
            files = [nothing.fileno(), stdout.fileno(), (stderr or stdout).fileno()]
            self._told = warm().fork(words, os.environ if env is None else env, files)
        self.stdout = stdout
        self.returncode: int | None = None
        self.pid = int(self._hear())

    def poll(self) -> int | None:
        if self.returncode is None:
            self._told.setblocking(False)
            with suppress(BlockingIOError):
                self._end(self._hear())
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self._told.settimeout(timeout)
            self._end(self._hear())
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _hear(self) -> int:
        said = self._told.recv(100)
        assert said, "the server of processes has ended"
        return int(said)

    def _end(self, status: int) -> None:
        self.returncode = os.waitstatus_to_exitcode(status)
        self._told.close()


def ran(*words: object, env: Mapping[str, str] | None = None, timeout_s: float = 60) -> "subprocess.CompletedProcess[str]":
    """What a command that ends by itself said."""
    with ExitStack() as files:
        out, err = (files.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        started = Started([str(word) for word in words], env=env, stdout=out, stderr=err)
        try:
            code = started.wait(timeout_s)
        finally:
            started.kill()
        said = [(file.seek(0), file.read().decode())[1] for file in (out, err)]
    return subprocess.CompletedProcess(words, code, *said)
