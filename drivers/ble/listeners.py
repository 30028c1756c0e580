"""What is made of advertisements, device by device of the site file. Pure but for what the teller is told."""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from drivers.ble import bthome
from drivers.ble.beacons import Identity
from drivers.ble.counters import Counters
from drivers.ble.nearest import Nearest
from drivers.ble.teller import Teller
from edge.errors import Garbled
from edge.points import DEVICE_TYPES, Value
from edge.problems import OWN_FAULT, RECEIVER_SILENT
from edge.profiles.ble_mapping import Beacon, Bthome

_SAME_PACKET_S = 4.0
"""For so long, a message with the same packet number is the same one. Source: BTHome, format of version 2, packet id."""
_BURST_S = 5.0
"""For so long a device repeats a message that nobody answers."""
_PLAYED_BACK = "a message with an old counter, as when somebody plays back a recording"


class Heard(NamedTuple):
    """One advertisement. dbm: how loud."""

    address: str
    dbm: float
    service_data: Mapping[str, bytes]
    manufacturer_data: Mapping[int, bytes]


class Sensor:
    """A device that speaks BTHome. key: its own; without one it is believed as it comes."""

    def __init__(
        self, device: str, kind: str, address: str, table: Bthome, key: bytes | None, counters: Counters, teller: Teller
    ) -> None:
        self.address = address
        self.device = device
        self._kinds = DEVICE_TYPES[kind]
        self._points = table.points[kind]
        self._presses = [point for point in self._points if self._kinds[point].momentary]
        used = {name for names in self._points.values() for name in names}
        self._fault = table.fault if table.fault not in used else None
        self._table = table
        self._key = key
        self._mark = "" if key is None else f"{address.replace(':', '').lower()}-{bthome.key_mark(key)}"
        self._counters = counters
        self._teller = teller
        self._taken_at: float | None = None
        self._last_press = (-1, float("-inf"))

    def hear(self, heard: Heard, now: float) -> bool:
        """Whether the device itself has just said something."""
        octets = heard.service_data.get(bthome.UUID)
        if octets is None:
            return False
        try:
            message = self._message(octets, now)
            if message is None:
                return False
            self._tell(message, now)
        except Garbled as error:
            self._teller.nonsense(self.device, self.address, str(error), octets)
            return False
        return True

    def doubt_counter(self) -> None:
        """What was kept of it cannot be read."""
        if self._key is not None:
            told = "its counter was lost, so the next message is believed, also one that was recorded before"
            self._teller.nonsense(self.device, self.address, told)

    def _message(self, octets: bytes, now: float) -> bthome.Message | None:
        """None for a repeat. Raises Garbled."""
        counter = bthome.counter_of(octets)
        begins_anew = self._table.begins_anew
        if self._key is None and self._table.sealed:
            raise Garbled("a message that nobody vouches for: the site file has no key")
        if self._key is None or counter is None:
            return bthome.read(octets, self.address, self._key)
        verdict = self._counters.verdict(self._mark, counter, begins_anew=begins_anew)
        if verdict == "repeat":
            if not begins_anew and (self._taken_at is None or now - self._taken_at > _BURST_S):
                raise Garbled(_PLAYED_BACK)
            return None
        message = bthome.read(octets, self.address, self._key)
        if verdict == "old":
            raise Garbled(_PLAYED_BACK)
        self._taken_at = now
        self._counters.take(self._mark, counter, press=message.pressed and bool(self._presses))
        return message

    def _tell(self, message: bthome.Message, now: float) -> None:
        if message.pressed and self._presses:
            self._press(message, now)
        self._teller.heard(self.device, now)
        faulty = self._fault is not None and message.flags.get(self._fault) is True
        for point, names in self._points.items():
            if point in self._presses:
                continue
            value = self._value(point, names, message)
            if faulty and point not in ("tamper", "battery"):
                self._teller.bad(self.device, point, OWN_FAULT, now)
            elif value is not None:
                self._teller.value(self.device, point, value, now)

    def _press(self, message: bthome.Message, now: float) -> None:
        counter = message.counter or 0
        packet, at = self._last_press
        durable = partial(self._counters.durable, self._mark, counter)
        if message.packet is not None:
            self._last_press = (message.packet, now)
            if message.packet == packet and now - at < _SAME_PACKET_S:
                durable()  # the same press, said again
                return
        point = "held" if message.held and "held" in self._presses else self._presses[0]
        self._teller.press(self.device, point, f"{self._mark}-{counter}", durable)

    def _value(self, point: str, names: tuple[str, ...], message: bthome.Message) -> Value:
        """None when the message does not say. Raises Garbled."""
        kind = self._kinds[point]
        if kind.type is bool:
            return next((message.flags[name] for name in names if name in message.flags), None)
        number = next((message.numbers[name] for name in names if name in message.numbers), None)
        if number is None:
            return None
        value = int(number) if kind.type is int else number
        if problem := kind.problem_with(value):
            raise Garbled(f"{point}: {problem}")
        return value


class Dock:
    """A place where things with a beacon lie, named by the receiver that hears them there."""

    def __init__(self, device: str, kind: str, parts: tuple[str, ...], table: Beacon, receiver: str, nearest: Nearest) -> None:
        self.device = device
        self.table = table
        self._parts = parts
        self._point = table.points[kind]
        self._receiver = receiver
        self._nearest = nearest
        nearest.expect(table.format, parts)
        self._present: Identity | None = None
        self._listening_since: float | None = None

    def wants(self, beacon: Identity) -> bool:
        return beacon.belongs_to(self.table.format, self._parts)

    def look(self, teller: Teller, now: float) -> None:
        """The receiver works; say what lies here."""
        if self._listening_since is None:
            self._listening_since = now
        self._present = self._nearest.at(self._receiver, self._parts, self.table, now, self._present)
        teller.heard(self.device, now)
        # What is not heard yet may still be there.
        if self._present is not None or now - self._listening_since >= self.table.patience_s:
            teller.value(self.device, self._point, self._present and self._present.terminal, now)

    def deaf(self, teller: Teller, now: float) -> None:
        """The receiver does not work."""
        if self._listening_since is not None:
            self._listening_since = self._present = None
            teller.bad(self.device, self._point, RECEIVER_SILENT, now)
