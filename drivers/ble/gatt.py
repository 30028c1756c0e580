"""Where the points of a device that is connected to stand: in the table of its profile, or in its own lines of the site file."""

from edge.points import DEVICE_TYPES
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import BleMapping, Gatt, GattPoint, PlainOrder, Said, uuid_of
from edge.site.device import Device


def gatt_of(device: Device) -> Gatt:
    """The whole table of one device, of its type alone."""
    mapping = PROFILES[device.profile].mapping
    assert isinstance(mapping, BleMapping)  # noqa: S101 (the site file was checked)
    assert isinstance(mapping.table, Gatt)  # noqa: S101
    if mapping.table.points:
        there = tuple(point for point in mapping.table.points[device.type] if point.name not in device.lacks)
        return Gatt({device.type: there}, mapping.table.orders, mapping.table.bonds, mapping.table.service)
    points, orders = [], {}
    for name, address in device.points.items():
        kind = DEVICE_TYPES[device.type][name]
        uuid, codec = uuid_of(address.characteristic or ""), Said(kind, address.values, address.scale, address.offset)
        points.append(GattPoint(name, uuid, codec))
        if kind.commanded:
            orders[name] = PlainOrder(uuid, codec)
    return Gatt({device.type: tuple(points)}, orders, mapping.table.bonds)
