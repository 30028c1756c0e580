"""What the HTTP side needs of the running controller: state to read, a way to act, a feed to follow. Never a driver."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from edge.clock import Clock
from edge.device_figures import Figures, Requests
from edge.events import Event
from edge.facts import Facts
from edge.feed import Feed
from edge.site import Site
from edge.text import Text

Decide = Callable[[Facts, datetime], Event]
"""Looks at the facts of that very moment and gives the event of a person's action, or the one of before by which it is so already;
raises IllegalCommand to refuse it."""


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
    """One journaled event with its number. hash: of its entry, in hex; it stands for this one and all before it."""

    seq: int
    event: Event
    hash: str


@dataclass(frozen=True, slots=True)
class SiteFileSeen:
    """What the site file says by now, beside what runs.

    digest: of the file; changed: whether it differs from what runs. problems: why it cannot take over, a sentence each. remarks:
    warnings that stop nothing. difference: what changes for people at the doors in the coming days. zones: spaces whose zone class
    changes, which two persons must want; asked_by: the one who already does.
    """

    digest: str
    changed: bool
    problems: tuple[Text, ...]
    remarks: tuple[Text, ...]
    difference: tuple[Text, ...]
    zones: tuple[str, ...]
    asked_by: str | None = None


class SiteFile(Protocol):
    """The file that describes the site, which may have been changed since it was last read."""

    async def look(self) -> SiteFileSeen:
        """Read, check and prove it, and compare it with what runs."""
        ...

    async def take_over(self, digest: str, by: str, reason: str) -> bool:
        """Let this version of the file run from now on. False when a second person must ask for it too. Raises Refusal when the
        file is another by now or cannot take over; what runs then goes on untouched."""
        ...


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

    def figures(self) -> Mapping[str, Figures]:
        """What was counted of each device since the start."""
        ...

    def requests(self) -> Mapping[str, Requests]:
        """By device: how those that are asked on a bus answer; of others there is nothing to count."""
        ...

    async def act(self, decide: Decide) -> Event:
        """Carry out a person's action. Returns when it is durable; raises what `decide` raises."""
        ...

    def hear(self, event: Event) -> None:
        """Take in something that happened and that nobody has to answer."""
        ...

    def journal_back(
        self, kinds: Collection[str], *, before: int | None = None, start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[JournalLine]:
        """Journaled events of these kinds, newest first: with a number below `before`, from start until before end. Whoever stops
        early pays for no more. Blocking; call it in a thread."""
        ...

    def journal_about(self, kinds: Collection[str], numbers: Collection[int]) -> Iterator[JournalLine]:
        """Journaled events of these kinds about alarms of these numbers, oldest first. Blocking; call it in a thread."""
        ...

    def journal_numbers(self, kinds: Collection[str], words: str) -> frozenset[int]:
        """Numbers of the alarms that journaled events of these kinds are about, if they may contain the words, whatever their case;
        some may not. Blocking; call it in a thread."""
        ...

    def journal_after(self, seq: int, limit: int) -> Iterator[JournalLine]:
        """Journaled events with a number above seq, for a follower that resumes. Blocking; call it in a thread."""
        ...
