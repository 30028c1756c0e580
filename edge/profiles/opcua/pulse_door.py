"""Example AC-2 door of an access-control system (fictional), OPC UA: an object for each door.

Writing true to Release opens for the door's own time, from each writing anew; writing false locks at once. Release itself says
nothing of the bolt: that is Bolt/Locked. Give the door's own time as `pulse`; when the controller dies, the door locks after it.
Source: system manual AC-2, tables 1 and 2.
Site file:
    lock-room-1: {type: door-controller, profile: opcua.pulse_door, connection: bms, at: "ns=2;s=Door1", door: front-1, pulse: 5 s}
"""

from edge.profiles.opcua_mapping import NodePoint, NodeTranslation, OpcuaMapping
from edge.profiles.profile import Profile

_LOCKED = NodeTranslation({"true": "locked", "false": "unlocked"})
_RELEASE = NodeTranslation({"true": "unlocked", "false": "locked"})
_CLOSED = NodeTranslation({"true": "closed", "false": "open"})

PROFILE = Profile(
    OpcuaMapping(
        points={
            "door-controller": {
                "lock": NodePoint("Bolt/Locked", _LOCKED, order=NodePoint("Release", _RELEASE)),
                "contact": NodePoint("Leaf/Closed", _CLOSED),
                "exit-request": NodePoint("ExitButton"),
                "tamper": NodePoint("Tamper"),
            },
        },
    ),
    lease="pulse",
)
