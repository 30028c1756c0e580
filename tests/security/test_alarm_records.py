"""Groups of open alarms, figures and lives from the journal, and how long batteries will last."""

from datetime import timedelta

import pytest

from edge.conditions import CONNECTION_LOST, DEVICE_LOST, DOOR_FORCED, PANIC, TAMPER
from edge.events import ConnectionChanged, Observed
from edge.facts import Facts
from edge.text import say
from security import alarms, batteries
from security.alarm_figures import Count, Offender, figures
from security.alarm_groups import behind_lost_lines, grouped
from security.alarm_past import Life, lives
from security.alarms import Alarm, AlarmRaised
from security.batteries import CHARGES, Charge, days_left
from tests.builders import DAY, HOUR, MINUTE, MONDAY, SECOND, service_rooms
from tests.security.alarm_house import House, house

SITE = service_rooms(3)


def alarm(number: int, kind: str, subject: str = "x", at: timedelta = timedelta(0)) -> Alarm:
    press = "p" if kind == PANIC else None
    return Alarm(number, kind, subject, say("It is"), MONDAY + at, press)


def numbers(*open_now: Alarm) -> list[list[int]]:
    return [[each.number for each in group.alarms] for group in grouped(SITE, open_now)]


# --- groups -----------------------------------------------------------------------------------------------------------


def test_panics_come_first_and_each_alone() -> None:
    assert numbers(alarm(1, TAMPER), *(alarm(n, PANIC) for n in (2, 3, 4))) == [[2], [3], [4], [1]]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ((0, 30, 60), [[1, 2, 3]]),
        ((0, 30, 61), [[1], [2], [3]]),
        ((0, 1), [[1], [2]]),
        ((0, 20, 40, 80, 100), [[1, 2, 3, 4, 5]]),
        ((0, 1, 2, 300, 301, 302), [[1, 2, 3], [4, 5, 6]]),
        ((0, 1, 2, 300), [[1, 2, 3], [4]]),
    ],
)
def test_three_of_a_type_within_a_minute_are_one_group(seconds: tuple[int, ...], expected: list[list[int]]) -> None:
    assert numbers(*(alarm(n, DEVICE_LOST, at=s * SECOND) for n, s in enumerate(seconds, 1))) == expected


def test_what_hangs_on_a_lost_line_is_grouped_with_it_in_the_place_of_the_most_urgent() -> None:
    told = (
        alarm(1, TAMPER, "elsewhere"),
        alarm(2, TAMPER, "button-1"),
        alarm(3, CONNECTION_LOST, "line"),
        alarm(4, DOOR_FORCED, "front-1"),
    )
    assert numbers(*told) == [[1], [2, 3, 4]]


def test_devices_behind_a_lost_line_are_named_as_suppressed() -> None:
    lift = House()
    lift.happens(ConnectionChanged(at=lift.now, connection="line", up=True))
    lift.report("sensor-1", "link", True)
    assert behind_lost_lines(lift.site, lift.facts) == {}
    lift.happens(ConnectionChanged(at=lift.now, connection="line", up=False))
    lift.report("sensor-1", "link", False)
    assert behind_lost_lines(lift.site, lift.facts) == {"sensor-1": "line"}


# --- figures ----------------------------------------------------------------------------------------------------------


def test_figures_count_shifts_days_the_peak_and_the_worst() -> None:
    """From Monday 0.00 to Wednesday 0.00 in Helsinki; Sunday's night shift reaches into the window."""
    hours = [1, 7, 7.05, 7.1, 15, 23, 30, 30.2, 60]
    raised = [
        AlarmRaised(at=MONDAY + h * HOUR, number=n, type=TAMPER if n % 3 else DOOR_FORCED, subject=f"s{n % 2}", because=say("x"))
        for n, h in enumerate(hours)
    ]
    found = figures(SITE, raised, MONDAY, MONDAY + 2 * DAY)
    assert (found.alarms, dict(found.by_level)) == (8, {1: 0, 2: 3, 3: 5, 4: 0})
    assert [day.alarms for day in found.days] == [6, 2]
    assert [shift.alarms for shift in found.shifts] == [1, 3, 1, 1, 2, 0, 0]
    assert found.shifts[1].start == MONDAY + 6 * HOUR
    assert found.peak == Count(MONDAY + 7 * HOUR, 3)
    assert found.worst[0] == Offender(TAMPER, "s1", 3)
    assert sum(each.alarms for each in found.worst) == 8


def test_no_alarms_have_no_peak() -> None:
    found = figures(SITE, [], MONDAY, MONDAY + DAY)
    assert (found.alarms, found.peak, [day.alarms for day in found.days]) == (0, None, [0])


# --- lives ------------------------------------------------------------------------------------------------------------


def lives_of(lift: House) -> list[Life]:
    """Of the bell and of the panic."""
    return [life for life in lives(lift.journal) if life.type in ("lift-bell", PANIC)]


def test_the_life_of_an_alarm_is_told_step_by_step() -> None:
    lift = House(house())
    lift.report("bell", "active", True)
    lift.press("p1")
    lift.does(alarms.acknowledge, 1, "A", None)
    lift.does(alarms.note, 1, "A", "On my way")
    lift.does(alarms.transfer, 1, "A", "B", None)
    lift.wait(6 * MINUTE)
    lift.report("bell", "active", False)
    bell, panic = lives_of(lift)
    assert [(s.what, s.by, s.text) for s in bell.steps] == [
        ("raised", "", ""),
        ("acknowledged", "A", ""),
        ("noted", "A", "On my way"),
        ("transferred", "A", "B"),
        ("reminded", "", ""),
        ("cleared", "", ""),
    ]
    assert (bell.raised_at, bell.left_at) == (MONDAY, lift.now)
    assert (panic.press, panic.left_at) == ("p1", None)
    lift.does(alarms.acknowledge, 2, "A", None)
    assert lives_of(lift)[1].left_at is None
    lift.does(alarms.resolve, 2, "A", "Over", None)
    assert lives_of(lift)[1].left_at == lift.now


def test_a_life_whose_beginning_is_forgotten_is_left_out() -> None:
    lift = House()
    lift.press("p1")
    lift.does(alarms.acknowledge, 1, "A", None)
    assert lives(lift.journal[-1:]) == []


# --- batteries --------------------------------------------------------------------------------------------------------


def charges(*percents: float, every: timedelta = DAY) -> list[Charge]:
    return [Charge(MONDAY + n * every, percent) for n, percent in enumerate(percents)]


@pytest.mark.parametrize(
    ("said", "days"),
    [
        (charges(90, 88, 86, 84), 42),
        (charges(90, 90, 90, 90), None),
        (charges(80, 82, 84, 86), None),
        (charges(90, 88, 86), None),
        (charges(90, 88, 86, 84, every=HOUR), None),
        (charges(3, 2, 1, 0), 0),
        (charges(100, 99.5, 99, 98.5), 197),
    ],
)
def test_how_long_a_battery_lasts(said: list[Charge], days: int | None) -> None:
    assert days_left(said, said[-1].at) == days


def test_a_few_readings_a_day_are_kept_and_another_battery_begins_anew() -> None:
    facts = Facts()
    for hour in range(24 * 30):
        event = Observed(at=MONDAY + hour * HOUR, device="d", point="battery", value=100 - hour / 24)
        batteries.fold(facts, event)
    known = facts(CHARGES("d")) or ()
    assert len(known) == 21 * 4 + 1
    fresh = Facts()
    for kept in batteries.kept(facts, MONDAY):
        batteries.fold(fresh, kept)
    assert fresh(CHARGES("d")) == known
    batteries.fold(facts, Observed(at=MONDAY + 31 * DAY, device="d", point="battery", value=100))
    assert facts(CHARGES("d")) == (Charge(MONDAY + 31 * DAY, 100.0),)
