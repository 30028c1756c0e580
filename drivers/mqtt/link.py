"""The MQTT driver: one connection of the site file.

Panic buttons have a client, a session and a thread of their own, so that nothing else can hold up a press. A press gets its
PUBACK and the application's answer (`…/ack`) only when the controller has it on disk; until then the broker keeps it and the
button repeats it. Presses of other buttons come with everything else; they are answered alike, and kept by no broker.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import ceil
from threading import Lock
from uuid import uuid4

from paho.mqtt.client import MQTTMessage

from drivers.garbage import GarbageReports, printable, sample_of
from drivers.mqtt.client import build_client, expiring
from drivers.mqtt.lane import Inquiry, Lane, Subscription, subscription
from drivers.mqtt.native import Reading, ack_topic, write_ack
from drivers.mqtt.payloads import Heard, hear, write_order
from drivers.mqtt.presence import Presences
from drivers.mqtt.routes import Route, connection_of, routes_of
from drivers.port import Inbox
from edge.clock import Clock
from edge.commands import Command
from edge.errors import IllegalCommand, Unreachable
from edge.events import ConnectionChanged, Event, Observed, RetainedCommandFound
from edge.site.model import Site

PANIC_KEEPALIVE_S = 5
KEEPALIVE_S = 15
_WITHOUT_NUMBER_S = 10
"""How long a broker may keep a command of another make: it carries no number by which the device would know it for an old one."""


class MqttDriver:
    """Implements drivers.port.Driver. secret: from a reference of the site file to the secret itself.

    received: messages taken from the broker; dropped: those of them that led to no observation. For the metrics.
    """

    def __init__(self, connection_id: str, site: Site, inbox: Inbox, clock: Clock, secret: Callable[[str], str]) -> None:
        """Raises StartRefused when a secret or a TLS file is missing."""
        described = connection_of(site, connection_id)
        self.received = 0
        self.dropped = 0
        self._id = connection_id
        self._inbox = inbox
        self._clock = clock
        self._routes = routes_of(site, connection_id)
        self._command_topics = frozenset(self._routes.commands.values())
        self._presences = Presences(route for routes in self._every_route() for route in routes)
        self._garbage = GarbageReports()
        self._mqtt5 = described.version == "5"
        name = f"talonmies-{site.site.id}-{connection_id}"
        build = partial(build_client, connection=described, secret=secret)
        panic_devices = {route.point.device for routes in self._routes.panic.values() for route in routes}
        self._rest = Lane(
            build(name, keepalive_s=KEEPALIVE_S),
            self._rest_subscriptions(site.site.id),
            self._on_message,
            self._on_line,
            self._inquiries(self._routes.questions.keys() - panic_devices),
        )
        self._lanes = [self._rest]
        if self._routes.panic:
            client = build(f"{name}-panic", keepalive_s=PANIC_KEEPALIVE_S, persistent=True, manual_ack=True)
            asked = self._inquiries(self._routes.questions.keys() & panic_devices)
            self._lanes.append(Lane(client, self._panic_subscriptions(), self._on_panic_message, self._on_line, asked))
        self._unacknowledged: dict[tuple[str, bytes], str] = {}
        self._line_lock = Lock()
        self._lines: dict[Lane, tuple[bool, str]] = {}
        self._told: tuple[bool, str] | None = None

    def start(self) -> None:
        for lane in self._lanes:
            lane.start()

    def stop(self) -> None:
        for lane in self._lanes:
            lane.stop()

    def send(self, command: Command) -> None:
        route = self._routes.orders.get(command.point)
        if route is None:
            raise IllegalCommand(f"{command.point} takes no commands on the connection {self._id}")
        lasting_s = command.for_s
        if route.make is not None:
            lasting_s = min(lasting_s or _WITHOUT_NUMBER_S, _WITHOUT_NUMBER_S)
        properties = expiring(ceil(lasting_s)) if self._mqtt5 and lasting_s else None
        if not self._rest.publish(route.set_topic, write_order(route, command), 1, properties):
            raise Unreachable(f"the connection {self._id} to the broker is down")
        for question in self._routes.questions.get(command.point.device, ()):
            self._rest.publish(question.topic, question.payload.encode(), 0)

    def deliver(self, topic: str, payload: bytes, within_s: float) -> None:
        """Publish something that is no command; returns when the broker has it. Raises Unreachable. Blocks."""
        if not self._rest.deliver(topic, payload, within_s):
            raise Unreachable(f"the connection {self._id} to the broker is down")

    def _every_route(self) -> Iterator[tuple[Route, ...]]:
        yield from self._routes.panic.values()
        yield from self._routes.rest.values()

    def _inquiries(self, devices: Iterable[str]) -> list[Inquiry]:
        asked = dict.fromkeys(question for device in sorted(devices) for question in self._routes.questions[device])
        return [Inquiry(each.topic, each.payload.encode(), each.every.total_seconds()) for each in asked]

    def _rest_subscriptions(self, site: str) -> list[Subscription]:
        native = f"talonmies/{site}/+/+"
        elsewhere = [topic for topic in self._routes.rest if not _fits(topic, native)]
        commands = {f"{native}/set", *(topic for topic in self._command_topics if not _fits(topic, f"{native}/set"))}
        return [
            *(subscription(topic, 1) for topic in (native, *elsewhere)),
            *(subscription(topic, 1, notice_retained=True, no_own=True) for topic in sorted(commands)),
        ]

    def _panic_subscriptions(self) -> list[Subscription]:
        # Only presses are kept by the broker while we are away; of a heartbeat, just the newest says something.
        return [subscription(topic, int(_is_press(routes))) for topic, routes in self._routes.panic.items()]

    def _on_line(self, lane: Lane, up: bool, problem: str) -> None:
        with self._line_lock:
            self._lines[lane] = (up, problem)
            all_up = len(self._lines) == len(self._lanes) and all(up for up, _ in self._lines.values())
            any_down = any(not up for up, _ in self._lines.values())
            now = (all_up, next((problem for _, problem in self._lines.values() if problem), ""))
            if now == self._told or not (all_up or any_down):
                return
            self._told = now
            self._inbox.event(ConnectionChanged(at=self._clock.now(), connection=self._id, up=now[0], problem=now[1]))

    def _on_message(self, lane: Lane, message: MQTTMessage) -> None:
        self.received += 1
        topic, payload = _topic_of(message), bytes(message.payload)
        routes = self._routes.rest.get(topic)
        if routes is None:
            self._elsewhere(topic, payload, retained=message.retain)
            return
        for route, reading in self._heard(routes, topic, payload, urgent=False):
            if route.kind.momentary:
                if reading.value is True:
                    self._press(lane, route, reading, message)
                continue
            event = self._observed(route, reading)
            if route.kind.durable:
                self._inbox.event(event)
            else:
                self._inbox.telemetry(event)

    def _heard(self, routes: Sequence[Route], topic: str, payload: bytes, *, urgent: bool) -> Heard:
        said, faults = hear(routes, payload)
        self.dropped += not said
        for device, problem in faults:
            self._report_garbage(device, topic, problem, payload, urgent=urgent)
        return said

    def _observed(self, route: Route, reading: Reading) -> Observed:
        device, point = route.point
        value = None if reading.bad else self._presences.combined(route, reading.value)
        return Observed(at=self._clock.now(), device=device, point=point, value=value, sent_at=reading.sent_at, bad=reading.bad)

    def _elsewhere(self, topic: str, payload: bytes, *, retained: bool) -> None:
        """A topic that carries no state of this lane: the other lane's, a command, or nobody's."""
        if topic in self._routes.panic:
            return
        self.dropped += 1
        if not topic.endswith("/set") and topic not in self._command_topics:
            self._report_strange(topic, payload)
        elif retained and payload:
            self._inbox.event(
                RetainedCommandFound(at=self._clock.now(), connection=self._id, channel=printable(topic), sample=sample_of(payload))
            )

    def _on_panic_message(self, lane: Lane, message: MQTTMessage) -> None:
        self.received += 1
        topic, payload = _topic_of(message), bytes(message.payload)
        routes = self._routes.panic.get(topic, ())
        kept = False
        if routes:
            for route, reading in self._heard(routes, topic, payload, urgent=True):
                kept = self._take_panic(lane, route, reading, message) or kept
        else:
            self.dropped += 1
            self._report_strange(topic, payload)
        if not kept:
            lane.acknowledge(lane.session, message.mid, message.qos)

    def _take_panic(self, lane: Lane, route: Route, reading: Reading, message: MQTTMessage) -> bool:
        """Whether the PUBACK now waits for the controller."""
        if route.kind.momentary:
            return reading.value is True and self._press(lane, route, reading, message)
        self._inbox.event(self._observed(route, reading))
        return False

    def _press(self, lane: Lane, route: Route, reading: Reading, message: MQTTMessage) -> bool:
        device, point = route.point
        payload = bytes(message.payload)
        if message.retain:
            self._report_garbage(device, route.topic, "a retained press", payload, urgent=route.panic)
            if reading.press_id is None:
                self.dropped += 1
                return False
        press = self._nameless_press(route.topic, message) if reading.press_id is None else str(reading.press_id)
        event = Observed(at=self._clock.now(), device=device, point=point, value=True, press=press, sent_at=reading.sent_at)
        answer = partial(self._answer, lane, lane.session, message.mid, message.qos, route.topic, payload, reading.press_id)
        self._inbox.event(event, answer, urgent=route.panic)
        return True

    def _nameless_press(self, topic: str, message: MQTTMessage) -> str:
        """An id for a press that has none: that of the same message, if the broker says that it sends it once more."""
        key = (topic, bytes(message.payload))
        known = self._unacknowledged.get(key) if message.dup else None
        self._unacknowledged[key] = press = known or str(uuid4())
        return press

    def _answer(self, lane: Lane, session: int, mid: int, qos: int, topic: str, payload: bytes, press_id: str | int | None) -> None:
        """The press is on disk: tell the button and the broker. From the controller's thread."""
        if press_id is not None:
            lane.publish(ack_topic(topic), write_ack(press_id), 0)
        lane.acknowledge(session, mid, qos)
        if session == lane.session:
            self._unacknowledged.pop((topic, payload), None)

    def _report_garbage(self, device: str, topic: str, problem: str, payload: bytes, *, urgent: bool = False) -> None:
        self._tell(self._garbage.of_device(device, topic, problem, payload, self._clock.now()), urgent=urgent)

    def _report_strange(self, topic: str, payload: bytes) -> None:
        self._tell(self._garbage.of_nobody(topic, "a topic of no device in the site file", payload, self._clock.now()))

    def _tell(self, event: Event | None, *, urgent: bool = False) -> None:
        if event is not None:
            self._inbox.event(event, urgent=urgent)


def _topic_of(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return "\N{REPLACEMENT CHARACTER}"


def _fits(topic: str, pattern: str) -> bool:
    parts, wanted = topic.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(w in ("+", p) for p, w in zip(parts, wanted, strict=True))


def _is_press(routes: Sequence[Route]) -> bool:
    return any(route.kind.momentary for route in routes)
