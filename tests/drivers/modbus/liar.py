"""A Modbus TCP server that answers what a test wants, octet by octet."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from itertools import count
from typing import NamedTuple, Self


class Request(NamedTuple):
    tid: int
    unit: int
    pdu: bytes


def frame(request: Request, pdu: bytes, *, tid: int | None = None, unit: int | None = None) -> bytes:
    """pdu in a frame that answers the request, but for what is said otherwise."""
    head = struct.pack(">HHHB", request.tid if tid is None else tid, 0, len(pdu) + 1, request.unit if unit is None else unit)
    return head + pdu


Answers = Callable[[int, Request], Iterable[tuple[float, bytes | None]]]
"""From the number of a request (from 0) and the request to octets, each after a pause; None ends the connection."""


class Liar:
    """One connection at a time, in a thread of its own."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._numbers = count()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._talking: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for sock in (self._listening, self._talking):
            if sock is not None:
                with contextlib.suppress(OSError):  # it may have ended by itself
                    sock.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                self._talking, _ = self._listening.accept()
            except OSError:
                return
            with self._talking as sock, contextlib.suppress(OSError):  # the other side may have had enough
                while request := self._request(sock):
                    self._answer(sock, request)

    def _request(self, sock: socket.socket) -> Request | None:
        head = sock.recv(7, socket.MSG_WAITALL)
        if len(head) < 7:
            return None
        tid, _, length, unit = struct.unpack(">HHHB", head)
        return Request(tid, unit, sock.recv(length - 1, socket.MSG_WAITALL))

    def _answer(self, sock: socket.socket, request: Request) -> None:
        for pause_s, octets in self._answers(next(self._numbers), request):
            time.sleep(pause_s)
            if octets is None:
                sock.shutdown(socket.SHUT_RDWR)
                return
            sock.sendall(octets)
