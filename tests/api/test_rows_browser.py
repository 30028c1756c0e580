"""Rows of the guard console that become a group, and groups that become rows again: no alarm is ever on neither."""

from typing import Any

from playwright.async_api import Browser, expect

from edge.site import Site
from security import alarms
from security.alarms import open_alarms
from tests.api.consoles import caught_up, consoles_over, marks, rows
from tests.api.desk import MemoryDesk

pytestmark = marks

_ROOMS = range(1, 4)


def critical_desk() -> MemoryDesk:
    site: dict[str, Any] = {
        "site": {"id": "small", "name": "Talo", "language": "fi"},
        "spaces": {f"r{n}": {"zone": "public", "kind": "lobby", "name": f"Huone {n}"} for n in _ROOMS},
        "connections": {"broker": {"protocol": "mqtt"}},
        "devices": {f"mask{n}": {"type": "masking-unit", "connection": "broker", "space": f"r{n}"} for n in _ROOMS},
        "alarms": {"tamper": {"level": 1}},
    }
    desk = MemoryDesk(site=Site.model_validate(site))
    for room in _ROOMS:
        desk.report(f"mask{room}", "link", True)
    return desk


async def test_critical_alarms_of_a_group_that_falls_apart_are_rows_again(browser: Browser) -> None:
    desk = critical_desk()

    def begin() -> None:
        for room in _ROOMS:
            desk.report(f"mask{room}", "tamper", True)

    def one_is_over() -> None:
        desk.happen(alarms.acknowledge(desk.facts, desk.clock.t, 1, "M. Virtanen", 1))
        desk.report("mask1", "tamper", False)

    async with consoles_over(browser, desk) as consoles:
        page = await consoles.opened()
        await caught_up(page, begin)
        assert await rows(page) == ["group-1"]
        one_is_over()
        await expect(page.locator("#alarms > li")).to_have_count(2)
        assert sorted(alarm.number for alarm in open_alarms(desk.facts)) == [2, 3]
        assert await rows(page) == ["alarm-3", "alarm-2"]
