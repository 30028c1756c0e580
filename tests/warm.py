"""`python -m tests.warm SOCKET`: has imported the program, and forks it whenever it is asked to (see `tests.started`).

A start of Talonmies is mostly imports, several seconds of a busy machine. What it forks is a process like any other, with words,
environment, files, signals and an end of its own; it only need not import. No thread runs here: only the children start any.

A request is a JSON object with `words` and `env`, and four file descriptors: standard input, output and error, and a socket on
which the process's number and later its wait status are told. When the socket of requests ends, so does all that was forked.
"""

import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from dataclasses import dataclass
from importlib import import_module

from api.app import create_app
from api.tokens import Tokens
from edge import cli
from tests.api.desk import MemoryDesk

LATER = (
    "alembic.config",
    "anyio._backends._asyncio",
    "drivers.modbus.link",
    "drivers.mqtt.link",
    "edge.calendars.fetcher",
    "edge.logs",
    "edge.reloading",
    "edge.scheduler",
    "edge.serve",
    "httpcore",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.h11_impl",
)
"""What the program imports when it needs it."""
MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Wish:
    words: list[str]
    env: dict[str, str]
    files: list[int]


def forked(requests: socket.socket) -> Wish:
    """Returns in each forked process, with what is wished of it."""
    children = selectors.DefaultSelector()
    children.register(requests, selectors.EVENT_READ)
    while True:
        for key, _ in children.select():
            if key.fileobj is not requests:
                _tell_end(children, key)
                continue
            said, files, _, _ = socket.recv_fds(requests, MOST_BYTES, 4)
            if not said:
                _end_all(children)
                sys.exit()
            wish = json.loads(said)
            pid = os.fork()
            if pid == 0:
                _let_go(children, requests, files[3])
                return Wish(wish["words"], wish["env"], files[:3])
            told = socket.socket(fileno=files[3])
            told.send(str(pid).encode())
            children.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, told))
            for file in files[:3]:
                os.close(file)


def _tell_end(children: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    pid, told = key.data
    _, status = os.waitpid(pid, 0)
    children.unregister(key.fileobj)
    os.close(key.fd)
    with told:
        told.send(str(status).encode())


def _end_all(children: selectors.BaseSelector) -> None:
    for key in children.get_map().values():
        if key.data is not None:
            os.kill(key.data[0], signal.SIGKILL)


def _let_go(children: selectors.BaseSelector, requests: socket.socket, told: int) -> None:
    """Of everything that is the server's."""
    for key in children.get_map().values():
        if key.data is not None:
            os.close(key.fd)
            key.data[1].close()
    children.close()
    requests.close()
    os.close(told)


def become(wish: Wish) -> None:
    """The program, or after `-m` the module, as if it had been started with these words."""
    for number, file in enumerate(wish.files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(wish.env)
    if wish.words[0] == "-m":
        sys.argv = wish.words[1:]
        runpy.run_module(wish.words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = ["talonmies", *wish.words]
        cli.main()


if __name__ == "__main__":
    for name in LATER:
        import_module(name)
    create_app(MemoryDesk(), tokens=Tokens("a-token", {}))  # builds what all applications have in common
    gc.collect()
    gc.freeze()
    become(forked(socket.socket(fileno=int(sys.argv[1]))))
