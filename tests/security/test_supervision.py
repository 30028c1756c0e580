"""When people are told that a device is lost, a door does not obey, or something else is wrong."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from edge import conditions as types
from edge.claims import Claim, Condition, Decision, Derived, Priority
from edge.commands import Timing
from edge.events import ClockJumped, ConditionBegan, ConnectionChanged, GarbageReceived, JournalHealth, RetainedCommandFound
from edge.facts import ACTIVE, DECISION, FLIGHT, HEARD, ONLINE, READING, START, Facts, Flight, Look, Reading, Start
from edge.point_words import POINTS
from edge.points import PointId, Value
from edge.text import Ref, Text, say
from security import supervision
from security.supervision import GARBAGE_REMEMBERED, NOTICE_REMEMBERED, Supervision
from security.truth import DOOR, DoorState, DoorTruth
from tests.builders import HOUR, MINUTE, MONDAY, SECOND, service_rooms, site_of

T = MONDAY
SITE = service_rooms()
WATCH = Supervision(SITE, Timing())
LOCK = PointId("lock-front-1", "lock")
Conclude = Callable[[Look, str], Iterable[Any]]


def asked(rule: Conclude, facts: Facts, subject: str, at: datetime = T) -> tuple[list[str], datetime | None]:
    """The types of the conditions that hold, and when they may change by themselves."""
    look = Look(facts, at)
    return [c.type for c in rule(look, subject) if isinstance(c, Condition)], look.wake


def reported(facts: Facts, device: str, point: str, value: Value, since: datetime = T, at: datetime | None = None) -> Facts:
    facts.set(READING(device, point), Reading(value, since, at or since))
    return facts


# --- lost devices -----------------------------------------------------------------------------------------------------


def online(facts: Facts, device: str, at: datetime) -> object:
    found = [c.value for c in WATCH.device(Look(facts, at), device) if isinstance(c, Derived)]
    return found[0] if found else None


def heard(at: datetime, device: str = "button-1") -> Facts:
    facts = Facts()
    facts.set(HEARD(device), at)
    return facts


def test_a_button_is_lost_after_three_missed_heartbeats_and_a_second() -> None:
    """A11; within 10 s."""
    lost = T + 7 * SECOND
    assert asked(WATCH.device, heard(T), "button-1", lost - SECOND) == ([], lost)
    assert online(heard(T), "button-1", lost - SECOND) is True
    assert asked(WATCH.device, heard(T), "button-1", lost) == ([types.PANIC_SOURCE_LOST], None)
    assert online(heard(T), "button-1", lost) is False


def test_a_door_may_be_silent_for_longer() -> None:
    assert WATCH.silence_allowed("lock-front-1") == 91 * SECOND
    assert asked(WATCH.device, heard(T, "lock-front-1"), "lock-front-1", T + 91 * SECOND)[0] == [types.DEVICE_LOST]


def test_the_site_file_may_say_how_often_a_device_is_heard() -> None:
    device = SITE.devices["lock-front-1"].model_copy(update={"heartbeat": 5 * SECOND})
    site = SITE.model_copy(update={"devices": {**SITE.devices, "lock-front-1": device}})
    assert Supervision(site, Timing()).silence_allowed("lock-front-1") == 16 * SECOND
    assert Supervision(site, Timing(), stretch=60).silence_allowed("lock-front-1") == 16 * MINUTE


def test_a_make_is_heard_as_often_as_its_profile_says_unless_the_site_file_knows_better() -> None:
    def allowed(**more: object) -> timedelta:
        update = {"profile": "mqtt.zigbee2mqtt_sensor", "at": "zigbee2mqtt/button", **more}
        button = SITE.devices["button-1"].model_copy(update=update)
        site = SITE.model_copy(update={"devices": {**SITE.devices, "button-1": button}})
        return Supervision(site, Timing()).silence_allowed("button-1")

    assert allowed() == 24 * HOUR + SECOND
    assert allowed(heartbeat=MINUTE) == 3 * MINUTE + SECOND
    fob = {"profile": "ble.panic_fob", "at": "54:48:E6:8F:80:A5"}
    assert allowed(**fob) == 31 * SECOND
    assert allowed(**fob, heartbeat=3 * SECOND) == 10 * SECOND


def test_a_will_says_at_once_that_a_device_is_lost() -> None:
    facts = reported(heard(T), "button-1", "link", False)
    assert asked(WATCH.device, facts, "button-1") == ([types.PANIC_SOURCE_LOST], None)
    assert online(reported(facts, "button-1", "link", True), "button-1", T) is True


def test_without_heartbeats_only_a_will_counts() -> None:
    quiet = Supervision(SITE, Timing(), heartbeats=False)
    assert asked(quiet.device, heard(T), "button-1", T + HOUR) == ([], None)


@pytest.mark.parametrize(("device", "after"), [("button-1", 10 * SECOND), ("lock-front-1", 91 * SECOND)])
def test_a_device_that_says_nothing_after_a_start_is_lost_in_time(device: str, after: timedelta) -> None:
    facts = Facts()
    assert asked(WATCH.device, facts, device) == ([], None)
    facts.set(START(), Start(T, 1))
    assert asked(WATCH.device, facts, device, T + after - SECOND) == ([], T + after)
    assert len(asked(WATCH.device, facts, device, T + after)[0]) == 1


def test_a_loss_from_before_a_restart_goes_on_until_the_device_is_heard() -> None:
    facts = Facts()
    facts.set(START(), Start(T, 2))
    facts.set(ACTIVE(types.DEVICE_LOST, "lock-front-1"), ConditionBegan(at=T, type="", subject="", because=say("")))
    assert asked(WATCH.device, facts, "lock-front-1")[0] == [types.DEVICE_LOST]
    assert online(facts, "lock-front-1", T) is False
    facts.set(HEARD("lock-front-1"), T)
    assert asked(WATCH.device, facts, "lock-front-1")[0] == []


# --- tamper and nonsense ----------------------------------------------------------------------------------------------


def test_an_open_cover_is_told_for_as_long_as_it_is_open() -> None:
    facts = reported(Facts(), "button-1", "tamper", True)
    assert asked(WATCH.device_health, facts, "button-1")[0] == [types.TAMPER]
    assert asked(WATCH.device_health, reported(facts, "button-1", "tamper", False), "button-1")[0] == []


def test_nonsense_is_told_and_forgotten_after_a_while() -> None:
    """A10."""
    facts = Facts()
    supervision.fold(facts, GarbageReceived(at=T, device="button-1", channel="c", problem="p", sample="s"))
    assert asked(WATCH.device_health, facts, "button-1") == ([types.DEVICE_GARBAGE], T + GARBAGE_REMEMBERED)
    assert asked(WATCH.device_health, facts, "button-1", T + GARBAGE_REMEMBERED)[0] == []


def without_value(device: str, point: str) -> Facts:
    facts = Facts()
    facts.set(START(), Start(T - HOUR, 1))
    facts.set(HEARD(device), T)
    facts.set(READING(device, point), Reading(False, T - HOUR, T - HOUR, good=False, problem="sensor fault", bad_since=T))
    return facts


def test_a_point_without_a_usable_value_is_told_when_it_lasts() -> None:
    facts = without_value("lock-front-1", "contact")
    settled = T + Timing().settle
    assert asked(WATCH.values, facts, "lock-front-1") == ([], settled)
    assert asked(WATCH.values, facts, "lock-front-1", settled)[0] == [types.NO_USABLE_VALUE]
    (told,) = WATCH.values(Look(facts, settled), "lock-front-1")
    assert isinstance(told, Condition)
    assert told.because.values == {"device": Ref("lock-front-1"), "point": POINTS["contact"], "problem": "sensor fault"}
    facts.set(ONLINE("lock-front-1"), False)
    assert asked(WATCH.values, facts, "lock-front-1", settled)[0] == [], "its loss is told already"


def test_a_fire_alarm_system_that_does_not_tell_is_lost() -> None:
    fire = {"fire": {"type": "fire-input", "connection": "broker"}}
    watch = Supervision(site_of({"lobby": "public"}, {}, devices=fire), Timing())
    facts = without_value("fire", "fire")
    assert asked(watch.device, facts, "fire")[0] == []
    assert asked(watch.device, facts, "fire", T + Timing().settle)[0] == [types.FIRE_INPUT_LOST]


def battery(facts: Facts, charge: float) -> list[str]:
    told = asked(WATCH.device_health, reported(facts, "button-1", "battery", charge), "button-1")[0]
    began = ConditionBegan(at=T, type=types.BATTERY_LOW, subject="button-1", because=say("")) if told else None
    facts.set(ACTIVE(types.BATTERY_LOW, "button-1"), began)
    return told


def test_a_battery_between_the_limits_is_not_told_again_and_again() -> None:
    facts, low = Facts(), [types.BATTERY_LOW]
    assert [battery(facts, charge) for charge in (20, 15, 14.9, 15, 20, 20.1, 15, 14)] == [[], [], low, low, low, [], [], low]


def test_a_low_battery_stays_told_over_a_restart_until_it_is_heard() -> None:
    facts = Facts()
    battery(facts, 10)
    facts.set(READING("button-1", "battery"), None)
    assert asked(WATCH.device_health, facts, "button-1")[0] == [types.BATTERY_LOW]


# --- obedience --------------------------------------------------------------------------------------------------------


def decided(
    facts: Facts, value: str = "locked", since: datetime = T - HOUR, refused: Text | None = None, at: datetime = T
) -> Facts:
    claim = Claim(LOCK, value, Priority.DEFAULT, "default", say("Default"))
    facts.set(DECISION(*LOCK), Decision(LOCK, value, claim, (), since, refused, at if refused else None))
    return facts


def flying(*, overdue: bool = False, confirmed: bool = False, value: Value = "locked") -> Flight:
    return Flight(value, 1, T, T, 1, None, confirmed, overdue)


def before_restart(facts: Facts, kind: str, subject: str) -> Facts:
    decided(facts)
    facts.set(ACTIVE(kind, subject), ConditionBegan(at=T - HOUR, type=kind, subject=subject, because=say("Before")))
    return facts


def test_a_door_that_does_not_obey_is_told_by_its_own_name() -> None:
    """D9."""
    facts = Facts()
    facts.set(FLIGHT(*LOCK), flying())
    assert asked(WATCH.obedience, facts, "lock-front-1")[0] == []
    facts.set(FLIGHT(*LOCK), flying(overdue=True))
    (told,) = WATCH.obedience(Look(facts, T), "lock-front-1")
    assert (told.type, told.subject) == (types.DOOR_NOT_FOLLOWING, "front-1")
    assert told.because.message == "{door} should be locked and is not"


def door_is(facts: Facts, state: DoorState, since: datetime) -> Facts:
    facts.set(DOOR("front-1"), DoorTruth(state, since, say("So it is"), True, True))
    return facts


def test_people_who_work_on_a_door_are_not_told_that_it_disobeys() -> None:
    facts = before_restart(Facts(), types.DOOR_NOT_FOLLOWING, "front-1")
    facts.set(FLIGHT(*LOCK), flying(overdue=True))
    assert asked(WATCH.obedience, facts, "lock-front-1")[0] == [types.DOOR_NOT_FOLLOWING]
    assert asked(WATCH.obedience, door_is(facts, DoorState.OUT_OF_SERVICE, T), "lock-front-1")[0] == []
    reported(facts, "lock-front-1", "tamper", True)
    assert asked(WATCH.device_health, facts, "lock-front-1")[0] == [types.TAMPER]


def test_a_card_may_keep_a_lock_open_for_one_passage() -> None:
    facts = Facts()
    facts.set(FLIGHT(*LOCK), flying(overdue=True))
    door_is(facts, DoorState.OPENED_BY_HAND, T)
    wide = SITE.doors["front-1"].model_copy(update={"dwell": 15 * SECOND})
    patient = Supervision(SITE.model_copy(update={"doors": {**SITE.doors, "front-1": wide}}), Timing())
    assert asked(WATCH.obedience, facts, "lock-front-1", T + 5 * SECOND)[0] == [types.DOOR_NOT_FOLLOWING]
    assert asked(patient.obedience, facts, "lock-front-1", T + 5 * SECOND) == ([], T + 15 * SECOND)
    assert asked(patient.obedience, facts, "lock-front-1", T + 15 * SECOND)[0] == [types.DOOR_NOT_FOLLOWING]


def test_disobedience_goes_on_over_a_restart_until_the_door_obeys() -> None:
    facts = before_restart(Facts(), types.DOOR_NOT_FOLLOWING, "front-1")
    assert asked(WATCH.obedience, facts, "lock-front-1")[0] == [types.DOOR_NOT_FOLLOWING]
    facts.set(ONLINE("lock-front-1"), True)
    reported(facts, *LOCK, "unlocked")
    assert asked(WATCH.obedience, facts, "lock-front-1")[0] == [types.DOOR_NOT_FOLLOWING]
    facts.set(FLIGHT(*LOCK), flying())
    assert asked(WATCH.obedience, facts, "lock-front-1")[0] == [types.DOOR_NOT_FOLLOWING]
    facts.set(FLIGHT(*LOCK), flying(confirmed=True))
    assert asked(WATCH.obedience, facts, "lock-front-1")[0] == []


def test_disobedience_that_a_key_has_ended_during_a_restart_is_over() -> None:
    facts = before_restart(Facts(), types.DOOR_NOT_FOLLOWING, "front-1")
    facts.set(ONLINE("lock-front-1"), True)
    reported(facts, *LOCK, "locked")
    assert asked(WATCH.obedience, facts, "lock-front-1")[0] == []


def test_a_lost_door_is_told_as_lost_and_not_as_disobedient() -> None:
    facts = before_restart(Facts(), types.DOOR_NOT_FOLLOWING, "front-1")
    facts.set(ONLINE("lock-front-1"), False)
    assert asked(WATCH.obedience, facts, "lock-front-1")[0] == []


# --- lines and the controller itself ----------------------------------------------------------------------------------


def test_a_line_that_is_down_is_told_unless_it_comes_back_soon() -> None:
    facts = Facts()
    supervision.fold(facts, ConnectionChanged(at=T, connection="line", up=False, problem="gone"))
    assert asked(WATCH.connection, facts, "line") == ([], T + 5 * SECOND)
    assert asked(WATCH.connection, facts, "line", T + 5 * SECOND)[0] == [types.CONNECTION_LOST]
    supervision.fold(facts, ConnectionChanged(at=T, connection="line", up=True))
    assert asked(WATCH.connection, facts, "line", T + 5 * SECOND)[0] == []


def test_a_line_for_which_something_else_is_wrong_each_second_is_told_as_soon() -> None:
    facts = Facts()
    for second in range(6):
        problem = ("nothing listens", "no answer")[second % 2]
        supervision.fold(facts, ConnectionChanged(at=T + second * SECOND, connection="line", up=False, problem=problem))
    (told,) = WATCH.connection(Look(facts, T + 5 * SECOND), "line")
    assert (told.type, told.because.values["problem"]) == (types.CONNECTION_LOST, "no answer")


def test_a_line_that_breaks_off_again_and_again_is_told_though_it_is_never_down_for_long() -> None:
    facts = Facts()
    for broke in (T, T + 40 * SECOND, T + 80 * SECOND):
        assert asked(WATCH.connection, facts, "line", broke)[0] == []
        supervision.fold(facts, ConnectionChanged(at=broke, connection="line", up=False, problem="gone"))
        supervision.fold(facts, ConnectionChanged(at=broke + SECOND, connection="line", up=True))
    again = T + 81 * SECOND
    assert asked(WATCH.connection, facts, "line", again) == ([types.CONNECTION_LOST], T + 2 * MINUTE)
    assert asked(WATCH.connection, facts, "line", T + 2 * MINUTE)[0] == []


def test_behind_a_line_that_is_down_no_device_is_told_of_by_itself() -> None:
    facts, line = heard(T), SITE.devices["button-1"].connection
    supervision.fold(facts, ConnectionChanged(at=T, connection=line, up=False, problem="gone"))
    assert asked(WATCH.device, facts, "button-1", T + HOUR)[0] == []
    assert online(facts, "button-1", T + HOUR) is False
    back = T + HOUR
    supervision.fold(facts, ConnectionChanged(at=back, connection=line, up=True))
    assert asked(WATCH.device, facts, "button-1", back) == ([], back + 7 * SECOND)
    assert asked(WATCH.device, facts, "button-1", back + 7 * SECOND)[0] == [types.PANIC_SOURCE_LOST]


def test_a_device_that_says_it_is_gone_is_told_of_at_once_unless_the_line_has_just_come_up() -> None:
    for link_lost_after, told in ((9 * SECOND, []), (10 * SECOND, [types.DEVICE_LOST])):
        facts, line = heard(T, "lock-front-1"), SITE.devices["lock-front-1"].connection
        supervision.fold(facts, ConnectionChanged(at=T, connection=line, up=True))
        lost = T + link_lost_after
        reported(facts, "lock-front-1", "link", False, since=lost)
        assert asked(WATCH.device, facts, "lock-front-1", lost)[0] == told
        assert asked(WATCH.device, facts, "lock-front-1", T + 91 * SECOND)[0] == [types.DEVICE_LOST]


def test_a_loss_that_was_told_before_the_line_went_down_stays_told() -> None:
    facts, line = heard(T), SITE.devices["button-1"].connection
    began = ConditionBegan(at=T, type=types.PANIC_SOURCE_LOST, subject="button-1", because=say("Silent"))
    facts.set(ACTIVE(types.PANIC_SOURCE_LOST, "button-1"), began)
    supervision.fold(facts, ConnectionChanged(at=T + MINUTE, connection=line, up=False, problem="gone"))
    assert asked(WATCH.device, facts, "button-1", T + HOUR)[0] == [types.PANIC_SOURCE_LOST]


def test_notices_are_given_for_an_hour() -> None:
    facts = Facts()
    supervision.fold(facts, RetainedCommandFound(at=T, connection="line", channel="c", sample=""))
    supervision.fold(facts, ClockJumped(at=T, by_s=90))
    assert asked(WATCH.connection, facts, "line") == ([types.RETAINED_COMMAND], T + NOTICE_REMEMBERED)
    assert asked(WATCH.controller, facts, "test") == ([types.CLOCK_JUMPED], T + NOTICE_REMEMBERED)
    assert asked(WATCH.connection, facts, "line", T + NOTICE_REMEMBERED)[0] == []
    assert asked(WATCH.controller, facts, "test", T + NOTICE_REMEMBERED)[0] == []


def test_a_journal_that_fails_is_told_until_it_works() -> None:
    facts = Facts()
    supervision.fold(facts, JournalHealth(at=T, good=False, problem="disk full"))
    assert asked(WATCH.controller, facts, "test")[0] == [types.JOURNAL_FAILING]
    supervision.fold(facts, JournalHealth(at=T, good=True))
    assert asked(WATCH.controller, facts, "test")[0] == []
