"""The number of a booking: by it customers find their room and say that they have come, and nobody else learns who they are."""

import hashlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rooms.bookings import Booking

_WRITTEN: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,11}")
_FIRST, _HOW_MANY = 10_000, 90_000


def number_of(booking: "Booking") -> str:
    """As its calendar has it; else five digits that follow from the booking alone, so they outlast restarts and moves in time.

    Two bookings of one day may have the same five digits, about once in a month of a large site: whoever looks for one finds both.
    """
    if booking.number:
        return booking.number
    digest = hashlib.sha256(f"{booking.uid}/{booking.rid}".encode()).digest()
    return str(_FIRST + int.from_bytes(digest[:8]) % _HOW_MANY)


def written_number(before: str | None, categories: Iterable[str]) -> str:
    """What follows `before` in one of the categories; "" where none has a number."""
    for category in categories if before is not None else ():
        rest = category.strip().removeprefix(before or "").strip(" :.#")
        if category.strip().startswith(before or "") and _WRITTEN.fullmatch(rest):
            return rest
    return ""
