"""Virtual Bluetooth devices one by one: they advertise and serve what the tables of their profiles say."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from typing import NamedTuple

from drivers.ble.bthome import UUID, key_mark, press_id
from drivers.ble.gatt import gatt_of
from drivers.virtual.air import Advert, Characteristic, Peripheral
from drivers.virtual.bluez import Bluez
from drivers.virtual.device import Behaviour, Report, VirtualDevice, virtual_device, ways_to_press
from edge.clock import Clock
from edge.errors import Garbled, IllegalInput
from edge.points import DEVICE_TYPES, Value
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import (
    Beacon,
    BeaconFormat,
    Bthome,
    Part,
    Said,
    TimedOrder,
    address_of,
    beacon_of,
    number_of,
)
from edge.site.model import Site

NEAR_DBM, FAR_DBM = -50, -80
_BEACON_S = 0.5
_GATT_S = 1.0
_LONGEST_BEAT_S = 10.0
"""More often than most sensors, so that who has just begun to listen soon knows all."""
_USUAL = timedelta(seconds=30)
REPEATS, _REPEATED_AFTER_S = 4, 0.1
_OBJECTS: Mapping[str, tuple[int, int]] = {
    "battery": (0x01, 1),
    "opening": (0x11, 1),
    "carbon_monoxide": (0x17, 1),
    "door": (0x1A, 1),
    "garage_door": (0x1B, 1),
    "gas": (0x1C, 1),
    "moisture": (0x20, 1),
    "motion": (0x21, 1),
    "occupancy": (0x23, 1),
    "presence": (0x25, 1),
    "problem": (0x26, 1),
    "safety": (0x28, 1),
    "smoke": (0x29, 1),
    "tamper": (0x2B, 1),
    "vibration": (0x2C, 1),
    "window": (0x2D, 1),
    "button": (0x3A, 1),
    "count": (0x3D, 2),
}
"""Number and length of the objects that virtual devices say. Source: BTHome, format of version 2 (bthome.io)."""


_PRESS, _LONG_PRESS = 1, 4
"""Of the object `button`. Source: as above."""


@dataclass(frozen=True, slots=True)
class Place:
    """Of a device: the site and its id there, the radio and the adapter of its connection. beat_s: None is its own."""

    site: Site
    device: str
    boot: str
    bluez: Bluez
    adapter: str
    clock: Clock
    beat_s: float | None


class BleTwin:
    """A virtual device in the air; see host.Host. ignored: writes that it did not act on."""

    def __init__(self, place: Place, beat_s: float, address: str, model: VirtualDevice | None = None) -> None:
        self.model = model or virtual_device(place.site, place.device, place.boot)
        self.ignored = 0
        self._bluez = place.bluez
        self._clock = place.clock
        self._beat_s = place.beat_s or beat_s
        rssi = {name: NEAR_DBM if name == place.adapter else FAR_DBM for name in place.bluez.adapters}
        self.peripheral = place.bluez.add(Peripheral(address, rssi))
        self._beating: asyncio.TimerHandle | None = None
        self._ticking: asyncio.TimerHandle | None = None

    def state(self, point: str) -> Value:
        """How it really is, whatever the device says."""
        if reports := self.model.tick(self._clock.now()):
            self._say(reports)
        return self.model.state(point)

    def set(self, point: str, value: Value) -> None:
        """A hand or the world changes a point. Raises IllegalInput."""
        self._say(self.model.set(point, value, self._clock.now()))
        self._plan_tick()

    def behave(self, behaviour: Behaviour) -> None:
        """Raises IllegalInput when such a device cannot."""
        self._say(self.model.behave(behaviour, self._clock.now()))
        self._plan_tick()

    def press(self, way: str = "") -> str:  # noqa: ARG002
        """Raises IllegalInput but for a button: the id of the press."""
        raise IllegalInput("only a button can be pressed")

    @property
    def plugged(self) -> bool:
        return self._beating is not None

    def plug(self) -> None:
        if self._beating is None:
            self._beat()

    def unplug(self) -> None:
        for timer in (self._beating, self._ticking):
            if timer is not None:
                timer.cancel()
        self._beating = self._ticking = None
        self._bluez.drop(self.peripheral)

    def advertise(self) -> None:
        """What it says whenever it says that it lives, once."""
        raise NotImplementedError

    def _say(self, reports: Iterable[Report]) -> None:
        """What has changed."""
        raise NotImplementedError

    def _beat(self) -> None:
        self._beating = asyncio.get_running_loop().call_later(self._beat_s, self._beat)
        if not self.model.silent:
            self.advertise()

    def _plan_tick(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
        if self.plugged and (at := self.model.next_tick) is not None:
            after_s = max(0.0, self._clock.seconds_until(at))
            self._ticking = asyncio.get_running_loop().call_later(after_s, self._tick)

    def _tick(self) -> None:
        self._say(self.model.tick(self._clock.now()))
        self._plan_tick()


class BthomeTwin(BleTwin):
    """Says all that it knows in each message, some times over, as sensors on a battery do. key: it encrypts with that."""

    def __init__(self, place: Place, table: Bthome, key: bytes | None) -> None:
        described = place.site.devices[place.device]
        # A button hears nothing, so no answer ends its press.
        self._ways = ways_to_press(described.type)
        model = VirtualDevice(described.type, {"tamper": False}, points={"tamper", "battery"}) if self._ways else None
        beat = described.heartbeat or PROFILES[described.profile].heartbeat or _USUAL
        super().__init__(place, min(beat.total_seconds(), _LONGEST_BEAT_S), address_of(described.at or ""), model)
        self._objects = table.points[described.type]
        self._key = key
        # Of seconds, so that it goes on over a restart of the virtual devices.
        self.counter = int(self._clock.now().timestamp())
        self.last_said = Advert()

    def advertise(self) -> None:
        self._say(())

    def press(self, way: str = "") -> str:
        """Its message is repeated a few times, and then nobody repeats it any more."""
        if not self._ways or self._key is None:
            return super().press()
        if not self.model.silent:
            self._send({**self._known(), way or self._ways[0]: _LONG_PRESS if way == "held" else _PRESS})
        return press_id(self.peripheral.address, key_mark(self._key), self.counter)

    def _say(self, _: Iterable[Report]) -> None:
        if known := self._known():
            self._send(known)

    def _known(self) -> dict[str, Value]:
        return {report.point: report.value for report in self.model.reports() if report.point in self._objects}

    def _send(self, values: Mapping[str, Value]) -> None:
        """values: by point."""
        if self.plugged:
            self.counter += 1
            said = {self._objects[point][0]: value for point, value in values.items()}
            self.last_said = Advert({UUID: bthome_message(said, self.peripheral.address, self._key, self.counter)})
            self._repeat(self.last_said, REPEATS)

    def _repeat(self, advert: Advert, times: int) -> None:
        """Until there is something newer to say."""
        if times and self.plugged and advert is self.last_said:
            self._bluez.advertise(self.peripheral, advert)
            asyncio.get_running_loop().call_later(_REPEATED_AFTER_S, self._repeat, advert, times - 1)


def bthome_message(said: Mapping[str, Value], address: str, key: bytes | None = None, counter: int = 0) -> bytes:
    """Service data of BTHome. said: by name of the object."""
    body = b""
    for number, length, value in sorted((*_OBJECTS[name], value) for name, value in said.items() if isinstance(value, int | float)):
        body += bytes([number]) + int(value).to_bytes(length, "little")
    if key is None:
        return b"\x40" + body
    from cryptography.hazmat.primitives.ciphers.aead import AESCCM

    counted = counter.to_bytes(4, "little")
    nonce = bytes.fromhex(address.replace(":", "")) + b"\xd2\xfc\x41" + counted
    sealed = AESCCM(key, tag_length=4).encrypt(nonce, body, None)
    return b"\x41" + sealed[:-4] + counted + sealed[-4:]


class BeaconTwin(BleTwin):
    """The terminal of a dock: near to its receiver while it is there, and further from the others. Without one, silence."""

    _numbers = count(1)

    def __init__(self, place: Place, table: Beacon) -> None:
        self._format = table.format
        self._belongs = beacon_of(table.format, place.site.devices[place.device].at or "")
        number = next(self._numbers)
        model = VirtualDevice("terminal-dock", {"terminal": _some_terminal(self._format, self._belongs, number)})
        # What a beacon says counts, not from which address.
        super().__init__(place, _BEACON_S, f"C2:00:00:00:{number >> 8 & 0xFF:02X}:{number & 0xFF:02X}", model)

    def advertise(self) -> None:
        terminal = self.model.state("terminal")
        if self.plugged and isinstance(terminal, str):
            self._bluez.advertise(self.peripheral, beacon_advert(self._format, self._belongs, terminal))

    def _say(self, _: Iterable[Report]) -> None:
        self.advertise()


def _some_terminal(form: BeaconFormat, belongs: Sequence[str], number: int) -> str:
    if form == "ibeacon":
        major, minor = belongs[1] if len(belongs) > 1 else "1", belongs[2] if len(belongs) > 2 else str(number)
        return f"{major}-{minor}"
    return belongs[1] if len(belongs) > 1 else f"{number:012x}"


def beacon_advert(form: BeaconFormat, belongs: Sequence[str], terminal: str) -> Advert:
    """terminal: as a dock calls it."""
    if form == "ibeacon":
        major, _, minor = terminal.partition("-")
        numbers = int(major).to_bytes(2, "big") + int(minor).to_bytes(2, "big")
        return Advert(manufacturer_data={0x004C: b"\x02\x15" + bytes.fromhex(belongs[0].replace("-", "")) + numbers + b"\xc5"})
    data = b"\x00\xe7" + bytes.fromhex(belongs[0] + terminal) + b"\0\0"
    return Advert({_EDDYSTONE: data}, uuids=[_EDDYSTONE])


_EDDYSTONE = "0000feaa-0000-1000-8000-00805f9b34fb"


_SOME_SERVICE = "0000181c-0000-1000-8000-00805f9b34fb"


class _Wish(NamedTuple):
    value: Value
    epoch: int
    seq: int
    for_s: float | None


class GattTwin(BleTwin):
    """Serves the characteristics of its table; while it is connected to, it does not advertise."""

    def __init__(self, place: Place) -> None:
        described = place.site.devices[place.device]
        super().__init__(place, _GATT_S, address_of(described.at or ""))
        self._table = gatt_of(described)
        self._points = self._table.points[described.type]
        self._kinds = DEVICE_TYPES[described.type]
        self._seq = 0
        self._obeyed = (0, 0)
        self.model.reports()
        self.peripheral.connectable = True
        self._name = place.device
        self.peripheral.service = self._table.service or _SOME_SERVICE
        orders = {order.characteristic: name for name, order in self._table.orders.items()}
        self.peripheral.characteristics = tuple(
            Characteristic(
                uuid,
                read=partial(self._value, uuid) if any(point.characteristic == uuid for point in self._points) else None,
                written=partial(self._obey, orders[uuid]) if uuid in orders else None,
                notifies=any(point.characteristic == uuid for point in self._points),
                guarded=self._table.bonds,
            )
            for uuid in dict.fromkeys((*(point.characteristic for point in self._points), *orders))
        )

    def advertise(self) -> None:
        if self.plugged and self.peripheral.connected_to is None:
            self._bluez.advertise(self.peripheral, Advert(uuids=[self.peripheral.service], name=self._name))

    def _say(self, reports: Iterable[Report]) -> None:
        changed = {report.point for report in reports}
        told = {point.characteristic for point in self._points if point.name in changed}
        for characteristic in self.peripheral.characteristics:
            if characteristic.uuid in told:
                self._bluez.notify(self.peripheral, characteristic)

    def _value(self, uuid: str) -> bytes:
        self.model.reports()
        # Of a mute one, what it said last.
        said = self.model.says
        octets = bytearray()
        for point in self._points:
            if point.characteristic == uuid:
                if isinstance(point.codec, Said):
                    return point.codec.write(said.get(point.name))
                _put(octets, point.codec, said.get(point.name))
        for order in self._table.orders.values():
            if isinstance(order, TimedOrder) and order.echo is not None and order.echo.characteristic == uuid:
                octets[order.echo.start :] = number_of(*self._obeyed)
        return bytes(octets)

    def _obey(self, point: str, raw: bytes) -> None:
        """Raises ValueError for what makes no sense."""
        order, now = self._table.orders[point], self._clock.now()
        if isinstance(order, TimedOrder):
            if len(raw) != 10:
                raise ValueError(raw)
            number = (int.from_bytes(raw[:4], "little"), int.from_bytes(raw[4:8], "little"))
            if number <= self._obeyed:
                self.ignored += 1
                return
            self._obeyed, seconds = number, int.from_bytes(raw[8:], "little")
            kind = self._kinds[point]
            other = kind.rest if kind.default is None else kind.default
            wish = _Wish(order.timed, *number, seconds) if seconds else _Wish(other, *number, None)
        else:
            self._seq += 1
            try:
                wish = _Wish(order.codec.read(raw), 0, self._seq, None)
            except Garbled as error:
                raise ValueError(raw) from error
        self._say(self.model.receive(point, wish, now))
        self._plan_tick()


def _put(octets: bytearray, part: Part, value: Value) -> None:
    """Write a value into the place of a part."""
    octets.extend(bytes(max(0, part.start + part.length - len(octets))))
    number = part.values.index(value) if part.values else int(value or 0)
    place = slice(part.start, part.start + part.length)
    if part.bit is not None:
        number = int.from_bytes(octets[place], "little") | number << part.bit
    octets[place] = number.to_bytes(part.length, "little")
