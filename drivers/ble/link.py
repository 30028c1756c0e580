"""The Bluetooth driver: one adapter, with a thread and an event loop of its own (drivers/ble/radio.py), since bleak is asyncio."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread

from drivers.ble.bthome import key_of
from drivers.ble.counters import Counters
from drivers.ble.gatt import gatt_of
from drivers.ble.listeners import Dock, Sensor
from drivers.ble.nearest import shared_by
from drivers.ble.radio import Devices, Radio
from drivers.ble.session import Session
from drivers.ble.teller import Teller
from drivers.ble.watchdog import Watchdog
from drivers.port import Inbox
from edge.clock import Clock
from edge.commands import Command
from edge.errors import IllegalCommand, IllegalInput, Unreachable
from edge.points import DEVICE_TYPES
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import Beacon, BleMapping, Bthome, address_of, beacon_of
from edge.site.connections import BleConnection
from edge.site.device import Device
from edge.site.model import Site

_STOP_S = 3.0
_USUAL_BEAT = timedelta(seconds=30)
_BEACON_BEAT = timedelta(seconds=5)


class BleDriver:
    """Implements drivers.port.Driver. secret: from a reference of the site file to the secret itself. folder: what must outlast a
    restart is kept there."""

    def __init__(
        self, connection_id: str, site: Site, inbox: Inbox, clock: Clock, secret: Callable[[str], str], folder: Path
    ) -> None:
        """Raises StartRefused when a key is missing or is none."""
        described = site.connections.get(connection_id)
        if not isinstance(described, BleConnection):
            raise IllegalInput(f"the site file has no Bluetooth connection {connection_id!r}")
        self._id = connection_id
        self._clock = clock
        self._teller = Teller(connection_id, site, inbox, clock)
        self._counters = Counters(folder / f"ble-{connection_id}.json")
        self._nearest = shared_by(inbox)
        self._secret = secret
        self._sensors: list[Sensor] = []
        self._docks: list[Dock] = []
        self._sessions: dict[str, Session] = {}
        own = {name: device for name, device in site.devices.items() if device.connection == connection_id}
        self._kinds = {name: DEVICE_TYPES[device.type] for name, device in own.items()}
        for name, device in own.items():
            self._add(name, device)
        self._watchdog = Watchdog({name: _beat_of(device).total_seconds() for name, device in own.items()})
        self._described = described
        self._loop: asyncio.AbstractEventLoop | None = None
        self._radio: Radio | None = None
        self._stopping = False
        self._thread = Thread(target=lambda: asyncio.run(self._run()), name="ble", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._call(lambda: self._radio.stop() if self._radio else None)
        if self._thread.is_alive():
            self._thread.join(_STOP_S)

    def send(self, command: Command) -> None:
        device, point = command.point
        session = self._sessions.get(device)
        if session is None or point not in session.commanded:
            raise IllegalCommand(f"{command.point} takes no commands on the connection {self._id}")
        if problem := self._kinds[device][point].problem_with(command.value):
            raise IllegalCommand(f"{command.point}: {problem}")
        if not self._teller.up or self._teller.link(device) is not True:
            raise Unreachable(f"{device} on the connection {self._id} does not answer")
        session.put(command, time.monotonic(), self._lease_until(command))
        self._call(lambda: self._radio.wake.set() if self._radio else None)

    def _add(self, name: str, device: Device) -> None:
        mapping = PROFILES[device.profile].mapping
        assert isinstance(mapping, BleMapping)  # noqa: S101 (the site file was checked)
        at = device.at or ""
        match mapping.table:
            case Bthome() as table:
                key = key_of(self._secret(device.key)) if device.key is not None else None
                self._sensors.append(Sensor(name, device.type, address_of(at), table, key, self._counters, self._teller))
            case Beacon() as table:
                parts = beacon_of(table.format, at)
                self._docks.append(Dock(name, device.type, parts, table, self._id, self._nearest))
            case _:
                self._sessions[name] = Session(name, device.type, address_of(at), gatt_of(device), self._teller)

    async def _run(self) -> None:
        # What a library warns of is told as an event.
        for name in ("bleak", "dbus_fast"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        devices = Devices(self._sensors, self._docks, list(self._sessions.values()))
        self._loop = asyncio.get_running_loop()
        self._radio = Radio(self._id, self._described, devices, self._teller, self._nearest, self._counters, self._watchdog)
        if self._counters.broken:
            for sensor in self._sensors:
                sensor.doubt_counter()
        if not self._stopping:
            await self._radio.run()

    def _call(self, what: Callable[[], object]) -> None:
        """In the loop of the radio, if it runs."""
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(what)

    def _lease_until(self, command: Command) -> float | None:
        """On the monotonic clock; a device counts real seconds, whatever the speed of the controller's clock."""
        if command.for_s is None:
            return None
        return time.monotonic() + self._clock.seconds_until(command.at + timedelta(seconds=command.for_s))


def _beat_of(device: Device) -> timedelta:
    """How often it is heard while all is well."""
    profile = PROFILES[device.profile]
    usual = _BEACON_BEAT if isinstance(profile.mapping, BleMapping) and isinstance(profile.mapping.table, Beacon) else _USUAL_BEAT
    return device.heartbeat or profile.heartbeat or usual
