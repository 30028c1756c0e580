"""One virtual device on a real MQTT line, driven by the event loop: a client each, so that each has a will of its own.

It speaks natively, or as the make does whose mapping its routes come from.
"""

import asyncio
import random
import socket
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from drivers.mqtt.client import build_client, no_delay
from drivers.mqtt.lane import Subscription, subscription
from drivers.mqtt.native import read_ack
from drivers.mqtt.routes import PANIC, Route
from drivers.virtual.device import Behaviour, Report, VirtualButton, VirtualDevice
from drivers.virtual.tongue import Tongue
from edge.clock import Clock
from edge.errors import Garbled, IllegalInput
from edge.points import Value
from edge.profiles.mqtt_mapping import Question
from edge.site.connections import MqttConnection

_RETRY_S = 1.0


class Speaker:
    """ignored: retained commands and other nonsense that the device did not act on."""

    def __init__(
        self,
        client_id: str,
        model: VirtualDevice,
        routes: Iterable[Route],
        connection: MqttConnection,
        secret: Callable[[str], str],
        clock: Clock,
        heartbeat: timedelta,
        questions: Iterable[Question] = (),
    ) -> None:
        self.model = model
        self.ready = asyncio.Event()
        self.gone = asyncio.Event()
        self.gone.set()
        self.ignored = 0
        self._clock = clock
        self._heartbeat_s = heartbeat.total_seconds()
        self._questions = {question.topic: question.payload.encode() for question in questions}
        self._tongue = Tongue(routes, keeps=not self._questions)
        self._plugged = False
        self._loop = asyncio.get_running_loop()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._client = self._build(client_id, connection, secret)

    def _build(self, client_id: str, connection: MqttConnection, secret: Callable[[str], str]) -> Client:
        keepalive_s = 5 if self.model.type == PANIC else 30
        # No limit: a press must go out even if the answers to the ones before were lost on the way.
        client = build_client(client_id, connection, secret, keepalive_s=keepalive_s, most_in_flight=0)
        client.on_socket_open = self._socket_open
        client.on_socket_close = self._socket_close
        client.on_socket_register_write = self._register_write
        client.on_socket_unregister_write = self._unregister_write
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = self._message
        if will := self._tongue.link(up=False):
            client.will_set(will.topic, will.payload, will.qos, will.retained)
        return client

    @property
    def plugged(self) -> bool:
        return self._plugged

    def plug(self) -> None:
        """Connect, and keep trying."""
        self._plugged = True
        self._connect()

    def unplug(self) -> None:
        """Vanish without a word, as when the cable is pulled: the broker speaks the device's will."""
        self._plugged = False
        self._cancel("connect", "heartbeat")
        if isinstance(sock := self._client.socket(), socket.socket):
            sock.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        """Say good-bye in good order."""
        self._plugged = False
        self._cancel(*self._timers)
        self._publish([Report("link", False)])
        self._client.disconnect()

    def keep_alive(self) -> None:
        """To be called about once a second."""
        self._client.loop_misc()

    def state(self, point: str) -> Value:
        return self.model.state(point)

    def set(self, point: str, value: Value) -> None:
        self.say(self.model.set(point, value, self._clock.now()))

    def behave(self, behaviour: Behaviour) -> None:
        self.say(self.model.behave(behaviour, self._clock.now()))

    def press(self, way: str = "") -> str:
        """Of a button; it repeats the press until it is answered. The id of the press. Raises IllegalInput."""
        if not isinstance(self.model, VirtualButton):
            raise IllegalInput(f"a {self.model.type} is not pressed")
        self.say(self.model.press(self._clock.now(), way))
        return self.model.last_press

    def say(self, reports: list[Report]) -> None:
        self._publish(reports)
        self._plan_tick()

    def _connect(self) -> None:
        if self._plugged:
            try:
                self._client.reconnect()
            except OSError:
                self._retry()

    def _retry(self) -> None:
        if self._plugged:
            self._later("connect", _RETRY_S * random.uniform(0.2, 1), self._connect)  # noqa: S311 (only spreads reconnects)

    def _connected(self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _more: Properties | None) -> None:
        if reason.is_failure:
            return
        client.drop_out_messages()
        topics = dict.fromkeys((*self._tongue.command_topics, *self._tongue.answer_topics, *self._questions))
        wanted = [subscription(topic, 1, notice_retained=True) for topic in topics]
        if wanted:
            self._subscribe(client, wanted)
        else:
            self.ready.set()
        self.say([Report("link", True), *self.model.reports()])
        self._later("heartbeat", self._heartbeat_s, self._beat)

    def _subscribe(self, client: Client, wanted: list[Subscription]) -> None:
        if client.protocol == MQTTProtocolVersion.MQTTv5:
            client.subscribe(wanted)
        else:
            client.subscribe([(topic, options.QoS) for topic, options in wanted])

    def _subscribed(self, _client: Client, _data: Any, _mid: int, _reasons: list[ReasonCode], _more: Properties | None) -> None:
        self.ready.set()

    def _disconnected(
        self, _client: Client, _data: Any, _flags: DisconnectFlags, _reason: ReasonCode, _more: Properties | None
    ) -> None:
        self.ready.clear()
        self._cancel("heartbeat")
        self._retry()

    def _message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        topic, payload = message.topic, bytes(message.payload)
        try:
            if topic in self._tongue.answer_topics and isinstance(self.model, VirtualButton):
                self.model.answered(str(read_ack(payload)))
            elif message.retain:
                self.ignored += 1
            elif self._questions.get(topic) == payload:
                self._publish(self.model.reports())
            elif order := self._tongue.understood(topic, payload):
                self.say(self.model.receive(*order, self._clock.now()))
        except Garbled:
            self.ignored += 1

    def _beat(self) -> None:
        self._later("heartbeat", self._heartbeat_s, self._beat)
        if self.model.silent or not self._client.is_connected():
            return
        if not self._tongue.native:
            self._publish(self.model.reports())
        elif link := self._tongue.link(up=True):
            # Not retained, since that would cost the broker a write each time; the first one of the connection is.
            self._client.publish(link.topic, link.payload, 0)

    def _publish(self, reports: Iterable[Report]) -> None:
        if not self._client.is_connected():
            return  # everything is said anew on the next connection
        for report in reports:
            for said in self._tongue.spoken(report, self._clock.now()):
                self._client.publish(*said)
            if report.id and not self._tongue.answer_topics and isinstance(self.model, VirtualButton):
                self.model.answered(report.id)  # such a button says it once, and nobody answers

    def _plan_tick(self) -> None:
        self._cancel("tick")
        if (at := self.model.next_tick) is not None:
            self._later("tick", max(0.0, self._clock.seconds_until(at)), self._tick)

    def _tick(self) -> None:
        self.say(self.model.tick(self._clock.now()))

    def _later(self, name: str, delay_s: float, do: Callable[[], None]) -> None:
        self._cancel(name)
        self._timers[name] = self._loop.call_later(delay_s, do)

    def _cancel(self, *names: str) -> None:
        for name in names:
            if timer := self._timers.pop(name, None):
                timer.cancel()

    def _socket_open(self, client: Client, data: Any, sock: Any) -> None:
        no_delay(client, data, sock)
        self.gone.clear()
        self._loop.add_reader(sock, self._readable)

    def _socket_close(self, _client: Client, _data: Any, sock: Any) -> None:
        self._loop.remove_reader(sock)
        self.gone.set()

    def _register_write(self, _client: Client, _data: Any, sock: Any) -> None:
        self._loop.add_writer(sock, self._client.loop_write)

    def _unregister_write(self, _client: Client, _data: Any, sock: Any) -> None:
        self._loop.remove_writer(sock)

    def _readable(self) -> None:
        self._client.loop_read()
        # What TLS has already taken from the socket makes it readable no more.
        while (pending := getattr(self._client.socket(), "pending", None)) and pending():
            self._client.loop_read()
