"""The driver of a connection, by what that speaks. Libraries of a protocol that a site does not use are never imported."""

from collections.abc import Callable
from pathlib import Path

from drivers.port import Driver, Inbox
from edge.clock import Clock
from edge.site.model import Site


def driver_for(connection: str, site: Site, inbox: Inbox, clock: Clock, secret: Callable[[str], str], data: Path) -> Driver:
    """secret: from a reference of the site file to the secret itself. data: the folder of what outlasts a restart.

    Raises StartRefused when a secret or a file is missing.
    """
    match site.connections[connection].speaks:
        case "mqtt":
            from drivers.mqtt.link import MqttDriver

            return MqttDriver(connection, site, inbox, clock, secret)
        case "modbus":
            from drivers.modbus.link import ModbusDriver

            return ModbusDriver(connection, site, inbox, clock)
        case "opcua":
            from drivers.opcua.link import OpcuaDriver

            return OpcuaDriver(connection, site, inbox, clock, secret)
        case "ble":
            from drivers.ble.link import BleDriver

            return BleDriver(connection, site, inbox, clock, secret, data)
