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
class View:
    """All that decides what somebody's pages show, besides the language. unaware: nothing tells of a sign-in under duress."""

    role: Role
    unaware: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a request comes from. name: of the person at the console; None for a program, which names its person itself.

    role: of the secret that the person or the program showed. agency: of a clerk. threatened: signed in under duress, so that
    nothing they see may tell of it.
    """

    name: str | None
    role: Role
    stays: Callable[[], bool] = lambda: True
    """Whether the caller is still signed in; asked again while a stream lasts."""
    agency: str | None = None
    threatened: bool = False

    @property
    def view(self) -> View:
        return View(self.role, unaware=self.threatened)


@dataclass(frozen=True, slots=True)
class _Session:
    """holds: whether the account behind it is still as it was when it began."""

    name: str
    role: Role
    ends: float
    agency: str | None
    threatened: bool
    holds: Callable[[], bool]


class Sessions:
    """clock: steady seconds. The oldest session makes room when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, _Session] = {}

    def begin(
        self,
        name: str,
        role: Role,
        *,
        agency: str | None = None,
        threatened: bool = False,
        holds: Callable[[], bool] = lambda: True,
    ) -> str:
        """A new session's id, which is the secret that the browser keeps."""
        while len(self._open) >= MOST_SESSIONS:
            del self._open[next(iter(self._open))]
        id_ = secrets.token_urlsafe(32)
        self._open[id_] = _Session(name, role, self._clock() + SESSION_S, agency, threatened, holds)
        return id_

    def end(self, id_: str | None) -> None:
        if id_ is not None:
            self._open.pop(id_, None)

    def caller(self, id_: str | None) -> Caller | None:
        session = self._open.get(id_) if id_ is not None else None
        if id_ is None or session is None:
            return None
        if not self._lasts(session):
            self.end(id_)
            return None
        return Caller(
            session.name,
            session.role,
            lambda: self._open.get(id_) is session and self._lasts(session),
            agency=session.agency,
            threatened=session.threatened,
        )

    def _lasts(self, session: _Session) -> bool:
        return session.ends > self._clock() and session.holds()
