# ruff: noqa: DTZ001 -- wall times have no zone of their own
"""Our rules against another implementation, and where that one is known to be wrong, against the RFC's own words."""

from datetime import datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.ics_lines import TooMuchWork, Unreadable
from rooms.ics_rules import Allowance, instances, parse_rule

START = datetime(2024, 2, 29, 9, 30)
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def ours(rule: str, start: datetime, first: datetime, last: datetime, most: int | None = None) -> list[datetime]:
    found = (t for t in instances(parse_rule(rule), start, first, last, Allowance()) if first <= t <= last)
    return list(islice(found, most))


def listed(values: list[int]) -> str:
    return ",".join(map(str, values))


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}", f"WKST={draw(st.sampled_from(DAYS))}"]
    # Weekdays with and without an ordinal in one rule are either or; dateutil wants both.
    with_ordinals = frequency in ("MONTHLY", "YEARLY") and draw(st.booleans())
    ordinals = st.sampled_from(["1", "2", "-1"]) if with_ordinals else st.just("")
    if draw(st.booleans()):
        parts.append(
            "BYDAY=" + ",".join(draw(ordinals) + day for day in draw(st.lists(st.sampled_from(DAYS), min_size=1, unique=True)))
        )
    if draw(st.booleans()):
        parts.append("BYMONTH=" + listed(draw(st.lists(st.integers(1, 12), min_size=1, unique=True))))
    if frequency != "WEEKLY" and draw(st.booleans()):
        days = st.integers(-31, 31).filter(bool)
        parts.append("BYMONTHDAY=" + listed(draw(st.lists(days, min_size=1, unique=True))))
    if draw(st.booleans()):
        parts.append("BYHOUR=" + listed(draw(st.lists(st.integers(0, 23), min_size=1, max_size=3, unique=True))))
    if frequency in ("MONTHLY", "YEARLY") and draw(st.booleans()):
        parts.append("BYSETPOS=" + listed(draw(st.lists(st.sampled_from([1, 2, -1]), min_size=1, unique=True))))
    return ";".join(parts)


@settings(max_examples=200, deadline=None)
@given(rules(), st.datetimes(datetime(2010, 1, 1), datetime(2026, 12, 31)), st.integers(0, 600))
def test_same_instances_as_dateutil_wherever_the_window_lies(rule: str, start: datetime, later: int) -> None:
    start = start.replace(second=0, microsecond=0, fold=0)
    first = start + timedelta(days=later)
    last = first + timedelta(days=200)
    theirs = rrulestr(f"{rule};UNTIL={last:%Y%m%dT%H%M%S}", dtstart=start)
    assert ours(rule, start, first, last) == [t for t in theirs if t >= first]


@st.composite
def fine_rules(draw: st.DrawFn) -> str:
    """Only such as have an instance soon: dateutil looks for the first one until the year 9999."""
    frequency, most = draw(st.sampled_from([("HOURLY", 30), ("MINUTELY", 900), ("SECONDLY", 4_000)]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, most))}"]
    for name, high in [("BYHOUR", 23), ("BYMINUTE", 59), ("BYSECOND", 59)][2 if frequency == "SECONDLY" else 0 :]:
        if draw(st.booleans()):
            parts.append(f"{name}=" + listed(draw(st.lists(st.integers(0, high), min_size=1, max_size=4, unique=True))))
    if frequency != "SECONDLY" and draw(st.booleans()):
        parts.append("BYDAY=" + ",".join(draw(st.lists(st.sampled_from(DAYS), min_size=2, unique=True))))
    if frequency == "HOURLY" and draw(st.booleans()):
        parts.append("BYMONTHDAY=" + listed(draw(st.lists(st.integers(1, 28), min_size=8, unique=True))))
    if draw(st.booleans()):
        parts.append("BYSETPOS=" + draw(st.sampled_from(["1", "-1", "1,-1"])))
    return ";".join(parts)


# The same examples each time: for one that never comes, dateutil searches until the year 9999.
@settings(max_examples=60, deadline=None, derandomize=True)
@given(fine_rules(), st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
def test_same_hours_minutes_and_seconds_as_dateutil(rule: str, start: datetime) -> None:
    start = start.replace(microsecond=0, fold=0)
    end = start + timedelta(days=365)
    try:
        theirs = list(islice(rrulestr(rule, dtstart=start), 4))
    except ValueError:
        # It refuses a rule whose steps never meet its lists.
        theirs = []
    assert ours(f"{rule};UNTIL={end:%Y%m%dT%H%M%S}", start, start, theirs[-1] if theirs else start, most=4) == theirs


def test_a_rule_by_the_hour_is_not_followed_from_long_ago() -> None:
    first = datetime(2026, 10, 1)
    few = Allowance(200)
    found = instances(parse_rule("FREQ=HOURLY;INTERVAL=7"), datetime(1601, 1, 1, 9), first, first + timedelta(days=7), few)
    step, begin = timedelta(hours=7), datetime(1601, 1, 1, 9)
    past = -((begin - first) // step)
    assert [t for t in found if t >= first][:24] == [begin + (past + n) * step for n in range(24)]


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        # Without BYDAY, the weekday of a week by number is that of the start (dateutil gives all seven days).
        ("FREQ=YEARLY;BYWEEKNO=20", "2026-05-13T09:00", ["2026-05-13T09:00", "2027-05-19T09:00", "2028-05-17T09:00"]),
        # The example of the RFC.
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12T09:00", ["1997-05-12T09:00", "1998-05-11T09:00", "1999-05-17T09:00"]),
        # Positions count in the whole week, also in the first, which the start cuts (dateutil begins at the start).
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1", "2026-10-07T09:00", ["2026-10-12T09:00", "2026-10-19T09:00"]),
        # The week's beginning matters with INTERVAL: the RFC's own pair of examples.
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
            "1997-08-05T09:00",
            ["1997-08-05T09:00", "1997-08-10T09:00", "1997-08-19T09:00"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            "1997-08-05T09:00",
            ["1997-08-05T09:00", "1997-08-17T09:00", "1997-08-19T09:00"],
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31T09:00", ["2026-01-31T09:00", "2026-03-31T09:00", "2026-05-31T09:00"]),
        ("FREQ=YEARLY", "2024-02-29T09:00", ["2024-02-29T09:00", "2028-02-29T09:00", "2032-02-29T09:00"]),
        ("FREQ=YEARLY;BYYEARDAY=-1", "2026-12-31T09:00", ["2026-12-31T09:00", "2027-12-31T09:00"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-02-13T09:00", ["2026-02-13T09:00", "2026-03-13T09:00", "2026-11-13T09:00"]),
        ("FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU", "2026-03-29T09:00", ["2026-03-29T09:00", "2026-10-25T09:00", "2027-03-28T09:00"]),
        ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19T09:00", ["1997-05-19T09:00", "1998-05-18T09:00", "1999-05-17T09:00"]),
        ("FREQ=DAILY;BYHOUR=9,13;BYMINUTE=0,30", "2026-10-05T09:30", ["2026-10-05T09:30", "2026-10-05T13:00", "2026-10-05T13:30"]),
    ],
)
def test_rule_in_the_words_of_the_rfc(rule: str, start: str, expected: list[str]) -> None:
    begin = datetime.fromisoformat(start)
    found = islice(instances(parse_rule(rule), begin, begin, begin + timedelta(days=3700), Allowance()), len(expected))
    assert [f"{t:%Y-%m-%dT%H:%M}" for t in found] == expected


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=MINUTELY;INTERVAL=30", "FREQ=SECONDLY;COUNT=2001", "FREQ=HOURLY;BYDAY=1MO",
        "FREQ=HOURLY;BYMINUTE=" + listed([*range(60)]), "FREQ=SOMETIMES", "INTERVAL=2", "", "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=many", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=2MO", "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=YEARLY;BYMONTH=13", "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;WHAT=1", "FREQ=DAILY;FREQ=WEEKLY", "FREQ=YEARLY;RSCALE=HEBREW",
        "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9;BYMINUTE=" + listed([*range(60)]),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(Unreadable):
        parse_rule(rule)


def test_an_impossible_rule_ends_with_the_stretch() -> None:
    assert ours("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", START, START, START + timedelta(days=800)) == []
    assert ours("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", START, START, START + timedelta(days=800)) == []


def test_an_endless_series_from_long_ago_is_not_counted_through() -> None:
    begin = datetime(1601, 1, 1, 9)
    first = datetime(2026, 10, 1)
    few = Allowance(200)
    found = [t for t in instances(parse_rule("FREQ=DAILY"), begin, first, first + timedelta(days=60), few) if t >= first]
    assert len(found) == 61


def test_a_count_from_long_ago_uses_up_the_allowance() -> None:
    with pytest.raises(TooMuchWork):
        list(instances(parse_rule("FREQ=DAILY;COUNT=900000"), datetime(1601, 1, 1, 9), START, START, Allowance(10_000)))
