"""A broker that makes no sense must not end the thread that presses arrive on."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from paho.mqtt.client import Client

from drivers.mosquitto import Broker
from drivers.mqtt.client import build_client
from drivers.mqtt.lane import Inquiry, Lane, subscription
from drivers.mqtt.link import MqttDriver
from edge.clock import SystemClock
from edge.commands import Command
from edge.events import ConnectionChanged, Event
from edge.points import PointId
from edge.site.connections import MqttConnection
from edge.text import say
from tests.broker import Controller, Plain, Running, small_site, until, until_async
from tests.builders import site_of

LOCK = Command(PointId("door-controller", "lock"), "locked", 1, 1, datetime(2026, 11, 27, tzinfo=UTC), None, "x", say("Lock"))
CONNACK = b"\x20\x03\x00\x00\x00"
NONSENSE = [
    b"\x20\x00",  # an empty CONNACK
    CONNACK + b"\x30\x01\x00",  # a PUBLISH that ends in its topic
    CONNACK + b"\x32\x05\x00\x01\xff\x00\x01",  # a topic that is not UTF-8, and no properties
    b"\x20\xff\xff\xff\xff\xff",  # a length without end
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    CONNACK + b"\x90\x01\x00",  # a SUBACK of one byte
]


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_nonsense_from_the_broker_ends_the_connection_and_not_the_driver(
    nonsense: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    connections = over = 0

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections, over
        connections += 1
        try:
            await reader.read(10)
            writer.write(nonsense)
            writer.close()
            await writer.wait_closed()
        except OSError:  # the driver was faster
            writer.close()
        over += 1

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    controller = Controller(commits=False)
    driver = MqttDriver("broker", small_site("x", server.sockets[0].getsockname()[1]), controller, SystemClock(), str)
    driver.start()
    await until_async(lambda: connections >= 4)  # two of each of the two lanes
    await asyncio.to_thread(driver.stop)
    await until_async(lambda: over == connections)
    server.close()
    assert not any(change.up for change in controller.of(ConnectionChanged))
    assert controller.of(ConnectionChanged)


class Stumbling(Controller):
    """Fails when it is first told that the line is down."""

    def event(self, event: Event, on_durable: Callable[[], None] | None = None, *, urgent: bool = False) -> None:
        super().event(event, on_durable, urgent=urgent)
        if len(self.events) == 1:
            raise RuntimeError("stumbled")


async def test_a_fault_of_our_own_is_logged_and_ends_nothing_either(own_broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    own_broker.stop()
    controller = Stumbling(commits=False)
    driver = MqttDriver("broker", small_site("x", own_broker.port), controller, SystemClock(), str)
    driver.start()
    await until_async(lambda: "stumbled" in caplog.text)
    await asyncio.to_thread(own_broker.start)
    await until_async(lambda: controller.up)
    await asyncio.to_thread(driver.stop)


async def test_a_host_name_that_cannot_be_one_is_a_problem_like_others() -> None:
    controller = Controller(commits=False)
    driver = MqttDriver("broker", small_site("x", 1883, host="a..b"), controller, SystemClock(), str)
    driver.start()
    await until_async(lambda: [change.problem for change in controller.of(ConnectionChanged)])
    await asyncio.to_thread(driver.stop)
    assert controller.of(ConnectionChanged)[0].problem == "the broker's address cannot be used"


def test_only_the_thread_of_the_line_writes_on_it(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a line that breaks at that moment calls back into the controller's thread, which holds the lock: a deadlock."""
    writers: dict[str, int] = {}
    send = socket.socket.send

    def spy(sock: socket.socket, data: bytes) -> int:
        if len(data) > 1:  # one byte wakes the loop
            name = threading.current_thread().name
            writers[name] = writers.get(name, 0) + 1
        return send(sock, data)

    site = small_site("threads", broker.port)
    with Plain(broker.port) as button, monkeypatch.context() as patched, Running(site, commits=False) as running:
        patched.setattr(socket.socket, "send", spy)
        button.subscribe("talonmies/threads/panic/pressed/ack")
        button.publish("talonmies/threads/panic/pressed", '{"value": true, "id": "a"}')
        running.controller.wait_for(lambda c: c.presses)
        running.controller.commit()
        running.driver.send(LOCK)
        button.wait_for("talonmies/threads/panic/pressed/ack")
    assert writers.pop("mqtt") > 0
    assert not [name for name in writers if not name.startswith("paho")]


def test_stopping_leaves_no_thread_behind_even_when_it_ends_first(own_broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saying goodbye wakes the thread of the line; when that one was faster, there must still be something to write to."""
    disconnect, reinitialise = Client.disconnect, Client.reinitialise
    order: list[str] = []

    def late(client: Client, *words: Any) -> Any:
        if threading.current_thread() is threading.main_thread():
            alive = sum(line.is_alive() for line in lines)
            until(lambda: sum(line.is_alive() for line in lines) < alive)
        order.append("goodbye")
        return disconnect(client, *words)

    def close(client: Client) -> None:
        order.append("closed")
        reinitialise(client)

    running = Running(small_site("goodbye", own_broker.port))
    with running:
        lines = [thread for thread in threading.enumerate() if thread.name == "mqtt"]
        own_broker.stop()
        monkeypatch.setattr(Client, "disconnect", late)
        monkeypatch.setattr(Client, "reinitialise", close)
    assert lines
    assert not any(line.is_alive() for line in lines)
    assert order == ["goodbye", "closed"] * len(lines)
    own_broker.start()


def test_hundreds_of_topics_are_listened_to_and_the_line_is_up_only_then(broker: Broker) -> None:
    """They are asked for in portions, since some brokers refuse thousands at once."""
    name = f"site-{uuid4().hex[:8]}"
    sensor = {"type": "occupancy-sensor", "connection": "broker", "space": "room", "profile": "mqtt.json"}
    devices = {f"s{n}": {**sensor, "points": {"count": {"topic": f"{name}/{n}", "field": "n"}}} for n in range(450)}
    site = site_of({"room": "internal"}, {}, connections={"broker": {"protocol": "mqtt", "port": broker.port}}, devices=devices)
    with Running(site) as running, Plain(broker.port) as sensors:
        for n in (0, 199, 200, 449):
            sensors.publish(f"{name}/{n}", f'{{"n": {n}}}')
        running.controller.wait_for(lambda c: len(c.telemetry_seen) == 4)
    assert [(event.device, event.value) for event in running.controller.telemetry_seen] == [
        (f"s{n}", n) for n in (0, 199, 200, 449)
    ]


def test_a_device_is_asked_again_and_again(broker: Broker) -> None:
    topic = f"ask-{uuid4().hex[:8]}"
    connection = MqttConnection(protocol="mqtt", port=broker.port)
    inquiries = [Inquiry(topic, b"state?", 0.2), Inquiry(f"{topic}/rarely", b"", 1000.0)]
    client = build_client(topic, connection, str, keepalive_s=5)
    lane = Lane(client, [subscription("nothing", 0)], lambda *_: None, lambda *_: None, inquiries)
    with Plain(broker.port) as device:
        device.subscribe(topic, f"{topic}/rarely")
        lane.start()
        device.wait_for(topic, 3)
        lane.stop()
    assert len(device.wait_for(f"{topic}/rarely")) == 1
