"""What calendars write that the RFC did not have in mind, and what must be read from it all the same."""

from datetime import UTC, datetime

import pytest

from rooms.ics import Feed, read_feed
from rooms.verdict import unlock
from tests.rooms.ics_text import HELSINKI, WINDOW, booked, calendar, event, hel, read, starts, times

SPRING = (datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 4, 10, tzinfo=UTC))
HOUR = "DTSTART:20261005T090000Z\nDTEND:20261005T100000Z"
FIRST = ("20261005T090000", "20261005T100000")


def verdicts(feed: Feed) -> list[str]:
    return [unlock(it, it.partstat())[0] for it in feed.occurrences]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([booked("20260329T033000", "20260329T040000")], ["03-29 01:30–02:00"]),
        ([event(hel("DTSTART", "20260329T033000") + "\nDURATION:PT30M")], ["03-29 01:30–02:00"]),
        ([booked("20260329T023000", "20260329T033000")], ["03-29 00:30–01:30"]),
        (
            [booked("20260328T033000", "20260328T040000", hel("RDATE", "20260329T033000"))],
            ["03-28 01:30–02:00", "03-29 01:30–02:00"],
        ),
        (
            [
                booked("20260328T013000", "20260328T020000", "RRULE:FREQ=DAILY;COUNT=2"),
                booked("20260329T033000", "20260329T040000", hel("RECURRENCE-ID", "20260329T013000")),
            ],
            ["03-27 23:30–03-28 00:00", "03-29 01:30–02:00"],
        ),
    ],
)  # fmt: skip
def test_one_booking_at_a_time_that_the_clocks_skip_has_its_length(events: list[str], expected: list[str]) -> None:
    assert times(read(*events, window=SPRING)) == expected


@pytest.mark.parametrize(
    ("until", "count"),
    [("20261025T003000Z", 3), ("20261025T013000Z", 3), ("20261025T033000", 3), ("20261025T002959Z", 2), ("20261025", 3)],
)
def test_until_in_the_hour_that_comes_twice(until: str, count: int) -> None:
    assert len(starts(read(booked("20261023T033000", "20261023T034500", f"RRULE:FREQ=DAILY;UNTIL={until}")))) == count


def test_an_exception_of_the_second_of_two_equal_times_is_none_of_the_first() -> None:
    assert (
        len(starts(read(booked("20261024T033000", "20261024T034500", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20261025T013000Z")))) == 3
    )


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("DTEND:20261007T000000", ["10-04 21:00–10-06 21:00"]),
        ("DTEND;TZID=Europe/Helsinki:20261007T000000", ["10-04 21:00–10-06 21:00"]),
        ("DTEND:20261007T000000Z", ["10-04 21:00–10-06 21:00"]),
        ("DTEND:20261006T210000Z", ["10-04 21:00–10-06 21:00"]),
        ("DTEND:20261006T100000Z", []),
    ],
)
def test_a_day_that_ends_with_a_midnight_is_a_day(end: str, expected: list[str]) -> None:
    assert times(read(event(f"DTSTART;VALUE=DATE:20261005\n{end}"))) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("DTSTART;VALUE=DATE:19581013\nRRULE:FREQ=YEARLY", ["20261013"]),
        ("DTSTART;VALUE=DATE:16041013\nRRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=13", ["20261013"]),
        ("DTSTART;VALUE=DATE:20261005\nRDATE;VALUE=DATE:20261008,20261010", ["20261005", "20261008", "20261010"]),
        ("DTSTART;VALUE=DATE:20261031\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1", ["20261031", "20261130"]),
        ("DTSTART;TZID=Nowhere;VALUE=DATE:20261005", ["20261005"]),
    ],
)
def test_days_of_every_kind(lines: str, expected: list[str]) -> None:
    feed = read(event(lines))
    assert ([it.rid for it in feed.occurrences], feed.errors) == (expected, ())


def test_leap_days_come_in_leap_years() -> None:
    years = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC))
    feed = read(event("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY"), window=years)
    assert [it.rid for it in feed.occurrences] == ["20280229", "20320229"]


@pytest.mark.parametrize(("year", "hour"), [(2039, "07-04 06:00"), (2099, "07-06 06:00")])
def test_summers_after_2037_are_summers(year: int, hour: str) -> None:
    summer = (datetime(year, 7, 1, tzinfo=UTC), datetime(year, 7, 8, tzinfo=UTC))
    assert starts(read(booked("20260105T090000", "20260105T100000", "RRULE:FREQ=WEEKLY"), window=summer)) == [hour]


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "07:00"), ("(UTC) Coordinated Universal Time", "09:00"),
        ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", "08:00"), ("(GMT+02.00) Helsinki, Kiova, Riika", "06:00"),
        ("/softwarestudio.org/Olson_20011030_5/America/Argentina/Buenos_Aires", "12:00"), ("tzone://Microsoft/Utc", "09:00"),
        ("/mozilla.org/20070129_1/Europe/Helsinki", "06:00"), ("Romance Standard Time", "07:00"), ("Europe/Kyiv", "06:00"),
        ("(UTC+02:00) Helsinki\\, Kyiv", "06:00"), ("america/NEW_YORK", "13:00"), ("Europe/Helsinki ", "06:00"),
        ("Eastern Standard Time 1", None), ("Customized Time Zone", None), ("tzone://Microsoft/Custom", None),
        ("(no TZ description)", None), ("Helsinki", None), ("(UTC+05:00) Helsinki", None),
    ],
)  # fmt: skip
def test_a_zone_is_known_by_its_name_or_not_at_all(zone: str, start: str | None) -> None:
    feed = read(event(f"DTSTART;TZID={zone}:20261005T090000\nDURATION:PT1H"))
    assert [found[6:] for found in starts(feed)] == ([start] if start else [])
    assert len(feed.errors) == (0 if start else 1)


PARTS = """BEGIN:VTIMEZONE
TZID:(UTC+02:00) Ours\\, here
BEGIN:STANDARD
DTSTART:20001029T040000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20251026T010000Z
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20000326T030000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20261101T040000
RDATE:20261101T040000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
END:STANDARD
END:VTIMEZONE"""


@pytest.mark.parametrize("name", ['"(UTC+02:00) Ours, here"', "(UTC+02:00) Ours, here", "(UTC+02:00) Ours\\, here"])
def test_a_zone_of_several_parts(name: str) -> None:
    feed = read(PARTS, event(f"DTSTART;TZID={name}:20261025T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2"))
    assert starts(feed) == ["10-25 06:00", "11-01 07:00"]


def test_a_calendar_of_an_unknown_zone_harms_only_times_that_ask_for_it() -> None:
    feed = read(event(HOUR), event("DTSTART:20261006T090000", "b"), head="X-WR-TIMEZONE:Nowhere")
    assert ([it.uid for it in feed.occurrences], [error.uid for error in feed.errors]) == (["a"], ["b"])
    moved = booked("20261012T110000", "20261012T120000", "RECURRENCE-ID:20261012T060000Z")
    alone = read(moved.replace("DTSTART;TZID=Europe/Helsinki", "DTSTART;TZID=Nowhere"))
    assert [error.rid for error in alone.errors] == ["20261012T060000Z"]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("STATUS:confirmed", "yes"), ("STATUS: CONFIRMED ", "yes"), ("STATUS:", "yes"), ("STATUS:canceled", "no"),
        ("STATUS:Tentative", "pending"), ("STATUS:NEEDS-ACTION", "pending"), ("TRANSP:transparent", "no"), ("CLASS:PRIVATE", "yes"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:oof", "yes"), ("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", "yes"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:Free", "no"), ("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "pending"),
        ("DTEND:20261005T090000Z", "no"), ("DTEND:20261006T210000Z", "yes"),
    ],
)  # fmt: skip
def test_verdict_of_a_line(line: str, verdict: str) -> None:
    lines = HOUR if not line.startswith("DTEND") else HOUR.splitlines()[0]
    assert verdicts(read(event(f"{lines}\n{line}"))) == [verdict]


def test_an_export_of_mrbs() -> None:
    feed = read(booked(*FIRST, "RRULE:FREQ=WEEKLY;UNTIL=20261019T090000;BYDAY=MO", "LOCATION:Sali\\; A", "STATUS:TENTATIVE"))
    assert [(it.location, it.status) for it in feed.occurrences] == [("Sali; A", "TENTATIVE")] * 3


@pytest.mark.parametrize(
    "rule",
    [
        "freq=daily;count=2", " FREQ=DAILY; COUNT=2 ;", "FREQ=DAILY;COUNT=2;WKST=SU;X-OWN=1", "FREQ=DAILY;COUNT=9;UNTIL=20261006",
        "FREQ=HOURLY;INTERVAL=24;COUNT=2", "FREQ=MINUTELY;INTERVAL=1440;UNTIL=20261006T060000Z",
        "FREQ=SECONDLY;INTERVAL=86400;COUNT=2", "RSCALE=GREGORIAN;FREQ=DAILY;COUNT=2", "FREQ=YEARLY;BYYEARDAY=278,279;COUNT=2",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1,2;COUNT=2",
    ],
)  # fmt: skip
def test_two_days_said_in_many_ways(rule: str) -> None:
    feed = read(booked(*FIRST, f"RRULE:{rule}"))
    assert (starts(feed), feed.errors) == (["10-05 06:00", "10-06 06:00"], ())


def test_more_than_2000_times_by_the_minute_is_too_often() -> None:
    for uid, end in ("few", "20261005T235900Z"), ("many", "20261012T000000Z"):
        feed = read(booked(*FIRST, f"RRULE:FREQ=MINUTELY;INTERVAL=4;UNTIL={end}", uid=uid))
        assert (bool(feed.occurrences), len(feed.errors)) == ((True, 0) if uid == "few" else (False, 1))


def test_days_and_times_may_change_into_each_other() -> None:
    days = read(
        event("DTSTART;VALUE=DATE:20261005\nRRULE:FREQ=DAILY;COUNT=2"),
        booked("20261006T090000", "20261006T100000", "RECURRENCE-ID;VALUE=DATE:20261006"),
    )
    assert [(it.rid, it.all_day) for it in days.occurrences] == [("20261005", True), ("20261006", False)]
    hours = read(booked(*FIRST, "RRULE:FREQ=DAILY;COUNT=2"), event("DTSTART;VALUE=DATE:20261006\nRECURRENCE-ID:20261006T060000Z"))
    assert [(it.rid, it.all_day) for it in hours.occurrences] == [("20261005T060000Z", False), ("20261006T060000Z", True)]


def test_a_cancellation_of_an_instance_whose_series_is_elsewhere() -> None:
    feed = read(event("RECURRENCE-ID:20261012T060000Z\nDTSTART:20261012T060000Z\nDTEND:20261012T070000Z"), head="METHOD:CANCEL")
    assert [(it.rid, it.status) for it in feed.occurrences] == [("20261012T060000Z", "CANCELLED")]


@pytest.mark.parametrize(
    ("component", "notes"),
    [
        ("BEGIN:VTODO\nUID:t\nDTSTART:20261005T090000Z\nEND:VTODO", 0),
        ("BEGIN:VFREEBUSY\nUID:f\nFREEBUSY:20261005T090000Z/PT1H\nEND:VFREEBUSY", 1),
        ("BEGIN:X-OWN\nBEGIN:VEVENT\nUID:x\nDTSTART:20261005T090000Z\nEND:VEVENT\nEND:X-OWN", 0),
    ],
)
def test_a_calendar_without_events_is_empty_and_good(component: str, notes: int) -> None:
    feed = read(component)
    assert (feed.occurrences, len(feed.errors)) == ((), notes)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_mark_at_the_beginning_says_the_encoding(encoding: str) -> None:
    body = calendar(event(HOUR + "\nSUMMARY:Hää")).decode().encode(encoding)
    assert [it.summary for it in read_feed(body, zone=HELSINKI, window=WINDOW).occurrences] == ["Hää"]


def test_a_person_whose_name_is_not_quoted_still_has_an_address() -> None:
    (it,) = read(event(HOUR + "\nORGANIZER;CN=Kela: Porvoo:mailto:A@kela.example")).occurrences
    assert it.organizer == "a@kela.example"
