"""Who comes by the secret address of a desk, how often, and making such addresses."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from api.tries import Tries, place_of
from edge.people.desk_links import make_link, revoke_link
from edge.people.register import Register
from edge.refusal import Refusal
from edge.text import Ref, say

MOST_GUESSES: Final = 100
"""Wrong ones from one place within a quarter of an hour. A right one is never kept waiting by them: behind a proxy a whole building
has one address."""
MOST_PRESSES: Final = 40
"""At one desk within a quarter of an hour: each stands in the journal."""
_LONGEST_PAUSE_S: Final = 600.0


class DeskLinks:
    """register: None where there is no list to keep them in. clock: steady seconds."""

    def __init__(self, register: Register | None, clock: Callable[[], float]) -> None:
        self._register = register
        self._guesses = Tries(clock, most=MOST_GUESSES, free=MOST_GUESSES, longest_pause_s=_LONGEST_PAUSE_S)
        self._presses = Tries(clock, most=MOST_PRESSES, free=MOST_PRESSES, longest_pause_s=_LONGEST_PAUSE_S)

    def made(self) -> Mapping[str, datetime]:
        """By desk, since when."""
        return {} if self._register is None else {desk: link.since for desk, link in self._register.now().desks.items()}

    def desk_of(self, token: str, address: str) -> str | None:
        """None for a wrong token, which counts as a guess."""
        desk = None if self._register is None else self._register.now().desk_of(token)
        if desk is None:
            self._guesses.note(place_of(address))
        return desk

    def wait_s(self, address: str) -> float:
        """How long a place has to wait that has guessed."""
        return self._guesses.wait_s(place_of(address))

    def press(self, desk: str) -> float:
        """Counts a press, or says how many seconds this one has to wait."""
        wait_s = self._presses.wait_s(desk)
        if not wait_s:
            self._presses.note(desk)
        return wait_s

    async def make(self, desk: str, at: datetime) -> str:
        """The path of a new address. Raises Refusal, UnreadableRegister."""
        return await asyncio.to_thread(make_link, self.require_list(), at, desk)

    async def revoke(self, desk: str) -> None:
        """Raises Refusal, IllegalCommand, UnreadableRegister."""
        await asyncio.to_thread(revoke_link, self.require_list(), desk)

    def require_link(self, desk: str) -> None:
        """Raises Refusal where the desk has none."""
        if desk not in self.made():
            raise Refusal(say("There is no link for {desk}.", desk=Ref(desk)))

    def require_list(self) -> Register:
        """Raises Refusal where there is none."""
        if self._register is None:
            raise Refusal(say("There is no list here in which a link could be kept."))
        return self._register
