"""From what a calendar says to bookings of the site's rooms."""

import json
from dataclasses import replace

import pytest

from edge.errors import IllegalInput
from edge.site import Site
from edge.text import say
from rooms.bookings import Booking, decode_bookings, encode_bookings
from rooms.report import CalendarReading, bookings_report
from rooms.understanding import BookingsUnderstood, merged, understand
from tests.rooms.ics_text import WINDOW, booked, calendar, event, hel
from tests.rooms.sites import site_with

SITE = site_with(
    whole={"file": "a.ics", "room": "palvelu-1"},
    shared={"file": "b.ics", "rooms": {"palvelu-1": "Palvelu 1", "palvelu-2": " Palvelu 2 ", "vihki": "Vihkitila"}},
    unclear={"file": "c.ics", "rooms": {"palvelu-1": "Palvelu", "palvelu-2": "Palvelu"}},
)


def at(location: str, uid: str) -> str:
    return booked("20261005T090000", "20261005T100000", f"LOCATION:{location}", "SUMMARY:Palaveri", uid=uid)


def understood(name: str, *events: str, site: Site = SITE) -> BookingsUnderstood:
    return understand(site, name, calendar(*events), WINDOW)


def test_a_calendar_of_one_room_does_not_ask_for_its_name() -> None:
    (booking,) = understood("whole", at("somewhere", "a")).bookings
    assert (booking.room, booking.calendar, booking.title, booking.verdict) == ("palvelu-1", "whole", "Palaveri", "yes")


def test_rooms_are_told_by_their_exact_text() -> None:
    found = understood(
        "shared",
        at("Palvelu 1", "a"),
        at("Palvelu 2  ", "b"),
        at("vihkitila", "c"),
        at("Palve\u0196u 1", "d"),
        at("Vihkitila\\; 2", "e"),
    )
    assert [(b.room, b.uid) for b in found.bookings] == [("palvelu-1", "a"), ("palvelu-2", "b")]
    assert [error.text.values["location"] for error in found.errors] == ["vihkitila", "Palve\u0196u 1", "Vihkitila; 2"]


def test_what_names_no_room_or_several_is_told_once_with_its_number() -> None:
    nowhere = understood("shared", event(hel("DTSTART", "20261005T090000") + "\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3"))
    assert [(e.uid, e.text.values["count"]) for e in nowhere.errors] == [("", 3)]
    several = understood("unclear", at("Palvelu", "a"))
    assert several.bookings == ()
    assert "several rooms" in several.errors[0].text.message


def test_the_answer_of_the_room_counts() -> None:
    declined = "ATTENDEE;CUTYPE=RESOURCE;PARTSTAT=DECLINED;CN=Palvelu 1:mailto:p1@virasto.example"
    other = "ATTENDEE;CUTYPE=RESOURCE;PARTSTAT=ACCEPTED;CN=Palvelu 2:mailto:p2@virasto.example"
    found = understood("shared", at(f"Palvelu 1\n{declined}\n{other}", "a"), at(f"Palvelu 2\n{declined}\n{other}", "b"))
    assert [(b.room, b.verdict) for b in found.bookings] == [("palvelu-1", "no"), ("palvelu-2", "yes")]


def test_stored_bookings_come_back_the_same() -> None:
    bookings = understood("whole", at("x", "a"), event("DTSTART;VALUE=DATE:20261006", "b")).bookings
    back = decode_bookings(encode_bookings(bookings))
    assert back == bookings
    assert [b.revision for b in back] == [b.revision for b in bookings]
    with pytest.raises(IllegalInput):
        decode_bookings('[{"room": 1}]')


def series(*more: str) -> str:
    return booked("20261005T090000", "20261005T100000", "RRULE:FREQ=WEEKLY;COUNT=3", *more)


def names(bookings: tuple[Booking, ...]) -> list[tuple[str, str]]:
    return [(b.uid, b.rid[:8]) for b in bookings]


def test_an_event_that_cannot_be_read_any_more_keeps_what_was_known_of_it() -> None:
    before = understood("whole", series(), at("x", "gone")).bookings
    now = understood("whole", series("RRULE:FREQ=NEVER"), at("x", "new"))
    assert names(merged(before, now, WINDOW)) == [("a", "20261005"), ("new", "20261005"), ("a", "20261012"), ("a", "20261019")]


def test_a_change_that_cannot_be_read_keeps_the_known_instance_only() -> None:
    before = understood("whole", series()).bookings
    now = understood(
        "whole",
        booked("20261005T100000", "20261005T110000", "RRULE:FREQ=WEEKLY;COUNT=3", "SEQUENCE:1"),
        event("DTSTART;TZID=Nowhere:20261012T130000\n" + hel("RECURRENCE-ID", "20261012T100000")),
    )
    assert names(merged(before, now, WINDOW)) == [("a", "20261005"), ("a", "20261019")]
    same = understood("whole", series(), event("DTSTART;TZID=Nowhere:20261012T130000\n" + hel("RECURRENCE-ID", "20261012T090000")))
    assert names(merged(before, same, WINDOW)) == [("a", "20261005"), ("a", "20261012"), ("a", "20261019")]


def test_what_is_over_is_not_kept_for_ever() -> None:
    before = understood("whole", series()).bookings
    later = (before[1].end, WINDOW[1])
    assert names(merged(before, understood("whole", series("RRULE:nonsense")), later)) == [("a", "20261019")]


@pytest.mark.parametrize(("sequence", "status"), [(0, "CANCELLED"), (1, "CONFIRMED"), (2, "CONFIRMED")])
def test_an_older_version_does_not_bring_a_cancelled_booking_back(sequence: int, status: str) -> None:
    before = understood("whole", at("x", "a") + "\nSEQUENCE:1\nSTATUS:CANCELLED").bookings
    now = understood("whole", at("x", "a") + f"\nSEQUENCE:{sequence}")
    assert [b.status for b in merged(before, now, WINDOW)] == [status]


def test_another_revision_alone_is_no_difference() -> None:
    (booking,) = understood("whole", at("x", "a")).bookings
    assert replace(booking, revision=(7, WINDOW[0])) == booking


def test_report() -> None:
    found = understood("whole", at("x", "a"), event("DTSTART:never", "bad"))
    readings = [
        CalendarReading(calendar="whole", source="a.ics", understood=found),
        CalendarReading(calendar="shared", source="b.ics", failure=say("No")),
    ]
    report = bookings_report(readings, lambda text: text.message)
    assert json.loads(json.dumps(report)) == {
        "occurrences": [
            {
                "room": "palvelu-1",
                "uid": "a",
                "rid": "20261005T060000Z",
                "start": "2026-10-05T06:00:00Z",
                "end": "2026-10-05T07:00:00Z",
                "all_day": False,
                "status": "CONFIRMED",
                "unlock": "yes",
                "reason": "Booked",
                "source": "whole",
            }
        ],
        "errors": [
            {"source": "whole", "uid": "bad", "rid": None, "error": "Event {uid} has a time that cannot be read: {value}"},
            {"source": "shared", "uid": None, "rid": None, "error": "No"},
        ],
        "sources": [
            {"calendar": "whole", "source": "a.ics", "ok": True, "bookings": 1, "problem": None},
            {"calendar": "shared", "source": "b.ics", "ok": False, "bookings": 0, "problem": "No"},
        ],
    }
