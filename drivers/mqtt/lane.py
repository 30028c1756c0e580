"""One MQTT client in a thread of its own: it connects, subscribes, and comes back with a jittered back-off until stopped."""

import logging
import random
import time
from collections.abc import Callable, Sequence
from heapq import heapreplace
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from drivers.mqtt.client import problem_of

LONGEST_PAUSE_S = 5.0
_FIRST_PAUSE_S = 0.25
_LOOP_S = 1.0
_STOP_S = 3.0
_KEEPALIVE_TIMEOUT = 141
_TOPICS_AT_ONCE = 200
"""Some brokers refuse a SUBSCRIBE with thousands of topics."""

_log = logging.getLogger("talonmies.mqtt")

Subscription = tuple[str, SubscribeOptions]


class Inquiry(NamedTuple):
    """A message that makes a device say its state."""

    topic: str
    payload: bytes
    every_s: float


class Lane:
    """on_message and on_line are called from the lane's thread. on_line: whether the subscriptions are in force, and what is
    wrong, as a short English sentence. inquiries: sent when they are in force, and every so often from then on."""

    def __init__(
        self,
        client: Client,
        subscriptions: Sequence[Subscription],
        on_message: Callable[["Lane", MQTTMessage], None],
        on_line: Callable[["Lane", bool, str], None],
        inquiries: Sequence[Inquiry] = (),
    ) -> None:
        self._client = client
        self._subscriptions = tuple(subscriptions)
        self._subscribing: dict[int, tuple[Subscription, ...]] = {}
        self._refused: list[str] = []
        self._inquiries = tuple(inquiries)
        self._due: list[tuple[float, int]] = []
        self._on_message = on_message
        self._on_line = on_line
        self._lock = Lock()
        self._session = 0
        self._connected = False
        self._problem = ""
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="mqtt", daemon=True)
        # Unless somebody looks after writing, paho writes in the thread that asks, and a lost line would then call back into it.
        client.on_socket_register_write = _leave_it_to_the_loop
        client.on_connect = self._connect
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnect
        client.on_publish = self._published
        client.on_message = self._message

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._client.disconnect()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
        if not self._thread.is_alive():
            # Not in the thread itself: it may end before disconnect, which writes to what this closes, has run.
            self._client.reinitialise()

    @property
    def connected(self) -> bool:
        return self._connected

    @property
    def session(self) -> int:
        """Counts the connections: a message can be acknowledged only on the one it came by."""
        return self._session

    def acknowledge(self, session: int, mid: int, qos: int) -> None:
        """Send the PUBACK; after a reconnect it does nothing, and the broker delivers the message again. From any thread."""
        # Under the lock: paho would send a PUBACK queued between two connections before the CONNECT of the second.
        with self._lock:
            if self._connected and session == self._session:
                self._client.ack(mid, qos)

    def publish(self, topic: str, payload: bytes, qos: int, properties: Properties | None = None) -> bool:
        """Whether the line took it. From any thread; never waits and never keeps it for later."""
        if not self._connected:
            return False
        return self._client.publish(topic, payload, qos, properties=properties).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def deliver(self, topic: str, payload: bytes, within_s: float) -> bool:
        """Whether the broker has acknowledged it in time. Waits, so call it from a thread of your own."""
        if not self._connected:
            return False
        message = self._client.publish(topic, payload, 1)
        if message.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        message.wait_for_publish(within_s)
        return message.is_published()

    def _run(self) -> None:
        pause = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._converse()
            except Exception as error:
                # Whatever paho makes of what a broker sends, the thread that presses arrive on must not end.
                _log.exception("the conversation with the broker failed")
                self._lost(f"the broker cannot be understood ({error})")
            # A line that breaks as soon as it is up is no better than one that never comes up.
            held = time.monotonic() - began > LONGEST_PAUSE_S
            pause = _FIRST_PAUSE_S if held else min(LONGEST_PAUSE_S, pause * 2)
            self._stopping.wait(pause * random.uniform(0.5, 1))  # noqa: S311 (spreads reconnects, guards nothing)

    def _converse(self) -> None:
        """From the connecting to the end of one connection."""
        self._problem = ""
        try:
            self._client.reconnect()
        except OSError as error:
            self._lost(problem_of(error))
            return
        except ValueError:  # a host name that cannot be one
            self._lost("the broker's address cannot be used")
            return
        if self._stopping.is_set():
            self._client.disconnect()
        while self._client.socket() and self._client.loop(_LOOP_S) == MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._inquire()
        self._lost(self._problem or "the connection to the broker was lost")

    def _lost(self, problem: str) -> None:
        with self._lock:
            self._connected = False
        if not self._stopping.is_set():
            self._on_line(self, False, problem)

    def _connect(self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _more: Properties | None) -> None:
        if reason.is_failure:
            self._problem = problem_of(reason)
            return
        # A command of before the break may be out of date; the core repeats those that still hold.
        client.drop_out_messages()
        with self._lock:
            self._session += 1
            self._connected = True
        self._subscribing.clear()
        self._refused.clear()
        self._due.clear()
        for first in range(0, len(self._subscriptions), _TOPICS_AT_ONCE):
            wanted = self._subscriptions[first : first + _TOPICS_AT_ONCE]
            if client.protocol == MQTTProtocolVersion.MQTTv5:
                _, mid = client.subscribe(list(wanted))
            else:
                _, mid = client.subscribe([(topic, options.QoS) for topic, options in wanted])
            if mid is not None:
                self._subscribing[mid] = wanted

    def _subscribed(self, _client: Client, _data: Any, mid: int, reasons: list[ReasonCode], _more: Properties | None) -> None:
        wanted = self._subscribing.pop(mid, ())
        self._refused += [topic for (topic, _), reason in zip(wanted, reasons, strict=False) if reason.is_failure]
        if self._subscribing:
            return
        refused = self._refused
        self._due = [(0.0, number) for number in range(len(self._inquiries))]
        self._on_line(self, not refused, f"the broker does not let us subscribe to {refused[0]}" if refused else "")

    def _inquire(self) -> None:
        while self._due and self._due[0][0] <= (now := time.monotonic()):
            number = self._due[0][1]
            topic, payload, every_s = self._inquiries[number]
            self.publish(topic, payload, 0)
            # Spread, so that not all devices of a building answer at once for ever.
            heapreplace(self._due, (now + every_s * random.uniform(0.8, 1), number))  # noqa: S311

    def _disconnect(
        self, _client: Client, _data: Any, flags: DisconnectFlags, reason: ReasonCode, _more: Properties | None
    ) -> None:
        # Before paho throws away what it has not sent: see acknowledge.
        with self._lock:
            self._connected = False
        if flags.is_disconnect_packet_from_server:
            self._problem = problem_of(reason)
        elif reason.value == _KEEPALIVE_TIMEOUT and not self._problem:
            self._problem = "the broker does not answer"

    def _published(self, _client: Client, _data: Any, _mid: int, reason: ReasonCode, _more: Properties | None) -> None:
        if reason.is_failure:
            self._on_line(self, True, "the broker does not let us publish")

    def _message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._on_message(self, message)


def _leave_it_to_the_loop(_client: Client, _data: Any, _sock: Any) -> None:
    """The loop of the lane's thread is awake already, and looks by itself."""


def subscription(topic: str, qos: int, *, notice_retained: bool = False, no_own: bool = False) -> Subscription:
    """notice_retained, no_own: what only MQTT 5 can do; without it the receiver must do."""
    return topic, SubscribeOptions(qos=qos, retainAsPublished=notice_retained, noLocal=no_own)
