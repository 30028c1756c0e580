from datetime import UTC, datetime, timedelta

from drivers.virtual.device import virtual_device
from drivers.virtual.life import Change, Life
from edge.points import Value
from tests.broker import small_site

MORNING = datetime(2026, 11, 27, 7, tzinfo=UTC)


def a_while(seed: int, lock: Value) -> list[Change]:
    site = small_site("life", 1)
    models = {device: virtual_device(site, device, "b") for device in site.devices}
    models["door-controller"].set("lock", lock, MORNING)
    life, seen = Life(site, seed), list[Change]()
    for step in range(200):
        now = MORNING + timedelta(seconds=15 * step)
        for change in life.step(now, lambda device, point: models[device].state(point)):
            models[change[0]].set(change[1], change[2], now)
            seen.append(change)
    return seen


def test_people_come_through_an_unlocked_door_and_fill_the_room() -> None:
    seen = a_while(1, "unlocked")
    assert ("door-controller", "contact", "open") in seen
    assert ("sensor", "present", True) in seen
    assert any(point == "ambient" for _, point, _ in seen)


def test_whoever_is_sent_away_is_not_there_any_more() -> None:
    site = small_site("life", 1)
    models = {device: virtual_device(site, device, "b") for device in site.devices}
    models["door-controller"].set("lock", "unlocked", MORNING)
    life = Life(site, 1)
    while not models["sensor"].state("present"):
        for device, point, value in life.step(MORNING, lambda device, point: models[device].state(point)):
            models[device].set(point, value, MORNING)
    models["door-controller"].set("lock", "locked", MORNING)
    life.all_leave("room")
    assert ("sensor", "present", False) in life.step(MORNING, lambda device, point: models[device].state(point))


def test_nobody_comes_through_a_locked_door() -> None:
    seen = a_while(1, "locked")
    assert not [change for change in seen if change[0] in ("door-controller", "sensor")]


def test_the_same_seed_is_the_same_day() -> None:
    assert a_while(5, "unlocked") == a_while(5, "unlocked") != a_while(6, "unlocked")
