"""Who is signed in to the consoles. Kept in memory: a restart of the controller signs everybody out."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from edge.site.fields import Role

SESSION_S = 12 * 3600.0
"""One long shift."""
MOST_SESSIONS = 500


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which role."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a request comes from. name: of the person at the console; None for a program, which names its person itself.

    role: of the secret that the person or the program showed.
    """

    name: str | None
    role: Role
    stays: Callable[[], bool] = lambda: True
    """Whether the caller is still signed in; asked again while a stream lasts."""


@dataclass(frozen=True, slots=True)
class _Session:
    name: str
    role: Role
    ends: float


class Sessions:
    """clock: steady seconds. The oldest session makes room when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, _Session] = {}

    def begin(self, name: str, role: Role) -> str:
        """A new session's id, which is the secret that the browser keeps."""
        while len(self._open) >= MOST_SESSIONS:
            del self._open[next(iter(self._open))]
        id_ = secrets.token_urlsafe(32)
        self._open[id_] = _Session(name, role, self._clock() + SESSION_S)
        return id_

    def end(self, id_: str | None) -> None:
        if id_ is not None:
            self._open.pop(id_, None)

    def caller(self, id_: str | None) -> Caller | None:
        session = self._open.get(id_) if id_ is not None else None
        if id_ is None or session is None:
            return None
        if session.ends <= self._clock():
            self.end(id_)
            return None
        return Caller(session.name, session.role, lambda: self._open.get(id_) is session and session.ends > self._clock())
