"""The life of a room, derived at every moment from bookings, presence, hours and what people did; never stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from edge.claims import Condition, Decision, Derived, Priority
from edge.conditions import BOOKING_FLAGGED, DOUBLE_BOOKING, OFFICIAL_AWAITED, OVER_TIME, ROOM_RELEASED
from edge.events import ConditionBegan, Event, Observed
from edge.facts import DECISION, READING, Facts, Family, Look
from edge.site import Site
from edge.text import Ref, Text, say
from rooms.bookings import Booking
from rooms.doors import released
from rooms.hours import opening
from rooms.policies import no_show_of, policy_of
from rooms.presence import Presence, presence
from rooms.slots import Slot, changeover, has_come, obstacle, official_from, slots
from rooms.stays import CAME, KEPT, TOLD, Arrival, BookingReleased, OfficialCame

EMPTY_AFTER = timedelta(minutes=5)
"""How long nobody has been seen before a booked room counts as empty."""

RoomState = Literal["free", "soon", "prepared", "open", "in-use", "empty", "over-time", "released", "closed"]
"""free: nobody has booked it. soon: its booking begins soon. prepared: its door opens already for the booking, or waits for the
official. open: booked and open, nobody seen. in-use: booked and somebody there. empty: booked, and a healthy sensor sees nobody
for a while. over-time: the booking has ended and somebody is there. released: booked, but given free. closed: outside the hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomNow:
    """How a room stands. booking: the one that makes it so, or else the next. next: the first booking to begin after now.

    conflicts: bookings that overlap the present one, itself included; empty without a conflict. awaits_official: customers may be
    waiting for the staff. gives_up_at: when the room is given free unless somebody comes. since is not kept: see the journal.
    """

    state: RoomState
    because: Text
    booking: Booking | None = None
    next: Booking | None = None
    conflicts: tuple[Booking, ...] = ()
    awaits_official: bool = False
    gives_up_at: datetime | None = None


ROOM: Family[RoomNow] = Family("room")
"""By room, of every space that a calendar books; derived by `rooms.life`."""


@dataclass(frozen=True, slots=True)
class RoomLife:
    """The rules of one site, asked room by room."""

    site: Site

    def room(self, look: Look, room: str) -> Iterable[Condition | Derived]:
        """How the room stands, and what people should know of it."""
        scene = _Scene.of(look, self.site, room)
        now = scene.now()
        yield Derived(ROOM(room), now)
        if now.awaits_official and scene.live:
            told = say("Customers may be waiting at {room}: the official has not come", room=Ref(room))
            yield Condition(OFFICIAL_AWAITED, room, told)
        if len(scene.clashing) > 1:
            yield Condition(DOUBLE_BOOKING, room, _clash(room, scene.clashing))
        if (late := scene.people_left_over()) is not None:
            yield Condition(OVER_TIME, room, _at(room, late))
        for slot in scene.live:
            if slot.problem is not None and not slot.allowed:
                yield Condition(BOOKING_FLAGGED, room, _at(room, slot.problem))
                break
        if (given_up := scene.given_up()) is not None:
            yield Condition(ROOM_RELEASED, room, _at(room, given_up))


@dataclass(frozen=True, slots=True)
class _Scene:
    """All that the state of one room rests on."""

    look: Look
    site: Site
    room: str
    near: tuple[Slot, ...]
    next: Booking | None
    presence: Presence

    @classmethod
    def of(cls, look: Look, site: Site, room: str) -> "_Scene":
        found = slots(look, site, room)
        return cls(look, site, room, found.near, found.next, presence(look, site, room))

    @property
    def live(self) -> list[Slot]:
        """Bookings of this moment that nobody gave free."""
        return [slot for slot in self.near if slot.has_begun(self.look) and not slot.is_over(self.look)]

    @property
    def coming(self) -> list[Slot]:
        return [slot for slot in self.near if not slot.has_begun(self.look)]

    @property
    def clashing(self) -> list[Slot]:
        """The bookings that overlap, of those that have begun or begin soon."""
        here = [slot for slot in self.near if not slot.is_over(self.look)]
        return [a for a in here if any(a is not b and a.booking.start < b.end and b.booking.start < a.end for b in here)]

    @property
    def following(self) -> Booking | None:
        return self.coming[0].booking if self.coming else self.next

    def now(self) -> RoomNow:
        live = self.live
        if live:
            return self._booked(live)
        return self._prepared() or self._over_time() or self._released() or self._unbooked()

    # --- booked -----------------------------------------------------------------------------------------------------

    def _booked(self, live: Sequence[Slot]) -> RoomNow:
        judged = [(slot, obstacle(self.look, self.site, slot)[0]) for slot in live if self.look.passed(slot.opens)]
        conflicts = tuple(slot.booking for slot in live) if len(live) > 1 else ()
        slot = next((slot for slot, because in judged if because is None), None)
        if slot is not None:
            used, because, gives_up_at = self._in_use(slot)
            if used == "open" and (shut := self._held_shut()) is not None:
                used, because = "closed", shut
            return self._as(used, because, slot.booking, conflicts=conflicts, gives_up_at=gives_up_at)
        if not judged:
            return self._as("prepared", changeover(live[0]), live[0].booking, conflicts=conflicts)
        waiting = next((slot for slot, _ in judged if self._only_waits(slot)), None)
        hindered, why = next(((s, b) for s, b in judged if s is waiting), judged[0])
        state: RoomState = "prepared" if waiting is not None else "closed"
        return self._as(state, why or say("Booked"), hindered.booking, conflicts=conflicts, awaits_official=waiting is not None)

    def _in_use(self, slot: Slot) -> tuple[RoomState, Text, datetime | None]:
        booked = say("Booked {start}–{end}", start=slot.booking.start, end=slot.end)
        if self.presence.seen:
            return "in-use", booked, None
        empty_since, gives_up_at = self._empty_since(slot), self._gives_up_at(slot) if self._is_alone else None
        if gives_up_at is not None and gives_up_at < slot.end and self.look.passed(gives_up_at - slot.policy.no_show_warning):
            return "empty", say("Nobody is there: given free {at} unless somebody comes", at=gives_up_at), gives_up_at
        if empty_since is None or not self.look.lasted(empty_since, EMPTY_AFTER):
            return "open", booked, None
        return "empty", say("Booked {start}–{end}, but nobody is there", start=slot.booking.start, end=slot.end), None

    @property
    def _is_alone(self) -> bool:
        """While two bookings overlap nobody can tell whose people are missing."""
        return len(self.live) == 1

    def _empty_since(self, slot: Slot) -> datetime | None:
        """Since when the room has been open and empty for this booking; None where that is not known for sure."""
        open_since = self._open_since(slot)
        if self.presence.empty_since is None or open_since is None:
            return None
        kept = self.look(KEPT(self.room))
        came = self.look(CAME(self.room)) if has_come(self.look, self.site, slot) else None
        words = [said.at for said in (kept, came) if said is not None]
        told_at = self.look(TOLD(self.room)) or slot.booking.start
        return max(slot.booking.start, told_at, open_since, self.presence.empty_since, *words)

    def _open_since(self, slot: Slot) -> datetime | None:
        """Since when people can come in; nobody is missed where they cannot: the booking may be new, or allowed only now."""
        since = [decision.since for decision in self._front_decisions() if decision is not None and decision.value == "unlocked"]
        return min(since, default=None) if self.site.fronts.get(self.room) else slot.opens

    def _held_shut(self) -> Text | None:
        """Why no door opens although the booking asks for it: an alarm, or the guard of the zones."""
        decided = [decision for decision in self._front_decisions() if decision is not None]
        if not decided or any(decision.value == "unlocked" for decision in decided):
            return None
        refused, winner = decided[0].refused, decided[0].winner
        # Nobody holds it shut where only the default does: the door has not been heard yet.
        return refused or (winner.because if winner.priority < Priority.DEFAULT else None)

    def _front_decisions(self) -> list[Decision | None]:
        doors = self.site.fronts.get(self.room, ())
        return [self.look(DECISION(self.site.controllers[door], "lock")) for door in doors]

    def _gives_up_at(self, slot: Slot) -> datetime | None:
        span, since = no_show_of(self.site, slot.booking, slot.policy), self._empty_since(slot)
        return None if span is None or since is None else since + span

    def no_shows(self) -> list[Slot]:
        """The live booking whose room has been empty for too long."""
        live = self.live
        if not self._is_alone or not self.look.passed(live[0].opens):
            return []
        at = self._gives_up_at(live[0])
        return live if at is not None and self.look.passed(at) and obstacle(self.look, self.site, live[0])[0] is None else []

    def given_up(self) -> Text | None:
        """What people are told of the booking that was given up; until its end, or until the next begins."""
        if self.live:
            return next((_gave_up(slot) for slot in self.no_shows()), None)
        return next((_gave_up(slot) for slot in self._released_slots() if not slot.released.by), None)  # type: ignore[union-attr]

    # --- not booked now -----------------------------------------------------------------------------------------------

    def _prepared(self) -> RoomNow | None:
        for slot in self.coming:
            if not self.look.passed(slot.opens):
                continue
            because = obstacle(self.look, self.site, slot)[0]
            if because is None:
                return self._as("prepared", say("Booked {start}–{end}", start=slot.booking.start, end=slot.end), slot.booking)
            if self._only_waits(slot):
                return self._as("prepared", because, slot.booking, awaits_official=True)
        return None

    def _only_waits(self, slot: Slot) -> bool:
        """Whether the official is all that is missing."""
        come = replace(slot, waits=False)
        return slot.waits and not has_come(self.look, self.site, slot) and obstacle(self.look, self.site, come)[0] is None

    def people_left_over(self) -> Text | None:
        """What is told of people whose booking is over, until the door opens to those of the next."""
        slot = self._overstayed()
        return None if slot is None or any(map(self._opens, self.near)) else self._overstaying(slot)

    def _opens(self, slot: Slot) -> bool:
        """Whether the door is open for it now, as far as its booking goes."""
        in_time = self.look.passed(slot.opens) and not slot.is_over(self.look)
        return in_time and obstacle(self.look, self.site, slot)[0] is None

    def _overstayed(self) -> Slot | None:
        """The last booking that has ended, if somebody has been there without a break since before its end."""
        over = [slot for slot in self.near if slot.may_open and slot.is_over(self.look)]
        slot = max(over, key=lambda slot: slot.end, default=None)
        seen_since = self.presence.seen_since
        if slot is None or slot.released is not None or seen_since is None or seen_since > slot.end:
            return None
        return slot

    def _over_time(self) -> RoomNow | None:
        slot = self._overstayed()
        return None if slot is None else self._as("over-time", self._overstaying(slot), slot.booking)

    def _overstaying(self, slot: Slot) -> Text:
        following = next((each.booking for each in self.live if each.turns), None) or self.following
        if following is None:
            return say("The booking ended {end}, and somebody is still there", end=slot.end)
        return say(
            "The booking ended {end}, and somebody is still there; next booking {start}", end=slot.end, start=following.start
        )

    def _released_slots(self) -> list[Slot]:
        return [s for s in self.near if s.released is not None and s.has_begun(self.look) and not self.look.passed(s.booking.end)]

    def _released(self) -> RoomNow | None:
        slot = next(iter(self._released_slots()), None)
        return None if slot is None else self._as("released", released(slot), slot.booking)

    def _unbooked(self) -> RoomNow:
        following = self.following
        if following is not None and self.look.passed(following.start - policy_of(self.site, following).soon):
            return self._as("soon", say("Next booking {start}–{end}", start=following.start, end=following.end), following)
        timetable = self.site.site.hours
        if timetable is not None:
            now_open = opening(self.look, self.site, timetable)
            if now_open is None:
                change = self.site.hours[timetable].next_change(self.look.now, self.site.local)
                told = (
                    say("The building is closed") if change is None else say("The building is closed; opens {opens}", opens=change)
                )
                return self._as("closed", told, following)
        until = None if following is None else following.start
        if self.presence.seen:
            return self._as("free", say("Not booked, but somebody is there"), following)
        return self._as("free", say("Free") if until is None else say("Free until {until}", until=until), following)

    def _as(
        self,
        state: RoomState,
        because: Text,
        booking: Booking | None,
        *,
        conflicts: tuple[Booking, ...] = (),
        awaits_official: bool = False,
        gives_up_at: datetime | None = None,
    ) -> RoomNow:
        return RoomNow(
            state=state,
            because=because,
            booking=booking,
            next=self.following,
            conflicts=conflicts,
            awaits_official=awaits_official,
            gives_up_at=gives_up_at,
        )


def _at(room: str, because: Text) -> Text:
    """A notice stands among those of other rooms."""
    return say("{room}: {because}", room=Ref(room), because=because)


def _gave_up(slot: Slot) -> Text:
    return say("Booked {start}–{end}, but nobody came: given free", start=slot.booking.start, end=slot.booking.end)


def _clash(room: str, clashing: Sequence[Slot]) -> Text:
    first, second = clashing[0].booking, clashing[1].booking
    return say(
        "{room} is booked twice: {start}–{end} and {start2}–{end2}",
        room=Ref(room),
        start=first.start,
        end=first.end,
        start2=second.start,
        end2=second.end,
    )


def react(facts: Facts, event: Event, site: Site) -> Iterable[Event]:
    """What follows at once: a room nobody came to is given free, and the official's own way in is an arrival."""
    match event:
        case ConditionBegan(type=type_, subject=room) if type_ == ROOM_RELEASED:
            yield from _give_up(facts, site, event.at, room)
        case Observed(point="contact", value="closed", device=device) if device in site.staff_doors:
            known, room = facts(READING(device, "contact")), site.staff_doors[device]
            # A door does not tell whether somebody came or went: it counts only where no sensor does. And only when it is closed
            # again: with both doors open anybody could walk through.
            blind = presence(Look(facts, event.at), site, room) == Presence()
            if known is not None and known.good and known.value == "open" and blind:
                yield from _arrival(facts, site, event.at, room, "door")
        case Observed(point="present", value=True, device=device):
            space = site.devices[device].space
            if space is not None and _was_empty_and_shut(facts, site, event.at, space):
                yield from _arrival(facts, site, event.at, space, "presence")
        case _:
            pass


def _give_up(facts: Facts, site: Site, at: datetime, room: str) -> Iterable[Event]:
    for slot in _Scene.of(Look(facts, at), site, room).no_shows():
        calendar, _, uid, rid = slot.booking.identity
        yield BookingReleased(at=at, calendar=calendar, room=room, uid=uid, rid=rid, booked_until=slot.booking.end)


def _arrival(facts: Facts, site: Site, at: datetime, room: str, how: Arrival) -> Iterable[Event]:
    """Worth a line in the journal only when a booking waits for it."""
    look = Look(facts, at)
    for slot in slots(look, site, room).near:
        awaited = slot.waits and not slot.is_over(look) and not has_come(look, site, slot)
        if awaited and look.passed(official_from(look, site, slot)):
            yield OfficialCame(at=at, room=room, how=how)
            return


def _was_empty_and_shut(facts: Facts, site: Site, at: datetime, room: str) -> bool:
    """Whether who is seen now can be no customer: neither one who stayed and moves again, nor one who slipped in just now."""
    empty_since, shut_since = presence(Look(facts, at), site, room).empty_since, _shut_since(facts, site, room)
    return empty_since is not None and shut_since is not None and max(empty_since, shut_since) + EMPTY_AFTER <= at


def _shut_since(facts: Facts, site: Site, room: str) -> datetime | None:
    """Since when nobody can have come through the doors of the customers: all are known to be locked and closed."""
    since: list[datetime] = []
    for door in site.fronts.get(room, ()):
        lock, contact = (facts(READING(site.controllers[door], point)) for point in ("lock", "contact"))
        if lock is None or not lock.good or lock.value != "locked":
            return None
        if contact is not None and contact.value != "closed":
            return None
        since += [lock.since, *([contact.since] if contact is not None else [])]
    return max(since, default=None)
