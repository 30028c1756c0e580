"""Rules about Bluetooth: adapters, addresses and beacons, keys, characteristics."""

from collections.abc import Callable, Iterator

from edge.errors import IllegalInput
from edge.points import DEVICE_TYPES
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import Beacon, BleMapping, Bthome, Gatt, address_of, beacon_of, uuid_of
from edge.site.connections import BleConnection
from edge.site.device import Device
from edge.site.draft import Draft
from edge.site.finding import Path, Problem, error
from edge.site.wrong import shown
from edge.text import Text, say


def one_connection_an_adapter(draft: Draft) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, line in draft.connections.items():
        if isinstance(line, BleConnection):
            if line.adapter in first:
                told = say(
                    "{connection} already uses this adapter. One connection has all its devices.", connection=first[line.adapter]
                )
                yield error(("connections", name), told)
            first.setdefault(line.adapter, name)


def _table_of(device: Device) -> Bthome | Beacon | Gatt | None:
    mapping = PROFILES[device.profile].mapping
    return mapping.table if isinstance(mapping, BleMapping) else None


def places_in_the_air(draft: Draft) -> Iterator[Problem]:
    for name, device in draft.devices.items():
        table = _table_of(device)
        if table is None:
            continue
        try:
            beacon_of(table.format, device.at or "") if isinstance(table, Beacon) else address_of(device.at or "")
        except IllegalInput:
            yield error(("devices", name, *(("at",) if device.at is not None else ())), _right_place(table))


def _right_place(table: Bthome | Beacon | Gatt) -> Text:
    if not isinstance(table, Beacon):
        return say('A Bluetooth device has an address. Write it as at: "A4:C1:38:56:53:84".')
    if table.format == "ibeacon":
        return say("Beacons have a UUID. Write it as at, with /major and /minor behind it where only those belong here.")
    return say(
        "Beacons have a namespace, 20 hexadecimal digits. Write it as at, with / and an instance (12 digits) where only that fits."
    )


def keys(draft: Draft) -> Iterator[Problem]:
    for name, device in draft.devices.items():
        table = _table_of(device)
        if device.key is None and isinstance(table, Bthome) and table.sealed:
            told = say(
                "Without its key, anybody could send what {profile} sends. Add key, such as env:NAME.", profile=device.profile
            )
            yield error(("devices", name), told)
        elif device.key is not None and not isinstance(table, Bthome):
            yield error(("devices", name, "key"), say("Only messages in the BTHome format have a key. Remove it."), at_key=True)


def one_device_an_address(draft: Draft) -> Iterator[Problem]:
    """A counter counts for one device, a connection serves one; two docks at one receiver would both have the same terminal."""
    first: dict[tuple[str, str], str] = {}
    docks: list[tuple[str, Device, tuple[str, ...]]] = []
    for name, device in draft.devices.items():
        table, at = _table_of(device), device.at or ""
        path: Path = ("devices", name, "at")
        try:
            if isinstance(table, Beacon):
                parts = beacon_of(table.format, at)
                for other, section, theirs in docks:
                    same_line = (section.connection, section.profile) == (device.connection, device.profile)
                    if same_line and all(a == b for a, b in zip(parts, theirs, strict=False)):
                        told = say("The same beacons are at {device} of this receiver. Give each dock its own.", device=other)
                        yield error(path, told)
                docks.append((name, device, parts))
            elif isinstance(table, Gatt) or (table is not None and device.key is not None):
                place = (device.connection, address_of(at))
                if place in first:
                    yield error(path, say("{device} already has this address. Give each device its own.", device=first[place]))
                first.setdefault(place, name)
        except IllegalInput:
            continue  # told elsewhere


def characteristics(draft: Draft) -> Iterator[Problem]:
    for name, device in draft.devices.items():
        table = _table_of(device)
        if table is None:
            continue
        path: Path = ("devices", name, "points")
        generic = isinstance(table, Gatt) and not table.points
        if device.points and not generic:
            told = say("The profile {profile} has the points. Remove them here.", profile=device.profile)
            yield error(path, told, at_key=True)
        elif generic and not device.points:
            told = say(
                "With the profile {profile}, points says which characteristic each point is. Add it.", profile=device.profile
            )
            yield error(path[:2], told)
        elif generic:
            yield from _characteristics_of(path, device)


def _characteristics_of(path: Path, device: Device) -> Iterator[Problem]:
    kinds = DEVICE_TYPES[device.type]
    for point, address in device.points.items():
        if address.characteristic is not None:
            try:
                uuid_of(address.characteristic)
            except IllegalInput:
                told = say(
                    '"{found}" is no UUID. Write one in full, or its four digits, such as "2a19".',
                    found=shown(address.characteristic),
                )
                yield error((*path, point, "characteristic"), told)
        for said, value in address.values.items():
            problem = kinds[point].problem_with(value) if point in kinds and value is not None else None
            if problem is not None:
                told = say("{point} cannot be {value}: {problem}.", point=point, value=str(value), problem=problem)
                yield error((*path, point, "values", said), told)


BLE_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    one_connection_an_adapter,
    places_in_the_air,
    keys,
    one_device_an_address,
    characteristics,
)
