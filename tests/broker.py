"""A real mosquitto for tests, something that stands in for the controller, and a plain MQTT client to poke with.

Use the fixtures by importing them in a conftest: `from tests.broker import broker as broker`.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Condition, Thread
from typing import Any, Self

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from drivers.mosquitto import Broker
from drivers.mqtt.link import MqttDriver
from edge.clock import SystemClock
from edge.events import ConnectionChanged, Event, Observed
from edge.site.model import Site

WAIT_S = 10.0


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One broker a module; tests keep apart by the id of their site."""
    with Broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that the test may kill."""
    with Broker(tmp_path / "broker") as running:
        yield running


def small_site(site: str, port: int, version: str = "5", **connection: Any) -> Site:
    """A door, a panic button, a sensor, a relay and a masking unit."""
    return Site.model_validate(
        {
            "site": {"id": site, "name": "Testitalo"},
            "spaces": {"lobby": {"zone": "public", "kind": "lobby"}, "room": {"zone": "internal", "kind": "meeting-room"}},
            "doors": {"door": {"from": "lobby", "to": "room"}},
            "connections": {"broker": {"protocol": "mqtt", "port": port, "version": version, **connection}},
            "devices": {
                "door-controller": {"type": "door-controller", "connection": "broker", "door": "door"},
                "panic": {"type": "panic-button", "connection": "broker", "space": "lobby"},
                "sensor": {"type": "occupancy-sensor", "connection": "broker", "space": "room"},
                "masking": {"type": "masking-unit", "connection": "broker", "space": "room"},
                "relay": {
                    "type": "relay",
                    "connection": "broker",
                    "points": {
                        "on": {"topic": f"other/{site}/relay", "field": "output.on", "set": f"other/{site}/relay/command"},
                        "tamper": {"topic": f"other/{site}/relay", "field": "opened"},
                    },
                },
            },
        }
    )


def until(condition: Callable[[], Any], within_s: float = WAIT_S) -> None:
    """For what tells nobody that it has changed, such as a file."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "never came"
        time.sleep(0.005)


async def until_async(condition: Callable[[], Any], within_s: float = WAIT_S) -> None:
    """The same on the event loop."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Controller:
    """What the controller is to a driver. It commits by itself from a thread of its own, or only when told."""

    def __init__(self, *, commits: bool = True) -> None:
        self.events: list[Event] = []
        self.telemetry_seen: list[Observed] = []
        self.urgent: list[Event] = []
        self._changed = Condition()
        self._commits = commits
        self._uncommitted: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._commit_always, daemon=True)
        if commits:
            self._thread.start()

    def telemetry(self, event: Observed) -> None:
        with self._changed:
            self.telemetry_seen.append(event)
            self._changed.notify_all()

    def event(self, event: Event, on_durable: Callable[[], None] | None = None, *, urgent: bool = False) -> None:
        with self._changed:
            self.events.append(event)
            if urgent:
                self.urgent.append(event)
            self._changed.notify_all()
        if on_durable:
            self._uncommitted.put(on_durable)

    def commit(self) -> None:
        """Everything that was taken until now is on disk."""
        while not self._uncommitted.empty():
            if on_durable := self._uncommitted.get():
                on_durable()

    def wait_for(self, wanted: Callable[[Self], Any], within_s: float = WAIT_S) -> Any:
        with self._changed:
            assert self._changed.wait_for(lambda: wanted(self), within_s), f"never came; there is {self.events}"
            return wanted(self)

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def presses(self) -> list[str | None]:
        return [event.press for event in self.events if isinstance(event, Observed) and event.point == "pressed"]

    @property
    def up(self) -> bool:
        changes = self.of(ConnectionChanged)
        return bool(changes) and changes[-1].up

    def end(self) -> None:
        self._uncommitted.put(None)
        if self._commits:
            self._thread.join()

    def _commit_always(self) -> None:
        while on_durable := self._uncommitted.get():
            on_durable()


class Running:
    """A driver with its controller, connected; `with Running(site) as running`."""

    def __init__(self, site: Site, *, commits: bool = True, secret: Callable[[str], str] = str) -> None:
        self.controller = Controller(commits=commits)
        self.driver = MqttDriver("broker", site, self.controller, SystemClock(), secret)

    def __enter__(self) -> Self:
        self.driver.start()
        self.controller.wait_for(lambda controller: controller.up)
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.stop()
        self.controller.end()


class Plain:
    """An MQTT client without any idea of Talonmies."""

    def __init__(self, port: int, version: str = "5", client_id: str = "") -> None:
        protocol = MQTTProtocolVersion.MQTTv5 if version == "5" else MQTTProtocolVersion.MQTTv311
        self.messages: list[MQTTMessage] = []
        self._changed = Condition()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=protocol)
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._subscribed = 0
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def publish(self, topic: str, payload: str | bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Returns when the broker has it."""
        self._client.publish(topic, payload, qos, retain).wait_for_publish(WAIT_S)

    def subscribe(self, *topics: str) -> None:
        """Returns when it is in force."""
        before = self._subscribed
        self._client.subscribe([(topic, 1) for topic in topics])
        with self._changed:
            assert self._changed.wait_for(lambda: self._subscribed > before, WAIT_S)

    def wait_for(self, topic: str, count: int = 1) -> list[MQTTMessage]:
        def there() -> list[MQTTMessage]:
            return [message for message in self.messages if message.topic == topic]

        with self._changed:
            assert self._changed.wait_for(lambda: len(there()) >= count, WAIT_S), f"nothing on {topic}"
            return there()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client.reinitialise()  # closes what would else be left to the collector, and be warned of

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def _on_subscribe(self, *_: object) -> None:
        with self._changed:
            self._subscribed += 1
            self._changed.notify_all()
