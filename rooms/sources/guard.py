"""Doubt about an answer that is well-formed and yet hard to believe."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from edge.text import Text, say
from rooms.bookings import Booking

LOOKED_AHEAD = timedelta(days=7)


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
        said = _digest(new)
        if said == self._held:
            self._held = None
            return None
        self._held = said
        return say(
            "The calendar would take away {gone} of the {count} bookings of the next days; waiting for a second answer alike",
            gone=gone,
            count=len(coming),
        )


def _digest(bookings: Iterable[Booking]) -> str:
    total = blake2b(digest_size=16)
    for b in bookings:
        total.update(repr((b.identity, b.start, b.end, b.status)).encode())
    return total.hexdigest()
