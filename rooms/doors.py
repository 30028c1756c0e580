"""What bookings and opening hours ask of the doors. Nothing is fired at a time: at every moment a booking is live or it is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from edge.claims import Claim, Priority
from edge.facts import Look
from edge.points import PointId
from edge.site import Site
from edge.text import Text, say
from rooms.bookings import Booking
from rooms.hours import opening
from rooms.slots import Slot, changeover, obstacle, refused, slots


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
        for slot in slots(look, self.site, section.to).near:
            if slot.turns and not look.passed(slot.opens) and look.passed(slot.booking.start - slot.policy.unlock_before):
                yield _locked(lock, slot.booking, changeover(slot), slot.opens)
            if look.passed(slot.closes) or not look.passed(slot.opens):
                yield from self._given_back(look, lock, slot)
                continue
            because, until = obstacle(look, self.site, slot)
            if because is not None:
                yield _locked(lock, slot.booking, because, until)
            else:
                booked = say("Booked {start}–{end}", start=slot.booking.start, end=slot.end)
                yield Claim(lock, "unlocked", Priority.BOOKING, _cause(slot.booking), booked, until)
        for booking in refused(look, self.site, section.to):
            yield _locked(lock, booking, booking.reason, booking.end)

    def _given_back(self, look: Look, lock: PointId, slot: Slot) -> Iterable[Claim]:
        """Why the door of a released booking is locked although the calendar shows it booked."""
        if slot.released is not None and not look.passed(slot.booking.end):
            yield _locked(lock, slot.booking, released(slot), slot.booking.end)

    def _lock(self, door: str) -> PointId | None:
        device = self.site.device_at(door)
        return None if device is None else PointId(device, "lock")


def released(slot: Slot) -> Text:
    if slot.released is None or not slot.released.by:
        return say("Booked {start}–{end}, but nobody came: given free", start=slot.booking.start, end=slot.booking.end)
    return say("Booked {start}–{end}, given free by {by}", start=slot.booking.start, end=slot.booking.end, by=slot.released.by)


def _locked(lock: PointId, booking: Booking, because: Text, until: datetime) -> Claim:
    return Claim(lock, "locked", Priority.REFUSAL, f"{_cause(booking)}#not", because, until)


def _cause(booking: Booking) -> str:
    return f"booking:{booking.uid}/{booking.rid}"
