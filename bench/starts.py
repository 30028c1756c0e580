"""How long until the program takes a panic press and until it is whole, and how much memory it has, by the size of the building."""

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.houses import POINTS_A_ROOM, write_house, write_joensuu
from bench.program import Talonmies
from drivers.mosquitto import HOST, Broker
from edge.points import DEVICE_TYPES
from edge.site.load import read_site

_REPEAT_S = 0.02
_SETTLED_S = 1.0


@dataclass(frozen=True)
class Start:
    """Seconds from the start of the process. whole: when /readyz says yes."""

    what: str
    points: int
    press_s: float
    whole_s: float
    memory_mb: float


def starts(folder: Path, sizes: Sequence[int]) -> list[Start]:
    """Joensuu, first and again, then houses of about so many points."""
    with Broker(folder / "broker") as broker:
        path = write_joensuu(folder, broker.port)
        joensuu = folder / "joensuu-data"
        found = [_start("Joensuu, first start", path, joensuu, broker), _start("Joensuu, again", path, joensuu, broker)]
        for points in sizes:
            rooms = round(points / POINTS_A_ROOM)
            path = write_house(folder, rooms, broker.port)
            found.append(_start(f"house of {rooms:,} rooms", path, folder / f"data-{rooms}", broker))
    return found


def _start(what: str, path: Path, data: Path, broker: Broker) -> Start:
    site = read_site(path)
    button = next(device for device, section in site.devices.items() if section.type == "panic-button")
    points = sum(len(DEVICE_TYPES[section.type]) for section in site.devices.values())
    with Insisting(broker.port, f"talonmies/{site.site.id}/{button}/pressed") as press, Talonmies(path, data) as program:
        whole_s = program.wait_ready()
        answered = press.wait()
        time.sleep(_SETTLED_S)
        return Start(what, points, answered - program.began, whole_s, program.memory_mb())


class Insisting:
    """One press, repeated without mercy until it is answered."""

    def __init__(self, port: int, topic: str) -> None:
        self._topic = topic
        self._answered = 0.0
        self._ended = threading.Event()
        self._press_id = str(time.perf_counter_ns())
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_message = self._answer
        self._client.connect(HOST, port)
        self._client.subscribe(f"{topic}/ack", 1)

    def __enter__(self) -> Self:
        self._client.loop_start()
        threading.Thread(target=self._press, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._client.disconnect()
        self._client.loop_stop()

    def wait(self) -> float:
        """The instant of the answer."""
        if not self._ended.wait(60):
            raise SystemExit("a press was not answered")
        return self._answered

    def _press(self) -> None:
        while not self._ended.wait(_REPEAT_S):
            self._client.publish(self._topic, json.dumps({"value": True, "id": self._press_id}), 0)

    def _answer(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if json.loads(message.payload).get("id") == self._press_id and not self._ended.is_set():
            self._answered = time.perf_counter()
            self._ended.set()
