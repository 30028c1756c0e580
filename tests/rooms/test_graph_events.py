"""Rows of Microsoft 365, and the occurrences that they are."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from edge.text import Text
from rooms.graph_events import read_events
from rooms.ics import Feed, Occurrence
from rooms.ics_lines import Unreadable
from rooms.verdict import unlock
from tests.graph_calendar import HELSINKI, MAILBOX, Event, booked, full_row, whole_days

WINDOW = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
EVENT = booked("a", "2026-10-05T09:00", "2026-10-05T10:00")


def read(*rows: dict[str, Any]) -> Feed:
    return read_events(json.dumps({"mailbox": MAILBOX, "events": rows}).encode(), zone=HELSINKI, window=WINDOW)


def only(*rows: dict[str, Any]) -> Occurrence:
    feed = read(*rows)
    assert feed.errors == ()
    return feed.occurrences[0]


def row(event: Event = EVENT, **more: Any) -> dict[str, Any]:
    return full_row(event, "singleInstance") | more


def verdict(**more: Any) -> str:
    occurrence = only(row(**more))
    return unlock(occurrence, occurrence.partstat())[0]


def test_everything_that_matters_is_taken_over() -> None:
    attendee = {"type": "required", "emailAddress": {"address": "Aino@virasto.example"}, "status": {"response": "accepted"}}
    occurrence = only(row(categories=["Vihkiminen"], attendees=[attendee, attendee]))
    assert (occurrence.uid, occurrence.rid) == ("uid-a", "20261005T060000Z")
    assert occurrence.start == datetime(2026, 10, 5, 6, tzinfo=UTC)
    assert occurrence.end - occurrence.start == timedelta(hours=1)
    assert (occurrence.summary, occurrence.location) == ("Varaus", "Huone 101")
    assert occurrence.categories == ("Vihkiminen",)
    assert occurrence.organizer == "olli.odotettu@virasto.example"
    assert occurrence.attendees == ("aino@virasto.example",)
    assert occurrence.partstat() == "ACCEPTED"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "yes"),
        ({"sensitivity": "private", "subject": None}, "yes"),
        ({"isCancelled": True}, "no"),
        ({"showAs": "free"}, "no"),
        ({"showAs": "tentative"}, "pending"),
        ({"showAs": "oof"}, "yes"),
        ({"showAs": "workingElsewhere"}, "yes"),
        ({"showAs": "unknown"}, "pending"),
        ({"responseStatus": {"response": "declined"}}, "no"),
        ({"responseStatus": {"response": "tentativelyAccepted"}}, "pending"),
        ({"responseStatus": {"response": "notResponded"}}, "pending"),
        ({"responseStatus": {"response": "organizer"}}, "yes"),
        ({"responseStatus": {"response": "none"}}, "yes"),
        ({"responseStatus": None}, "yes"),
    ],
)
def test_what_graph_says_about_a_booking_decides_as_in_any_calendar(more: dict[str, Any], expected: str) -> None:
    assert verdict(**more) == expected


@pytest.mark.parametrize(
    ("kind", "address", "expected"),
    [("resource", MAILBOX.upper(), "no"), ("resource", "huone-102@porvoo.example", "yes"), ("required", MAILBOX, "yes")],
)
def test_the_room_among_the_attendees_counts_where_the_mailbox_itself_says_nothing(kind: str, address: str, expected: str) -> None:
    room = {"type": kind, "emailAddress": {"address": address}, "status": {"response": "declined"}}
    assert verdict(responseStatus={"response": "none"}, attendees=[room]) == expected
    assert verdict(responseStatus={"response": "accepted"}, attendees=[room]) == "yes"


def master(event: Event = EVENT, **more: Any) -> dict[str, Any]:
    return full_row(event, "seriesMaster") | more


def slim(number: int, start: str, end: str) -> dict[str, Any]:
    event = booked(f"a-{number}", start, end)
    whole = full_row(event, "occurrence")
    return {name: whole[name] for name in ("id", "type", "start", "end")} | {"seriesMasterId": "a"}


def exception(original: str | None, event: Event, **more: Any) -> dict[str, Any]:
    return full_row(event, "exception") | {"seriesMasterId": "a", "originalStart": original, **more}


def test_an_occurrence_takes_from_its_master_what_it_does_not_say() -> None:
    feed = read(master(showAs="tentative"), slim(1, "2026-10-12T09:00", "2026-10-12T10:00"))
    (occurrence,) = feed.occurrences
    assert (occurrence.uid, occurrence.rid, occurrence.busy) == ("uid-a", "20261012T060000Z", "TENTATIVE")
    assert occurrence.summary == "Varaus"


def test_an_occurrence_without_a_master_is_an_error_of_its_own() -> None:
    feed = read(slim(1, "2026-10-12T09:00", "2026-10-12T10:00"), row())
    assert [o.uid for o in feed.occurrences] == ["uid-a"]
    assert [(error.uid, error.rid) for error in feed.errors] == [("a", "20261012T060000Z")]


def test_an_occurrence_has_times_of_its_own() -> None:
    timeless = slim(1, "2026-10-12T09:00", "2026-10-12T10:00") | {"start": None}
    feed = read(master(), timeless)
    assert feed.occurrences == ()
    assert [error.uid for error in feed.errors] == ["uid-a"]
    del timeless["start"]
    assert read(master(), timeless).occurrences == ()


def test_a_day_of_a_series_is_itself_wherever_its_maker_lives() -> None:
    day = full_row(whole_days("a-1", "2026-10-12", "2026-10-13"), "occurrence")
    tokyo = {"seriesMasterId": "a", "originalStart": "2026-10-11T15:00:00Z"}
    assert only(master(whole_days("a", "2026-10-05", "2026-10-06")), day | tokyo).rid == "20261012"


def test_an_exception_is_known_by_where_the_series_had_it() -> None:
    moved = booked("a-1", "2026-10-13T12:00", "2026-10-13T13:00")
    occurrence = only(master(), exception("2026-10-12T06:00:00Z", moved, iCalUId="uid-a-20261012"))
    assert (occurrence.uid, occurrence.rid) == ("uid-a", "20261012T060000Z")
    assert occurrence.start == datetime(2026, 10, 13, 9, tzinfo=UTC)
    assert only(master(), exception(None, moved)).rid == "20261013T090000Z"


def test_who_cancels_a_series_cancels_all_of_it() -> None:
    moved = booked("a-1", "2026-10-13T12:00", "2026-10-13T13:00")
    rows = master(isCancelled=True), slim(2, "2026-10-19T09:00", "2026-10-19T10:00"), exception("2026-10-12T06:00:00Z", moved)
    assert {o.status for o in read(*rows).occurrences} == {"CANCELLED"}


def test_an_all_day_exception_is_known_by_its_day_although_its_original_start_is_an_instant() -> None:
    day = whole_days("a-1", "2026-10-14", "2026-10-15")
    occurrence = only(master(whole_days("a", "2026-10-05", "2026-10-06")), exception("2026-10-11T21:00:00Z", day))
    assert occurrence.rid == "20261012"
    assert occurrence.start == datetime(2026, 10, 13, 21, tzinfo=UTC)
    timed = booked("a-1", "2026-10-12T09:00", "2026-10-12T10:00")
    occurrence = only(master(whole_days("a", "2026-10-05", "2026-10-06")), exception("2026-10-11T21:00:00Z", timed))
    assert (occurrence.rid, occurrence.all_day) == ("20261012", False)


def times(start: str, end: str, zone: str | None = "UTC") -> dict[str, Any]:
    return {"start": {"dateTime": start, "timeZone": zone}, "end": {"dateTime": end, "timeZone": zone}}


@pytest.mark.parametrize(
    ("given", "start", "end"),
    [
        (times("2026-10-25T00:00:00.0000000", "2026-10-26T00:00:00.0000000"), "2026-10-24T21:00", "2026-10-25T22:00"),
        (times("2026-10-25T00:00:00", "2026-10-26T00:00:00", "FLE Standard Time"), "2026-10-24T21:00", "2026-10-25T22:00"),
        (times("2026-10-24T21:00:00", "2026-10-25T22:00:00"), "2026-10-24T21:00", "2026-10-25T22:00"),
        (times("2026-10-25T00:00:00", "2026-10-25T00:00:00"), "2026-10-24T21:00", "2026-10-25T22:00"),
    ],
)
def test_an_all_day_event_is_its_days_in_the_building(given: dict[str, Any], start: str, end: str) -> None:
    occurrence = only(row(isAllDay=True, **given))
    assert (f"{occurrence.start:%Y-%m-%dT%H:%M}", f"{occurrence.end:%Y-%m-%dT%H:%M}") == (start, end)
    assert occurrence.rid == "20261025"
    assert unlock(occurrence, None)[0] == "policy"


@pytest.mark.parametrize(
    ("given", "start"),
    [
        (times("2026-10-25T01:30:00", "2026-10-25T02:30:00"), "2026-10-25T01:30"),
        (times("2026-10-26T09:00:00", "2026-10-26T10:00:00", "FLE Standard Time"), "2026-10-26T07:00"),
        (times("2026-10-26T09:00:00", "2026-10-26T10:00:00", "Europe/Stockholm"), "2026-10-26T08:00"),
        (times("2026-10-26T09:00:00Z", "2026-10-26T10:00:00Z", "tzone://Microsoft/Custom"), "2026-10-26T09:00"),
    ],
)
def test_times_are_of_the_zone_that_they_name(given: dict[str, Any], start: str) -> None:
    assert f"{only(row(**given)).start:%Y-%m-%dT%H:%M}" == start


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"start": None}, "Event {uid} has a time that cannot be read: {value}"),
        ({"end": {"dateTime": "soon", "timeZone": "UTC"}}, "Event {uid} has a time that cannot be read: {value}"),
        (
            times("0001-01-01T00:00:00", "0001-01-01T01:00:00", "Tokyo Standard Time"),
            "Event {uid} has a time outside every calendar",
        ),
        (times("2026-10-06T09:00:00", "2026-10-06T08:00:00"), "Event {uid} ends before it begins"),
        (times("2026-10-06T09:00:00", "2028-10-06T09:00:00"), "Event {uid} lasts for more than a year"),
        (
            times("2026-10-06T09:00:00", "2026-10-06T10:00:00", "tzone://Microsoft/Custom"),
            "Event {uid} uses a time zone that is not known: {zone}",
        ),
        (times("2026-10-06T09:00:00", "2026-10-06T10:00:00", None), "Event {uid} uses a time zone that is not known: {zone}"),
        ({"isAllDay": "yes"}, "Event {uid} has a value that cannot be read: {value}"),
        (
            {"isAllDay": True, **times("2026-10-06T09:00:00", "2026-10-06T10:00:00")},
            "Event {uid} has a time that cannot be read: {value}",
        ),
        ({"isCancelled": 1}, "Event {uid} has a value that cannot be read: {value}"),
    ],
)
def test_a_row_that_cannot_be_read_stays_alone(more: dict[str, Any], told: str) -> None:
    feed = read(row(), row(booked("b", "2026-10-05T09:00", "2026-10-05T10:00"), **more))
    assert [o.uid for o in feed.occurrences] == ["uid-a"]
    assert [(error.uid, error.text.message) for error in feed.errors] == [("uid-b", told)]


def test_values_of_a_strange_kind_never_stop_the_reading() -> None:
    names = [name for name in row() if name not in ("id", "start", "end")]
    for strange in (7, [None, 7], {"emailAddress": 7, "response": [], "displayName": {}}, "", "\u0000", None):
        feed = read(row(), *(row(booked("b", "2026-10-06T09:00", "2026-10-06T10:00"), **{name: strange}) for name in names))
        assert "uid-a" in {o.uid for o in feed.occurrences}
        assert all(isinstance(error.text, Text) for error in feed.errors)


def test_of_two_events_of_one_name_and_time_the_newer_counts() -> None:
    old = row(lastModifiedDateTime="2026-09-01T08:00:00Z")
    new = row(booked("a2", "2026-10-05T09:00", "2026-10-05T10:00"), iCalUId="uid-a", lastModifiedDateTime="2026-09-02T08:00:00Z")
    for rows in ([old, new | {"isCancelled": True}], [new | {"isCancelled": True}, old], [old, old | {"isCancelled": True}]):
        feed = read(*rows)
        assert [o.status for o in feed.occurrences] == ["CANCELLED"]


def test_only_what_touches_the_window_is_given_in_order() -> None:
    feed = read(
        row(booked("late", "2026-12-01T02:00", "2026-12-01T03:00")),
        row(booked("last", "2026-12-01T01:00", "2026-12-01T03:00")),
        row(booked("first", "2026-10-01T02:00", "2026-10-01T03:01")),
        row(booked("early", "2026-10-01T02:00", "2026-10-01T03:00")),
    )
    assert [o.uid for o in feed.occurrences] == ["uid-first", "uid-last"]


@pytest.mark.parametrize(
    "part", [b"", b"{}", b"[]", b"7", b"[" * 100_000, b'{"mailbox": 1, "events": []}', b'{"mailbox": "a", "events": [7]}']
)
def test_what_is_not_a_kept_mailbox_is_refused(part: bytes) -> None:
    with pytest.raises(Unreadable):
        read_events(part, zone=HELSINKI, window=WINDOW)
