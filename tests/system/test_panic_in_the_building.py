"""The whole way of a panic, over a real broker: from the button through the journal to masking, a sign and a light, and back."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from drivers.mosquitto import Broker
from drivers.mqtt.link import MqttDriver
from drivers.virtual.building import VirtualBuilding
from edge.clock import SystemClock
from edge.daemon import Daemon
from edge.facts import READING
from edge.points import Value
from edge.site import Site
from security import alarms
from security.alarms import open_alarms
from tests.broker import until_async
from tests.builders import site_of

MUTE_WITHIN_S = 2.0


def the_site(port: int) -> Site:
    return site_of(
        {"lobby": "public", "room": "semi-public", "office": "internal"},
        {"front": {"from": "lobby", "to": "room"}, "back": {"from": "room", "to": "office"}},
        connections={"line": {"protocol": "mqtt", "port": port}},
        devices={
            "button": {"type": "panic-button", "space": "room"},
            "masking": {"type": "masking-unit", "space": "lobby"},
            "light": {"type": "relay", "space": "office"},
            "sign": {"type": "sign", "space": "office"},
        },
        security={"panic": [{"mute": "around", "relays": "light", "signs": {"sign": "Panic: {place}"}}]},
    )


async def test_a_press_mutes_lights_and_writes_within_two_seconds_and_its_end_undoes_it(broker: Broker, tmp_path: Path) -> None:
    site, clock = the_site(broker.port), SystemClock()
    building = VirtualBuilding(site, clock)
    daemon = Daemon(site, tmp_path, lambda name, inbox: MqttDriver(name, site, inbox, clock, str), clock=clock)

    def shows(muted: bool, on: bool, text: Value) -> Callable[[], bool]:
        wanted = [("masking", "muted", muted), ("light", "on", on), ("sign", "text", text)]
        return lambda: all(building.state(device, point) == value for device, point, value in wanted)

    await daemon.start()
    turning = asyncio.create_task(daemon.run())
    await building.start()
    try:
        points = [READING("masking", "muted"), READING("light", "on"), READING("sign", "text")]
        await until_async(lambda: all(daemon.facts(point) is not None for point in points))
        building.press("button")
        await until_async(shows(muted=True, on=True, text="Panic: room"), within_s=MUTE_WITHIN_S)
        (alarm,) = open_alarms(daemon.facts)
        await daemon.act(lambda facts, at: alarms.acknowledge(facts, at, alarm.number, "guard-1", None))
        assert shows(muted=True, on=True, text="Panic: room")()
        await daemon.act(lambda facts, at: alarms.resolve(facts, at, alarm.number, "guard-1", "Over", None))
        await until_async(shows(muted=False, on=False, text=""))
    finally:
        await building.stop()
        await daemon.stop()
        await turning
