"""Looking around on a broker: what has announced itself there, and which make it is.

It changes nothing: the only thing that it sends asks Shelly devices to say their state.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

from paho.mqtt.client import MQTTMessage

from drivers.mqtt.announcements import LONGEST_BYTES, Thing, is_shelly, things_in
from drivers.mqtt.client import build_client
from drivers.mqtt.lane import Lane, subscription
from drivers.scanning import Found, ScanOrder, known_as
from edge.errors import IllegalInput, Unreachable
from edge.site.connections import MqttConnection

_TOPICS = (
    "talonmies/+/+/+",
    *(f"{above}{topic}" for above in ("", "+/") for topic in ("+/online", "+/status/+", "+/bridge/devices")),
    "homeassistant/+/+/config",
    "homeassistant/+/+/+/config",
    "tasmota/discovery/+/config",
)
_MOST_TOPICS = 20_000
_MOST_BYTES = 8 * LONGEST_BYTES
_KEEPALIVE_S = 15
_CONNECTED_WITHIN_S = 10.0


class _Ear:
    """Keeps the newest payload of each topic, up to a limit: somebody may invent topics without end."""

    def __init__(self) -> None:
        self.messages: dict[str, bytes] = {}
        self.loop = asyncio.get_running_loop()
        self.line: asyncio.Future[str] = self.loop.create_future()
        self._bytes = 0

    def on_line(self, _lane: Lane, up: bool, problem: str) -> None:
        self.loop.call_soon_threadsafe(self._tell, "" if up else problem or "the line is down")

    def on_message(self, lane: Lane, message: MQTTMessage) -> None:
        try:
            topic, payload = message.topic, bytes(message.payload)
        except UnicodeDecodeError:
            return
        self._bytes += len(payload) - len(self.messages.get(topic, b""))
        if self._bytes > _MOST_BYTES or (len(self.messages) >= _MOST_TOPICS and topic not in self.messages):
            return
        self.messages[topic] = payload
        prefix = topic.removesuffix("/online")
        if prefix != topic and payload == b"true" and is_shelly(prefix):
            lane.publish(f"{prefix}/command", b"status_update", 0)

    def _tell(self, problem: str) -> None:
        if not self.line.done():
            self.line.set_result(problem)


async def scan(order: ScanOrder) -> AsyncIterator[Found]:
    """Implements drivers.scanning.Scan. What a device is follows from all that it says, so that nothing is told before the end."""
    section = order.section
    if not isinstance(section, MqttConnection):
        raise IllegalInput(f"{order.connection} is no line to an MQTT broker")
    ear = _Ear()
    client = build_client(f"talonmies-scan-{uuid4().hex[:8]}", section, order.secret, keepalive_s=_KEEPALIVE_S)
    lane = Lane(client, [subscription(topic, 0) for topic in _TOPICS], ear.on_message, ear.on_line)
    lane.start()
    try:
        async with asyncio.timeout(_CONNECTED_WITHIN_S):
            problem = await ear.line
        if problem:
            raise Unreachable(f"{order.connection}: {problem}")
        await asyncio.sleep(order.listen_s)
    except TimeoutError as error:
        raise Unreachable(f"{order.connection}: the broker does not answer") from error
    finally:
        await asyncio.to_thread(lane.stop)
    for found in _found(order, ear):
        yield found


def _found(order: ScanOrder, ear: _Ear) -> Iterator[Found]:
    told: set[tuple[str, str | None]] = set()
    for thing in things_in(dict(ear.messages)):
        if (thing.address, thing.type) not in told:
            told.add((thing.address, thing.type))
            yield _as_found(order, thing)


def _as_found(order: ScanOrder, thing: Thing) -> Found:
    of_this_site = thing.site is None or order.site is None or order.site.site.id == thing.site
    entry: dict[str, Any] = {}
    if thing.type is not None and thing.make is not None and of_this_site:
        profile = {} if thing.make == "native" else {"profile": thing.make}
        entry = {"type": thing.type, "connection": order.connection, **profile, **thing.more}
    known = known_as(order.site, order.connection, entry) if thing.id is None else _known_native(order, thing)
    return Found(order.connection, thing.address, thing.what, thing.make, thing.type, entry=entry, known_as=known, id=thing.id)


def _known_native(order: ScanOrder, thing: Thing) -> str | None:
    if order.site is None or order.site.site.id != thing.site or thing.id is None:
        return None
    described = order.site.devices.get(thing.id)
    return thing.id if described is not None and described.connection == order.connection else None
