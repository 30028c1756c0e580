"""From what a calendar says to bookings of the site's rooms."""

from dataclasses import replace

import pytest

from edge.errors import IllegalInput
from edge.site import Site
from rooms.bookings import Booking, decode_bookings, encode_bookings
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


def moved_to(location: str, hour: int, sequence: int, *more: str) -> str:
    return booked(f"20261005T{hour:02}0000", f"20261005T{hour + 1:02}0000", f"LOCATION:{location}", f"SEQUENCE:{sequence}", *more)


@pytest.mark.parametrize(("room", "hour"), [("Palvelu 1", 9), ("Palvelu 2", 11), ("Palvelu 2", 9)])
def test_an_older_version_does_not_bring_a_booking_back_that_was_moved_and_then_cancelled(room: str, hour: int) -> None:
    """A booking is named by its room and time, so that its older versions have other names."""
    known = understood("shared", moved_to("Palvelu 1", 11, 2, "STATUS:CANCELLED")).bookings
    for _ in range(2):  # an old copy is served again and again
        known = merged(known, understood("shared", moved_to(room, hour, 1)), WINDOW)
        assert [(b.room, b.status, b.start) for b in known] == [("palvelu-1", "CANCELLED", known[0].start)]
    again = merged(known, understood("shared", moved_to(room, hour, 3)), WINDOW)
    assert [b.status for b in again] == ["CONFIRMED"]


def test_an_older_cancellation_does_not_make_a_newer_one_forgotten() -> None:
    known = understood("shared", moved_to("Palvelu 1", 11, 3, "STATUS:CANCELLED")).bookings
    for old in (moved_to("Palvelu 1", 11, 1, "STATUS:CANCELLED"), moved_to("Palvelu 1", 9, 1, "STATUS:CANCELLED")):
        known = merged(known, understood("shared", old), WINDOW)
        assert [b.status for b in merged(known, understood("shared", moved_to("Palvelu 1", 9, 2)), WINDOW)] == ["CANCELLED"]


def test_a_series_goes_on_when_the_cancellation_of_one_time_is_tidied_away() -> None:
    """Its series may be older than what cancelled the one."""
    one = event(hel("RECURRENCE-ID", "20261012T090000") + "\nSEQUENCE:7\nSTATUS:CANCELLED")
    known = understood("whole", series("SEQUENCE:1"), one).bookings
    assert [b.status for b in known] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    tidy = booked("20261005T100000", "20261005T110000", "RRULE:FREQ=WEEKLY;COUNT=3", "SEQUENCE:2", hel("EXDATE", "20261012T100000"))
    found = merged(known, understood("whole", tidy), WINDOW)
    assert [(b.rid[:8], b.status) for b in found] == [("20261005", "CONFIRMED"), ("20261019", "CONFIRMED")]


def test_what_was_booked_twice_under_one_name_stays_when_one_of_them_is_tidied_away() -> None:
    """Calendars put together from those of rooms name a booking that changed its room twice."""
    here, there = moved_to("Palvelu 1", 9, 2, "STATUS:CANCELLED"), moved_to("Palvelu 2", 9, 1)
    both = (*understood("shared", here).bookings, *understood("shared", there).bookings)
    assert [b.status for b in merged(both, understood("shared", there), WINDOW)] == ["CONFIRMED"]


def test_another_revision_alone_is_no_difference() -> None:
    (booking,) = understood("whole", at("x", "a")).bookings
    assert replace(booking, revision=(7, WINDOW[0])) == booking
