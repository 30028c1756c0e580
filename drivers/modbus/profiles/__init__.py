"""The tables of the profiles of edge/profiles.py that speak Modbus; one file each."""

from collections.abc import Mapping

from drivers.modbus.profiles import relay_board, timed_door
from drivers.modbus.table import Table

TABLES: Mapping[str, Table] = {
    "modbus.timed_door": timed_door.TABLE,
    "modbus.relay_board": relay_board.TABLE,
}
