"""The languages that devices are spoken to in."""

from typing import Literal, get_args

Protocol = Literal["mqtt", "modbus", "ble", "opcua"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
