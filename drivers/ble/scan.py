"""What is around an adapter: sensors, beacons and devices that can be connected to. It only listens."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from drivers.ble import adapter, bthome
from drivers.ble.beacons import Identity, identity_of
from drivers.ble.radio import NO_RSSI_DBM
from drivers.scanning import Found, ScanOrder, known_as
from edge.errors import Garbled, IllegalInput, Unreachable
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import Beacon, BleMapping, Bthome, Gatt, beacon_of
from edge.site.connections import BleConnection
from edge.site.model import Site

if TYPE_CHECKING:
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

_TABLES = {name: profile.mapping.table for name, profile in PROFILES.items() if isinstance(profile.mapping, BleMapping)}
_SENSORS = next((name, table) for name, table in _TABLES.items() if isinstance(table, Bthome) and not table.sealed)


@dataclass(slots=True)
class _Thing:
    """All that was heard from one address, or of one beacon."""

    address: str
    name: str = ""
    dbm: float = NO_RSSI_DBM
    beacon: Identity | None = None
    message: bytes | None = None
    services: set[str] = field(default_factory=set)


async def scan(order: ScanOrder) -> AsyncIterator[Found]:
    """The nearest first. Raises Unreachable."""
    if not isinstance(order.section, BleConnection):
        raise IllegalInput(f"{order.connection} is no Bluetooth connection")
    things = await _heard(order.section.adapter, order.listen_s)
    for thing in sorted(things.values(), key=lambda thing: -thing.dbm):
        for found in _found(order, thing):
            yield found


async def _heard(adapter_name: str, seconds: float) -> dict[object, _Thing]:
    from bleak import BleakScanner
    from bleak.exc import BleakError

    things: dict[object, _Thing] = {}

    def hear(handle: "BLEDevice", advert: "AdvertisementData") -> None:
        if advert.rssi <= NO_RSSI_DBM:
            return  # known from before, and not heard
        beacon = identity_of(advert.manufacturer_data, advert.service_data)
        thing = things.setdefault(beacon or handle.address, _Thing(handle.address))
        thing.name = advert.local_name or thing.name
        thing.dbm = max(thing.dbm, advert.rssi)
        thing.beacon = beacon
        thing.message = advert.service_data.get(bthome.UUID, thing.message)
        thing.services |= set(advert.service_uuids)

    async with adapter.opened(adapter_name):
        try:
            async with BleakScanner(hear, bluez={"adapter": adapter_name}):
                await asyncio.sleep(seconds)
        except (BleakError, OSError, EOFError) as error:
            raise Unreachable(f"the Bluetooth adapter {adapter_name} cannot listen ({error})") from error
    return things


def _found(order: ScanOrder, thing: _Thing) -> Iterator[Found]:
    details: tuple[tuple[str, str], ...] = (("rssi", f"{thing.dbm:g} dBm"),)
    if thing.beacon is not None:
        yield _beacon(order, thing, thing.beacon, details)
    elif thing.message is not None:
        yield _sensor(order, thing, thing.message, details)
    elif make := next(
        (name for name, table in _TABLES.items() if isinstance(table, Gatt) and table.service in thing.services), None
    ):
        yield _at_address(order, thing, thing.name, make, next(iter(PROFILES[make].mapping.types or ())), details)
    elif thing.name:
        yield _at_address(order, thing, thing.name, None, None, (*details, *(("service", uuid) for uuid in sorted(thing.services))))


def _beacon(order: ScanOrder, thing: _Thing, beacon: Identity, details: tuple[tuple[str, str], ...]) -> Found:
    make, table = next((name, t) for name, t in _TABLES.items() if isinstance(t, Beacon) and t.format == beacon.format)
    kind, at = next(iter(table.points)), "/".join(beacon.parts)
    entry = {"type": kind, "connection": order.connection, "profile": make, "at": at}
    known = _dock_of(order.site, order.connection, beacon)
    return Found(order.connection, at, thing.name or beacon.format, make, kind, details, entry, known)


def _sensor(order: ScanOrder, thing: _Thing, octets: bytes, details: tuple[tuple[str, str], ...]) -> Found:
    make, table = _SENSORS
    if bthome.counter_of(octets) is not None:
        return _at_address(order, thing, thing.name or "BTHome", make, None, (*details, ("encrypted", "yes")))
    try:
        message = bthome.read(octets, thing.address, None)
    except Garbled as error:
        return _at_address(order, thing, f"{thing.name or 'BTHome'}: {error}", None, None, details)
    said = {*message.numbers, *message.flags}
    values = (*message.flags.items(), *message.numbers.items())
    kind = next((kind for kind, points in table.points.items() if said & {*next(iter(points.values()))}), None)
    told = tuple((name, f"{value:g}" if isinstance(value, float) else str(value).lower()) for name, value in values)
    return _at_address(order, thing, thing.name or "BTHome", make, kind, (*details, ("encrypted", "no"), *told))


def _at_address(
    order: ScanOrder, thing: _Thing, what: str, make: str | None, kind: str | None, details: tuple[tuple[str, str], ...]
) -> Found:
    entry: dict[str, Any] = {"connection": order.connection, "at": thing.address}
    known = known_as(order.site, order.connection, entry)
    if make is not None and kind is not None:
        entry = {"type": kind, "connection": order.connection, "profile": make, "at": thing.address}
    else:
        entry = {}
    return Found(order.connection, thing.address, what, make, kind, details, entry, known)


def _dock_of(site: Site | None, connection: str, beacon: Identity) -> str | None:
    for name, device in site.devices.items() if site is not None else ():
        table = _TABLES.get(device.profile)
        if device.connection != connection or not isinstance(table, Beacon):
            continue
        if beacon.belongs_to(table.format, beacon_of(table.format, device.at or "")):
            return name
    return None
