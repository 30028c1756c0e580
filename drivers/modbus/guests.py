"""Questions of others than the worker of a line, such as a scan's: one request each, waiting until the worker has time for it."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Any

from drivers.modbus.wire import Wire
from edge.errors import DeviceFault, Garbled, Refused

Question = Callable[[Wire], Any]


class Guests:
    """From any thread. wake: called when somebody waits."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = Lock()
        self._waiting: deque[tuple[Question, Future[Any]]] = deque()
        self._over: DeviceFault | None = None

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    def ask(self, question: Question) -> Future[Any]:
        answer: Future[Any] = Future()
        with self._lock:
            if self._over is None:
                self._waiting.append((question, answer))
            else:
                answer.set_exception(self._over)
        self._wake()
        return answer

    def serve(self, wire: Wire) -> bool:
        """Ask what has waited longest, and tell whoever wanted to know. Whether anybody on the line answered."""
        question, answer = self._waiting.popleft()
        if not answer.set_running_or_notify_cancel():
            return False
        try:
            answer.set_result(question(wire))
        except Exception as error:
            # Theirs; the worker goes on.
            answer.set_exception(error)
            return isinstance(error, Garbled | Refused)
        return True

    def refuse(self, error: DeviceFault, *, for_good: bool = False) -> None:
        """Nobody can be asked. for_good: nor later."""
        with self._lock:
            refused = [*self._waiting]
            self._waiting.clear()
            self._over = error if for_good else None
        for _, answer in refused:
            if answer.set_running_or_notify_cancel():
                answer.set_exception(error)
