"""What is kept of a calendar over a restart: its last good body, when it was last heard, and the bookings then believed.

Nothing here is worth stopping for: what cannot be kept or read back is told to the log, and the next good answer makes it good.
"""

import asyncio
import json
import logging
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b

from edge.errors import TalonmiesError
from rooms.bookings import Booking, decode_bookings, encode_bookings
from rooms.sources.ics import NewBody

log = logging.getLogger("talonmies")

_SELDOM = timedelta(minutes=1)


class FeedStore:
    """origin: where the calendar comes from; what was kept of another origin is not this calendar's."""

    def __init__(self, calendar: str, origin: str, keep: Callable[[str, str], None], kept: Callable[[str], str | None]) -> None:
        self._calendar = calendar
        self._origin = blake2b(origin.encode(), digest_size=16).hexdigest()
        self._keep = keep
        self._kept = kept
        self._read_at_kept: datetime | None = None
        self._bookings_kept = ""

    async def keep_body(self, new: NewBody) -> None:
        """Packing a large body takes longer than the event loop has."""
        self._put("body", await asyncio.to_thread(self._packed, new))

    def _packed(self, new: NewBody) -> str:
        record = {
            "origin": self._origin,
            "digest": new.digest,
            "etag": new.etag,
            "last_modified": new.last_modified,
            "body": b64encode(zlib.compress(new.body)).decode(),
        }
        return json.dumps(record)

    def body(self) -> NewBody | None:
        try:
            record = json.loads(self._get("body") or "{}")
            if record.get("origin") != self._origin:
                return None
            body = zlib.decompress(b64decode(record["body"]))
            return NewBody(body, record["digest"], record["etag"], record["last_modified"])
        except (ValueError, KeyError, AttributeError, zlib.error) as error:
            self._complain(error)
            return None

    def keep_read_at(self, t: datetime) -> None:
        """Written at most once a minute: a file is looked at far more often."""
        if self._read_at_kept is None or abs(t - self._read_at_kept) >= _SELDOM:
            self._read_at_kept = t
            self._put("read-at", t.isoformat())

    def read_at(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self._get("read-at") or "")
        except ValueError:
            return None

    def keep_bookings(self, bookings: tuple[Booking, ...]) -> None:
        text = encode_bookings(bookings)
        if text != self._bookings_kept:
            self._bookings_kept = text
            self._put("bookings", text)

    def bookings(self) -> tuple[Booking, ...]:
        text = self._get("bookings")
        try:
            return decode_bookings(text) if text else ()
        except TalonmiesError as error:
            self._complain(error)
            return ()

    def _put(self, what: str, text: str) -> None:
        try:
            self._keep(f"calendar/{self._calendar}/{what}", text)
        except TalonmiesError as error:
            self._complain(error)

    def _get(self, what: str) -> str | None:
        return self._kept(f"calendar/{self._calendar}/{what}")

    def _complain(self, error: Exception) -> None:
        log.warning("the last state of the calendar %s is not kept: %s", self._calendar, error)
