"""What virtual devices do, by hand and by command, obedient or not."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from drivers.mqtt.native import Order
from drivers.virtual.behaviour import LATE_BY
from drivers.virtual.device import Behaviour, Report, VirtualButton, VirtualDevice, VirtualDoor, virtual_device
from edge.errors import IllegalInput
from tests.broker import small_site
from tests.builders import service_rooms

T = datetime(2026, 11, 27, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)
UNLOCK = Order("unlocked", 1, 1, 60)
UNLOCKED, LOCKED = Report("lock", "unlocked"), Report("lock", "locked")


def test_a_door_obeys_and_says_so() -> None:
    door = VirtualDoor()
    assert LOCKED in door.reports()
    assert door.receive("lock", UNLOCK, T) == [UNLOCKED]
    assert UNLOCKED in door.reports()


def test_a_lease_ends_by_the_doors_own_time() -> None:
    door = VirtualDoor()
    door.receive("lock", UNLOCK, T)
    assert door.next_tick == T + 60 * SECOND
    assert door.tick(T + 59 * SECOND) == []
    assert door.tick(T + 60 * SECOND) == [LOCKED]
    assert (door.next_tick, door.tick(T + 99 * SECOND)) == (None, [])


def test_a_renewed_lease_lasts_on() -> None:
    door = VirtualDoor()
    door.receive("lock", UNLOCK, T)
    door.receive("lock", Order("unlocked", 1, 2, 60), T + 50 * SECOND)
    assert door.tick(T + 100 * SECOND) == []
    assert door.tick(T + 110 * SECOND) == [LOCKED]


def test_a_command_without_a_lease_ends_the_lease_before() -> None:
    door = VirtualDoor()
    door.receive("lock", UNLOCK, T)
    door.receive("lock", Order("locked", 1, 2), T)
    assert door.next_tick is None


def test_a_door_that_fails_unlocked_falls_back_to_unlocked() -> None:
    door = VirtualDoor("unlocked")
    assert door.receive("lock", Order("locked", 1, 1, 60), T) == [LOCKED]
    assert door.tick(T + 60 * SECOND) == [UNLOCKED]


def test_a_pulse_is_as_long_as_the_door_makes_it() -> None:
    door = VirtualDoor("unlocked", "pulse", pulse=5 * SECOND)
    door.receive("lock", UNLOCK, T)
    assert door.tick(T + 4 * SECOND) == []
    assert door.tick(T + 5 * SECOND) == [LOCKED]
    door.receive("lock", Order("unlocked", 1, 2, 1), T + 10 * SECOND)
    assert door.tick(T + 14 * SECOND) == []
    door.receive("lock", Order("unlocked", 1, 3, 5), T + 14 * SECOND)
    assert door.tick(T + 16 * SECOND) == []
    assert door.receive("lock", Order("locked", 1, 4), T + 17 * SECOND) == [LOCKED]
    assert door.next_tick is None


def test_a_latch_holds_until_it_is_told_otherwise() -> None:
    door = VirtualDoor("locked", "latch")
    door.receive("lock", UNLOCK, T)
    assert (door.next_tick, door.tick(T + 9999 * SECOND)) == (None, [])
    assert door.receive("lock", Order("locked", 1, 2), T + 9999 * SECOND) == [LOCKED]


@pytest.mark.parametrize(("fail", "said"), [("locked", [LOCKED]), ("unlocked", [UNLOCKED])])
def test_a_watchdog_falls_back_when_it_is_not_fed(fail: Literal["locked", "unlocked"], said: list[Report]) -> None:
    door = VirtualDoor(fail, "watchdog", watchdog=30 * SECOND)
    door.receive("lock", Order("unlocked", 1, 1, 5), T)
    door.receive("lock", Order("unlocked", 1, 2, 600), T + 20 * SECOND)
    assert door.tick(T + 49 * SECOND) == []
    assert door.tick(T + 50 * SECOND) == said
    door.receive("lock", Order("locked", 1, 3), T + 51 * SECOND)
    assert door.next_tick is None


def test_a_door_without_a_contact_never_speaks_of_it() -> None:
    door = VirtualDoor(lacks=["contact"])
    assert door.set("contact", "open", T) == []
    assert door.state("contact") == "open"
    assert {report.point for report in door.reports()} == {"lock", "exit-request", "tamper"}


def test_a_door_without_read_back_says_what_it_was_told() -> None:
    door = VirtualDoor(lacks=["read-back"])
    door.behaviour = Behaviour.JAMMED
    assert door.receive("lock", UNLOCK, T) == [UNLOCKED]
    assert (UNLOCKED in door.reports(), door.state("lock")) == (True, "locked")
    door.behaviour = Behaviour.OBEDIENT
    door.receive("lock", Order("locked", 1, 2), T)
    assert door.set("lock", "unlocked", T) == []  # a key, which it does not see
    assert (LOCKED in door.reports(), door.state("lock")) == (True, "unlocked")
    door.receive("lock", Order("unlocked", 1, 3, 5), T)
    assert door.tick(T + 5 * SECOND) == [LOCKED]  # its own timer, which it knows
    assert LOCKED in door.reports()


def test_a_virtual_door_is_as_the_site_file_says() -> None:
    site = service_rooms()
    lock = site.devices["lock-front-1"].model_copy(update={"lease": "pulse", "pulse": 3 * SECOND, "lacks": ("contact",)})
    site = site.model_copy(update={"devices": {**site.devices, "lock-front-1": lock}})
    door = virtual_device(site, "lock-front-1", "b", stretch=60)
    assert Report("contact", "closed") not in door.reports()
    door.receive("lock", UNLOCK, T)
    assert door.next_tick == T + 180 * SECOND


@pytest.mark.parametrize(("epoch", "seq"), [(5, 7), (5, 6), (4, 99)])
def test_repeated_and_older_commands_are_void(epoch: int, seq: int) -> None:
    door = VirtualDoor()
    door.receive("lock", Order("locked", 5, 7), T)
    assert door.receive("lock", Order("unlocked", epoch, seq, 60), T) == []
    assert (door.state("lock"), door.next_tick) == ("locked", None)
    assert door.receive("lock", Order("unlocked", 6, 0, 60), T) == [UNLOCKED]


@pytest.mark.parametrize(
    ("behaviour", "said", "real"),
    [
        (Behaviour.JAMMED, [LOCKED], "locked"),
        (Behaviour.MUTE, [], "unlocked"),
        (Behaviour.LYING, [UNLOCKED], "locked"),
    ],
)
def test_misbehaviour(behaviour: Behaviour, said: list[Report], real: str) -> None:
    door = VirtualDoor()
    door.behaviour = behaviour
    assert door.receive("lock", UNLOCK, T) == said
    assert door.state("lock") == real
    assert (UNLOCKED in door.reports()) == (said == [UNLOCKED])


def test_a_slow_door_does_and_says_some_seconds_later() -> None:
    door = VirtualDoor()
    assert LOCKED in door.behave(Behaviour.SLOW, T)
    assert door.receive("lock", UNLOCK, T) == []
    assert (door.state("lock"), door.next_tick) == ("locked", T + LATE_BY)
    assert door.receive("lock", UNLOCK, T + SECOND) == []  # repeated meanwhile
    assert door.set("contact", "open", T + SECOND) == []
    assert (door.state("contact"), Report("contact", "closed") in door.reports()) == ("open", True)
    assert door.tick(T + LATE_BY) == [UNLOCKED]
    assert door.tick(T + LATE_BY + SECOND) == [Report("contact", "open")]
    assert door.tick(T + LATE_BY + 60 * SECOND) == []  # the lease has ended, and is told of later
    assert door.state("lock") == "locked"
    assert door.tick(T + 2 * LATE_BY + 60 * SECOND) == [LOCKED]


def test_a_slow_device_that_is_quick_again_does_at_once_what_waited() -> None:
    door = VirtualDoor()
    door.behave(Behaviour.SLOW, T)
    door.receive("lock", UNLOCK, T)
    door.set("contact", "open", T)
    assert {UNLOCKED, Report("contact", "open")} <= {*door.behave(Behaviour.OBEDIENT, T + SECOND)}
    assert door.tick(T + LATE_BY) == []


def test_a_drained_battery_is_low_then_empty_and_then_there_is_silence() -> None:
    button = VirtualButton("boot")
    low = button.behave(Behaviour.DRAINED, T)
    assert [report.value for report in low if report.point == "battery"] == [14.0]
    heard = list[Report]()
    while (at := button.next_tick) is not None:
        heard += button.tick(at)
    assert [report.value for report in heard] == [7.0, 2.0]
    assert (button.empty, button.silent, button.state("battery"), button.says["battery"]) == (True, True, 0.0, 2.0)
    assert (button.press(T + 60 * SECOND), button.unanswered, button.reports(), button.next_tick) == ([], (), [], None)
    assert Report("battery", 100.0) in button.behave(Behaviour.OBEDIENT, T + 99 * SECOND)
    assert button.press(T + 99 * SECOND) == [Report("pressed", True, button.last_press)]


def test_what_a_press_waits_for_ends_with_the_battery() -> None:
    button = VirtualButton("boot")
    button.press(T)
    button.behave(Behaviour.DRAINED, T)
    button.tick(T + 60 * SECOND)
    assert (button.unanswered, button.next_tick) == ((), None)


def test_time_in_a_fast_demo_passes_for_batteries_and_slow_devices_as_for_people() -> None:
    site = small_site("fast", 1)
    sensor = virtual_device(site, "sensor", "b", stretch=60)
    sensor.behave(Behaviour.SLOW, T)
    sensor.set("present", True, T)
    assert sensor.next_tick == T + 60 * LATE_BY
    sensor.behave(Behaviour.DRAINED, T)
    assert sensor.next_tick == T + 600 * SECOND


@pytest.mark.parametrize(
    ("device", "unfit"), [("sensor", set()), ("relay", {"DRAINED"}), ("panic", {"LYING"}), ("door-controller", {"DRAINED"})]
)
def test_what_has_nothing_to_lie_about_cannot_lie_and_what_has_no_battery_cannot_run_empty(device: str, unfit: set[str]) -> None:
    model = virtual_device(small_site("fitting", 1), device, "b")
    assert {behaviour.name for behaviour in Behaviour if behaviour not in model.fitting} == unfit
    for name in unfit:
        with pytest.raises(IllegalInput):
            model.behave(Behaviour[name], T)


def test_a_jammed_sensor_is_stuck() -> None:
    sensor = virtual_device(small_site("stuck", 1), "sensor", "b")
    sensor.behave(Behaviour.JAMMED, T)
    assert sensor.set("present", True, T) == []
    assert (Report("present", False) in sensor.reports(), sensor.state("present")) == (True, True)
    assert Report("present", True) in sensor.behave(Behaviour.OBEDIENT, T)


def test_a_lying_sensor_says_the_opposite() -> None:
    sensor = virtual_device(small_site("lying", 1), "sensor", "b")
    assert Report("present", True) in sensor.behave(Behaviour.LYING, T)
    assert sensor.set("present", True, T) == [Report("present", False)]
    assert (sensor.state("present"), sensor.says["present"]) == (True, False)
    assert Report("present", True) in sensor.behave(Behaviour.OBEDIENT, T)


def test_a_device_knows_what_it_last_said() -> None:
    door = VirtualDoor()
    assert door.says == {}
    door.reports()
    door.behave(Behaviour.MUTE, T)
    door.set("contact", "open", T)
    assert (door.says["contact"], door.state("contact")) == ("closed", "open")


def test_only_points_that_take_commands_take_them() -> None:
    door = VirtualDoor()
    assert door.receive("contact", Order("open", 1, 1), T) == []
    assert door.receive("lock", Order("ajar", 1, 1), T) == []
    assert (door.state("contact"), door.state("lock")) == ("closed", "locked")


def test_hands_and_the_exit_button() -> None:
    door = VirtualDoor()
    assert door.set("contact", "open", T) == [Report("contact", "open")]
    assert door.set("exit-request", True, T) == [Report("exit-request", True)]
    assert door.tick(T + SECOND) == [Report("exit-request", False)]
    with pytest.raises(IllegalInput):
        door.set("contact", "ajar", T)
    with pytest.raises(IllegalInput):
        door.set("pressed", True, T)


def test_a_panic_button_repeats_each_press_until_it_is_answered() -> None:
    button = VirtualButton("boot")
    assert button.press(T) == [Report("pressed", True, "boot-1")]
    assert button.press(T + SECOND / 2) == [Report("pressed", True, "boot-2")]
    assert button.tick(T + SECOND) == [Report("pressed", True, "boot-1")]
    button.answered("boot-1")
    button.answered("of another")
    assert button.tick(T + 3 * SECOND) == [Report("pressed", True, "boot-2")]
    assert Report("pressed", True, "boot-2") in button.reports()
    button.answered("boot-2")
    assert (button.next_tick, button.tick(T + 9 * SECOND), button.unanswered) == (None, [], ())


def test_relays_and_docks_let_go_when_their_lease_ends_and_masking_stays() -> None:
    site = small_site("models", 1)
    relay, masking = virtual_device(site, "relay", "b"), virtual_device(site, "masking", "b")
    relay.receive("on", Order(True, 1, 1, 5), T)
    masking.receive("level", Order(45.0, 1, 1, 5), T)
    assert relay.tick(T + 5 * SECOND) == [Report("on", False)]
    assert (masking.tick(T + 5 * SECOND), masking.state("level")) == ([], 45.0)


def test_every_point_that_every_type_reports_is_legal() -> None:
    site = small_site("models", 1)
    for device in site.devices:
        model = virtual_device(site, device, "b")
        for point, value, _ in model.reports():
            VirtualDevice(model.type, {}).set(point, value, T)
