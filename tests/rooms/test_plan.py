"""How readings of calendars become bookings, and what is said about calendars that cannot be read."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.events import Event, decode, encode
from edge.facts import START, Facts, Look, Start
from edge.site import Site
from edge.text import say
from rooms import plan
from rooms.bookings import Booking, CalendarFailed, CalendarUnchanged
from rooms.plan import BOOKINGS, CALENDAR, BookingsChanged
from tests.builders import DAY, HOUR, MINUTE, MONDAY, booking, read, service_rooms, site_of

T = MONDAY
SITE = service_rooms(2)


class Known:
    """What is known of the bookings, fed as the kernel does."""

    def __init__(self, site: Site = SITE) -> None:
        self.site = site
        self.facts = Facts()
        self.journal: list[Event] = []

    def takes(self, event: Event) -> list[Event]:
        further = list(plan.react(self.facts, event, self.site))
        if event.journaled:
            self.journal.append(event)
        plan.fold(self.facts, event)
        return [*further, *(later for each in further for later in self.takes(each))]

    def in_room(self, room: str = "room-1") -> tuple[Booking, ...]:
        return self.facts(BOOKINGS("rooms", room)) or ()

    def conditions(self, at: datetime) -> tuple[list[str], datetime | None]:
        look = Look(self.facts, at)
        return [c.type for c in plan.health_conditions(look, self.site, "rooms")], look.wake


def with_calendars(**calendars: object) -> Site:
    return site_of({"room-1": "semi-public", "room-2": "semi-public"}, {}, calendars=calendars)


def calendar_with(**more: object) -> Site:
    return with_calendars(rooms={"url": "https://calendar.example/rooms.ics", "room": "room-1", **more})


def failed(at: datetime) -> CalendarFailed:
    return CalendarFailed(at=at, calendar="rooms", problem=say("No answer"))


A, B = booking(T + HOUR, T + 2 * HOUR, uid="a"), booking(T + 3 * HOUR, T + 4 * HOUR, uid="b")


def changes(events: list[Event]) -> list[tuple[list[str], list[str], list[str]]]:
    """Uids made, changed and cancelled."""
    found = [e for e in events if isinstance(e, BookingsChanged)]
    return [([b.uid for b in e.made], [b.uid for b in e.changed], [b.uid for b in e.cancelled]) for e in found]


def test_only_the_difference_is_journaled() -> None:
    known = Known()
    assert changes(known.takes(read(T, A, B))) == [(["a", "b"], [], [])]
    assert changes(known.takes(read(T, B, A))) == []
    moved = replace(A, start=T, end=T + MINUTE)
    assert changes(known.takes(read(T, moved))) == [([], ["a"], ["b"])]
    assert known.in_room() == (moved,)


def test_bookings_are_kept_by_room_in_order_of_time() -> None:
    known = Known()
    elsewhere = booking(T, T + HOUR, room="room-2", uid="c")
    known.takes(read(T, B, elsewhere, A))
    assert known.in_room() == (A, B)
    assert known.in_room("room-2") == (elsewhere,)


def test_a_booking_that_changes_its_room_leaves_the_old_one() -> None:
    known = Known()
    known.takes(read(T, A))
    known.takes(read(T, replace(A, room="room-2")))
    assert (known.in_room(), len(known.in_room("room-2"))) == ((), 1)


def test_titles_are_nobodys_business() -> None:
    known = Known()
    known.takes(read(T, replace(A, title="Divorce of N. N.")))
    assert [b.title for b in known.in_room()] == [""]
    assert changes(known.takes(read(T, A))) == []


def test_titles_are_kept_where_the_site_file_asks_for_them() -> None:
    known = Known(calendar_with(titles=True))
    known.takes(read(T, replace(A, title="Council")))
    assert [b.title for b in known.in_room()] == ["Council"]


def test_a_newer_revision_that_says_the_same_is_no_change() -> None:
    known = Known()
    known.takes(read(T, A))
    assert changes(known.takes(read(T, replace(A, revision=(5, T))))) == []


def test_what_has_long_ended_is_forgotten_without_a_word() -> None:
    known = Known()
    known.takes(read(T, A, B))
    assert changes(known.takes(read(A.end + plan.KEPT_AFTER_END, B))) == []
    late = booking(T + 3 * DAY, T + 3 * DAY + HOUR, uid="late")
    known.takes(read(A.end + plan.KEPT_AFTER_END, B, late))
    assert [b.uid for b in known.in_room()] == ["b", "late"]


def test_a_failed_reading_keeps_the_bookings_and_says_so() -> None:
    known = Known()
    known.takes(read(T, A))
    known.takes(failed(T + MINUTE))
    known.takes(failed(T + 2 * MINUTE))
    health = known.facts(CALENDAR("rooms"))
    assert health is not None
    assert (known.in_room(), health.read_at, health.failing_since) == ((A,), T, T + MINUTE)
    assert known.conditions(T + 2 * MINUTE)[0] == ["calendar-failing"]
    known.takes(read(T + 3 * MINUTE, A))
    assert known.conditions(T + 3 * MINUTE)[0] == []


def test_a_calendar_that_is_not_read_is_told_as_stale() -> None:
    known, stale_after = Known(), SITE.calendars["rooms"].stale_after
    known.takes(read(T))
    assert known.conditions(T) == ([], T + stale_after)
    assert known.conditions(T + stale_after)[0] == ["calendar-stale"]


def test_a_calendar_never_read_is_stale_after_a_start() -> None:
    known, stale_after = Known(), SITE.calendars["rooms"].stale_after
    known.facts.set(START(), Start(T, 1))
    assert known.conditions(T) == ([], T + stale_after)
    assert known.conditions(T + stale_after)[0] == ["calendar-stale"]


@pytest.mark.parametrize("count", [1, 3])
def test_bookings_that_cannot_be_used_are_told_together(count: int) -> None:
    known = Known()
    known.takes(replace(read(T), problems=tuple(say("Bad") for _ in range(count))))
    (told,) = plan.health_conditions(Look(known.facts, T), SITE, "rooms")
    assert told.type == "calendar-problems"
    assert told.because.values.get("more") == (count - 1 or None)


@pytest.mark.parametrize("event", [read(T + HOUR, A), CalendarUnchanged(at=T + HOUR, calendar="rooms")])
def test_a_reading_that_only_is_newer_is_told_to_who_found_the_last_one_too_old(event: Event) -> None:
    known = Known()
    known.takes(read(T, A))
    known.facts.take_changed()
    known.takes(event)
    assert CALENDAR("rooms") in known.facts.take_changed()
    health = known.facts(CALENDAR("rooms"))
    assert health is not None
    assert health.read_at == T + HOUR


def test_when_a_calendar_was_last_read_is_known_after_a_restart_to_the_hour() -> None:
    """D6: bookings held for too long must not come back to life with a restart."""
    known = Known()
    for minute in range(0, 150, 2):
        known.takes(read(T + minute * MINUTE, A))
    again = Facts()
    for event in known.journal:
        plan.fold(again, decode(event.kind, encode(event)))
    health = again(CALENDAR("rooms"))
    assert health is not None
    assert health.read_at is not None
    assert T + 89 * MINUTE < health.read_at <= T + 150 * MINUTE
    assert len(known.journal) < 10


def test_the_age_of_bookings_held_for_a_short_time_is_noted_more_often() -> None:
    known = Known(calendar_with(hold="20 min"))
    noted = [event for minute in range(20) for event in known.takes(read(T + minute * MINUTE, A)) if event.kind == "calendar-heard"]
    assert len(noted) == 20


def test_many_differences_are_told_in_parts_the_nearest_first() -> None:
    many = [booking(T + n * HOUR, T + (n + 1) * HOUR, uid=f"{n:04}") for n in range(-40, 2 * plan.MOST_AT_ONCE)]
    known = Known()
    parts = [e for e in known.takes(read(T, *many)) if isinstance(e, BookingsChanged)]
    assert [len(part.made) for part in parts] == [100, 100, 40]
    assert parts[0].made[0].start == T
    assert max(b.end for b in parts[-1].made) <= T
    assert list(known.in_room()) == sorted(many, key=lambda b: b.start)
    moved = replace(many[-1], start=T, end=T + MINUTE)
    assert changes(known.takes(read(T, *many[:-2], moved))) == [([], [moved.uid], [many[-2].uid])]


def test_a_checkpoint_tells_many_bookings_in_parts() -> None:
    many = [booking(T + n * HOUR, T + (n + 1) * HOUR, uid=f"{n:04}") for n in range(2 * plan.MOST_AT_ONCE + 1)]
    known, again = Known(), Facts()
    known.takes(read(T, *many))
    parts = list(plan.kept(known.facts, T))
    for event in parts:
        plan.fold(again, decode(event.kind, encode(event)))
    assert len(parts) == 4
    assert again(BOOKINGS("rooms", "room-1")) == known.in_room()


MAILBOXES = {f"room-{n}": f"room-{n}@example.org" for n in (1, 2)}
GRAPH = {"graph": {"tenant": "t", "client": "c", "secret": "env:SECRET"}, "mailboxes": MAILBOXES}


M365 = with_calendars(m365=GRAPH)


def told(facts: Facts, site: Site, calendar: str, at: datetime) -> dict[str, str]:
    return {c.type: c.because.message for c in plan.health_conditions(Look(facts, at), site, calendar)}


def test_the_mailboxes_of_a_calendar_are_told_of_together() -> None:
    known = Known(M365)
    known.takes(read(T, calendar="m365/room-1"))
    known.takes(CalendarFailed(at=T, calendar="m365/room-2", problem=say("No answer")))
    (failing,) = plan.health_conditions(Look(known.facts, T), known.site, "m365")
    assert (failing.type, failing.subject) == ("calendar-failing", "m365")
    assert (failing.because.values["n"], failing.because.values["m"]) == (1, 2)
    known.takes(read(T, calendar="m365/room-2"))
    known.takes(read(T + 14 * MINUTE, calendar="m365/room-1"))
    assert told(known.facts, known.site, "m365", T + 14 * MINUTE) == {}
    assert list(told(known.facts, known.site, "m365", T + 15 * MINUTE)) == ["calendar-stale"]


def test_a_mailbox_that_was_never_read_makes_its_calendar_stale() -> None:
    known = Known(M365)
    known.facts.set(START(), Start(T, 1))
    known.takes(read(T + 14 * MINUTE, calendar="m365/room-1"))
    assert told(known.facts, known.site, "m365", T + 15 * MINUTE) == {
        "calendar-stale": "{calendar} has not been read since the start"
    }


def test_a_calendar_that_is_kept_here_is_never_ill() -> None:
    site = with_calendars(own={"local": ["room-1"]})
    facts = Facts()
    facts.set(START(), Start(T, 1))
    assert told(facts, site, "own", T + DAY) == {}


bookings = st.builds(
    lambda start, length, uid, room: booking(T + start * HOUR, T + (start + length) * HOUR, room, uid),
    st.integers(-60, 60),
    st.integers(1, 5),
    st.sampled_from("abcd"),
    st.sampled_from(["room-1", "room-2"]),
)


def recent(found: list[Booking], at: datetime) -> list[Booking]:
    return sorted((b for b in found if b.end > at - plan.KEPT_AFTER_END), key=lambda b: b.identity)


readings = st.lists(st.lists(bookings, max_size=5, unique_by=lambda b: (b.uid, b.room)), max_size=6)


@given(readings)
def test_after_each_reading_exactly_its_bookings_are_known(read_in_turn: list[list[Booking]]) -> None:
    known = Known()
    for hours, found in enumerate(read_in_turn):
        at = T + hours * HOUR
        known.takes(read(at, *found))
        kept = [*known.in_room(), *known.in_room("room-2")]
        assert recent(kept, at) == recent(found, at)
        again = Facts()
        for event in known.journal:
            plan.fold(again, decode(event.kind, encode(event)))
        assert again(BOOKINGS("rooms", "room-1")) == known.facts(BOOKINGS("rooms", "room-1"))
