"""Example SM-8 sound-masking unit of eight zones (fictional), Modbus TCP or RTU. It goes to a new level slowly, at its own rate.

Source: vendor manual SM-8 rev. C, table 4; docs/modbus.md has the register map. `level` is the level that the zone goes to, or is
at; `ambient` is the L90 of a quarter of an hour, the masking sound included, and has no value without a microphone.
Site file:
    masking-2f-east: {type: masking-unit, profile: modbus.masking_unit, connection: io-2f, unit: 7, channel: 3, space: corridor}
"""

from edge import problems
from edge.profiles.codecs import FLAG, Choice, Number
from edge.profiles.modbus_table import CoilOrder, Identity, ItsHeartbeat, ModbusTable, OurHeartbeat, Point, RegisterOrder
from edge.profiles.profile import Profile

_FAULT = {5: problems.OWN_FAULT}
_STATE = Choice((False, False, False, True, False), none=_FAULT)
"""Off, steady, ramping, muted, at its fallback."""
_LEVEL = Number("s16", step=0.1, low=30, high=48, or_zero=True)
_AMBIENT = Number("s16", step=0.1, low=0, high=140, none={0x8000: problems.NO_SOUND})

PROFILE = Profile(
    ModbusTable(
        points={
            "masking-unit": (
                Point("level", "input", 101, _LEVEL, step=20, every_s=0.5),
                Point("muted", "input", 103, _STATE, step=20, every_s=0.5),
                Point("ambient", "input", 105, _AMBIENT, step=20, every_s=5),
            ),
        },
        orders={"level": RegisterOrder(100, _LEVEL, step=20), "muted": CoilOrder(10, FLAG)},
        our_heartbeat=OurHeartbeat(0, every_s=10),
        its_heartbeat=ItsHeartbeat("input", 3, 2),
        identity=Identity("Example", "SM-8"),
        gap=1,
    ),
    ramps=True,
    channels=8,
)
