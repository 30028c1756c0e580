"""Example RS-1 room sensor of a building-management system (fictional), OPC UA: an object for each room.

Source: system manual RS-1, table 3: Occupied (Boolean), People (UInt16), CoverOpen (Boolean), Battery (Float, 0..1).
Site file:
    presence-room-1: {type: occupancy-sensor, profile: opcua.presence, connection: bms, at: "ns=2;s=Room1", space: room-1}
"""

from edge.profiles.opcua_mapping import NodePoint, NodeTranslation, OpcuaMapping
from edge.profiles.profile import Profile

PROFILE = Profile(
    OpcuaMapping(
        points={
            "occupancy-sensor": {
                "present": NodePoint("Occupied"),
                "count": NodePoint("People"),
                "tamper": NodePoint("CoverOpen"),
                "battery": NodePoint("Battery", NodeTranslation(scale=100)),
            },
        },
    ),
)
