"""What bookings and opening hours ask of the doors. Nothing is fired at a time: at every moment a booking is live or it is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from edge.claims import Claim, Priority
from edge.facts import Look
from edge.points import PointId
from edge.site import Site
from edge.site.booking import RoomPolicy
from edge.text import Text, say
from rooms.bookings import Booking
from rooms.hours import opening
from rooms.plan import BOOKINGS, CALENDAR

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PLAIN = RoomPolicy()


@dataclass(frozen=True, slots=True)
class DoorPlan:
    """The rules of one site, asked door by door."""

    site: Site

    def hours(self, look: Look, door: str) -> Iterable[Claim]:
        """Open through the times of the door's timetable."""
        lock, timetable = self._lock(door), self.site.doors[door].unlock.hours
        if lock is None or timetable is None:
            return
        now_open = opening(look, self.site, timetable)
        if now_open is not None:
            because = say("Opening hours until {until}", until=now_open.end)
            yield Claim(lock, "unlocked", Priority.HOURS, f"hours:{timetable}", because, now_open.end)

    def bookings(self, look: Look, door: str) -> Iterable[Claim]:
        """Unlocked for each live booking of the room behind the door; for one that may not unlock, the reason why it is locked."""
        lock, section = self._lock(door), self.site.doors[door]
        if lock is None or not section.unlock.booking:
            return
        for calendar in self.site.feeds_of(section.to):
            health = look(CALENDAR(calendar))
            hold = self.site.feeds[calendar].hold
            too_old = health is None or health.read_at is None or look.lasted(health.read_at, hold)
            for booking in self._near(look, calendar, section.to):
                policy = self.policy_of(booking)
                opens, closes = booking.start - policy.unlock_before, booking.end + policy.lock_after
                if look.passed(closes) or not look.passed(opens):
                    continue
                cause = f"booking:{booking.uid}/{booking.rid}"
                obstacle, until = self._obstacle(look, booking, policy, closes)
                if obstacle is None and too_old:
                    obstacle = say("The calendar has not been read for too long; the booking cannot be trusted")
                if obstacle is None:
                    because = say("Booked {start}–{end}", start=booking.start, end=booking.end)
                    yield Claim(lock, "unlocked", Priority.BOOKING, cause, because, until)
                else:
                    yield Claim(lock, "locked", Priority.REFUSAL, f"{cause}#not", obstacle, until)

    def _lock(self, door: str) -> PointId | None:
        device = self.site.device_at(door)
        return None if device is None else PointId(device, "lock")

    def _near(self, look: Look, calendar: str, room: str) -> Iterable[Booking]:
        """Bookings that may be live: up to the first that no policy could open yet. Later ones are asked about in time."""
        longest = max((p.unlock_before for p in self.site.rooms.values()), default=_PLAIN.unlock_before)
        for booking in look(BOOKINGS(calendar, room)) or ():
            if not look.passed(booking.start - max(longest, _PLAIN.unlock_before)):
                return
            yield booking

    def policy_of(self, booking: Booking) -> RoomPolicy:
        """The first policy of the site file that fits, by space, kind of space and local weekday."""
        kind = self.site.spaces[booking.room].kind
        weekday = _WEEKDAYS[booking.start.astimezone(self.site.local.zone).weekday()]
        for policy in self.site.rooms.values():
            if (
                (not policy.spaces or booking.room in policy.spaces)
                and (not policy.kinds or kind in policy.kinds)
                and (not policy.weekdays or weekday in policy.weekdays)
            ):
                return policy
        return _PLAIN

    def _obstacle(self, look: Look, booking: Booking, policy: RoomPolicy, closes: datetime) -> tuple[Text | None, datetime]:
        """Why a live booking may not unlock its door, and until when that answer (or the unlock) lasts."""
        if booking.verdict == "no" or (booking.verdict == "pending" and not policy.tentative):
            return booking.reason, closes
        if booking.all_day and policy.all_day == "never":
            return say("All-day bookings do not unlock this room"), closes
        timetable = None if policy.hours == "always" else policy.hours or self.site.site.hours
        if timetable is None:
            return (say("All-day bookings need opening hours to unlock within") if booking.all_day else None), closes
        now_open = opening(look, self.site, timetable)
        if now_open is None:
            change = self.site.hours[timetable].next_change(look.now, self.site.local)
            closed_until = closes if change is None else min(closes, change)
            return say("Booked {start}–{end}, but the building is closed", start=booking.start, end=booking.end), closed_until
        return None, min(closes, now_open.end)
