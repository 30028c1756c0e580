"""Example RB-8 board of eight relays and eight inputs (fictional), Modbus TCP or RTU. A relay keeps what it was told.

Source: vendor manual RB-8, tables 1 and 2. A lock hangs on relay n, the contact of its door on input n; a closed leaf closes it.
An alarm, and a presence sensor, close input n.
Site file:
    lock-store: {type: door-controller, profile: modbus.relay_board, connection: doors-1f, unit: 9, channel: 3, door: store}
    fan: {type: relay, profile: modbus.relay_board, connection: doors-1f, unit: 9, channel: 8}
    frost-guard: {type: alarm-input, profile: modbus.relay_board, connection: doors-1f, unit: 9, channel: 5, alarm: frost}
"""

from edge.profiles.codecs import FLAG, Choice
from edge.profiles.modbus_table import CoilOrder, Identity, ModbusTable, Point
from edge.profiles.profile import Profile

_LOCK = Choice(("locked", "unlocked"))

PROFILE = Profile(
    ModbusTable(
        points={
            "door-controller": (
                Point("lock", "coil", 0, _LOCK),
                Point("contact", "discrete", 0, Choice(("open", "closed"))),
            ),
            "relay": (Point("on", "coil", 0, FLAG),),
            "alarm-input": (Point("active", "discrete", 0, FLAG),),
            "occupancy-sensor": (Point("present", "discrete", 0, FLAG),),
        },
        orders={"lock": CoilOrder(0, _LOCK), "on": CoilOrder(0, FLAG)},
        identity=Identity("Example", "RB-8"),
    ),
    lease="latch",
    senses=frozenset(("contact",)),
    channels=8,
)
