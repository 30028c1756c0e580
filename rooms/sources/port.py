"""How a calendar is asked: a conversation of requests and responses that ends in an answer."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Any, Literal, Protocol

from edge.text import Text

Form = Literal["ics", "graph"]


@dataclass(frozen=True, slots=True)
class Request:
    """headers may hold credentials: neither they nor the address may be logged."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """headers: names in lower case. body: whole and unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Content:
    """All that a calendar holds, as it was sent.

    parts: octets by name; one part ("") for a feed, one for each resource of a CalDAV collection or mailbox. form: what they are
    written in. memo: JSON values that the source needs to ask only for changes next time (validators, tokens); no credentials.
    """

    form: Form
    parts: Mapping[str, bytes]
    memo: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Of the parts alone: the same digest means the same bookings."""
        total = blake2b(digest_size=16)
        for name in sorted(self.parts):
            total.update(f"{name}\0{len(self.parts[name])}\0".encode())
            total.update(self.parts[name])
        return total.hexdigest()


@dataclass(frozen=True, slots=True)
class New:
    """The calendar holds something else than what was last accepted. Whether it is any good shows only when it is read."""

    content: Content


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What was last accepted is still what the calendar says. content: the same parts, perhaps with a newer memo."""

    content: Content


@dataclass(frozen=True, slots=True)
class Failed:
    """retry_after: how long the server asked to be left alone."""

    problem: Text
    retry_after: timedelta | None = None


Answer = New | Unchanged | Failed
Conversation = Generator[Request, Response, Answer]
Writing = Generator[Request, Response, Failed | None]
"""Ends in None when the calendar has taken it."""


class Source(Protocol):
    """One feed. It believes only what it is told to believe: an answer that was not accepted is asked for again."""

    @property
    def content(self) -> Content | None:
        """What was last accepted."""
        ...

    def ask(self, now: datetime) -> Conversation:
        """What the calendar holds now. May be given up at any request; the next conversation starts afresh."""
        ...

    def accept(self, content: Content) -> None:
        """Believe this from now on; also what was kept over a restart."""
        ...

    def refuse(self, content: Content, problem: Text) -> None:
        """The content is not good; should the very same come again, the answer is this problem."""
        ...


class WritableSource(Source, Protocol):
    def shorten(self, uid: str, rid: str, end: datetime) -> Writing:
        """Let one booking end at `end`. uid: as `rooms.uids.hashed` gives it; rid: of the instance, as in `Occurrence`."""
        ...
