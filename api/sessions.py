"""Who is signed in to the consoles, also after a restart of the controller: a console at night goes on showing alarms by itself."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from edge.clock import SystemClock
from edge.people.roll import VIA, digest_of
from edge.people.session_file import KeptSession, SessionFile
from edge.site.fields import Role

SESSION_S = 12 * 3600.0
"""One long shift."""
_CLOCK: Final = SystemClock()
_CLOCK_MAY_GO_BACK: Final = timedelta(minutes=1)
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
    display: str | None = None

    @property
    def is_screen(self) -> bool:
        """A panel or a display that shows one thing to whoever passes by."""
        return self.room is not None or self.display is not None

    @property
    def of_few_rooms(self) -> bool:
        """It shows some rooms and nothing else of the building."""
        return self.role == "clerk" or self.room is not None


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a request comes from. name: of the person at the console; None for a program, which names its person itself.

    role: of the secret that the person or the program showed. agency: of a clerk. threatened: signed in under duress, so that
    nothing they see may tell of it. via: the name of a program's own token. room: of a panel, the only one that it shows and taps.
    display: the only one that a screen shows. by_provider: signed in through the site's identity provider.
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
    display: str | None = None

    @property
    def view(self) -> View:
        return View(self.role, unaware=self.threatened, agency=self.agency, room=self.room, display=self.display)

    @property
    def is_screen(self) -> bool:
        return self.view.is_screen

    @property
    def home(self) -> str:
        """The first page that is theirs."""
        if self.room is not None:
            return f"/rooms/{self.room}"
        if self.display is not None:
            return f"/displays/{self.display}"
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
    """ends: in steady seconds, whatever becomes of the clock on the wall."""

    ends: float
    known: KeptSession

    @property
    def whose(self) -> tuple[str, str]:
        return _whose(self.known.name, self.known.standing)


def _whose(name: str, standing: str | None) -> tuple[str, str]:
    """Whoever shows a shared secret may give any name: that makes them nobody who came in another way."""
    return name, (standing or "").partition(" ")[0]


Rests = Callable[[str], str]
"""Says for the id of a new session on what it rests."""
Holds = Callable[[str, str, str], bool]
"""Whether what a session rests on is still as it was: by its id, its person and what it rests on."""


class Sessions:
    """clock: steady seconds. There are at most MOST_SESSIONS. Only digests of ids are remembered.

    file: where sessions survive a restart; None: nowhere. now: the time by which that file reckons. holds: set by whoever knows.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        file: SessionFile | None = None,
        now: Callable[[], datetime] = _CLOCK.now,
    ) -> None:
        self._clock = clock
        self._file = file
        self._now = now
        self._keeping: Future[None] | None = None
        self.holds: Holds = lambda *_: True
        self._open = {} if file is None else {known.digest: _Session(ends, known) for known, ends in self._found(file)}

    def _found(self, file: SessionFile) -> Iterator[tuple[KeptSession, float]]:
        """Those of before the restart that have not ended. While the clock is behind the beginning of one, nobody can say."""
        now = self._now()
        for known in file.read():
            if known.since <= now + _CLOCK_MAY_GO_BACK and now < known.ends:
                yield known, self._clock() + min((known.ends - now).total_seconds(), SESSION_S)

    def begin(
        self,
        name: str,
        role: Role,
        *,
        agency: str | None = None,
        threatened: bool = False,
        by_provider: bool = False,
        rests: Rests | None = None,
    ) -> str:
        """A new session's id, which is the secret that the browser keeps. rests: None for one that ends with the process."""
        id_, since = secrets.token_urlsafe(32), self._now()
        standing = rests(id_) if rests is not None else None
        self._make_room(_whose(name, standing))
        known = KeptSession(
            digest=digest_of(id_),
            name=name,
            role=role,
            agency=agency,
            threatened=threatened,
            by_provider=by_provider,
            standing=standing,
            since=since,
            ends=since + timedelta(seconds=SESSION_S),
        )
        self._open[known.digest] = _Session(self._clock() + SESSION_S, known)
        self._keep()
        return id_

    def _make_room(self, newcomer: tuple[str, str]) -> None:
        """The oldest session goes of whoever would have most, first of the newcomer: nobody's many put out another's only one."""
        if len(self._open) < MOST_SESSIONS:
            return
        now = self._clock()
        self._open = {digest: session for digest, session in self._open.items() if now < session.ends}
        while len(self._open) >= MOST_SESSIONS:
            have = Counter(session.whose for session in self._open.values())
            most = max(have, key=lambda whose: (have[whose] + (whose == newcomer), whose == newcomer))
            del self._open[next(digest for digest, session in self._open.items() if session.whose == most)]

    def end(self, id_: str | None) -> None:
        if id_ is not None and self._open.pop(digest_of(id_), None) is not None:
            self._keep()

    async def kept(self) -> None:
        """Returns when a restart would find it all as it is now."""
        if self._keeping is not None:
            await asyncio.wrap_future(self._keeping)

    def caller(self, id_: str | None) -> Caller | None:
        session = self._open.get(digest_of(id_)) if id_ is not None else None
        if id_ is None or session is None:
            return None
        if not self._lasts(id_, session):
            self.end(id_)
            return None
        known = session.known
        return Caller(
            known.name,
            known.role,
            lambda: self._open.get(known.digest) is session and self._lasts(id_, session),
            agency=known.agency,
            threatened=known.threatened,
            by_provider=known.by_provider,
        )

    def _lasts(self, id_: str, session: _Session) -> bool:
        if session.ends <= self._clock():
            return False
        known = session.known
        return known.standing is None or self.holds(id_, known.name, known.standing)

    def _keep(self) -> None:
        if self._file is not None:
            self._keeping = self._file.keep([s.known for s in self._open.values() if s.known.standing is not None])
