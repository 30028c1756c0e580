"""Facts about the journal itself, kept in its own chain."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from edge.events import Event, decode, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint(Event):
    """Where a restart begins to read. state: (kind, fields) of the events that rebuild what was believed at this point."""

    kind = "checkpoint"
    state: tuple[tuple[str, dict[str, Any]], ...]

    @classmethod
    def of(cls, events: Iterable[Event], at: datetime) -> "Checkpoint":
        return cls(at=at, state=tuple((event.kind, encode(event)) for event in events))

    def events(self) -> Iterator[Event]:
        return (decode(kind, values) for kind, values in self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPruned(Event):
    """Entries up to `through`, whose hash was `hash`, were removed because their retention time was over."""

    kind = "journal-pruned"
    through: int
    hash: str
    before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LossAccepted(Event):
    """A person started the controller although the journal was not what it should be.

    expected: the newest entry of the high-water mark. found: the newest entry of the file. Entries between were lost.
    start_hash: the hash before the first entry of the file, whose record of retention may be among the lost.
    """

    kind = "journal-loss-accepted"
    expected: int
    expected_hash: str
    found: int
    found_hash: str
    start_hash: str
    problem: str
