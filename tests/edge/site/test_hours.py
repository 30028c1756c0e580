"""Timetables: what is written, and the instants it means, clock changes included."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.errors import IllegalInput
from edge.site.hours import LocalCalendar, Opening, Timetable
from edge.site.public_holidays import holidays_of

HELSINKI = ZoneInfo("Europe/Helsinki")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def local(*holidays: date, zone: ZoneInfo = HELSINKI) -> LocalCalendar:
    return LocalCalendar(zone, lambda day: day in holidays)


def timetable(**written: object) -> Timetable:
    return Timetable.model_validate({key.replace("_", "-"): value for key, value in written.items()})


def at(text: str, zone: ZoneInfo = HELSINKI, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def hours_on(table: Timetable, day: str, *holidays: date) -> list[tuple[int, int]]:
    return [tuple(interval) for interval in table.hours_on(date.fromisoformat(day), local(*holidays))]


def test_a_timetable_that_has_been_asked_is_still_the_same_as_one_that_has_not() -> None:
    asked, fresh = timetable(mon="8-16"), timetable(mon="8-16")
    assert asked.opening_at(at("2026-11-23T09:00"), local()) is not None
    assert asked == fresh
    assert asked != timetable(mon="8-17")


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("8:00-16:15", [(480, 975)]),
        ("8.00–16.15", [(480, 975)]),
        ("8-16", [(480, 960)]),
        (" 08:00 — 16:00 ", [(480, 960)]),
        ("0-24", [(0, 1440)]),
        ("13-16, 8-12", [(480, 720), (780, 960)]),
        (["8-12", "12-16"], [(480, 960)]),
        ("closed", []),
    ],
)
def test_written_forms(written: object, minutes: list[tuple[int, int]]) -> None:
    assert hours_on(timetable(mon=written), "2026-11-23") == minutes


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("16-8", "ends before"),
        ("8-8", "ends before"),
        ("22:00-2:00", "22:00-24:00"),
        ("8-25", "0:00 to 24:00"),
        ("8:60-9", "0:00 to 24:00"),
        ("8-12, 11-16", "overlap"),
        ("8", "no opening time"),
        ("", "no opening time"),
        ([], "missing"),
        (8, "missing"),
        (["8-9", None], "missing"),
    ],
)
def test_refused_times(written: object, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        timetable(mon=written)


@pytest.mark.parametrize(
    ("key", "weekdays"),
    [("mon", {0}), ("mon-fri", {0, 1, 2, 3, 4}), ("mon,thu", {0, 3}), ("fri-mon", {4, 5, 6, 0}), ("mon-tue, sat", {0, 1, 5})],
)
def test_day_keys(key: str, weekdays: set[int]) -> None:
    table = Timetable.model_validate({key: "8-16"})
    assert {day for day in range(7) if hours_on(table, f"2026-11-{23 + day}")} == weekdays


@pytest.mark.parametrize("key", ["mo", "mon-", "monday", "Mon", "mon;tue", "holiday", "week", ""])
def test_unknown_keys_are_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="neither a day"):
        Timetable.model_validate({key: "8-16"})


def test_a_day_given_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match='"wed" is already in "mon-fri"'):
        Timetable.model_validate({"mon-fri": "8-16", "wed": "8-12"})


def test_a_date_goes_before_a_holiday_before_a_season_before_the_week() -> None:
    written = {
        "mon-sun": "8-16",
        "holidays": "10-11",
        "dates": {"2026-07-01": "closed"},
        "seasons": [{"from": "06-01", "to": "08-31", "mon-fri": "9-15"}],
    }
    table, midsummer, first = Timetable.model_validate(written), date(2026, 6, 19), date(2026, 7, 1)
    assert hours_on(table, "2026-05-29") == [(480, 960)]
    assert hours_on(table, "2026-06-18") == [(540, 900)]
    assert hours_on(table, "2026-06-20") == [(480, 960)]  # a season replaces only the days that it names
    assert hours_on(table, "2026-06-19", midsummer) == [(600, 660)]
    assert hours_on(table, "2026-07-01", first) == []


def test_a_season_may_run_over_the_new_year_and_end_on_29_february() -> None:
    table = timetable(mon_sun="8-16", seasons=[{"from": "12-20", "to": "02-29", "mon-sun": "10-12"}])
    assert [hours_on(table, day)[0][0] for day in ("2026-12-19", "2026-12-20", "2027-01-15", "2027-02-28", "2027-03-01")] == [
        480,
        600,
        600,
        600,
        480,
    ]


@pytest.mark.parametrize(
    ("day", "open_hours"),
    [
        ("2026-04-02", (9, 12)),  # Thursday before Good Friday
        ("2026-04-04", None),  # Saturday before Easter: an eve, but Saturdays are closed
        ("2026-04-30", (9, 12)),  # before May Day
        ("2026-05-13", (9, 12)),  # before Ascension Day
        ("2026-06-18", (9, 12)),  # before Midsummer Eve, which state offices keep as a holiday
        ("2026-06-19", None),
        ("2026-10-30", (9, 12)),  # Friday before All Saints' Day
        ("2026-12-05", None),  # Saturday before Independence Day
        ("2026-12-23", (9, 12)),
        ("2026-12-24", None),  # Christmas Eve
        ("2026-12-28", (8, 16)),
        ("2026-12-31", (9, 12)),
        ("2027-01-05", (9, 12)),  # before Epiphany
        ("2027-12-03", (8, 16)),  # Friday; Independence Day is on Monday
        ("2027-12-05", None),  # Sunday before it
        ("2026-07-01", (8, 16)),
    ],
)
def test_eves_in_finland(day: str, open_hours: tuple[int, int] | None) -> None:
    table, finland = timetable(mon_fri="8-16", eves="9-12"), LocalCalendar(HELSINKI, holidays_of("FI"))
    found = table.hours_on(date.fromisoformat(day), finland)
    assert found == (() if open_hours is None else ((open_hours[0] * 60, open_hours[1] * 60),))


def test_without_eves_the_day_before_a_holiday_is_as_any_other() -> None:
    assert hours_on(timetable(mon_fri="8-16"), "2026-12-23", date(2026, 12, 24)) == [(480, 960)]


def test_eves_may_be_closed() -> None:
    assert hours_on(timetable(mon_fri="8-16", eves="closed"), "2026-12-23", date(2026, 12, 24)) == []


def test_a_date_goes_before_an_eve_before_a_season() -> None:
    holidays = [date(2026, 12, 24), date(2026, 12, 25)]
    season = {"from": "12-01", "to": "12-31", "mon-fri": "10-14"}
    written = {"mon-fri": "8-16", "eves": "9-12", "holidays": "11-12", "dates": {"2026-12-31": "8-10"}, "seasons": [season]}
    table = Timetable.model_validate(written)
    assert hours_on(table, "2026-12-22", *holidays) == [(600, 840)]
    assert hours_on(table, "2026-12-23", *holidays) == [(540, 720)]
    assert hours_on(table, "2026-12-24", *holidays) == [(660, 720)]  # a holiday, although another one follows
    assert hours_on(table, "2026-12-31", *holidays, date(2027, 1, 1)) == [(480, 600)]


def test_a_season_of_one_year_is_of_that_year_alone_and_both_its_days_are_in_it() -> None:
    trial = {"from": "2026-09-01", "to": "2026-11-30", "mon-thu": "8-20"}
    table = timetable(mon_fri="8-16", seasons=[trial, {"from": "06-01", "to": "09-30", "mon-fri": "9-15"}])
    days = ("2026-08-31", "2026-09-01", "2026-09-04", "2026-11-30", "2026-12-01", "2027-09-01")
    assert [hours_on(table, day)[0] for day in days] == [
        (540, 900),
        (480, 1200),  # the first season that names the day
        (540, 900),  # a Friday, which the trial does not name
        (480, 1200),
        (480, 960),
        (540, 900),
    ]


def test_a_season_of_given_years_may_run_over_the_new_year() -> None:
    table = timetable(mon_sun="8-16", seasons=[{"from": "2026-12-20", "to": "2027-01-10", "mon-sun": "10-12"}])
    days = ("2026-01-05", "2026-12-20", "2027-01-10", "2027-01-11", "2027-12-25")
    assert [hours_on(table, day)[0][0] // 60 for day in days] == [8, 10, 10, 8, 8]


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("2026-09-01", "11-30", "Write both alike"),
        ("09-01", "2026-11-30", "Write both alike"),
        ("2026-09-01", "2026-08-31", "ends before it starts"),
        ("2026-02-30", "2026-03-31", "no date"),
        ("02-30", "03-31", "no day of the year"),
        ("1.9.", "30.11.", "no day of the year"),
        (901, 1130, "no day of the year"),
    ],
)
def test_refused_seasons(first: object, last: object, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        timetable(mon="8-16", seasons=[{"from": first, "to": last, "mon": "9-15"}])


@pytest.mark.parametrize(
    ("written", "opens"),
    [
        ({}, False),
        ({"mon-sun": "closed", "holidays": "closed", "eves": "9-12"}, False),  # an eve is open only where its day would be
        ({"mon": "8-16"}, True),
        ({"holidays": "8-16"}, True),
        ({"dates": {"2026-12-24": "8-12"}}, True),
        ({"seasons": [{"from": "06-01", "to": "08-31", "mon": "9-15"}]}, True),
    ],
)
def test_whether_a_timetable_ever_opens(written: dict[str, object], opens: bool) -> None:
    assert Timetable.model_validate(written).opens is opens


def test_holidays_are_closed_unless_said() -> None:
    independence = date(2026, 12, 7)
    assert hours_on(timetable(mon="8-16"), "2026-12-07", independence) == []


def test_opening_and_next_change_of_a_common_day() -> None:
    table, here = timetable(mon_fri="8:00-12:00, 13:00-16:15"), local()
    opening = table.opening_at(at("2026-11-23 13:00"), here)
    assert opening == Opening(at("2026-11-23 13:00"), at("2026-11-23 16:15"))
    assert table.opening_at(at("2026-11-23 12:59:59"), here) is None
    assert table.opening_at(at("2026-11-23 16:15"), here) is None
    assert table.next_change(at("2026-11-23 12:30"), here) == at("2026-11-23 13:00")
    assert table.next_change(at("2026-11-27 16:15"), here) == at("2026-11-30 08:00")


def test_openings_that_touch_at_midnight_are_one() -> None:
    table = timetable(fri="18-24", sat="0-2")
    assert table.opening_at(at("2026-11-28 01:00"), local()) == Opening(at("2026-11-27 18:00"), at("2026-11-28 02:00"))


def test_always_open_and_never_open_have_no_next_change() -> None:
    here, t = local(), at("2026-11-23 12:00")
    always = timetable(mon_sun="0-24", holidays="0-24")
    opening = always.opening_at(t, here)
    assert opening is not None
    assert opening.start <= t - timedelta(days=14)
    assert opening.end >= t + timedelta(days=14)
    assert always.next_change(t, here) is None
    assert Timetable().opening_at(t, here) is None
    assert Timetable().next_change(t, here) is None


def test_a_change_15_days_ahead_is_not_looked_for() -> None:
    table = timetable(dates={"2026-12-24": "8-12"})
    assert table.next_change(at("2026-12-09 12:00"), local()) is None
    assert table.next_change(at("2026-12-10 12:00"), local()) == at("2026-12-24 08:00")


@pytest.mark.parametrize(
    ("day", "written", "start", "end"),
    [
        (SPRING, "2:00-5:00", "00:00", "02:00"),
        (SPRING, "3:30-4:30", "01:00", "01:30"),  # starts in the hour that does not come
        (SPRING, "2:30-3:30", "00:30", "01:00"),
        (AUTUMN, "2:00-5:00", "23:00", "03:00"),
        (AUTUMN, "3:15-3:45", "00:15", "00:45"),  # the first pass
        (AUTUMN, "3:30-4:30", "00:30", "02:30"),
    ],
)
def test_the_nights_of_the_clock_change(day: date, written: str, start: str, end: str) -> None:
    table = Timetable.model_validate({"dates": {day.isoformat(): written}})
    begin = datetime.fromisoformat(f"{day - timedelta(days=start > end)} {start}+00:00")
    opening = table.opening_at(begin, local())
    assert opening == Opening(begin, datetime.fromisoformat(f"{day} {end}+00:00"))
    assert table.next_change(opening.end - timedelta(seconds=1), local()) == opening.end


def test_an_opening_wholly_in_the_skipped_hour_never_comes() -> None:
    table = Timetable.model_validate({"dates": {SPRING.isoformat(): "3:15-3:45"}})
    assert table.next_change(at("2026-03-28 12:00"), local()) is None


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(IllegalInput):
        timetable(mon="8-16").opening_at(datetime(2026, 11, 23, 12), local())  # noqa: DTZ001


def test_another_calendar_is_not_answered_from_memory() -> None:
    table, t = timetable(mon="8-16"), at("2026-11-23 09:00")
    assert table.opening_at(t, local()) is not None
    assert table.opening_at(t, local(date(2026, 11, 23))) is None
    assert table.opening_at(t, local(zone=ZoneInfo("America/New_York"))) is None


ZONES = ["Europe/Helsinki", "America/Sao_Paulo", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"]
CHANGES = [
    date.fromisoformat(day)
    for day in ("2026-03-29", "2026-10-25", "2017-10-15", "2018-02-18", "2026-04-05", "2006-10-29", "2011-12-30")
]


@st.composite
def written_days(draw: st.DrawFn) -> str:
    marks = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=6)))
    spans = list(pairwise(marks))[::2]
    return ", ".join(f"{a // 4}:{a % 4 * 15:02}-{b // 4}:{b % 4 * 15:02}" for a, b in spans)


def first_instant(zone: ZoneInfo, wall: datetime) -> datetime:
    """By looking at the clock every five minutes."""
    t = wall.replace(tzinfo=UTC) - timedelta(hours=16)
    while t.astimezone(zone).replace(tzinfo=None) < wall:
        t += timedelta(minutes=5)
    return t


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), day=st.sampled_from(CHANGES), minute=st.integers(0, 288))
def test_local_times_against_a_watched_clock(zone: str, day: date, minute: int) -> None:
    info, wall = ZoneInfo(zone), datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute * 5)
    assert local(zone=info).instant(day, minute * 5) == first_instant(info, wall)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    near=st.sampled_from(CHANGES),
    days=st.lists(st.one_of(written_days(), st.just("closed")), min_size=7, max_size=7),
    offset=st.integers(-3 * 96, 3 * 96),
    probes=st.lists(st.integers(0, 999), min_size=1, max_size=3),
)
def test_nothing_changes_between_changes_and_everything_changes_at_them(
    zone: str, near: date, days: list[str], offset: int, probes: list[int]
) -> None:
    here = local(zone=ZoneInfo(zone))
    written = dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), days, strict=True))
    table = Timetable.model_validate(written)
    t = here.instant(near) + timedelta(minutes=15 * offset)
    for _ in range(5):
        before, change = table.opening_at(t, here), table.next_change(t, here)
        if change is None:
            break
        assert change > t
        for probe in probes:
            # A fresh timetable, so that the memory of the first is checked too.
            fresh = Timetable.model_validate(written)
            assert fresh.opening_at(t + (change - t) * probe / 1000, here) == before
        after = table.opening_at(change, here)
        assert (after is None) != (before is None)
        assert before is None or before.end == change
        t = change
