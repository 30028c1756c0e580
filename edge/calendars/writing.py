"""Shortens in its calendar what was released here, so that others can book the rest of the time.

Nothing is remembered of it but how often it failed: a booking that was released and whose calendar still gives it its old end must
be shortened, also after a restart (docs/calendars.md).
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from edge.text import Ref, Text, say
from rooms.bookings import Booking
from rooms.sources.port import Failed, Source, Writing
from rooms.stays import BookingReleased

log = logging.getLogger("talonmies")

_MOST_TRIES = 5
_Act = tuple[str, str, datetime]


class WriteBack:
    """Of one feed. released: the release of a booking, if there is one. carry: to the calendar's server."""

    def __init__(
        self,
        source: Source,
        released: Callable[[Booking], BookingReleased | None],
        carry: Callable[[Writing], Awaitable[Failed | None]],
    ) -> None:
        self._shorten: Callable[[str, str, datetime], Writing] | None = getattr(source, "shorten", None)
        self._released = released
        self._carry = carry
        self._done: set[_Act] = set()
        self._failed: dict[_Act, tuple[int, Text]] = {}

    @property
    def problems(self) -> tuple[Text, ...]:
        return tuple(problem for _, problem in self._failed.values())

    async def write(self, bookings: Iterable[Booking], now: datetime) -> bool:
        """Whether the problems are others than before."""
        before = self.problems
        due = {(b.uid, b.rid, release.at): b for b in bookings if (release := self._due(b, now)) is not None}
        self._done &= set(due)
        self._failed = {act: failure for act, failure in self._failed.items() if act in due}
        for act, booking in due.items():
            if act not in self._done:
                await self._try(act, booking)
        return self.problems != before

    def _due(self, booking: Booking, now: datetime) -> BookingReleased | None:
        """Its release, as long as the calendar has not given the booking another end."""
        release = self._released(booking) if booking.end > now else None
        return release if release and release.holds_for(booking) and release.at < booking.end else None

    async def _try(self, act: _Act, booking: Booking) -> None:
        tries, _ = self._failed.get(act, (0, None))
        if self._shorten is None or tries == _MOST_TRIES:
            return
        failed = await self._carry(self._shorten(*act))
        if failed is None:
            self._done.add(act)
            self._failed.pop(act, None)
            return
        told = say(
            "The release of {room} could not be written into its calendar: {problem}",
            room=Ref(booking.room),
            problem=failed.problem,
        )
        self._failed[act] = tries + 1, told
        if tries + 1 == _MOST_TRIES:
            log.warning("a release of %s could not be written into its calendar, and is not tried again", booking.room)
