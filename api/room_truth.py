"""Rooms, their bookings and their calendars as the HTTP interface tells them."""

import heapq
from collections.abc import Iterator
from datetime import timedelta

from acoustics.notes import PRIVACY_NOTE
from api.models_rooms import BookingOut, CalendarAge, CalendarOut, FaultOut, HelpOut, RoomOut
from api.scope import rooms_of, sees_booking
from api.sessions import View
from api.terminal_truth import terminal_of
from api.truth import Truth
from edge.facts import Look
from edge.text import Text
from rooms.bookings import Booking
from rooms.life import ROOM, RoomNow
from rooms.needs import BROKEN_NAMES, FAULTS, open_help
from rooms.numbers import number_of
from rooms.plan import BOOKINGS, CALENDAR, CalendarHealth, known_bookings
from rooms.policies import kind_of
from rooms.slots import Slot, slot_of

_UNREAD = CalendarHealth(None)


class RoomTruth:
    """The rooms of the desk's site at the instant and in the language of a `Truth`, as far as a view shows them."""

    def __init__(self, truth: Truth, view: View) -> None:
        self._truth = truth
        self._view = view
        self._site = truth.site
        self._renderer = truth.renderer
        self._look = Look(truth.facts, truth.now)

    # --- bookings -------------------------------------------------------------------------------------------------

    def coming(self, room: str | None = None) -> Iterator[Booking]:
        """Bookings that have not ended, by start, of one room or of all."""
        spaces = rooms_of(self._site, self._view) if room is None else (room,)
        known = (self._truth.facts(BOOKINGS(feed, space)) or () for space in spaces for feed in self._site.feeds_of(space))
        in_order = heapq.merge(*known, key=lambda b: (b.start, b.end, b.room, b.uid, b.rid))
        return (booking for booking in in_order if booking.end > self._truth.now and self.sees(booking))

    def today(self, room: str) -> Iterator[Booking]:
        """Those of them that begin today or before."""
        local, today = self._site.local, self._site.local.date_of(self._truth.now)
        for booking in self.coming(room):
            if local.date_of(booking.start) > today:
                return
            yield booking

    def sees(self, booking: Booking) -> bool:
        return sees_booking(self._look, self._site, self._view, booking)

    def slot(self, booking: Booking) -> Slot:
        """The booking with what people have done with it."""
        return slot_of(self._look, self._site, booking)

    def booking(self, booking: Booking) -> BookingOut:
        slot, kind, zone = self.slot(booking), kind_of(self._site, booking), self._site.local.zone
        return BookingOut(
            room=booking.room,
            room_name=self._renderer.name(booking.room),
            calendar=booking.calendar,
            local=bool(self._site.feeds[booking.calendar].local),
            uid=booking.uid,
            rid=booking.rid,
            moved_from=booking.moved_from or None,
            number=number_of(booking),
            start=booking.start,
            end=booking.end,
            ends=slot.end,
            start_local=booking.start.astimezone(zone),
            end_local=booking.end.astimezone(zone),
            all_day=booking.all_day,
            status=booking.status,
            agency=slot.agency,
            agency_name=self._renderer.name(slot.agency) if slot.agency else None,
            kind=kind,
            kind_name=self._kind_name(kind),
            verdict=booking.verdict,
            reason=self._renderer.text(booking.reason, self._truth.now),
            problem=self._renderer.text(slot.problem, self._truth.now) if slot.problem else None,
            allowed=slot.allowed,
            released=slot.released is not None,
            terminal=self._renderer.text(terminal) if (terminal := self.terminal(booking)) is not None else None,
        )

    def terminal(self, booking: Booking) -> Text | None:
        """The payment terminal that the booking gets."""
        return terminal_of(self._truth, booking.identity)

    def _kind_name(self, kind: str | None) -> str | None:
        name = self._site.rooms[kind].name if kind is not None else None
        return name.in_language(self._renderer.language) if name is not None else None

    # --- calendars ------------------------------------------------------------------------------------------------

    def age(self, feed: str) -> CalendarAge:
        section, health = self._site.feeds[feed], self._truth.facts(CALENDAR(feed)) or _UNREAD
        local = bool(section.local)
        age = None if local or health.read_at is None else max(self._truth.now - health.read_at, timedelta(0))
        return CalendarAge(
            id=feed,
            name=self.feed_name(feed),
            local=local,
            read_at=None if age is None else health.read_at,
            age_s=None if age is None else round(age.total_seconds(), 3),
            stale=not local and (age is None or age >= section.stale_after),
            failing=health.failure is not None,
            failure=self._renderer.text(health.failure, self._truth.now) if health.failure else None,
        )

    def calendar(self, feed: str) -> CalendarOut:
        section, health = self._site.feeds[feed], self._truth.facts(CALENDAR(feed)) or _UNREAD
        return CalendarOut(
            **dict(self.age(feed)),
            rooms=list(section.spaces),
            failing_since=health.failing_since,
            problems=[self._renderer.text(problem, self._truth.now) for problem in health.problems],
            bookings=len(known_bookings(self._truth.facts, self._site, feed)),
        )

    def _doors_of(self, room: str) -> list[str]:
        """Doors tell of whoever released them, and of the bookings for which they open."""
        if self._view.of_few_rooms:
            return []
        return [door for door in self._site.controllers if room in self._truth.sides(door)]

    def _because(self, now: RoomNow) -> str | None:
        """Not where it speaks of a booking that is not shown."""
        if now.booking is not None and not self.sees(now.booking):
            return None
        return self._renderer.text(now.because, self._truth.now)

    def feed_name(self, feed: str) -> str:
        """One mailbox of a calendar is told apart by its room."""
        calendar, _, space = feed.partition("/")
        name = self._renderer.name(calendar)
        return f"{name} ({self._renderer.name(space)})" if space else name

    # --- rooms ----------------------------------------------------------------------------------------------------

    def room(self, id_: str) -> RoomOut:
        space, now = self._site.spaces[id_], self._truth.facts(ROOM(id_))
        calendars = [self.age(feed) for feed in self._site.feeds_of(id_)]
        ages = [calendar.age_s for calendar in calendars if calendar.age_s is not None]
        return RoomOut(
            id=id_,
            name=self._renderer.name(id_),
            kind=space.kind,
            capacity=space.capacity,
            state=now.state if now else None,
            because=self._because(now) if now else None,
            booking=self.booking(now.booking) if now and now.booking and self.sees(now.booking) else None,
            next=self.booking(now.next) if now and now.next and self.sees(now.next) else None,
            conflicts=[self.booking(booking) for booking in now.conflicts if self.sees(booking)] if now else [],
            awaits_official=now is not None and now.awaits_official,
            gives_up_at=now.gives_up_at if now else None,
            present=self._truth.present(id_),
            privacy_note=self._privacy_note(id_),
            help=self._help(id_),
            faults=[
                FaultOut(what=fault.what, name=self._renderer.text(BROKEN_NAMES[fault.what]), since=fault.at)
                for fault in self._truth.facts(FAULTS(id_)) or ()
            ],
            doors=[self._truth.door(door) for door in self._doors_of(id_)],
            bookable_here=any(calendar.local for calendar in calendars),
            calendars=calendars,
            youngest_reading_s=min(ages, default=None),
            oldest_reading_s=max(ages, default=None),
        )

    def _privacy_note(self, room: str) -> str | None:
        note = self._truth.facts(PRIVACY_NOTE(room))
        return None if note is None else self._renderer.text(note, self._truth.now)

    def _help(self, room: str) -> HelpOut | None:
        known = open_help(self._truth.facts, self._truth.now, room)
        if known is None:
            return None
        by = known.answered.by if known.answered is not None and self._view.room is None else None
        return HelpOut(since=known.asked.at, answered=known.answered is not None, answered_by=by)
