"""Customers who have come and wait: they say so by the number of their booking, and nobody learns who they are.

The official of the booking is told and answers with one tap; the host sees who waits for how long. Of those who wait by a queue
number, and not for a booking, the machine tells that gave it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from edge.claims import Condition, Follows
from edge.conditions import CUSTOMER_WAITS
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.refusal import Refusal
from edge.site import Site
from edge.text import Text, say
from rooms.bookings import Booking, Identity
from rooms.numbers import number_of
from rooms.plan import BOOKINGS, BookingMoved
from rooms.slots import Slot, slot_of
from rooms.stays import CAME

EARLY: Final = timedelta(hours=1)
"""So long before a booking its customer may check in."""
PATIENCE: Final = timedelta(minutes=10)
"""Of a customer whose booking has begun; then the host is told."""
QUEUE_PATIENCE: Final = timedelta(minutes=30)
FORGOTTEN: Final = timedelta(hours=2)
"""After its booking's end, or after so long a wait without one, nobody waits any more."""
MOST_WAITING: Final = 500

By = Literal["kiosk", "phone", "host", "machine"]
Answer = Literal["coming", "five-minutes", "come-in", "ask-lobby"]
GONE: Final = say("They wait no longer.")
ANSWERS: Final[dict[Answer, Text]] = {
    "coming": say("Coming"),
    "five-minutes": say("In five minutes"),
    "come-in": say("Please come in"),
    "ask-lobby": say("Please ask in the lobby"),
}
"""What an official answers with one tap, as customers read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerArrived(Event):
    """Somebody waits. booking: for which; None for those with a queue number. agency: for whom, where that is known."""

    kind = "customer-arrived"
    arrival: int
    by: By
    number: str
    room: str | None = None
    booking: Identity | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAnswered(Event):
    """The official, or somebody for them, says what the customer is to do."""

    kind = "customer-answered"
    arrival: int
    answer: Answer
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMet(Event):
    """They wait no longer. by: empty where that follows: the official came, or the time is over."""

    kind = "customer-met"
    arrival: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One customer, or a group, who waits."""

    arrived: CustomerArrived
    answered: CustomerAnswered | None = None

    @property
    def since(self) -> datetime:
        return self.arrived.at


WAITING: Family[Mapping[int, Waiting]] = Family("waiting-customers")
"""All of them, by number of their arrival, the longest wait first."""
LAST_ARRIVAL: Family[int] = Family("last-arrival")


class NotToday(Refusal):
    """No booking of about now has this number."""

    def __init__(self) -> None:
        super().__init__(say("No booking of about now has this number. Check it, or ask in the lobby."))


def fold(facts: Facts, event: Event) -> None:
    match event:
        case CustomerArrived(arrival=arrival):
            # Whoever says so twice keeps what they were answered.
            facts.set(WAITING(), {**_all(facts), arrival: _all(facts).get(arrival) or Waiting(event)})
            facts.set(LAST_ARRIVAL(), max(arrival, facts(LAST_ARRIVAL()) or 0))
        case CustomerAnswered(arrival=arrival):
            if (known := _all(facts).get(arrival)) is not None:
                facts.set(WAITING(), {**_all(facts), arrival: replace(known, answered=event)})
        case BookingMoved(to=to):
            facts.set(WAITING(), {number: _moved(each, event, to) for number, each in _all(facts).items()} or None)
        case CustomerMet(arrival=arrival):
            facts.set(WAITING(), {number: each for number, each in _all(facts).items() if number != arrival} or None)
            facts.set(LAST_ARRIVAL(), max(arrival, facts(LAST_ARRIVAL()) or 0))
        case _:
            pass


def _moved(waiting: Waiting, event: BookingMoved, to: str) -> Waiting:
    """Whoever waits for a booking waits for it in whichever room it is."""
    if waiting.arrived.booking != (event.calendar, event.room, event.uid, event.rid):
        return waiting
    booking = (event.calendar, to, event.uid, event.rid)
    return replace(waiting, arrived=replace(waiting.arrived, room=to, booking=booking))


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """For a checkpoint: also those whose wait is over, so that a restart says that it is; and the last number, given only once."""
    if last := facts(LAST_ARRIVAL()):
        yield CustomerMet(at=at, arrival=last)
    for each in _all(facts).values():
        yield each.arrived
        if each.answered is not None:
            yield each.answered


def _all(facts: Facts) -> Mapping[int, Waiting]:
    return facts(WAITING()) or {}


# --- what people ask for ----------------------------------------------------------------------------------------------


def check_in(site: Site, facts: Facts, at: datetime, number: str, by: By) -> CustomerArrived:
    """Whoever says so twice waits once. Raises NotToday, and Refusal where two bookings have this number now."""
    found = _bookings_of(site, facts, at, number)
    if not found:
        raise NotToday
    nearest = min(abs(slot.booking.start - at) for slot in found)
    meant = [slot for slot in found if abs(slot.booking.start - at) == nearest]
    if len({slot.booking.identity for slot in meant}) > 1:
        raise Refusal(say("Two bookings have this number now. Please ask in the lobby."))
    booking = meant[0].booking
    for waiting in _all(facts).values():
        if waiting.arrived.booking == booking.identity:
            return waiting.arrived
    _require_room_for_more(facts)
    return CustomerArrived(
        at=at,
        arrival=_next(facts),
        by=by,
        number=number_of(booking),
        room=booking.room,
        booking=booking.identity,
        agency=meant[0].agency,
    )


def queue_up(site: Site, facts: Facts, at: datetime, number: str, agency: str | None) -> CustomerArrived:
    """A queue-number machine gave somebody a number. Raises Refusal."""
    if agency is not None and agency not in site.agencies:
        raise Refusal(say("This site has no such agency."))
    for waiting in _all(facts).values():
        arrived = waiting.arrived
        if arrived.booking is None and (arrived.number, arrived.agency) == (number, agency):
            return arrived
    _require_room_for_more(facts)
    return CustomerArrived(at=at, arrival=_next(facts), by="machine", number=number, agency=agency)


def answer(facts: Facts, at: datetime, arrival: int, said: Answer, by: str) -> Event:
    """Raises Refusal."""
    _require_waiting(facts, arrival)
    return CustomerAnswered(at=at, arrival=arrival, answer=said, by=by)


def met(facts: Facts, at: datetime, arrival: int, by: str) -> Event:
    """Raises Refusal."""
    _require_waiting(facts, arrival)
    return CustomerMet(at=at, arrival=arrival, by=by)


def _bookings_of(site: Site, facts: Facts, at: datetime, number: str) -> list[Slot]:
    """Bookings of about now with this number; as people write it: without regard to case and spaces."""
    look, asked = Look(facts, at), "".join(number.split()).casefold()
    return [
        slot
        for room in site.bookable
        for booking in _near(site, facts, at, room)
        if number_of(booking).casefold() == asked and (slot := slot_of(look, site, booking)).released is None and at < slot.end
    ]


def _near(site: Site, facts: Facts, at: datetime, room: str) -> Iterable[Booking]:
    for feed in site.feeds_of(room):
        for booking in facts(BOOKINGS(feed, room)) or ():
            if booking.start - EARLY > at:
                break
            if booking.verdict != "no" and not booking.all_day:
                yield booking


def _next(facts: Facts) -> int:
    return (facts(LAST_ARRIVAL()) or 0) + 1


def _require_room_for_more(facts: Facts) -> None:
    if len(_all(facts)) >= MOST_WAITING:
        raise Refusal(say("Too many wait already. Please ask in the lobby."))


def _require_waiting(facts: Facts, arrival: int) -> None:
    if arrival not in _all(facts):
        raise Refusal(GONE)


# --- what follows -----------------------------------------------------------------------------------------------------


def conclusions(look: Look, site: Site) -> Iterable[Condition | Follows]:
    """Who has been met; and of each room or agency, the one who has waited for too long first."""
    told: set[str] = set()
    for arrival, waiting in (look(WAITING()) or {}).items():
        arrived, slot = waiting.arrived, _slot(look, site, waiting.arrived)
        place = arrived.room or arrived.agency or site.site.id
        if _is_over(look, waiting, slot):
            yield Follows(CustomerMet(at=look.now, arrival=arrival))
        elif look.passed(_patience_until(waiting, slot)) and place not in told:
            told.add(place)
            yield Condition(CUSTOMER_WAITS, place, _waits(arrived))


def _waits(arrived: CustomerArrived) -> Text:
    if arrived.booking is None:
        return say("Queue number {number} has waited since {since}", number=arrived.number, since=arrived.at)
    return say("Booking {number} has waited since {since}", number=arrived.number, since=arrived.at)


def _slot(look: Look, site: Site, arrived: CustomerArrived) -> Slot | None:
    """Of its booking, as it is now; None where there is none any more."""
    if arrived.booking is None or arrived.room is None or arrived.booking[0] not in site.feeds:
        return None
    found = next((b for b in look(BOOKINGS(arrived.booking[0], arrived.room)) or () if b.identity == arrived.booking), None)
    return None if found is None else slot_of(look, site, found)


def _is_over(look: Look, waiting: Waiting, slot: Slot | None) -> bool:
    """Their official has come since, or nobody can still be waiting."""
    arrived = waiting.arrived
    if slot is None:
        return look.passed(arrived.at + FORGOTTEN)
    if slot.released is not None or look.passed(slot.end + FORGOTTEN):
        return True
    came = look(CAME(arrived.room or ""))
    return slot.waits and came is not None and came.at >= max(arrived.at, slot.official_from)


def _patience_until(waiting: Waiting, slot: Slot | None) -> datetime:
    """They are told of when it is over: after an answer, anew."""
    said_at = waiting.answered.at if waiting.answered is not None else waiting.since
    if slot is None:
        return said_at + QUEUE_PATIENCE
    return max(said_at, slot.booking.start) + PATIENCE
