"""What to ask a calendar's server and what its answer means, without any input or output.

Whatever is not a good answer is a failure, and never "no bookings".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from edge.text import Text, say
from rooms.bookings import Booking
from rooms.sources.port import Failed as Failed
from rooms.sources.status import failure_of

MOST_OCTETS = 5_000_000
LOOKED_AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NewBody:
    """A body that is not the last good one. Whether it is any good shows only when it is read."""

    body: bytes
    digest: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The last good body is still what the calendar says."""


Answer = NewBody | Unchanged | Failed


class IcsSource:
    """One ICS file or address: remembers which body was good, and which was not."""

    def __init__(self) -> None:
        self._good: NewBody | None = None
        self._bad: tuple[str, Text] | None = None
        self._validators = True

    @property
    def good(self) -> NewBody | None:
        return self._good

    def request_headers(self) -> dict[str, str]:
        headers = {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "gzip"}
        if self._good and self._validators:
            if self._good.etag:
                headers["If-None-Match"] = self._good.etag
            if self._good.last_modified:
                headers["If-Modified-Since"] = self._good.last_modified
        return headers

    def receive(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """headers: names in lower case. A 304 is believed only where there is something it can be about."""
        if status == 304:
            if self._good and self._validators and (self._good.etag or self._good.last_modified):
                self._bad = None
                return Unchanged()
            return Failed(say("The server says that nothing has changed, but nobody asked"))
        if status != 200:
            return failure_of(status, headers)
        return self.read(body, headers.get("etag"), headers.get("last-modified"))

    def read(self, body: bytes, etag: str | None = None, last_modified: str | None = None) -> Answer:
        """A body, from wherever it came."""
        if not body.strip():
            return Failed(say("The calendar is empty: not even a VCALENDAR in it"))
        if len(body) > MOST_OCTETS:
            return too_large()
        digest = blake2b(body, digest_size=16).hexdigest()
        if self._bad and self._bad[0] == digest:
            return Failed(self._bad[1])
        new = NewBody(body, digest, etag, last_modified)
        if self._good and self._good.digest == digest:
            self._good, self._bad, self._validators = new, None, True
            return Unchanged()
        # Until this body has proved good, the server is asked for a whole one.
        self._validators = False
        return new

    def accept(self, new: NewBody) -> None:
        self._good, self._bad, self._validators = new, None, True

    def refuse(self, new: NewBody, problem: Text) -> None:
        """The body is not good; the same body again need not be read again."""
        self._bad = (new.digest, problem)


def too_large() -> Failed:
    return Failed(say("The calendar is larger than {most} MB", most=MOST_OCTETS // 1_000_000))


@dataclass(slots=True)
class RemovalGuard:
    """Holds an answer that would take away very many bookings at once, until a second answer says the same.

    A server that has lost half of its calendar usually still answers with a well-formed one.
    """

    _held: str | None = None

    def forget(self) -> None:
        """Something else was said in between."""
        self._held = None

    def problem(self, known: Iterable[Booking], new: Iterable[Booking], now: datetime) -> Text | None:
        """Why the new bookings must wait; None when they are to be believed."""
        new = list(new)
        coming = [b for b in known if b.status != "CANCELLED" and b.end > now and b.start < now + LOOKED_AHEAD]
        there = {booking.identity for booking in new}
        gone = sum(1 for booking in coming if booking.identity not in there)
        most = max(5, len(coming) // 2) if new else 0
        if gone <= most:
            self._held = None
            return None
        said = blake2b(repr([(b.identity, b.start, b.end, b.status) for b in new]).encode(), digest_size=16).hexdigest()
        if said == self._held:
            self._held = None
            return None
        self._held = said
        return say(
            "The calendar would take away {gone} of the {count} bookings of the next days; waiting for a second answer alike",
            gone=gone,
            count=len(coming),
        )
