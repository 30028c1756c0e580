"""Walk tests: a press raises its alarm whatever is tested, and can be confirmed as the test's for half a minute."""

from datetime import timedelta

import pytest

from edge.conditions import PANIC, WALK_TEST, WALK_TEST_DUE
from edge.facts import ACTIVE
from edge.refusal import Refusal
from edge.site.fields import Role
from security import walk_tests
from security.alarms import AlarmResolved
from security.drills import drills
from security.walk_tests import CONFIRM_WITHIN, TEST, TEST_EVERY, WalkTestEnded
from tests.builders import MINUTE, SECOND
from tests.security.alarm_house import House

GUARD: tuple[str, Role] = ("M. Virtanen", "guard")


def begun() -> House:
    lift = House()
    lift.at_site(walk_tests.begin, *GUARD)
    return lift


def confirm(lift: House) -> None:
    lift.does(walk_tests.confirm, "button-1", "L. Korhonen", "guard")


def test_a_press_of_the_test_raises_its_alarm_at_once_and_is_confirmed_in_one_step() -> None:
    lift = begun()
    lift.press("p1", sent_at=lift.now - SECOND / 4)
    alarm = lift.alarm(PANIC)
    assert alarm is not None
    assert (alarm.active, alarm.level, alarm.acknowledged_at) == (True, 1, None)
    lift.wait(CONFIRM_WITHIN)
    confirm(lift)
    assert lift.alarm(PANIC) is None
    assert lift.told(AlarmResolved) == [AlarmResolved(at=lift.now, number=alarm.number, by="L. Korhonen", reason="walk-test")]
    (drill,) = drills(lift.journal)
    result = drill.results["button-1"]
    assert (result.latency_s, result.confirmed_by, drill.ended_at) == (0.25, "L. Korhonen", None)


def test_what_nobody_confirms_in_time_is_a_panic_like_any_other() -> None:
    lift = begun()
    lift.press("p1")
    lift.wait(CONFIRM_WITHIN + SECOND)
    with pytest.raises(Refusal, match="Treat alarm 1 as real"):
        confirm(lift)
    assert lift.alarm(PANIC) is not None
    assert drills(lift.journal)[0].results["button-1"].confirmed_at is None


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_restart_in_between_loses_neither_the_alarm_nor_the_test(checkpoint: bool) -> None:
    lift = begun()
    lift.press("p1")
    lift.restarts(10 * SECOND, checkpoint=checkpoint)
    assert lift.alarm(PANIC) is not None
    confirm(lift)
    assert lift.alarm(PANIC) is None
    lift.press("p1")
    assert lift.alarm(PANIC) is None, "the same press is no second alarm"


def test_a_press_outside_the_test_cannot_be_confirmed() -> None:
    lift = House()
    lift.press("p1")
    with pytest.raises(Refusal, match="no open alarm from a press of a walk test"):
        confirm(lift)
    lift.at_site(walk_tests.begin, *GUARD)
    with pytest.raises(Refusal, match="no open alarm from a press of a walk test"):
        confirm(lift)


def test_a_test_is_seen_by_everybody_ends_by_itself_and_there_is_one_at_a_time() -> None:
    lift = begun()
    assert lift.facts(ACTIVE(WALK_TEST, "test")) is not None
    with pytest.raises(Refusal, match="Virtanen has begun"):
        lift.at_site(walk_tests.begin, *GUARD)
    lift.restarts(14 * MINUTE)
    lift.wait(MINUTE)
    assert (lift.facts(TEST()), lift.facts(ACTIVE(WALK_TEST, "test"))) == (None, None)
    assert lift.told(WalkTestEnded) == [WalkTestEnded(at=lift.now)]
    with pytest.raises(Refusal, match="No walk test"):
        lift.does(walk_tests.end, *GUARD)


@pytest.mark.parametrize(
    ("buttons", "length"), [(("front-1",), MINUTE), ((), timedelta(0)), ((), 60 * MINUTE + SECOND)], ids=["no button", "0", "long"]
)
def test_what_cannot_be_tested(buttons: tuple[str, ...], length: timedelta) -> None:
    with pytest.raises(Refusal):
        House().at_site(walk_tests.begin, *GUARD, buttons, length)


def test_a_button_that_was_not_tested_for_a_month_is_named() -> None:
    lift = House()
    lift.wait(TEST_EVERY - SECOND)
    assert lift.facts(ACTIVE(WALK_TEST_DUE, "button-1")) is None
    lift.restarts(SECOND, checkpoint=True)
    assert lift.facts(ACTIVE(WALK_TEST_DUE, "button-1")) is not None
    lift.at_site(walk_tests.begin, *GUARD)
    lift.press("p1")
    confirm(lift)
    assert lift.facts(ACTIVE(WALK_TEST_DUE, "button-1")) is None
