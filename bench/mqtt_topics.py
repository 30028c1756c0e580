"""What the MQTT driver takes to listen to thousands of topics; `python -m bench.mqtt_topics hear …` is the process measured."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.program import memory_mb
from drivers.mosquitto import HOST, Broker
from drivers.mqtt.link import MqttDriver
from drivers.mqtt.routes import routes_of
from edge.clock import SystemClock
from edge.events import ConnectionChanged, Event, Observed
from edge.site import Site

_MOST_IN_FLIGHT_S = 60.0
_LAST = "last"


@dataclass(frozen=True)
class Topics:
    """subscribed_s: from the start of the driver until it listens to all topics. rate: messages that were really sent, a second.
    behind_s: how long after the last was sent it was taken. us: CPU of the driver for a message, in microseconds."""

    what: str
    topics: int
    subscribed_s: float
    messages: int
    rate: float
    behind_s: float
    us: float
    memory_mb: float


_KINDS: dict[str, tuple[dict[str, Any], Callable[[int], tuple[str, bytes]], int]] = {
    "native": ({}, lambda n: (f"talonmies/bench/s{n}/count", str(n % 9).encode()), 5),
    "zigbee2mqtt": (
        {"profile": "mqtt.zigbee2mqtt_sensor", "at": "z/s{n}"},
        lambda n: (
            f"z/s{n}",
            b'{"battery":97,"linkquality":120,"occupancy":%s,"tamper":false}' % (b"true", b"false")[n % 2].ljust(4),
        ),
        2,
    ),
    "a field": (
        {"profile": "mqtt.json", "points": {"count": {"topic": "j/s{n}", "field": "people.0.count"}}},
        lambda n: (f"j/s{n}", b'{"people": [{"count": %d, "area": "all"}], "uptime": 4711}' % (n % 9)),
        1,
    ),
}
"""By name: what differs in the site file, a message of a device, and how many topics a device has."""


def _site(kind: str, topics: int, port: int) -> Site:
    differs, _, each = _KINDS[kind]
    devices = {
        f"s{n}": {"type": "occupancy-sensor", "connection": "broker", "space": "room", **_numbered(differs, n)}
        for n in range(topics // each)
    }
    sensor = {"type": "occupancy-sensor", "connection": "broker", "space": "room"}
    return Site.model_validate(
        {
            "site": {"id": "bench", "name": "Bench"},
            "spaces": {"room": {"zone": "internal"}},
            "connections": {"broker": {"protocol": "mqtt", "port": port}},
            "devices": {**devices, _LAST: sensor},
        }
    )


def _numbered(value: Any, n: int) -> Any:
    if isinstance(value, dict):
        return {key: _numbered(inner, n) for key, inner in value.items()}
    return value.replace("{n}", str(n)) if isinstance(value, str) else value


def topics_heard(folder: Path, topics: int, rate: int, seconds: float) -> list[Topics]:
    with Broker(folder) as broker:
        return [_measured(kind, broker.port, topics, rate, seconds) for kind in _KINDS]


def _measured(kind: str, port: int, topics: int, rate: int, seconds: float) -> Topics:
    words = [sys.executable, "-m", "bench.mqtt_topics", "hear", kind, str(topics), str(port)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as hearing:
        assert hearing.stdout
        known, subscribed_s = hearing.stdout.readline().split()
        sent, reached, last = _flood(kind, port, topics, rate, seconds)
        taken, messages, cpu_s = hearing.stdout.readline().split()
        memory = memory_mb(hearing.pid)
        hearing.terminate()
    assert int(messages) == sent + 1, f"{sent} sent and {messages} taken"
    behind_s = (int(taken) - last) / 1e9
    return Topics(kind, int(known), float(subscribed_s), sent, reached, behind_s, float(cpu_s) * 1e6 / sent, memory)


def _flood(kind: str, port: int, topics: int, rate: int, seconds: float) -> tuple[int, float, int]:
    """How many were sent, how many a second, and when the last one was."""
    _, message, each = _KINDS[kind]
    said = [message(n) for n in range(topics // each)]
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.connect(HOST, port)
    client.loop_start()
    began, sent = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds:
        while sent < passed * rate:
            client.publish(*said[sent % len(said)], 0)
            sent += 1
        time.sleep(0.001)
    reached, last = sent / (time.perf_counter() - began), time.perf_counter_ns()
    client.publish(f"talonmies/bench/{_LAST}/count", "0", 1).wait_for_publish(_MOST_IN_FLIGHT_S)
    client.disconnect()
    client.loop_stop()
    return sent, reached, last


class _Listener:
    """Takes everything at once, as the controller's inbox does."""

    def __init__(self) -> None:
        self.up, self.over = threading.Event(), threading.Event()

    def telemetry(self, event: Observed) -> None:
        if event.device == _LAST:
            self.over.set()

    def event(self, event: Event, on_durable: Callable[[], None] | None = None, *, urgent: bool = False) -> None:  # noqa: ARG002
        if isinstance(event, ConnectionChanged) and event.up:
            self.up.set()


def _hear(kind: str, topics: int, port: int) -> None:
    """Prints the topics and the seconds until it listens; then when the last message came, how many did, and their CPU."""
    site, listener = _site(kind, topics, port), _Listener()
    began = time.perf_counter()
    driver = MqttDriver("broker", site, listener, SystemClock(), str)
    driver.start()
    assert listener.up.wait(_MOST_IN_FLIGHT_S)
    print(len(routes_of(site, "broker").rest), time.perf_counter() - began, flush=True)
    cpu = time.process_time()
    assert listener.over.wait(_MOST_IN_FLIGHT_S)
    print(time.perf_counter_ns(), driver.received, time.process_time() - cpu, flush=True)
    threading.Event().wait(_MOST_IN_FLIGHT_S)


if __name__ == "__main__":
    _hear(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
