"""A building's lines elsewhere than its site file has them: on this computer, for a demo or a trial."""

from collections.abc import Collection, Mapping

from edge.errors import IllegalInput
from edge.site.connections import (
    Connection,
    ModbusRtuConnection,
    ModbusRtuTcpConnection,
    ModbusTcpConnection,
    MqttConnection,
    OpcuaConnection,
)
from edge.site.model import Site


def moved(site: Site, lines: Mapping[str, str]) -> Site:
    """lines: HOST:PORT by connection; there, nobody asks for names, passwords or certificates, and a serial line is none.

    Raises IllegalInput.
    """
    if unknown := [connection for connection in lines if connection not in site.connections]:
        raise IllegalInput(f"the site file has no connection {unknown[0]!r}")
    elsewhere = {connection: _moved(connection, site.connections[connection], where) for connection, where in lines.items()}
    return site.model_copy(update={"connections": {**site.connections, **elsewhere}})


def natively(site: Site, connections: Collection[str]) -> Site:
    """The devices of those connections on the first broker, where they speak as Talonmies does; the connections are gone.

    Raises IllegalInput.
    """
    if not connections:
        return site
    broker = next((name for name, connection in site.connections.items() if isinstance(connection, MqttConnection)), None)
    if broker is None:
        raise IllegalInput("the site file has no broker on which devices could speak natively")
    elsewhere: dict[str, object] = {"profile": "native", "unit": None, "channel": 1, "at": None, "key": None, "points": {}}
    devices = {
        device: described.model_copy(update={"connection": broker, **elsewhere})
        if described.connection in connections
        else described
        for device, described in site.devices.items()
    }
    kept = {name: connection for name, connection in site.connections.items() if name not in connections}
    return site.model_copy(update={"connections": kept, "devices": devices})


def _moved(name: str, connection: Connection, where: str) -> Connection:
    host, _, port = where.rpartition(":")
    if not host or not port.isdigit():
        raise IllegalInput(f"{where!r} is not HOST:PORT, such as 127.0.0.1:1883")
    match connection:
        case MqttConnection():
            return MqttConnection(protocol="mqtt", host=host, port=int(port), version=connection.version)
        case ModbusTcpConnection() | ModbusRtuTcpConnection() | ModbusRtuConnection():
            return ModbusTcpConnection(protocol="modbus-tcp", host=host, port=int(port), timeout=connection.timeout)
        case OpcuaConnection():
            return OpcuaConnection(protocol="opcua", url=f"opc.tcp://{where}", security="none")
        case _:
            raise IllegalInput(f"the connection {name} is not one to HOST:PORT")
