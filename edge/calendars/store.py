"""What is kept of a feed over a restart: what it last held, when it was last heard, and the bookings then believed.

Kept together in one transaction, or not at all. Nothing here is worth stopping for: what cannot be kept or read back is told to the
log, and the next good answer makes it good.
"""

import json
import logging
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from edge.calendars.packing import unpack
from edge.errors import TalonmiesError
from rooms.bookings import Booking, decode_bookings, encode_bookings
from rooms.sources.port import Content

log = logging.getLogger("talonmies")

_SELDOM = timedelta(minutes=1)
_A_FEW = 200


@dataclass(frozen=True, slots=True)
class Kept:
    content: Content
    bookings: tuple[Booking, ...]
    read_at: datetime


class FeedStore:
    """origin: where the content comes from; what was kept of another origin is not this feed's. Its methods may take long.

    keep: stores texts by name, all or none.
    """

    def __init__(
        self, feed: str, origin: str, keep: Callable[[Mapping[str, str]], None], kept: Callable[[str], str | None]
    ) -> None:
        self._feed = feed
        self._origin = blake2b(origin.encode(), digest_size=16).hexdigest()
        self._keep = keep
        self._kept = kept
        self._digest = ""
        self._noted: datetime | None = None

    def swap(self, packed: str, content: Content, bookings: tuple[Booking, ...], read_at: datetime) -> None:
        """A new content in place of the old. packed: of it, without the persons in it; its digest stays that of what was sent."""
        self._digest = content.digest
        self._put({"content": packed, "bookings": _packed(bookings), "state": self._state(content, read_at)})
        self._noted = read_at

    def note(self, content: Content, read_at: datetime) -> None:
        """Heard again, and the same. Written at most once a minute: a file is looked at far more often."""
        if self._noted is None or abs(read_at - self._noted) >= _SELDOM:
            self._noted = read_at
            self._put({"state": self._state(content, read_at)})

    def roll(self, bookings: tuple[Booking, ...]) -> None:
        """The same content means other bookings on another day."""
        self._put({"bookings": _packed(bookings)})

    def restore(self) -> Kept | None:
        try:
            state = json.loads(self._get("state") or "{}")
            if state.get("origin") != self._origin:
                return None
            content = replace(unpack(self._get("content") or ""), memo=state["memo"])
            # Of what was sent, persons included: so a source knows it again.
            vars(content)["digest"] = self._digest = str(state["digest"])
            return Kept(content, tuple(_unpacked(self._get("bookings") or "")), datetime.fromisoformat(state["read_at"]))
        except (ValueError, LookupError, AttributeError, TypeError, zlib.error, TalonmiesError) as error:
            self._complain(error)
            return None

    def _state(self, content: Content, read_at: datetime) -> str:
        values = {"origin": self._origin, "digest": self._digest, "memo": dict(content.memo), "read_at": read_at.isoformat()}
        return json.dumps(values)

    def _put(self, texts: Mapping[str, str]) -> None:
        try:
            self._keep({f"calendar/{self._feed}/{what}": text for what, text in texts.items()})
        except TalonmiesError as error:
            self._complain(error)

    def _get(self, what: str) -> str | None:
        return self._kept(f"calendar/{self._feed}/{what}")

    def _complain(self, error: Exception) -> None:
        log.warning("the last state of the calendar %s is not kept: %s", self._feed, error)


def _packed(bookings: tuple[Booking, ...]) -> str:
    lines = (encode_bookings(bookings[first : first + _A_FEW]) for first in range(0, len(bookings), _A_FEW))
    return b64encode(zlib.compress("\n".join(lines).encode(), 1)).decode()


def _unpacked(text: str) -> Iterator[Booking]:
    for line in zlib.decompress(b64decode(text)).splitlines():
        yield from decode_bookings(line)
