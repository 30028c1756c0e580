"""Example RB-4 board of four wired relief buttons at desks (fictional), Modbus TCP or RTU. It counts short and long presses, apart,
and keeps them without power.

Source: vendor manual RB-4, tables 1 and 2; docs/modbus.md has the register map. A press of a second or more is a long one.
Site file:
    relief-desk-1: {type: relief-button, profile: modbus.relief_latched, connection: io-1f, unit: 21, channel: 1, space: desk-1}
"""

from edge.profiles.codecs import FLAG
from edge.profiles.modbus_table import Identity, ItsHeartbeat, Latch, ModbusTable, Point
from edge.profiles.profile import Profile

PROFILE = Profile(
    ModbusTable(
        points={
            "relief-button": (
                Latch("tapped", 10, taken=10, step=8, taken_step=2, every_s=0.5),
                Latch("held", 14, taken=11, step=8, taken_step=2, every_s=0.5),
                Point("tamper", "discrete", 0, FLAG, every_s=5),
            )
        },
        its_heartbeat=ItsHeartbeat("input", 0, within_s=5),
        identity=Identity("Example", "RB-4"),
    ),
    channels=4,
    answers=True,
)
