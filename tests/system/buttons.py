"""Panic buttons with a memory: each press is repeated until the controller answers it, and what was answered is noted."""

import json
import random
import sys
import threading
import time
from typing import Self

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

REPEAT_S = 0.4
MOST_UNANSWERED = 100
"""Beyond these nobody presses until some are answered: more would only test how long the queue gets."""


class Buttons:
    """Presses the buttons of a site at random, `rate` times a second in all, from a thread of its own."""

    def __init__(self, site: str, buttons: list[str], port: int, seed: int, rate: float) -> None:
        self.pressed: dict[str, float] = {}
        """When each press was first sent, on the monotonic clock."""
        self.answered: dict[str, float] = {}
        self.repeats = 0
        self.pause = threading.Event()
        self.most = sys.maxsize
        """So many presses in all, and only repeats of them until somebody raises it."""
        self._topics = [f"talonmies/{site}/{button}/pressed" for button in buttons]
        self._chance = random.Random(seed)
        self._rate = rate
        self._due: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=f"buttons-{site}", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.max_inflight_messages_set(0)
        self._client.on_connect = self._subscribe
        self._client.on_message = self._answered
        self._client.connect("127.0.0.1", port)
        self._thread = threading.Thread(target=self._press_all, daemon=True)

    @property
    def unanswered(self) -> list[str]:
        with self._lock:
            return list(self._due)

    def __enter__(self) -> Self:
        self._client.loop_start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def _press_all(self) -> None:
        next_press = time.monotonic()
        while not self._ended.wait(0.002):
            now = time.monotonic()
            if self.pause.is_set() or len(self._due) >= MOST_UNANSWERED or len(self.pressed) >= self.most:
                next_press = now
            elif next_press <= now:
                next_press += self._chance.expovariate(self._rate)
                self._press(now)
            self._repeat(now)

    def _press(self, now: float) -> None:
        topic, press_id = self._chance.choice(self._topics), f"p{len(self.pressed)}"
        with self._lock:
            self.pressed[press_id] = now
            self._due[press_id] = (topic, now + REPEAT_S)
        self._say(topic, press_id)

    def _repeat(self, now: float) -> None:
        with self._lock:
            again = [(press_id, topic) for press_id, (topic, due) in self._due.items() if due <= now]
            for press_id, topic in again:
                self._due[press_id] = (topic, now + REPEAT_S)
        for press_id, topic in again:
            self.repeats += 1
            self._say(topic, press_id)

    def _say(self, topic: str, press_id: str) -> None:
        self._client.publish(topic, json.dumps({"value": True, "id": press_id}), 1)

    def _subscribe(self, client: Client, _data: object, _flags: ConnectFlags, *_: object) -> None:
        client.subscribe([(f"{topic}/ack", 1) for topic in self._topics])

    def _answered(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        press_id = json.loads(message.payload)["id"]
        with self._lock:
            self.answered.setdefault(press_id, time.monotonic())
            self._due.pop(press_id, None)
