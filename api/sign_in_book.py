"""What the journal says of signing in here: who came and went, and who was refused. Nobody can fill it by trying.

Events are only handed over: that a disk fails keeps nobody out, and they are written when it works again.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from api.port import Desk
from api.sessions import Caller
from api.tries import place_of
from edge.site.fields import Role
from security.sign_ins import PersonSignedIn, PersonSignedOut, SignInsRefused, Way

WINDOW_S: Final = 900.0
MOST_WINDOWS: Final = 50


@dataclass(frozen=True, slots=True)
class _Tried:
    """What is counted together. Of many places at once the last are all one: none of these."""

    way: Way | None = None
    by: str | None = None
    place: str | None = None


@dataclass(slots=True)
class _Window:
    """desk: the newest. more: tries since the first, which was written at once. since: the first of these."""

    desk: Desk
    address: str | None
    ends: asyncio.TimerHandle
    more: int = 0
    since: datetime | None = None


class SignInBook:
    def __init__(self) -> None:
        self._windows: dict[_Tried, _Window] = {}

    def came(self, desk: Desk, by: str, role: Role, way: Way, address: str) -> None:
        desk.hear(PersonSignedIn(at=desk.clock.now(), by=by, role=role, way=way, address=address))

    def went(self, desk: Desk, caller: Caller, address: str) -> None:
        if caller.name is not None:
            desk.hear(PersonSignedOut(at=desk.clock.now(), by=caller.name, role=caller.role, address=address))

    def refused(self, desk: Desk, way: Way, by: str | None, address: str) -> None:
        """by: whose account was tried; never what somebody typed, which may be a password in the wrong field."""
        now, tried = desk.clock.now(), _Tried(way, by, place_of(address))
        if tried not in self._windows and len(self._windows) >= MOST_WINDOWS:
            tried = _Tried()
        window = self._windows.get(tried)
        if window is not None:
            window.desk = desk
            window.more += 1
            window.since = window.since or now
            return
        ends = asyncio.get_running_loop().call_later(WINDOW_S, partial(self._end, tried))
        window = _Window(desk, address if tried.place is not None else None, ends)
        self._windows[tried] = window
        desk.hear(SignInsRefused(at=now, way=tried.way, by=tried.by, address=window.address, since=now))

    def settle(self) -> None:
        """Before the desk closes."""
        for tried in list(self._windows):
            self._end(tried)

    def _end(self, tried: _Tried) -> None:
        window = self._windows.pop(tried)
        window.ends.cancel()
        if window.since is not None:
            now, address = window.desk.clock.now(), window.address
            counted = SignInsRefused(at=now, way=tried.way, by=tried.by, address=address, since=window.since, times=window.more)
            window.desk.hear(counted)
