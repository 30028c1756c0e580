"""A walk writes down what was pressed, opened and passed, and hides nothing of it from anybody."""

from datetime import timedelta

import pytest

from edge.conditions import PANIC
from edge.refusal import Refusal
from edge.site.fields import Role
from security import device_walks
from security.alarms import open_alarms
from security.device_walks import SIGHTS, WALK, DeviceSeen, DeviceWalkEnded, walks
from tests.builders import HOUR, MINUTE, SECOND
from tests.security.device_house import Building

INSTALLER: tuple[str, Role] = ("A. Asentaja", "installer")


def begun(*devices: str) -> Building:
    house = Building()
    house.happens(device_walks.begin(house.site, house.facts, house.now, *INSTALLER, devices))
    return house


def seen(house: Building) -> list[tuple[str, str]]:
    return [(event.device, event.sight) for event in house.told(DeviceSeen)]


def end(house: Building) -> None:
    house.happens(device_walks.end(house.facts, house.now, *INSTALLER))


def test_everything_is_seen_once_and_written_down_as_it_comes() -> None:
    house = begun()
    walk = house.facts(WALK())
    assert walk is not None
    assert walk.devices == ("lock-front-1", "lock-store", "button-1", "sensor-1", "meter-1")
    house.report("button-1", "pressed", True, press="p1")
    for value in ("open", "closed", "open", "closed"):
        house.wait(SECOND)
        house.report("lock-front-1", "contact", value)
    for present in (True, False):
        house.report("sensor-1", "present", present)
    house.report("meter-1", "ambient", 41.5)
    expected = [("button-1", "pressed"), ("lock-front-1", "opened"), ("lock-front-1", "closed")]
    expected += [("sensor-1", "came"), ("sensor-1", "went"), ("meter-1", "heard")]
    assert seen(house) == expected
    end(house)
    (result,) = walks(house.journal)
    assert (result.by, result.signed_by, set(result.sights["lock-store"])) == ("A. Asentaja", "A. Asentaja", set())
    assert list(result.sights["lock-front-1"]) == ["opened", "closed"]


def test_a_press_in_a_walk_is_a_panic_like_any_other() -> None:
    house = begun()
    house.report("button-1", "pressed", True, press="p1")
    assert [alarm.type for alarm in open_alarms(house.facts)] == [PANIC]
    assert open_alarms(house.facts)[0].acknowledged_at is None
    end(house)
    assert [alarm.type for alarm in open_alarms(house.facts)] == [PANIC]


def test_what_has_always_been_so_shows_nobody() -> None:
    house = begun()
    house.report("sensor-1", "present", False)
    house.report("lock-front-1", "contact", "closed")
    house.report("meter-1", "ambient", None, bad="no answer")
    assert seen(house) == []


def test_a_device_that_first_speaks_in_the_walk_has_shown_no_change_yet() -> None:
    house = Building()
    house.report("sensor-1", "present", None, bad="no answer")
    house.happens(device_walks.begin(house.site, house.facts, house.now, *INSTALLER))
    house.report("sensor-1", "present", False)
    assert seen(house) == []
    house.report("sensor-1", "present", True)
    assert seen(house) == [("sensor-1", "came")]


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_walk_outlives_the_controller(checkpoint: bool) -> None:
    house = begun()
    house.report("lock-front-1", "contact", "open")
    house.restarts(timedelta(0), checkpoint=checkpoint)
    assert house.facts(WALK()) is not None
    assert set(house.facts(SIGHTS("lock-front-1")) or ()) == {"opened"}
    house.report("lock-front-1", "contact", "closed")
    assert set(house.facts(SIGHTS("lock-front-1")) or ()) == {"opened", "closed"}


def test_a_walk_ends_by_itself_and_then_nobody_has_signed() -> None:
    house = begun("button-1")
    house.wait(5 * HOUR)
    assert house.facts(WALK()) is None
    (ended,) = house.told(DeviceWalkEnded)
    assert ended.by == ""
    house.report("button-1", "pressed", True, press="p1")
    assert seen(house) == []


def test_a_new_walk_begins_with_nothing_seen() -> None:
    house = begun()
    house.report("lock-front-1", "contact", "open")
    end(house)
    house.wait(MINUTE)
    house.happens(device_walks.begin(house.site, house.facts, house.now, *INSTALLER))
    assert house.facts(SIGHTS("lock-front-1")) is None
    assert [set(walk.sights["lock-front-1"]) for walk in walks(house.journal)] == [{"opened"}, set()]


def test_what_cannot_begin_or_end() -> None:
    house = Building()
    for devices, length, told in (
        (["fan"], HOUR, "can be walked to"),
        ((), timedelta(0), "hours at most"),
        ((), 13 * HOUR, "hours at most"),
    ):
        with pytest.raises(Refusal, match=told):
            device_walks.begin(house.site, house.facts, house.now, *INSTALLER, devices, length)
    with pytest.raises(Refusal, match="No walk"):
        end(house)
    house = begun()
    with pytest.raises(Refusal, match="has begun a walk"):
        device_walks.begin(house.site, house.facts, house.now, *INSTALLER)
