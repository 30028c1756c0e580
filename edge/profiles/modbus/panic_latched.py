"""Example PB-8 board of eight wired panic buttons (fictional), Modbus TCP or RTU. It counts presses, and keeps them without power.

Source: vendor manual PB-8, tables 1 and 2; docs/modbus.md has the register map. The wire of a button is supervised: cut or bridged,
it is tamper. The lamp of a button is lit while its last press has been taken.
Site file:
    panic-desk-1: {type: panic-button, profile: modbus.panic_latched, connection: panic-1f, unit: 20, channel: 1, space: desk-1}
"""

from datetime import timedelta

from edge.profiles.codecs import FLAG
from edge.profiles.modbus_table import Identity, ItsHeartbeat, Latch, ModbusTable, Point
from edge.profiles.profile import Profile

PROFILE = Profile(
    ModbusTable(
        points={"panic-button": (Latch("pressed", 10, taken=10), Point("tamper", "discrete", 0, FLAG))},
        its_heartbeat=ItsHeartbeat("input", 0, within_s=2),
        identity=Identity("Example", "PB-8"),
    ),
    channels=8,
    heartbeat=timedelta(seconds=2),
    answers=True,
)
