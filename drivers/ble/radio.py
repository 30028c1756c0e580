"""What is done with one adapter: listen, connect where somebody needs that, and see that it is still alive.

An advertisement counts only if it has just been received. BlueZ keeps what each device said last, and bleak hands it out again
whenever anything of the device changes, such as its connection: then the data are the very same object as before.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.ble import adapter
from drivers.ble.beacons import Identity, identity_of
from drivers.ble.counters import Counters
from drivers.ble.listeners import Dock, Heard, Sensor
from drivers.ble.nearest import Nearest
from drivers.ble.session import Session
from drivers.ble.slots import decide
from drivers.ble.teller import Teller
from drivers.ble.watchdog import Watchdog
from edge.errors import Unreachable
from edge.site.connections import BleConnection

if TYPE_CHECKING:
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

    from drivers.ble.adapter import Adapter

TICK_S = 0.25
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 5.0
_SCAN_WITHIN_S = 10.0
_SAVE_EVERY_S = 5.0
NO_RSSI_DBM = -127
"""What bleak says of a device that is known and not heard."""
_MOST_STRANGERS = 5000

_log = logging.getLogger("talonmies.ble")


@dataclass(frozen=True, slots=True)
class Devices:
    """All of one connection of the site file, by what is made of them."""

    sensors: Sequence[Sensor]
    docks: Sequence[Dock]
    sessions: Sequence[Session]


class Radio:
    """line: the id of the connection. wake: to be looked at at once. Everything only from the loop that `run` runs in."""

    def __init__(
        self,
        line: str,
        described: BleConnection,
        devices: Devices,
        teller: Teller,
        nearest: Nearest,
        counters: Counters,
        watchdog: Watchdog,
    ) -> None:
        self._line = line
        self._adapter = described.adapter
        self._slots = described.slots
        self._sensors: dict[str, list[Sensor]] = {}
        for sensor in devices.sensors:
            self._sensors.setdefault(sensor.address, []).append(sensor)
        self._docks = devices.docks
        self._sessions = {session.address: session for session in devices.sessions}
        self._by_device = {session.need.name: session for session in devices.sessions}
        self._talks: dict[str, asyncio.Task[None]] = {}
        self._teller = teller
        self._nearest = nearest
        self._counters = counters
        self._watchdog = watchdog
        self._handed_out: dict[str, tuple[object, object]] = {}
        self._save_at = 0.0
        self.wake = asyncio.Event()
        self.stopping = False

    def stop(self) -> None:
        self.stopping = True
        self.wake.set()

    async def run(self) -> None:
        """Until it is stopped."""
        pause_s = _FIRST_PAUSE_S
        while not self.stopping:
            try:
                async with adapter.opened(self._adapter, self.wake.set) as opened:
                    if self._watchdog.judge(_now()):
                        await opened.restart()
                        self._watchdog.restarted(_now())
                    await self._scan(opened)
                pause_s = _FIRST_PAUSE_S
            except Unreachable as error:
                self._teller.line(False, str(error))
            except Exception:
                # The devices of this radio count as lost then; the thread that could find them again must not end.
                _log.exception("listening on a Bluetooth adapter failed")
                self._teller.line(False, "listening failed")
            self._turn_deaf()
            self._save()
            if not self.stopping:
                await self._rest(pause_s, lambda: self.stopping)
            pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)

    # --- listening ------------------------------------------------------------------------------------------------

    async def _scan(self, opened: "Adapter") -> None:
        """Until it has to stop, or the adapter is lost or silent. Raises Unreachable."""
        from bleak import BleakScanner
        from bleak.exc import BleakError

        # What is the same as before is told too: that it was said again.
        scanner = BleakScanner(self._on_advert, bluez={"adapter": self._adapter, "filters": {"DuplicateData": True}})
        self._handed_out.clear()
        try:
            async with asyncio.timeout(_SCAN_WITHIN_S):
                await scanner.start()
        except (BleakError, OSError, EOFError, AssertionError) as error:
            raise Unreachable(f"the Bluetooth adapter {self._adapter} cannot listen ({error or type(error).__name__})") from error
        self._watchdog.listens(_now())
        try:
            while not (self.stopping or opened.lost or self._watchdog.judge(_now())):
                self._look(_now())
                await self._rest(TICK_S, lambda: True)
        finally:
            await self._end_talks()
            if opened.connected:
                with contextlib.suppress(BleakError, OSError, EOFError, AssertionError):
                    async with asyncio.timeout(_SCAN_WITHIN_S):
                        await scanner.stop()
            await adapter.release_bleak()
        if opened.lost and not self.stopping:
            raise Unreachable(f"the Bluetooth adapter {self._adapter} or its service has gone")

    async def _rest(self, seconds: float, enough: Callable[[], bool]) -> None:
        """Or until it is woken for something that is enough to end the rest."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self.wake.wait()
                    self.wake.clear()
                    if enough():
                        return

    def _look(self, now: float) -> None:
        if self._watchdog.silent:
            self._teller.line(False, f"nothing is heard on {self._adapter} any more, also after it was switched off and on")
            self._turn_deaf()
        else:
            self._teller.line(True)
            for dock in self._docks:
                dock.look(self._teller, now)
        for session in self._sessions.values():
            session.look(now)
        self._arrange(now)
        if now >= self._save_at:
            self._save_at = now + _SAVE_EVERY_S
            self._save()

    def _turn_deaf(self) -> None:
        now = _now()
        self._nearest.deaf(self._line)
        for dock in self._docks:
            dock.deaf(self._teller, now)
        for session in self._sessions.values():
            session.look(now)

    def _save(self) -> None:
        try:
            self._counters.save()
        except OSError as error:
            _log.warning("the counters of Bluetooth devices cannot be saved: %s", error)

    # --- advertisements -------------------------------------------------------------------------------------------

    def _on_advert(self, handle: "BLEDevice", advert: "AdvertisementData") -> None:
        try:
            self._hear(handle, advert, _now())
        except Exception:
            _log.exception("an advertisement could not be looked at")

    def _hear(self, handle: "BLEDevice", advert: "AdvertisementData", now: float) -> None:
        session = self._sessions.get(handle.address)
        if session is not None and advert.rssi > NO_RSSI_DBM and session.need.since is None:
            self._watchdog.heard(session.need.name)
            self._watchdog.lives(now)
            session.advertised(handle, now)
        if not self._is_fresh(advert):
            return
        self._watchdog.lives(now)
        heard = Heard(handle.address, advert.rssi, advert.service_data, advert.manufacturer_data)
        for sensor in self._sensors.get(handle.address, ()):
            if sensor.hear(heard, now):
                self._watchdog.heard(sensor.device)
        beacon = identity_of(advert.manufacturer_data, advert.service_data)
        if beacon is not None:
            self._hear_beacon(beacon, advert.rssi, now)

    def _hear_beacon(self, beacon: Identity, dbm: float, now: float) -> None:
        self._nearest.heard(self._line, beacon, dbm, now)
        for dock in self._docks:
            if dock.wants(beacon):
                self._watchdog.heard(dock.device)

    def _is_fresh(self, advert: "AdvertisementData") -> bool:
        path, properties = advert.platform_data
        data = (properties.get("ServiceData"), properties.get("ManufacturerData"))
        before = self._handed_out.get(path, (None, None))
        if len(self._handed_out) >= _MOST_STRANGERS:
            self._handed_out.clear()
        self._handed_out[path] = data
        return advert.rssi > NO_RSSI_DBM and any(
            now is not None and now is not then for now, then in zip(data, before, strict=True)
        )

    # --- connections ----------------------------------------------------------------------------------------------

    def _arrange(self, now: float) -> None:
        connected, leaving = decide([session.need for session in self._sessions.values()], self._slots, now)
        for device in leaving:
            self._by_device[device].leave()
        for device in connected:
            session = self._by_device[device]
            session.need.since = now
            self._talks[device] = asyncio.get_running_loop().create_task(self._talk(session))

    async def _talk(self, session: Session) -> None:
        try:
            await session.converse(self._adapter)
        except Exception:
            _log.exception("a conversation with a Bluetooth device failed")
        finally:
            self._talks.pop(session.need.name, None)

    async def _end_talks(self) -> None:
        talks = list(self._talks.values())
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        self._talks.clear()
        for session in self._sessions.values():
            session.forget(_now())


def _now() -> float:
    return asyncio.get_running_loop().time()
