"""Every press becomes known, and repeats can be told, whatever the line between button, broker and controller does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from drivers.mosquitto import Broker
from drivers.virtual.building import VirtualBuilding
from edge.clock import SystemClock
from edge.site.model import Site
from tests.broker import Running, small_site, until_async
from tests.proxy import Proxy, Weather

PRESSES = 30


@asynccontextmanager
async def running(site: Site, *, commits: bool = True) -> AsyncIterator[Running]:
    """A driver whose waiting does not hold up the proxy, which lives on the event loop."""
    begun = Running(site, commits=commits)
    await asyncio.to_thread(begun.__enter__)
    try:
        yield begun
    finally:
        await asyncio.to_thread(begun.__exit__)


async def wait_for(running: Running, wanted: Callable[[Any], Any], within_s: float = 15) -> None:
    await asyncio.to_thread(running.controller.wait_for, wanted, within_s)


WEATHERS = {
    "duplicates": ({}, {"PUBLISH": 0.5, "PUBACK": 0.5}, 0),
    "lost acknowledgements": ({"PUBACK": 0.5}, {}, 0),
    "lost publications": ({"PUBLISH": 0.3}, {}, 0),
    "resets": ({}, {}, 25),
    "all at once": ({"PUBLISH": 0.1, "PUBACK": 0.3}, {"PUBLISH": 0.3}, 40),
}


@pytest.mark.parametrize("version", ["5", "3.1.1"])
@pytest.mark.parametrize("name", WEATHERS)
async def test_every_press_becomes_known_and_is_answered(broker: Broker, name: str, version: str) -> None:
    drop, duplicate, reset_after = WEATHERS[name]
    site_id = f"weather-{name.replace(' ', '-')}-{version.replace('.', '')}"
    async with Proxy(broker.port, seed=7) as proxy:
        site = small_site(site_id, proxy.port, version)
        building = VirtualBuilding(site, SystemClock())
        async with running(site) as controller:
            await building.start()
            proxy.up, proxy.down = (Weather(drop=drop, duplicate=duplicate, reset_after=reset_after) for _ in range(2))
            made = set()
            for _ in range(PRESSES):
                made.add(building.press("panic"))
                await asyncio.sleep(0.02)
            proxy.heal()
            await wait_for(controller, lambda c: made <= set(c.presses))
            assert set(controller.controller.presses) == made
            await until_async(lambda: not building.unanswered("panic"))
            await building.stop()


async def test_a_press_comes_again_after_a_reset_and_the_stale_acknowledgement_does_no_harm(broker: Broker) -> None:
    site = small_site("stale", broker.port)
    building = VirtualBuilding(site, SystemClock())
    async with Proxy(broker.port) as proxy, running(small_site("stale", proxy.port), commits=False) as controller:
        await building.start()
        press = building.press("panic")
        await wait_for(controller, lambda c: c.presses)
        proxy.reset()
        await wait_for(controller, lambda c: not c.up)
        controller.controller.commit()
        await wait_for(controller, lambda c: c.up and c.presses.count(press) >= 2)
        await until_async(lambda: controller.controller.commit() or not building.unanswered("panic"))
        assert controller.controller.up
    async with running(site) as controller:
        later = building.press("panic")
        await wait_for(controller, lambda c: c.presses)
        assert set(controller.controller.presses) == {later}
        await building.stop()


async def test_a_half_open_line_is_noticed_within_two_keepalives_and_presses_come_after_it(broker: Broker) -> None:
    async with Proxy(broker.port) as proxy, running(small_site("half-open", proxy.port)) as controller:
        building = VirtualBuilding(small_site("half-open", broker.port), SystemClock())
        await building.start()
        proxy.half_open()
        press = building.press("panic")
        await wait_for(controller, lambda c: press in c.presses, within_s=15)
        await building.stop()


async def test_a_broker_that_refuses_is_tried_again_at_least_every_five_seconds(broker: Broker) -> None:
    async with Proxy(broker.port) as proxy, running(small_site("refused", proxy.port)) as controller:
        proxy.refuse = True
        proxy.reset()
        await wait_for(controller, lambda c: not c.up)
        proxy.heal()
        await wait_for(controller, lambda c: c.up, within_s=6)
