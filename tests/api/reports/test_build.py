"""Figures of a month: what belongs to it, what is counted as what, and what costs are shared by."""

import random
from collections.abc import Collection
from pathlib import Path

import pytest

from acoustics.weeks import QuarterCounted
from api.reports.month import Month
from api.reports.use import sharing_of, slot_of, use_of
from edge.errors import IllegalInput
from edge.events import DaemonStarted, Event
from rooms.usage import BookingEnded
from tests.acoustics.building import site as quiet_site
from tests.api.reports.months import FIRST, LATER, MONTH, a_month, building, ended, read, write
from tests.builders import DAY, HOUR, MINUTE, local

SITE = building()


def test_a_month_begins_and_ends_at_the_midnight_of_the_building() -> None:
    assert (MONTH.start(SITE), MONTH.end(SITE)) == (local("2026-11-01 00:00"), local("2026-12-01 00:00"))
    assert Month(2026, 1).before == Month(2025, 12)
    assert Month(2026, 12).after == Month(2027, 1)
    assert Month.at(local("2026-12-01 00:00"), SITE) == Month(2026, 12)
    assert str(Month.of("2026-03")) == "2026-03"
    for wrong in ("2026-13", "26-01", "2026-1", "", "2026-11-01", "../2026-11"):
        with pytest.raises(IllegalInput, match="is no month"):
            Month.of(wrong)


def test_a_booking_belongs_to_the_month_in_which_it_ended_however_late_that_was_noted(tmp_path: Path) -> None:
    over_midnight = ended(FIRST - 30 * MINUTE, at=FIRST + HOUR)
    before = ended(FIRST - HOUR, mark="before", at=FIRST + HOUR)
    last = ended(MONTH.end(SITE) - HOUR, mark="last", at=LATER + 3 * DAY)
    next_month = ended(MONTH.end(SITE) - 30 * MINUTE, mark="next", at=LATER + 3 * DAY)
    more = [ended(FIRST + 9 * HOUR, mark=str(n)) for n in range(2)]
    events = sorted([over_midnight, before, last, next_month, *more], key=lambda event: event.at)
    report = read(write(tmp_path / "data", *events), SITE, LATER + 9 * DAY)
    assert report.use.total.counts["booked"] == 4


@pytest.mark.parametrize(
    ("at", "slot"),
    [("07:59", "other"), ("08:00", "08-10"), ("09:59", "08-10"), ("10:00", "10-12"), ("15:59", "14-16"), ("16:00", "other")],
)
def test_visits_are_counted_in_two_hours_of_the_clock_on_the_wall(at: str, slot: str) -> None:
    assert slot_of(SITE, local(f"2026-11-05 {at}")) == slot
    assert slot_of(SITE, local(f"2026-07-05 {at}")) == slot


def test_unknown_is_neither_used_nor_a_no_show(tmp_path: Path) -> None:
    events = [ended(FIRST + n * HOUR, outcome="unknown", seen_s=0, unknown_s=3600, mark=str(n)) for n in range(8, 13)]
    report = read(write(tmp_path / "data", *events), SITE)
    counts = report.use.total.counts
    assert (counts["booked"], counts["used"], counts["no-show"], counts["unknown"]) == (5, 0, 0, 5)
    assert report.use.total.hours is not None
    assert report.use.total.hours.held == report.use.total.hours.unknown == 5.0
    assert report.sharing.percent == {"vero": 100.0, "mml": 0.0, "dvv": 0.0}


def test_costs_are_shared_by_the_hours_held() -> None:
    day = FIRST + 9 * HOUR
    sharing = sharing_of(
        SITE,
        [
            ended(day, 120, over_s=3600),
            ended(day, 60, agency="mml", until=day + 30 * MINUTE),
            ended(day, 600, agency="mml", outcome="no-show"),
            ended(day, 30, agency="dvv", outcome="unknown"),
            ended(day, 60, agency=None),
        ],
    )
    assert sharing.percent == {"vero": 75.0, "mml": 12.5, "dvv": 12.5}
    assert sharing.unowned_h == 1.0
    assert sharing_of(SITE, [ended(day, outcome="no-show")]).percent == {}


@pytest.mark.parametrize("seed", range(20))
def test_parts_are_a_hundred_together_whatever_there_is(seed: int) -> None:
    rand = random.Random(seed)
    used = [ended(FIRST, rand.randint(1, 700), agency=rand.choice(["vero", "mml", "dvv"])) for _ in range(rand.randint(1, 9))]
    parts = sharing_of(SITE, used).percent
    assert round(sum(parts.values()), 6) == 100.0
    held = {agency: sum(each.seen_s for each in used if each.agency == agency) for agency in parts}
    assert all(abs(parts[agency] - 100 * held[agency] / sum(held.values())) < 0.1 for agency in parts)


def test_no_figure_of_a_row_is_told_whose_count_is_hidden() -> None:
    many = [ended(FIRST + n * HOUR, agency="mml", mark=f"m{n}") for n in range(8, 20)]
    few = [ended(FIRST + DAY + 9 * HOUR, agency="dvv", over_s=60)]
    rows = use_of(SITE, [*many, *few, *(ended(FIRST + n * HOUR, mark=f"v{n}") for n in range(8, 13))]).rows["agency"]
    assert rows is not None
    assert (rows["dvv"].counts["booked"], rows["dvv"].hours) == ("few", None)
    assert [agency for agency, row in rows.items() if row.hours is None] == ["vero", "dvv"]


def test_hours_without_information_do_not_tell_where_the_one_such_booking_was() -> None:
    used = [ended(FIRST + n * HOUR, agency=agency, mark=f"{agency}{n}") for agency in ("vero", "mml") for n in range(8, 16)]
    missed = [ended(FIRST + DAY + n * HOUR, outcome="no-show", agency="mml", mark=f"x{n}") for n in range(8, 12)]
    use = use_of(SITE, [*used, *missed, ended(FIRST + 2 * DAY, outcome="unknown", unknown_s=3600)])
    assert use.total.counts["unknown"] == use.total.counts["no-show"] == "kept-back"
    rows = use.rows["agency"]
    assert rows is not None
    hours = [use.total.hours, *(row.hours for row in rows.values())]
    assert hours[0] is not None
    assert all(each is None or each.unknown is None for each in hours)


def test_a_whole_month(tmp_path: Path) -> None:
    report = read(write(tmp_path / "data", *a_month()), SITE)
    assert report.complete
    assert report.head is not None
    assert report.use.total.counts["booked"] == 270
    assert sum(isinstance(event, BookingEnded) for event in a_month()) == 270
    lost = report.devices["lock-front-1"]
    assert (lost.lost, lost.lost_h, lost.known_h) == (1, 6.0, 718.0)
    assert lost.percent == 99.16
    assert report.devices["lock-front-2"].percent == 100.0
    assert report.away_h == 2.0
    assert (report.alarms.alarms, report.alarms.worst[0].alarms) == (4, 4)
    (test,) = report.walk_tests
    assert (test.buttons, test.pressed, test.confirmed) == (2, 1, 1)
    assert report.untested == ("button-2",)
    assert report.masking is None


def test_where_no_room_may_be_told_of_none_is_by_its_talk_either(tmp_path: Path) -> None:
    def talked(*bookings: Event) -> Collection[str]:
        counted = QuarterCounted(at=FIRST + 12 * HOUR, week="2026-W44", talked={"room-1": {"limited": 900}})
        folder = tmp_path / str(len(bookings))
        report = read(write(folder, DaemonStarted(at=FIRST, epoch=1, version="0", site="test"), *bookings, counted), quiet_site())
        assert report.masking is not None
        return report.masking.talked

    assert talked(*(ended(FIRST + n * HOUR, mark=str(n)) for n in (8, 9))) == {}
    assert "room-1" in talked(*(ended(FIRST + n * HOUR / 2, mark=str(n)) for n in range(16, 22)))


def test_what_the_journal_does_not_tell_of_is_not_known(tmp_path: Path) -> None:
    report = read(write(tmp_path / "data", ended(FIRST + 10 * DAY)), SITE, FIRST + 20 * DAY)
    assert not report.complete
    assert report.until == report.known_from == FIRST + 10 * DAY + 65 * MINUTE
    assert report.devices["lock-front-1"].percent is None
