from dataclasses import replace
from datetime import UTC, datetime

import pytest

from edge.text import say
from rooms.bookings import Booking, decode_bookings, encode_bookings
from rooms.numbers import number_of, written_number
from rooms.understanding import understand
from tests.rooms.ics_text import WINDOW, booked, calendar
from tests.rooms.sites import site_with

NINE = datetime(2026, 11, 23, 7, tzinfo=UTC)
BOOKING = Booking(
    room="room-1",
    calendar="rooms",
    uid="a@b",
    rid="",
    start=NINE,
    end=NINE.replace(hour=8),
    all_day=False,
    status="CONFIRMED",
    verdict="yes",
    reason=say("Booked"),
)


@pytest.mark.parametrize(
    ("categories", "found"),
    [
        (["nro 418"], "418"),
        (["vero", "nro: A-17"], "A-17"),
        (["nro #0042"], "0042"),
        (["nro Matti Meikäläinen"], ""),
        (["nro"], ""),
        (["nro 1234567890123"], ""),
        (["numero 418"], ""),
        ([], ""),
    ],
)
def test_a_number_is_what_follows_the_word_in_a_category(categories: list[str], found: str) -> None:
    assert written_number("nro", categories) == found


def test_a_calendar_without_the_word_has_no_numbers() -> None:
    assert written_number(None, ["nro 418"]) == ""


def test_the_calendars_own_number_counts() -> None:
    assert number_of(replace(BOOKING, number="418")) == "418"


def test_a_number_that_is_given_is_of_the_booking_and_not_of_its_time_or_its_calendar() -> None:
    given = number_of(BOOKING)
    assert len(given) == 5
    assert given.isdecimal()
    later = replace(BOOKING, start=NINE.replace(hour=9), end=NINE.replace(hour=10), room="room-2", calendar="other")
    assert number_of(later) == given
    assert number_of(replace(BOOKING, rid="20261130T090000")) != given


def test_numbers_given_to_many_bookings_are_seldom_the_same() -> None:
    assert len({number_of(replace(BOOKING, uid=f"{n}@b")) for n in range(2000)}) > 1950


def test_a_number_is_kept_with_its_booking() -> None:
    numbered = replace(BOOKING, number="418")
    assert decode_bookings(encode_bookings([numbered])) == (numbered,)


def test_it_is_read_with_the_booking() -> None:
    site = site_with(rooms={"file": "a.ics", "room": "vihki", "number": "nro"})
    body = calendar(booked("20261123T090000", "20261123T100000", "CATEGORIES:vero,nro 418"))
    (found,) = understand(site, "rooms", body, WINDOW).bookings
    assert number_of(found) == "418"
