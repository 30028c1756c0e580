"""Example SB-2 board for two doors with electric strikes and wired readers (fictional), Modbus TCP or RTU: a fixed pulse.

Source: vendor manual SB-2, table 1; docs/modbus.md has the register map. Each write of 1 releases the strike for the time set on
the board (say the same as `pulse` in the site file), then it holds again, whatever becomes of the controller. A reader's key opens
without us; what it decides is not on the line, but the strike is seen released.
Site file:
    lock-store: {type: door-controller, profile: modbus.strike_board, connection: doors-2f, unit: 14, channel: 2, door: store}
"""

from edge.profiles.codecs import FLAG, BitsOf, Choice
from edge.profiles.modbus_table import CoilOrder, Identity, ModbusTable, Point
from edge.profiles.profile import Profile

_LOCK = Choice(("locked", "unlocked"))

PROFILE = Profile(
    ModbusTable(
        points={
            "door-controller": (
                Point("lock", "input", 0, BitsOf(0, _LOCK)),
                Point("contact", "input", 0, BitsOf(1, Choice(("closed", "open")))),
                Point("exit-request", "input", 0, BitsOf(2, FLAG)),
                Point("tamper", "input", 0, BitsOf(3, FLAG)),
            ),
        },
        orders={"lock": CoilOrder(0, _LOCK, falls_back=True)},
        identity=Identity("Example", "SB-2"),
    ),
    lease="pulse",
    channels=2,
)
