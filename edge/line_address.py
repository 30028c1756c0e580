"""A line given on the command line, such as mqtt://10.20.0.5 or modbus-rtu:///dev/ttyUSB0?baudrate=9600, as a connection."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import TypeAdapter, ValidationError

from edge.errors import IllegalCommand
from edge.site.connections import Connection

_CONNECTIONS: TypeAdapter[Connection] = TypeAdapter(Connection)
_EXAMPLES = "mqtt://HOST:1883, modbus-tcp://HOST:502, modbus-rtu-tcp://HOST:PORT, modbus-rtu:///dev/ttyUSB0, ble://hci0, opc.tcp://HOST:4840"


def connection_at(address: str) -> Connection:
    """Further keys of the connection are given as in ?username=NAME&password=env:SECRET. Raises IllegalCommand."""
    # What stands behind may be a password after all: it is not repeated.
    shown = repr(address.partition("?")[0].rpartition("@")[2][:80])
    try:
        return _CONNECTIONS.validate_python(_described(address))
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(str(part) for part in wrong["loc"][1:])
        raise IllegalCommand(
            f"The line {shown} cannot be used{f' ({where})' if where else ''}: write one such as {_EXAMPLES}."
        ) from error
    except ValueError as error:
        raise IllegalCommand(f"The line {shown} is no address of a line: write one such as {_EXAMPLES}.") from error


def _described(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    more: dict[str, Any] = {name: _plain(value) for name, value in parse_qsl(parts.query, strict_parsing=bool(parts.query))}
    match parts.scheme:
        case "opc.tcp":
            plain = address.partition("?")[0]
            return {"protocol": "opcua", "url": plain, **more}
        case "modbus-rtu":
            return {"protocol": "modbus-rtu", "device": unquote(parts.path), **more}
        case "ble":
            return {"protocol": "ble", **({"adapter": parts.netloc} if parts.netloc else {}), **more}
        case _:
            given = {"port": parts.port, "username": parts.username, "password": parts.password}
            return {"protocol": parts.scheme, "host": parts.hostname or "", **{k: v for k, v in given.items() if v}, **more}


def _plain(value: str) -> str | int:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else value
