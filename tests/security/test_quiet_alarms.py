"""Alarms of the building's own, shelves, devices out of service and reminders, in a controller that restarts."""

import contextlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.conditions import (
    ALARM_SHELVED,
    BATTERY_LOW,
    DEVICE_LOST,
    DEVICE_OUT_OF_SERVICE,
    FIRE,
    PANIC,
    PANIC_SOURCE_LOST,
    SAFETY_OUT_OF_SERVICE,
    TAMPER,
)
from edge.errors import IllegalCommand
from edge.events import Event
from edge.facts import ACTIVE
from edge.refusal import Refusal
from edge.site.fields import Role
from edge.text import Text
from security import alarms, shelving, sources, walk_tests
from security.alarm_types import alarm_type
from security.alarms import Alarm, AlarmConflict, AlarmReminded, open_alarms, quiet_alarms
from security.quiet import SHELF, AlarmShelved, AlarmUnshelved, SourceTakenBack
from security.roles import MAY, ROLES, NotAllowed
from tests.builders import DAY, HOUR, MINUTE, SECOND
from tests.security.alarm_house import LIFT_BELL, House, house

BELL = "lift-bell"
GUARD: tuple[str, Role] = ("M. Virtanen", "guard")


def ringing() -> House:
    lift = House()
    lift.report("bell", "active", True)
    return lift


def shelve(lift: House, span: timedelta, kind: str = BELL, version: int | None = None) -> Event:
    alarm = lift.alarm(kind)
    assert alarm is not None
    return lift.at_site(shelving.shelve, alarm.number, *GUARD, lift.now + span, "Being mended", version)


# --- of the building's own --------------------------------------------------------------------------------------------


def test_an_alarm_of_the_buildings_own_lives_like_any_other() -> None:
    lift = ringing()
    alarm = lift.alarm(BELL)
    assert alarm is not None
    assert (alarm.subject, alarm.level, alarm.active) == ("bell", 2, True)
    lift.does(alarms.acknowledge, alarm.number, "M. Virtanen", alarm.version)
    lift.restarts()
    assert lift.alarm(BELL) is not None
    lift.report("bell", "active", False)
    assert lift.alarm(BELL) is None


def test_the_site_changes_a_type_but_never_how_urgent_panic_and_fire_are() -> None:
    changed = {"level": 4, "shelve": "8 h", "name": "X"}
    site = house(**{"tamper": {"level": 1, "shelve": "never"}, PANIC: changed, FIRE: changed})
    assert (alarm_type(site, TAMPER).level, alarm_type(site, TAMPER).shelve) == (1, None)
    assert [(alarm_type(site, kind).level, alarm_type(site, kind).shelve) for kind in (PANIC, FIRE)] == [(1, None)] * 2


def test_a_type_that_the_site_file_lost_can_still_be_looked_at() -> None:
    lift = ringing()
    lift.site = lift.site.model_copy(update={"alarms": {}})
    lift.restarts()
    alarm = lift.alarm(BELL)
    assert alarm is not None
    assert (alarm.level, alarm.active) == (4, False)
    assert alarm_type(lift.site, BELL).response


# --- shelves ----------------------------------------------------------------------------------------------------------


def test_a_shelved_alarm_returns_by_itself_and_as_another_version() -> None:
    lift = ringing()
    shelve(lift, 30 * MINUTE)
    assert lift.alarm(BELL) is None
    assert [alarm.type for alarm in quiet_alarms(lift.facts)] == [BELL]
    assert lift.facts(ACTIVE(ALARM_SHELVED, "lift-bell bell")) is not None
    lift.wait(30 * MINUTE)
    alarm = lift.alarm(BELL)
    assert alarm is not None
    assert alarm.version == 3
    assert lift.told(AlarmUnshelved) == [AlarmUnshelved(at=lift.now, type=BELL, subject="bell")]
    assert lift.facts(ACTIVE(ALARM_SHELVED, "lift-bell bell")) is None


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_shelf_holds_over_a_restart_and_ends_when_it_should(checkpoint: bool) -> None:
    lift = ringing()
    shelve(lift, 30 * MINUTE)
    lift.restarts(10 * MINUTE, checkpoint=checkpoint)
    assert lift.alarm(BELL) is None
    lift.restarts(25 * MINUTE, checkpoint=checkpoint)
    assert lift.alarm(BELL) is not None


def test_a_shelf_that_cannot_be_right_is_none() -> None:
    """A9: begun in the future, longer than allowed, or of a type that is not shelved any more."""
    lift = ringing()
    shelve(lift, 30 * MINUTE)
    lift.restarts(-HOUR)
    assert lift.alarm(BELL) is not None
    for changed in ({"shelve": "10 min"}, {"shelve": "never"}):
        lift = ringing()
        shelve(lift, 30 * MINUTE)
        lift.site = house(**{BELL: {**LIFT_BELL, **changed}})
        lift.restarts()
        assert lift.alarm(BELL) is not None


def test_what_may_be_shelved_and_for_how_long() -> None:
    lift = ringing()
    lift.press("p1")
    with pytest.raises(Refusal, match="never shelved"):
        shelve(lift, MINUTE, PANIC)
    for span in (HOUR + SECOND, timedelta(0)):
        with pytest.raises(Refusal, match="until"):
            shelve(lift, span)
    with pytest.raises(AlarmConflict):
        shelve(lift, MINUTE, version=9)
    with pytest.raises(Refusal, match="not shelved"):
        lift.does(shelving.unshelve, BELL, "bell", *GUARD)
    shelve(lift, HOUR)
    lift.does(shelving.unshelve, BELL, "bell", *GUARD)
    assert lift.alarm(BELL) is not None


def test_a_critical_alarm_is_seen_before_it_is_shelved() -> None:
    lift = House(house(**{BELL: {**LIFT_BELL, "level": 1}}))
    lift.report("bell", "active", True)
    with pytest.raises(AlarmConflict, match="acknowledge it before"):
        shelve(lift, MINUTE)
    lift.does(alarms.acknowledge, 1, "M. Virtanen", None)
    shelve(lift, MINUTE)
    assert lift.alarm(BELL) is None


@pytest.mark.parametrize("role", ROLES)
def test_who_may_shelve_and_take_out(role: Role) -> None:
    lift = ringing()
    for action, act in {
        "shelve": lambda: lift.at_site(shelving.shelve, 1, "X", role, lift.now + MINUTE, "Why", None),
        "out-of-service": lambda: lift.decides(lambda _, at: sources.take_out(lift.site, at, "sensor-1", "X", role, "Why")),
        "walk-test": lambda: lift.at_site(walk_tests.begin, "X", role),
    }.items():
        if role in MAY[action]:  # type: ignore[index]
            act()
        else:
            with pytest.raises(NotAllowed):
                act()


# --- out of service ---------------------------------------------------------------------------------------------------


def take_out(lift: House, device: str, span: timedelta | None = None) -> Event:
    until = None if span is None else lift.now + span
    return lift.decides(lambda _, at: sources.take_out(lift.site, at, device, *GUARD, "Battery", until))


def test_a_device_out_of_service_is_quiet_but_its_cover_is_watched() -> None:
    lift = House()
    take_out(lift, "sensor-1")
    lift.report("sensor-1", "link", False)
    lift.report("sensor-1", "battery", 2.0)
    lift.report("sensor-1", "tamper", True)
    assert [alarm.type for alarm in open_alarms(lift.facts)] == [TAMPER]
    assert {alarm.type for alarm in quiet_alarms(lift.facts)} == {DEVICE_LOST, BATTERY_LOW}
    assert lift.facts(ACTIVE(DEVICE_OUT_OF_SERVICE, "sensor-1")) is not None
    lift.decides(lambda facts, at: sources.take_back(lift.site, facts, at, "sensor-1", *GUARD))
    assert {alarm.type for alarm in open_alarms(lift.facts)} == {TAMPER, DEVICE_LOST, BATTERY_LOW}
    with pytest.raises(Refusal, match="is in service"):
        lift.decides(lambda facts, at: sources.take_back(lift.site, facts, at, "sensor-1", *GUARD))


def test_a_button_is_out_for_eight_hours_at_most_with_an_alarm_that_says_so_and_its_press_still_counts() -> None:
    """A3, A4."""
    lift = House()
    for span in (None, 8 * HOUR + SECOND):
        with pytest.raises(Refusal, match="protects people"):
            take_out(lift, "button-1", span)
    take_out(lift, "button-1", 8 * HOUR)
    lift.report("button-1", "link", False)
    standing = lift.alarm(SAFETY_OUT_OF_SERVICE)
    assert standing is not None
    assert (standing.level, lift.alarm(PANIC_SOURCE_LOST)) == (2, None)
    lift.press("p1")
    assert lift.alarm(PANIC) is not None
    lift.restarts(HOUR)
    lift.wait(7 * HOUR)
    assert lift.told(SourceTakenBack) == [SourceTakenBack(at=lift.now, subject="button-1")]
    assert lift.alarm(PANIC_SOURCE_LOST) is not None


# --- reminders --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("checkpoint", [False, True])
def test_what_goes_on_is_told_again_by_the_types_own_time_once_each_also_over_a_restart(checkpoint: bool) -> None:
    lift = ringing()
    lift.does(alarms.acknowledge, 1, "M. Virtanen", None)
    lift.does(alarms.transfer, 1, "M. Virtanen", "L. Korhonen", None)
    lift.wait(5 * MINUTE - SECOND)
    assert lift.told(AlarmReminded) == []
    lift.wait(SECOND)
    assert lift.told(AlarmReminded) == [AlarmReminded(at=lift.now, number=1, owner="L. Korhonen")]
    alarm = lift.alarm(BELL)
    assert alarm is not None
    assert (alarm.version, alarm.reminded_at, alarm.owner) == (4, lift.now, "L. Korhonen")
    lift.restarts(4 * MINUTE, checkpoint=checkpoint)
    before = len(lift.told(AlarmReminded))
    lift.wait(MINUTE)
    assert len(lift.told(AlarmReminded)) == before + 1


def test_nobody_is_reminded_of_what_has_ended_is_shelved_or_was_never_seen() -> None:
    lift = ringing()
    lift.wait(HOUR)
    lift.does(alarms.acknowledge, 1, "M. Virtanen", None)
    shelve(lift, 30 * MINUTE)
    lift.wait(29 * MINUTE)
    assert lift.told(AlarmReminded) == []
    lift.report("bell", "active", False)
    lift.wait(DAY)
    assert lift.told(AlarmReminded) == []


# --- whatever happens -------------------------------------------------------------------------------------------------

Step = tuple[str, int]
flags = st.tuples(
    st.sampled_from(["shelve", "out", "back", "test", "end-test", "wait", "bell", "restart", "tamper"]), st.integers(0, 3)
)
presses = st.tuples(st.just("press"), st.integers(0, 4))
people = st.tuples(st.sampled_from(["acknowledge", "resolve", "claim", "transfer", "note"]), st.integers(1, 5))


def do(lift: House, step: Step) -> None:
    what, n = step
    acts: dict[str, Callable[[], object]] = {
        "press": lambda: lift.press(f"p{n}"),
        "shelve": lambda: [shelve(lift, 40 * MINUTE, alarm.type) for alarm in open_alarms(lift.facts)[n : n + 1]],
        "out": lambda: take_out(lift, ("button-1", "sensor-1", "bell", "button-1")[n], HOUR),
        "back": lambda: lift.decides(lambda facts, at: sources.take_back(lift.site, facts, at, "button-1", *GUARD)),
        "test": lambda: lift.at_site(walk_tests.begin, *GUARD),
        "end-test": lambda: lift.does(walk_tests.end, *GUARD),
        "wait": lambda: lift.wait((n + 1) * 7 * MINUTE),
        "bell": lambda: lift.report("bell", "active", n % 2 == 0),
        "tamper": lambda: lift.report("button-1", "tamper", n % 2 == 0),
        "restart": lambda: lift.restarts(timedelta(0), checkpoint=n % 2 == 0),
        "acknowledge": lambda: lift.does(alarms.acknowledge, n, "X", None),
        "resolve": lambda: lift.does(alarms.resolve, n, "X", "Over", None),
        "claim": lambda: lift.does(alarms.claim, n, "X"),
        "transfer": lambda: lift.does(alarms.transfer, n, "X", f"Y{n}", None),
        "note": lambda: lift.does(alarms.note, n, "X", "Hm"),
    }
    with contextlib.suppress(IllegalCommand):
        acts[what]()


def as_told(alarm: Alarm) -> tuple[object, ...]:
    """Everything of a panic but its number, which counts other alarms too."""
    return (alarm.type, alarm.subject, alarm.because, alarm.raised_at, alarm.press, alarm.level, alarm.active, alarm.version)


def panics(lift: House) -> list[tuple[object, ...]]:
    return [as_told(alarm) for alarm in open_alarms(lift.facts) if alarm.type == PANIC]


@given(st.lists(st.one_of(flags, presses), max_size=14))
def test_no_flag_changes_anything_about_a_panic(steps: list[Step]) -> None:
    """A3: the same presses with every other thing left out give the same alarms."""
    flagged, plain = House(), House()
    for step in steps:
        do(flagged, step)
        plain.now = flagged.now
        if step[0] == "press":
            do(plain, step)
        assert panics(flagged) == panics(plain)


@given(st.lists(st.one_of(flags, presses, people), max_size=16))
def test_lives_of_alarms(steps: list[Step]) -> None:
    """A1, A2, A6, A9 against a model that knows only what was pressed and resolved, and whether the bell rings."""
    lift = House()
    pressed: set[str] = set()
    for step in steps:
        do(lift, step)
        if step[0] == "press":
            pressed.add(f"p{step[1]}")
        raised = [e.press for e in lift.told(alarms.AlarmRaised) if e.press is not None]  # type: ignore[attr-defined]
        known = set(raised) | {alarm.press for alarm in open_alarms(lift.facts)} | set(lift.facts(alarms.PRESSES("button-1")) or ())
        assert known - {None} == pressed
        assert len(raised) == len(set(raised))
        shown = {alarm.number: alarm for alarm in open_alarms(lift.facts)}
        hidden = {alarm.number: alarm for alarm in quiet_alarms(lift.facts)}
        assert not any(alarm.type == PANIC for alarm in hidden.values())
        rings = any(alarm.type == BELL and alarm.active for alarm in (*shown.values(), *hidden.values()))
        assert rings == (lift.facts(ACTIVE(BELL, "bell")) is not None)
        for alarm in (*shown.values(), *hidden.values()):
            assert alarm.type == PANIC or alarm.active or alarm.acknowledged_at is None
        for (kind, _), shelf in lift.facts.of(SHELF):
            assert isinstance(shelf, AlarmShelved)
            assert shelf.at <= lift.now < shelf.until <= shelf.at + (alarm_type(lift.site, kind).shelve or timedelta(0))
        before = [(alarm.number, alarm.version, alarm.changed) for alarm in open_alarms(lift.facts)]
        assert all(changed is None or isinstance(changed, Text) for *_, changed in before)
        lift.restarts(timedelta(0))
        assert [(alarm.number, alarm.version, alarm.changed) for alarm in open_alarms(lift.facts)] == before
