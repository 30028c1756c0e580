"""Who is signed in to the consoles. Kept in memory: a restart of the controller signs everybody out."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from edge.people.roll import VIA
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
    agency: str | None = None
    room: str | None = None

    @property
    def of_few_rooms(self) -> bool:
        """It shows some rooms and nothing else of the building."""
        return self.role == "clerk" or self.room is not None


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a request comes from. name: of the person at the console; None for a program, which names its person itself.

    role: of the secret that the person or the program showed. agency: of a clerk. threatened: signed in under duress, so that
    nothing they see may tell of it. via: the name of a program's own token. room: of a panel, the only one that it shows and taps.
    by_provider: signed in through the site's identity provider.
    """

    name: str | None
    role: Role
    stays: Callable[[], bool] = lambda: True
    """Whether the caller is still signed in; asked again while a stream lasts."""
    agency: str | None = None
    threatened: bool = False
    via: str | None = None
    room: str | None = None
    by_provider: bool = False

    @property
    def view(self) -> View:
        return View(self.role, unaware=self.threatened, agency=self.agency, room=self.room)

    @property
    def home(self) -> str:
        """The first page that is theirs."""
        if self.room is not None:
            return f"/rooms/{self.room}"
        return "/rooms" if self.role == "clerk" else "/"

    def acting(self, named: str) -> str:
        """Who acts, for the journal: whoever is signed in, whatever they say; a program says for whom it asks."""
        if self.name is not None:
            return self.name
        return named if self.via is None else f"{named}{VIA}{self.via}"

    def actor(self, named: str) -> Actor:
        return Actor(self.acting(named), self.role)


@dataclass(frozen=True, slots=True)
class _Session:
    """holds: whether the account behind it is still as it was when it began."""

    name: str
    role: Role
    ends: float
    agency: str | None
    threatened: bool
    by_provider: bool
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
        by_provider: bool = False,
        holds: Callable[[], bool] = lambda: True,
    ) -> str:
        """A new session's id, which is the secret that the browser keeps."""
        while len(self._open) >= MOST_SESSIONS:
            del self._open[next(iter(self._open))]
        id_ = secrets.token_urlsafe(32)
        self._open[id_] = _Session(name, role, self._clock() + SESSION_S, agency, threatened, by_provider, holds)
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
            by_provider=session.by_provider,
        )

    def _lasts(self, session: _Session) -> bool:
        return session.ends > self._clock() and session.holds()
