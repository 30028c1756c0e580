"""Recurring events: the two nights when the clocks change, exceptions, moved instances, versions."""

from datetime import UTC, datetime

import pytest

from tests.rooms.ics_text import booked, event, hel, problems, read, starts, times

SPRING = (datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 4, 10, tzinfo=UTC))


def test_a_time_that_the_clocks_skip_is_neither_given_nor_counted() -> None:
    feed = read(booked("20260327T033000", "20260327T040000", "RRULE:FREQ=DAILY;COUNT=4"), window=SPRING)
    assert starts(feed) == ["03-27 01:30", "03-28 01:30", "03-30 00:30", "03-31 00:30"]


def test_a_time_that_comes_twice_is_the_first() -> None:
    feed = read(booked("20261024T033000", "20261024T034500", "RRULE:FREQ=DAILY;COUNT=3"))
    assert times(feed) == ["10-24 00:30–00:45", "10-25 00:30–00:45", "10-26 01:30–01:45"]


def test_a_night_booking_ends_by_the_clock_on_the_wall() -> None:
    feed = read(booked("20261023T220000", "20261024T060000", "RRULE:FREQ=DAILY;COUNT=3"))
    assert times(feed) == ["10-23 19:00–10-24 03:00", "10-24 19:00–10-25 04:00", "10-25 20:00–10-26 04:00"]


def test_hours_of_a_duration_are_real_hours_and_its_days_are_days_of_the_wall() -> None:
    eight = event(hel("DTSTART", "20261024T220000") + "\nDURATION:PT8H", "eight")
    day = event(hel("DTSTART", "20261024T120000") + "\nDURATION:P1D", "day")
    feed = read(eight, day)
    assert times(feed) == ["10-24 09:00–10-25 10:00", "10-24 19:00–10-25 03:00"]


def test_a_single_booking_across_the_change_has_its_real_length() -> None:
    feed = read(booked("20261025T033000", "20261025T043000"))
    assert times(feed) == ["10-25 00:30–02:30"]


def test_the_second_of_two_equal_wall_times_can_be_written_in_utc() -> None:
    feed = read(event("DTSTART:20261025T013000Z\nDTEND:20261025T020000Z"))
    assert times(feed) == ["10-25 01:30–02:00"]


def test_a_series_in_utc_stays_in_utc() -> None:
    feed = read(event("DTSTART:20261024T060000Z\nDTEND:20261024T070000Z\nRRULE:FREQ=DAILY;COUNT=3"))
    assert starts(feed) == ["10-24 06:00", "10-25 06:00", "10-26 06:00"]


@pytest.mark.parametrize(
    ("until", "count"),
    [
        ("20261007", 3),
        ("20261007T090000", 3),
        ("20261007T060000Z", 3),
        ("20261007T055959Z", 2),
        ("20261006T235959", 2),
        ("20261001", 0),
    ],
)
def test_until(until: str, count: int) -> None:
    assert len(read(booked("20261005T090000", "20261005T100000", f"RRULE:FREQ=DAILY;UNTIL={until}")).occurrences) == count


@pytest.mark.parametrize("until", ["20261007", "20261007T000000Z", "20261006T210000Z", "20261007T000000"])
def test_until_of_an_all_day_series(until: str) -> None:
    feed = read(event(f"DTSTART;VALUE=DATE:20261005\nRRULE:FREQ=DAILY;UNTIL={until}"))
    assert [it.rid for it in feed.occurrences] == ["20261005", "20261006", "20261007"]


def test_the_start_is_the_first_instance_even_where_the_rule_does_not_give_it() -> None:
    feed = read(booked("20261005T090000", "20261005T100000", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3"))
    assert starts(feed) == ["10-05 06:00", "10-06 06:00", "10-13 06:00"]


@pytest.mark.parametrize(
    "exdate",
    [
        "EXDATE;TZID=Europe/Helsinki:20261026T120000", "EXDATE:20261026T100000Z", "EXDATE;VALUE=DATE:20261026",
        "EXDATE;TZID=Europe/Stockholm:20261026T110000", "EXDATE:20261026T120000", "EXDATE;TZID=FLE Standard Time:20261026T120000",
        "EXRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20261026T230000Z;BYHOUR=12;INTERVAL=3",
    ],
)  # fmt: skip
def test_an_exception_in_any_form_takes_out_its_instance(exdate: str) -> None:
    start = "20261026T120000" if exdate.startswith("EXRULE") else "20261019T120000"
    feed = read(booked(start, start[:9] + "130000", "RRULE:FREQ=WEEKLY;COUNT=3", exdate))
    assert "10-26 10:00" not in starts(feed)
    assert len(feed.occurrences) == 2


def test_an_exception_takes_out_one_slot_of_the_day_and_no_other() -> None:
    rule = "RRULE:FREQ=WEEKLY;BYHOUR=10,12,14;COUNT=6"
    feed = read(booked("20261026T100000", "20261026T110000", rule, "EXDATE;TZID=Europe/Helsinki:20261026T120000"))
    assert starts(feed) == ["10-26 08:00", "10-26 12:00", "11-02 08:00", "11-02 10:00", "11-02 12:00"]


@pytest.mark.parametrize("exdate", ["EXDATE;VALUE=DATE:20261006", "EXDATE:20261006T000000", "EXDATE:20261005T210000Z"])
def test_an_exception_of_an_all_day_series(exdate: str) -> None:
    feed = read(event(f"DTSTART;VALUE=DATE:20261005\nRRULE:FREQ=DAILY;COUNT=3\n{exdate}"))
    assert [it.rid for it in feed.occurrences] == ["20261005", "20261007"]


def test_extra_dates() -> None:
    feed = read(
        booked(
            "20261005T090000",
            "20261005T100000",
            "RDATE;TZID=Europe/Helsinki:20261007T150000,20261005T090000",
            "RDATE;VALUE=PERIOD:20261008T060000Z/20261008T063000Z,20261009T060000Z/PT15M",
            "RDATE;VALUE=DATE:20261010",
        )
    )
    assert times(feed) == ["10-05 06:00–07:00", "10-07 12:00–13:00", "10-08 06:00–06:30", "10-09 06:00–06:15", "10-10 06:00–07:00"]


@pytest.mark.parametrize(
    "recurrence",
    [
        "RECURRENCE-ID;TZID=Europe/Helsinki:20261026T090000", "RECURRENCE-ID:20261026T070000Z", "RECURRENCE-ID;VALUE=DATE:20261026",
        "RECURRENCE-ID;TZID=W. Europe Standard Time:20261026T080000", "RECURRENCE-ID:20261026T090000",
    ],
)  # fmt: skip
def test_a_moved_instance_is_shown_once_and_keeps_its_name(recurrence: str) -> None:
    feed = read(
        booked("20261019T090000", "20261019T100000", "RRULE:FREQ=WEEKLY;COUNT=3"),
        booked("20261027T130000", "20261027T140000", recurrence, "SEQUENCE:1"),
    )
    assert [(it.rid, f"{it.start:%m-%d %H:%M}") for it in feed.occurrences] == [
        ("20261019T060000Z", "10-19 06:00"),
        ("20261026T070000Z", "10-27 11:00"),
        ("20261102T070000Z", "11-02 07:00"),
    ]


def test_a_date_does_not_tell_which_of_several_instances_is_moved() -> None:
    feed = read(
        booked("20261005T090000", "20261005T100000", "RRULE:FREQ=DAILY;BYHOUR=9,13;COUNT=4"),
        booked("20261005T150000", "20261005T160000", "RECURRENCE-ID;VALUE=DATE:20261005"),
    )
    assert feed.occurrences == ()
    assert [error.uid for error in feed.errors] == ["a"]


def test_moves_into_and_out_of_the_window() -> None:
    feed = read(
        booked("20260901T090000", "20260901T100000", "RRULE:FREQ=WEEKLY;COUNT=6"),
        booked("20261002T090000", "20261002T100000", hel("RECURRENCE-ID", "20260901T090000")),
        booked("20260908T090000", "20260908T100000", hel("RECURRENCE-ID", "20261006T090000")),
    )
    assert [it.rid for it in feed.occurrences] == ["20260901T060000Z"]


def test_a_change_of_an_instance_that_the_series_does_not_have_is_stale() -> None:
    feed = read(
        booked("20261005T090000", "20261005T100000", "RRULE:FREQ=WEEKLY;COUNT=2", hel("EXDATE", "20261012T090000")),
        booked("20261014T090000", "20261014T100000", hel("RECURRENCE-ID", "20261014T080000")),
        booked("20261012T130000", "20261012T140000", hel("RECURRENCE-ID", "20261012T090000")),
    )
    assert starts(feed) == ["10-05 06:00"]


def test_a_changed_instance_without_its_series_stands_alone() -> None:
    feed = read(booked("20261014T090000", "20261014T100000", hel("RECURRENCE-ID", "20261012T090000")))
    assert [(it.rid, f"{it.start:%m-%d %H:%M}") for it in feed.occurrences] == [("20261012T060000Z", "10-14 06:00")]


def test_this_and_all_future_instances() -> None:
    feed = read(
        booked("20261019T090000", "20261019T100000", "RRULE:FREQ=WEEKLY;COUNT=5", "SUMMARY:old"),
        booked("20261026T130000", "20261026T143000", hel("RECURRENCE-ID;RANGE=THISANDFUTURE", "20261026T090000"), "SUMMARY:new"),
        booked("20261109T080000", "20261109T083000", hel("RECURRENCE-ID", "20261109T090000"), "SUMMARY:one"),
    )  # fmt: skip
    assert times(feed) == ["10-19 06:00–07:00", "10-26 11:00–12:30", "11-02 11:00–12:30", "11-09 06:00–06:30", "11-16 11:00–12:30"]
    assert [it.summary for it in feed.occurrences] == ["old", "new", "new", "one", "new"]
    assert [it.rid for it in feed.occurrences][2] == "20261102T070000Z"


def test_all_future_instances_cancelled() -> None:
    feed = read(
        booked("20261005T090000", "20261005T100000", "RRULE:FREQ=WEEKLY;COUNT=3"),
        booked("20261012T090000", "20261012T100000", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261012T060000Z", "STATUS:CANCELLED"),
    )
    assert [it.status for it in feed.occurrences] == ["CONFIRMED", "CANCELLED", "CANCELLED"]


def test_a_cancelled_series_cancels_its_moved_instances() -> None:
    feed = read(
        booked("20261005T090000", "20261005T100000", "RRULE:FREQ=WEEKLY;COUNT=2", "STATUS:CANCELLED", "SEQUENCE:2"),
        booked("20261013T090000", "20261013T100000", hel("RECURRENCE-ID", "20261012T090000"), "STATUS:CONFIRMED"),
    )
    assert [it.status for it in feed.occurrences] == ["CANCELLED", "CANCELLED"]


def test_a_cancellation_without_times_has_those_of_its_instance() -> None:
    feed = read(
        booked("20261005T090000", "20261005T100000", "RRULE:FREQ=WEEKLY;COUNT=2"),
        event(hel("RECURRENCE-ID", "20261012T090000") + "\nSTATUS:CANCELLED\nSEQUENCE:1"),
    )
    assert times(feed) == ["10-05 06:00–07:00", "10-12 06:00–07:00"]
    assert feed.occurrences[1].status == "CANCELLED"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("SEQUENCE:0\nSTATUS:CONFIRMED", "SEQUENCE:1\nSTATUS:CANCELLED"),
        ("SEQUENCE:10\nSTATUS:CANCELLED", "SEQUENCE:9\nSTATUS:CONFIRMED"),
        ("SEQUENCE:1\nSTATUS:CONFIRMED", "SEQUENCE:1\nDTSTAMP:20260301T080000Z\nSTATUS:CANCELLED"),
        ("SEQUENCE:1\nLAST-MODIFIED:20260301T080000Z\nSTATUS:CANCELLED", "SEQUENCE:1\nSTATUS:CONFIRMED"),
        ("STATUS:CANCELLED", "STATUS:CONFIRMED"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_newest_version_of_an_event_holds_wherever_it_is(first: str, second: str, turned: bool) -> None:
    start = f"{hel('DTSTART', '20261005T090000')}\n{hel('DTEND', '20261005T100000')}\n"
    versions = [
        f"UID:a\n{lines if 'DTSTAMP' in lines else lines + chr(10) + 'DTSTAMP:20260101T080000Z'}\n{start}"
        for lines in (first, second)
    ]
    feed = read(*(reversed(versions) if turned else versions))
    assert [it.status for it in feed.occurrences] == ["CANCELLED"]


def test_a_change_that_cannot_be_read_leaves_out_only_its_instance() -> None:
    feed = read(
        booked("20261005T090000", "20261005T100000", "RRULE:FREQ=WEEKLY;COUNT=3"),
        event("DTSTART;TZID=Nowhere:20261012T130000\n" + hel("RECURRENCE-ID", "20261012T090000")),
    )
    assert starts(feed) == ["10-05 06:00", "10-19 06:00"]
    assert [(error.uid, error.rid) for error in feed.errors] == [("a", "20261012T060000Z")]


def test_a_series_from_long_ago_of_which_one_instance_is_moved_today() -> None:
    feed = read(
        booked("20090105T090000", "20090105T100000", "RRULE:FREQ=DAILY;UNTIL=20261002T060000Z"),
        booked("20261002T120000", "20261002T130000", hel("RECURRENCE-ID", "20090105T090000")),
    )
    assert starts(feed) == ["10-01 06:00", "10-02 06:00", "10-02 09:00"]


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=DAILY;BYMONTH=13", "nonsense"])
def test_a_rule_that_is_refused_refuses_only_its_event(rule: str) -> None:
    feed = read(
        booked("20261005T090000", "20261005T100000", f"RRULE:{rule}"), booked("20261006T090000", "20261006T100000", uid="b")
    )
    assert [it.uid for it in feed.occurrences] == ["b"]
    assert [error.uid for error in feed.errors] == ["a"]
    assert "{uid}" in problems(feed)[0]


def test_more_than_500_instances_a_day_are_refused() -> None:
    dates = ",".join(f"20261005T{h:02d}{m:02d}00Z" for h in range(10) for m in range(60))
    feed = read(booked("20261005T090000", "20261005T091000", f"RDATE:{dates}"))
    assert feed.occurrences == ()
    assert problems(feed) == ["Event {uid} repeats {count} times a day"]
