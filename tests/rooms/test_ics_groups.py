"""What has changed in a calendar is found by its octets; doing only that again comes to the same as doing the whole."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.feeding import Feeding, Match
from rooms.ics_groups import Apart, Groups, decode_entries, encode_entries, groups_known, taken_apart, touched
from rooms.ics_lines import unfolded
from rooms.keeping import kept_of
from rooms.privacy import without_persons
from rooms.sources.port import Content
from rooms.uids import hashed
from rooms.understanding import BookingsUnderstood, renewed, understand_content
from tests.rooms.ics_text import HELSINKI, WINDOW, booked, calendar

FEED = Feeding("cal", HELSINKI, rooms={"room-1": Match(locations=("Room 1",)), "room-2": Match(locations=("Room 2",))}, hashed=True)


def content(*bodies: bytes) -> Content:
    return Content("ics", {str(number): body for number, body in enumerate(bodies)})


def apart(*bodies: bytes) -> Apart:
    found = taken_apart(content(*bodies))
    assert found is not None
    return found


def groups(body: bytes) -> Groups:
    return apart(body).groups


def named(*uids: str) -> set[bytes]:
    return {bytes.fromhex(hashed(uid)) for uid in uids}


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
        (calendar(event("a"), event("b")).replace(b"\r\n", b"\n"), ["a", "b"]),
        (calendar(event("a"), event("b").replace("LOCATION", "LOCA\n TION")), ["b"]),
        (calendar(event("a"), event("b"), "BEGIN:VTODO\nUID:c\nEND:VTODO"), ["a", "b"]),
        (calendar(event("a"), event("b")).replace(b"END:VCALENDAR", b"X-WR-CALNAME:Other\r\nEND:VCALENDAR"), ["a", "b"]),
    ],
    ids=range(12),
)
def test_what_differs_is_found(after: bytes, others: list[str]) -> None:
    before = groups(calendar(event("a"), event("b")))
    assert touched(groups(after), before) == named(*others)


def test_a_calendar_is_known_again() -> None:
    body = calendar(event("a"), event("a", 7, "RECURRENCE-ID:20261006T060000Z"), "BEGIN:VTODO\nEND:VTODO", event("b"))
    whole = apart(body)
    entries = decode_entries(encode_entries(kept_of(whole, FEED)[1]))
    assert groups_known(entries) == whole.groups
    assert b"".join(piece.octets for part in whole.parts.values() for piece in part.pieces) == unfolded(body)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", calendar(event("a"))[:-20], calendar(event("a")) * 2, calendar(event("a").replace("UID:a\n", "")),
        calendar(event("a")).replace(b"DTSTART", b"\rDTSTART"), calendar(event("a")).replace(b"END:VEVENT", b"END:VTODO"),
        calendar(event("a")).decode().encode("utf-16"), calendar(event("a")) + b"END:VCALENDAR\r\n",
        calendar("BEGIN:X\n" * 12 + "END:X\n" * 12), calendar(event("a"), event("b").replace("UID:b", "UID:\n b\n")) * 2,
        calendar(event("a")).replace(b"UID:a", b"UID:a\0"), calendar(event("a")).replace(b"END:VEVENT", b"END:VEVENT\r\n X"),
        calendar(event("a")).replace(b"BEGIN:VEVENT", b"BEGIN:VEVENT\r\n X"),
        calendar(event("a"), "begin:vevent\nUID:b\nend:vevent"),
        calendar(event("a"), "BEGIN:VEV\n ENT\nUID:b\nEND:VEVENT"),
        calendar("BEGIN:X\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\nEND:X"), calendar(event("a")).replace(b"END:VEVENT\r\n", b""),
        calendar(event("a")).replace(b"END:VCALENDAR", b" X\r\nEND:VCALENDAR"),
        calendar(event("a")).replace(b"END:VCALENDAR", b"end:vcalendar"), calendar(event("a")).replace(b"END:VCALENDAR", b""),
        calendar(event("a"), "BEGIN:VTODO\nEND:VTODO\nEND:VCALENDAR\nBEGIN:VCALENDAR", event("b")),
    ],
    ids=range(22),
)  # fmt: skip
def test_what_is_odd_is_not_taken_apart(body: bytes) -> None:
    assert taken_apart(content(body)) is None
    assert taken_apart(content(body), kept_of(apart(calendar(event("a"))), FEED)[1]) is None


def test_a_mailbox_is_not_taken_apart() -> None:
    assert taken_apart(Content("graph", {"": b"{}"})) is None


def test_only_parts_with_a_difference_are_left() -> None:
    before = apart(*(calendar(event(uid)) for uid in "abc"))
    after = apart(calendar(event("a")), calendar(event("b", 7)), calendar(event("c")))
    others = touched(after.groups, before.groups)
    assert others == named("b")
    assert after.only(others) == Content("ics", {"1": unfolded(calendar(event("b", 7)))})


lines = st.sampled_from(
    [
        "STATUS:CANCELLED", "SUMMARY:x", "RRULE:FREQ=NEVER",
        "RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261007T060000Z", "DESCRIPTION:BEGIN:VEVENT", "SEQUENCE:2",
        "RECURRENCE-ID:20261007T060000Z", "BEGIN:VALARM\nUID:x\nEND:VALARM", "ATTENDEE;CN=N.N.:mailto:n.n\n  @example.org",
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
    assert_the_same(
        calendar(*first, head=head), calendar(*(each for each in second if each), head=head if later is None else later)
    )


PIECES = [
    b"\r\n", b"\n", b"\r", b" ", b"\0", b"\r\n ", b"\n\n\t ", b"\xef\xbb\xbf", b"\r\nBEGIN:VEVENT\r\n", b"\r\nEND:VEVENT\r\n",
    b"\r\nbegin:VEVENT\r\n", b"\r\nUID:a\r\n", b"\r\nBEGIN:VTODO\r\nEND:VTODO\r\n", b"\r\nEND:VCALENDAR\r\n",
    b"\r\nBEGIN:VCALENDAR\r\n", b"\r\nX-WR-CALNAME:Room 2\r\n",
    b"\r\nEND:VEVENT\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:b\r\n",
]  # fmt: skip
PLACES = [b"BEGIN:VEVENT", b"\r\nBEGIN:VEVENT", b"END:VEVENT", b"\r\nEND:VEVENT", b"UID:", b"END:VCALENDAR", b"DTSTART"]


@settings(max_examples=300, deadline=None)
@given(
    feeds, st.lists(st.tuples(st.sampled_from(PLACES), st.integers(0, 11), st.sampled_from(PIECES), st.integers(0, 2)), max_size=3)
)
def test_it_does_so_where_lines_come_in_odd_places(first: list[str], splices: list[tuple[bytes, int, bytes, int]]) -> None:
    before = after = calendar(*first)
    for place, number, piece, cut in splices:
        around = after.split(place)
        at = len(place.join(around[: 1 + number % len(around)]))
        after = after[:at] + piece + after[at + cut :]
    assert_the_same(before, after)
    assert_the_same(after, before)


def written(body: bytes) -> list[bytes]:
    return [line for line in unfolded(body).split(b"\n") if line.strip()]


def assert_the_same(first: bytes, second: bytes) -> None:
    """Where the first is known and has been cleaned, what is made of the second is what is made of it alone."""
    old, new = content(first), content(second)
    first_apart = taken_apart(old)
    kept, known = kept_of(first_apart, FEED) if first_apart else (Content("ics", {}), [])
    second_apart, alone = taken_apart(new, known), taken_apart(new)
    if second_apart is None or alone is None:
        assert second_apart is alone
        return
    assert second_apart.groups == alone.groups
    everything = second_apart.only(set(alone.groups)).parts.get("0", unfolded(second))
    assert written(everything) == written(second)
    assert kept_of(second_apart, FEED, known, b"".join(kept.parts.values()))[0].parts == without_persons(new, FEED).parts
    before = understand_content(FEED, old, WINDOW) if first_apart else BookingsUnderstood()
    if not first_apart or not before.is_of_events_alone:
        return
    others = touched(second_apart.groups, groups_known(known))
    now = understand_content(FEED, second_apart.only(others), WINDOW)
    if now.is_of_events_alone:
        whole = renewed(before, now, {uid.hex() for uid in others})
        assert as_read(whole) == as_read(understand_content(FEED, new, WINDOW))
