"""The test of a point writes another value for some seconds; whatever happens meanwhile, it goes back."""

from datetime import timedelta
from typing import Any

import pytest

from edge.errors import IllegalCommand
from edge.points import Value
from edge.refusal import Refusal
from edge.site.fields import Role
from security import modes, point_tests
from security.point_tests import LONGEST_HOLD, TEST, USUAL_HOLD, PointTestAnswered, PointTestBegan, PointTestRestored
from security.releases import DoorReleased
from security.roles import ROLES, NotAllowed
from tests.builders import MINUTE, SECOND
from tests.security.device_house import Building

MANAGER: tuple[str, Role] = ("L. Korhonen", "facility-manager")
INSTALLER: tuple[str, Role] = ("A. Asentaja", "installer")
POINTS = [("fan", "on", False), ("masking", "muted", False), ("masking", "level", 40.0), ("sign", "text", "")]


def begin(house: Building, device: str, point: str, by: tuple[str, Role] = INSTALLER, **more: Any) -> None:
    house.happens(point_tests.begin(house.site, house.facts, house.now, device, point, *by, **more))


@pytest.mark.parametrize(("device", "point", "before"), POINTS)
def test_a_point_is_written_confirmed_and_put_back(device: str, point: str, before: Value) -> None:
    house = Building()
    begin(house, device, point)
    (began,) = house.told(PointTestBegan)
    assert (began.before, house.wanted(device, point)) == (before, began.value)
    assert began.value != before
    assert len(house.told(PointTestAnswered)) == 1
    house.wait(USUAL_HOLD - SECOND)
    assert house.wanted(device, point) == began.value
    house.wait(2 * SECOND)
    assert house.wanted(device, point) == before
    (restored,) = house.told(PointTestRestored)
    assert restored.at == began.until
    house.wait(5 * MINUTE)
    assert house.wanted(device, point) in (before, None)


@pytest.mark.parametrize("checkpoint", [False, True])
@pytest.mark.parametrize(("device", "point", "before"), POINTS)
def test_it_is_put_back_also_when_the_controller_died_in_between(device: str, point: str, before: Value, checkpoint: bool) -> None:
    house = Building()
    begin(house, device, point)
    house.wait(SECOND)
    house.now += timedelta(seconds=20)
    house.restarts(timedelta(0), checkpoint=checkpoint)
    house.report(device, point, house.told(PointTestBegan)[0].value)
    house.wait(SECOND)
    assert house.wanted(device, point) == before


def test_what_the_device_said_before_confirms_nothing() -> None:
    house = Building(obedient=False)
    begin(house, "fan", "on")
    house.report("fan", "on", False)
    house.report("fan", "on", None, bad="no answer")
    assert house.told(PointTestAnswered) == []
    house.report("fan", "on", True)
    assert len(house.told(PointTestAnswered)) == 1
    house.wait(MINUTE)
    house.report("fan", "on", None, bad="no answer")
    assert house.told(PointTestRestored) == []
    house.report("fan", "on", False)
    assert len(house.told(PointTestRestored)) == 1


def test_a_person_ends_it_before_its_time() -> None:
    house = Building()
    begin(house, "fan", "on")
    house.wait(SECOND)
    house.happens(point_tests.stop(house.site, house.facts, house.now, "fan", "on", *INSTALLER))
    assert house.wanted("fan", "on") is False
    with pytest.raises(Refusal, match="not being tested"):
        point_tests.stop(house.site, house.facts, house.now, "fan", "on", *INSTALLER)


def test_a_lock_is_tested_by_a_release_that_ends_by_itself() -> None:
    house = Building()
    begin(house, "lock-front-1", "lock", MANAGER)
    (released,) = house.told(DoorReleased)
    assert (released.door, released.by, released.until) == ("front-1", "L. Korhonen", house.now + USUAL_HOLD)
    assert house.wanted("lock-front-1", "lock") == "unlocked"
    house.wait(USUAL_HOLD + SECOND)
    assert house.wanted("lock-front-1", "lock") == "locked"
    assert len(house.told(PointTestAnswered)) == len(house.told(PointTestRestored)) == 1


def test_the_test_of_a_lock_is_stopped_and_the_release_of_somebody_else_is_not() -> None:
    house = Building()
    begin(house, "lock-front-1", "lock", MANAGER)
    house.wait(SECOND)
    house.happens(point_tests.stop(house.site, house.facts, house.now, "lock-front-1", "lock", *MANAGER))
    assert house.wanted("lock-front-1", "lock") == "locked"
    house.wait(MINUTE)
    begin(house, "lock-front-1", "lock", MANAGER)
    other = DoorReleased(at=house.now, door="front-1", by="M. Virtanen", until=house.now + 5 * MINUTE, reason="Siivous")
    house.wait(SECOND)
    house.happens(DoorReleased(at=house.now, door="front-1", by=other.by, until=other.until, reason=other.reason))
    house.happens(point_tests.stop(house.site, house.facts, house.now, "lock-front-1", "lock", *MANAGER))
    assert house.wanted("lock-front-1", "lock") == "unlocked"


@pytest.mark.parametrize("role", ROLES)
def test_nobody_unlocks_by_a_test_what_they_may_not_release(role: Role) -> None:
    house = Building()
    if role == "facility-manager":
        begin(house, "lock-front-1", "lock", ("x", role))
        assert house.wanted("lock-front-1", "lock") == "unlocked"
        return
    with pytest.raises(NotAllowed):
        begin(house, "lock-front-1", "lock", ("x", role))


def test_lockdown_outranks_the_test_of_a_lock_and_refuses_a_new_one() -> None:
    house = Building()
    begin(house, "lock-front-1", "lock", MANAGER)
    house.happens(modes.begin(house.site, house.facts, house.now, "lockdown", modes.SITE, "M. Virtanen", "guard"))
    assert house.wanted("lock-front-1", "lock") == "locked"
    house.wait(MINUTE)
    with pytest.raises(Refusal, match="stays locked"):
        begin(house, "lock-front-1", "lock", MANAGER)


def test_a_panic_outranks_a_test_and_refuses_a_new_one() -> None:
    house = Building()
    house.report("fan", "on", True)
    begin(house, "fan", "on")
    assert house.wanted("fan", "on") is False
    house.report("button-1", "pressed", True, press="p1")
    assert house.wanted("fan", "on") is True
    house.wait(MINUTE)
    with pytest.raises(Refusal, match="Something stronger"):
        begin(house, "fan", "on")


@pytest.mark.parametrize(
    ("device", "point", "more", "told"),
    [
        ("nothing", "on", {}, "There is no device"),
        ("sensor-1", "present", {}, "takes no commands: watch"),
        ("fan", "tamper", {}, "but at: on"),
        ("fan", "on", {"value": 3}, "cannot take that value"),
        ("fan", "on", {"value": False}, "like that already"),
        ("masking", "level", {"value": 101.0}, "cannot take that value"),
        ("masking", "level", {"value": float("nan")}, "cannot take that value"),
        ("fan", "on", {"hold": LONGEST_HOLD + SECOND}, "seconds at most"),
        ("fan", "on", {"hold": timedelta(0)}, "seconds at most"),
    ],
)
def test_what_makes_no_sense_is_refused(device: str, point: str, more: dict[str, Any], told: str) -> None:
    house = Building()
    with pytest.raises(IllegalCommand, match=told):
        begin(house, device, point, **more)


def test_two_do_not_test_the_same_and_a_silent_device_is_not_tested() -> None:
    house = Building()
    begin(house, "fan", "on")
    house.report("fan", "on", False)
    with pytest.raises(Refusal, match="is testing this already"):
        begin(house, "fan", "on")
    house.report("sign", "text", None, bad="no answer")
    with pytest.raises(Refusal, match="does not say how it is"):
        begin(house, "sign", "text")


def test_a_clock_that_went_back_does_not_prolong_a_test() -> None:
    house = Building()
    begin(house, "fan", "on")
    house.now -= timedelta(hours=1)
    house.restarts(timedelta(0))
    assert house.facts(TEST("fan", "on")) is None
