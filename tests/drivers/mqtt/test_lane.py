"""A broker that makes no sense must not end the thread that presses arrive on."""

import asyncio
import logging

import pytest

from drivers.mqtt.link import MqttDriver
from edge.clock import SystemClock
from edge.events import ConnectionChanged
from tests.broker import Controller, small_site, until_async

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
    connections = 0

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.read(10)
        writer.write(nonsense)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    controller = Controller(commits=False)
    driver = MqttDriver("broker", small_site("x", server.sockets[0].getsockname()[1]), controller, SystemClock(), str)
    driver.start()
    await until_async(lambda: connections >= 4)  # two of each of the two lanes
    await asyncio.to_thread(driver.stop)
    server.close()
    assert not any(change.up for change in controller.of(ConnectionChanged))
    assert controller.of(ConnectionChanged)
