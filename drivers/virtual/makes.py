"""Which points there are of a device on its line, by what its make can say and be told."""

from collections.abc import Set as AbstractSet

from edge.profiles import PROFILES
from edge.profiles.ble_mapping import Beacon, BleMapping, Bthome, Gatt
from edge.profiles.modbus_table import ModbusTable
from edge.profiles.mqtt_mapping import MqttMapping
from edge.profiles.opcua_mapping import OpcuaMapping
from edge.profiles.profile import Mapping
from edge.site.device import Device


def points_of(described: Device) -> AbstractSet[str] | None:
    """None: all points of its type."""
    found = _of_mapping(PROFILES[described.profile].mapping, described.type)
    return None if found is None else found | described.points.keys()


def _of_mapping(mapping: Mapping, kind: str) -> AbstractSet[str] | None:
    match mapping:
        case MqttMapping(native=True):
            return None
        case MqttMapping():
            return {point.name for point in mapping.points.get(kind, ())}
        case ModbusTable():
            return {point.name for point in mapping.points[kind]}
        case OpcuaMapping():
            return mapping.points.get(kind, {}).keys()
        case BleMapping(Beacon() as table):
            return {table.points[kind]}
        case BleMapping(Bthome() as table):
            return table.points[kind].keys()
        case BleMapping(Gatt() as table):
            return {point.name for point in table.points.get(kind, ())}
    return None
