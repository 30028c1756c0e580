"""Virtual Bluetooth devices: a radio in memory behind a stand-in for BlueZ, on a D-Bus of its own, so that bleak itself is used.

    radio = VirtualRadio(site, boot="1", secret=secret)         # one for all Bluetooth connections of a site
    await radio.start()                                         # ready within a quarter of a second
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = radio.address       # in every process that is to see it, before its driver starts
    radio.hosts["fob-guard"].press()                            # by device of the site file: see host.Host
    radio.bluez.adapters["hci0"].deaf = True                    # weather: until the adapter is switched off and on
    await radio.stop()

`address` is known before the start. Devices count real seconds, whatever the speed of the controller's clock.
"""

import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from drivers.ble.bthome import key_of
from drivers.virtual.ble_twins import BeaconTwin, BleTwin, BthomeTwin, GattTwin, Place
from drivers.virtual.bluez import Bluez
from drivers.virtual.private_bus import PrivateBus
from edge.clock import Clock, SystemClock
from edge.errors import IllegalInput
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import Beacon, BleMapping, Bthome
from edge.site.connections import BleConnection
from edge.site.model import Site


def _no_secret(reference: str) -> str:
    raise IllegalInput(f"virtual devices were given no secrets, and a device asks for {reference}")


class VirtualRadio:
    """All Bluetooth devices of a site, and the adapters that its connections name. Implements drivers.virtual.host.Line.

    boot: see VirtualButton. beat_s: how often each device says that it lives; None: as the site file or its profile has it.
    """

    def __init__(
        self,
        site: Site,
        boot: str = "0",
        *,
        secret: Callable[[str], str] = _no_secret,
        beat_s: float | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Raises IllegalInput or StartRefused for a key that is missing."""
        lines = {name: line for name, line in site.connections.items() if isinstance(line, BleConnection)}
        # Not below the site's folder: the path of a socket is short.
        self._folder = Path(tempfile.mkdtemp(prefix="talonmies-ble-"))
        self._bus = PrivateBus(self._folder)
        self.address = self._bus.address
        self.bluez = Bluez([line.adapter for line in lines.values()])
        self.hosts: dict[str, BleTwin] = {}
        for name, device in site.devices.items():
            if device.connection not in lines:
                continue
            mapping = PROFILES[device.profile].mapping
            assert isinstance(mapping, BleMapping)  # noqa: S101 (the site file was checked)
            place = Place(site, name, boot, self.bluez, lines[device.connection].adapter, clock or SystemClock(), beat_s)
            match mapping.table:
                case Bthome() as table:
                    key = key_of(secret(device.key)) if device.key is not None else None
                    self.hosts[name] = BthomeTwin(place, table, key)
                case Beacon() as table:
                    self.hosts[name] = BeaconTwin(place, table)
                case _:
                    self.hosts[name] = GattTwin(place)

    async def start(self) -> None:
        """Returns when everything is in the air. Raises StartRefused where there is no dbus-daemon."""
        logging.getLogger("dbus_fast").setLevel(logging.CRITICAL)
        await self.revive()
        for host in self.hosts.values():
            host.plug()

    async def stop(self) -> None:
        for host in self.hosts.values():
            host.unplug()
        await self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def kill(self) -> None:
        """D-Bus and BlueZ end; the devices speak on, and nobody hears them."""
        await self.bluez.stop()
        await self._bus.stop()

    async def revive(self) -> None:
        await self._bus.start()
        await self.bluez.start(self.address)
