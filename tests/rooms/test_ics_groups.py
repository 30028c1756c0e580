"""What has changed in a calendar is found by its octets; reading only that comes to the same as reading the whole."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.feeding import Feeding, Match
from rooms.ics_groups import Groups, decode_groups, differing, encode_groups, groups_of, touched
from rooms.sources.port import Content
from rooms.uids import hashed
from rooms.understanding import BookingsUnderstood, renewed, understand_content
from tests.rooms.ics_text import HELSINKI, WINDOW, booked, calendar

FEED = Feeding("cal", HELSINKI, rooms={"room-1": Match(locations=("Room 1",)), "room-2": Match(locations=("Room 2",))}, hashed=True)


def content(*bodies: bytes) -> Content:
    return Content("ics", {str(number): body for number, body in enumerate(bodies)})


def groups(body: bytes) -> Groups:
    found = groups_of(content(body))
    assert found is not None
    return found


def event(uid: str, day: int = 6, *more: str, at: str = "Room 1") -> str:
    return booked(f"202610{day:02}T090000", f"202610{day:02}T100000", f"LOCATION:{at}", *more, uid=uid)


@pytest.mark.parametrize(
    ("after", "others"),
    [
        (calendar(event("a"), event("b")), []),
        (calendar(event("b"), event("a")), []),
        (calendar(event("a"), event("b", 7)), ["b"]),
        (calendar(event("a"), event("b"), event("c")), ["c"]),
        (calendar(event("b")), ["a"]),
        (calendar(event("a"), event("b", 6, "X-OTHER:1")), ["b"]),
        (calendar(event("a"), event("a", 7, "RECURRENCE-ID:20261006T060000Z"), event("b")), ["a"]),
        (calendar(event("a"), event("b"), head="X-WR-CALNAME:Other"), ["a", "b"]),
        (calendar(event("a"), event("b")).replace(b"\r\n", b"\n"), []),
        (calendar(event("a"), event("b")).replace(b"LOCATION", b"LOCA\r\n TION"), []),
    ],
    ids=range(10),
)
def test_what_differs_is_found(after: bytes, others: list[str]) -> None:
    before = groups(calendar(event("a"), event("b")))
    assert touched(groups(after), before) == {hashed(uid) for uid in others}
    assert decode_groups(encode_groups(before)) == before


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", calendar(event("a"))[:-20], calendar(event("a")) * 2, calendar(event("a").replace("UID:a\n", "")),
        calendar(event("a")).replace(b"DTSTART", b"\rDTSTART"), calendar(event("a")).replace(b"END:VEVENT", b"END:VTODO"),
        calendar(event("a")).decode().encode("utf-16"), calendar(event("a")) + b"END:VCALENDAR\r\n",
        calendar("BEGIN:X\n" * 12 + "END:X\n" * 12),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_odd_is_not_taken_apart(body: bytes) -> None:
    assert groups_of(content(body)) is None
    assert differing(content(body), {hashed("a"): b""}) is None


def test_a_mailbox_is_not_taken_apart() -> None:
    assert groups_of(Content("graph", {"": b"{}"})) is None


def test_where_most_differs_everything_is_read() -> None:
    before = groups(calendar(*(event(uid) for uid in "abcd")))
    assert differing(content(calendar(*(event(uid, 7) for uid in "abcd"))), before) is None


def test_only_parts_with_a_difference_are_left() -> None:
    before = groups_of(content(*(calendar(event(uid)) for uid in "abc")))
    assert before is not None
    found = differing(content(calendar(event("a")), calendar(event("b", 7)), calendar(event("c"))), before)
    assert found is not None
    assert list(found[0].parts) == ["1"]


lines = st.sampled_from(
    [
        "STATUS:CANCELLED", "SUMMARY:x", "RRULE:FREQ=NEVER",
        "RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261007T060000Z", "DESCRIPTION:BEGIN:VEVENT", "SEQUENCE:2",
        "RECURRENCE-ID:20261007T060000Z", "BEGIN:VALARM\nUID:x\nEND:VALARM",
    ]
)  # fmt: skip
events = st.builds(
    lambda uid, day, more, at: event(uid, day, *more, at=at),
    st.sampled_from("abcdef"),
    st.integers(1, 28),
    st.lists(lines, max_size=3),
    st.sampled_from(["Room 1", "Room 2", "Room 3"]),
)
feeds = st.lists(events, min_size=2, max_size=12)
heads = st.sampled_from(["", "X-WR-CALNAME:Room 1", "METHOD:CANCEL", "no iCalendar at all"])
changes = st.lists(st.tuples(st.integers(0, 11), events | st.none()), max_size=3)


def as_read(understood: BookingsUnderstood) -> tuple[object, ...]:
    """Whatever the order; of two versions of one instance, either may stand for both."""
    bookings = sorted({repr(replace(booking, revision=(0, booking.start))) for booking in understood.bookings})
    return bookings, sorted(map(repr, understood.errors)), sorted(map(repr, understood.lost))


@settings(max_examples=150, deadline=None)
@given(feeds, changes, heads, heads | st.none())
def test_reading_what_differs_comes_to_the_same_as_reading_the_whole(
    first: list[str], edits: list[tuple[int, str | None]], head: str, later: str | None
) -> None:
    second: list[str | None] = list(first)
    for place, edit in edits:
        second[place % len(second)] = edit
    old = content(calendar(*first, head=head))
    new = content(calendar(*(each for each in second if each), head=head if later is None else later))
    before, known = understand_content(FEED, old, WINDOW), groups_of(old)
    assert known is not None
    found = differing(new, known)
    if found is None or not before.is_of_events_alone:
        return
    rest, now_known = found
    now = understand_content(FEED, rest, WINDOW)
    if now.is_of_events_alone:
        whole = renewed(before, now, touched(now_known, known))
        assert as_read(whole) == as_read(understand_content(FEED, new, WINDOW))
