"""Example TD-4 dock of four bays for payment terminals (fictional), Modbus TCP or RTU. One device of the site file is one bay.

Source: vendor manual TD-4, table 1; docs/modbus.md has the register map. A bay reads the terminal's chip; a bolt holds the terminal
while its coil is 0.
Site file:
    dock-desk-3: {type: terminal-dock, profile: modbus.dock_4, connection: io-1f, unit: 12, channel: 3, space: desk-3}
"""

from edge import problems
from edge.profiles.codecs import FLAG, BitsOf, Characters
from edge.profiles.modbus_table import CoilOrder, Identity, ModbusTable, Point
from edge.profiles.profile import Profile

_TERMINAL = Characters(8, none={0xFFFF: problems.NO_CHIP})

PROFILE = Profile(
    ModbusTable(
        points={
            "terminal-dock": (
                Point("terminal", "input", 10, _TERMINAL, step=10, every_s=0.5),
                Point("tamper", "input", 18, BitsOf(2, FLAG), step=10, every_s=0.5),
                Point("release", "coil", 0, FLAG, every_s=0.5),
            ),
        },
        orders={"release": CoilOrder(0, FLAG)},
        identity=Identity("Example", "TD-4"),
        gap=1,
    ),
    lease="latch",
    channels=4,
)
