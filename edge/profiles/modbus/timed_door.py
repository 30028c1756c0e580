"""Example DC-4 controller of four doors (fictional), Modbus TCP or RTU: timed release, watchdog, sequence numbers.

Source: vendor manual DC-4 rev. B, tables 2 to 4; docs/modbus.md has the register map.
Site file:
    lock-room-1: {type: door-controller, profile: modbus.timed_door, connection: doors-1f, unit: 3, channel: 2, door: room-1-front}
"""

from edge.profiles.codecs import FLAG, Choice
from edge.profiles.modbus_table import Identity, ModbusTable, Point, TimedOrder, Watchdog
from edge.profiles.profile import Profile

PROFILE = Profile(
    ModbusTable(
        points={
            "door-controller": (
                Point("lock", "discrete", 0, Choice(("locked", "unlocked")), step=8),
                Point("contact", "discrete", 1, Choice(("closed", "open")), step=8),
                Point("exit-request", "discrete", 2, FLAG, step=8),
                Point("tamper", "discrete", 3, FLAG, step=8),
            ),
        },
        orders={"lock": TimedOrder(0, timed="unlocked", echo=0, step=16)},
        watchdog=Watchdog(100, seconds=30),
        identity=Identity("Example", "DC-4"),
        gap=4,
    ),
    channels=4,
)
