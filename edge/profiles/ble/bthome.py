"""Sensors in the BTHome format, version 2, of any make: motion, presence, opened doors and windows, water, gas, smoke.

Source: BTHome, format and encryption of version 2 (bthome.io); the names of objects are those of the bthome-ble library.
Without `key` in the site file, messages are taken as they come; with it, only those encrypted with that key are.
Site file:
    occ-lobby: {type: occupancy-sensor, profile: ble.bthome, connection: radio, at: "A4:C1:38:56:53:84", space: lobby}
    leak-cellar: {type: alarm-input, profile: ble.bthome, connection: radio, at: "A4:C1:38:56:53:85", alarm: water}
"""

from datetime import timedelta

from edge.profiles.ble_mapping import BleMapping, Bthome
from edge.profiles.profile import Profile

_OF_ANY = {"tamper": ("tamper",), "battery": ("battery",)}
_CALLS = (
    "opening",
    "door",
    "window",
    "garage_door",
    "moisture",
    "smoke",
    "gas",
    "carbon_monoxide",
    "safety",
    "problem",
    "vibration",
)

PROFILE = Profile(
    BleMapping(
        Bthome(
            {
                "occupancy-sensor": {"present": ("occupancy", "presence", "motion"), "count": ("count",), **_OF_ANY},
                "alarm-input": {"active": _CALLS, **_OF_ANY},
            }
        )
    ),
    heartbeat=timedelta(minutes=1),
)
