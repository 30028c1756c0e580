"""What the HTTP side needs of the running controller: state to read, a way to act, a feed to follow. Never a driver."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from edge.clock import Clock
from edge.events import Event
from edge.facts import Facts
from edge.feed import Feed
from edge.site import Site

Decide = Callable[[Facts, datetime], Event]
"""Looks at the facts of that very moment and gives the event of a person's action; raises IllegalCommand to refuse it."""


@dataclass(frozen=True, slots=True)
class Status:
    """ready: lines to devices are up and the journal works. problems: short English reasons why not."""

    ready: bool
    problems: tuple[str, ...]
    started_at: datetime
    version: str
    last_seq: int
    waiting: int
    """Events in the inbox that have not been looked at."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One journaled event with its number."""

    seq: int
    event: Event


class Desk(Protocol):
    @property
    def site(self) -> Site: ...

    @property
    def facts(self) -> Facts:
        """For reading only, and only in the controller's event loop."""
        ...

    @property
    def clock(self) -> Clock: ...

    @property
    def feed(self) -> Feed: ...

    def status(self) -> Status: ...

    async def act(self, decide: Decide) -> Event:
        """Carry out a person's action. Returns when it is durable; raises what `decide` raises."""
        ...

    def journal_after(self, seq: int, limit: int) -> Iterator[JournalLine]:
        """Journaled events with a number above seq, for a follower that resumes. Blocking; call it in a thread."""
        ...
