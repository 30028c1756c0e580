"""Example BL-1 door lock (fictional), Bluetooth Low Energy: timed release, order numbers, a bond.

Source: vendor manual BL-1, tables 1 and 2; docs/ble.md has them.
Site file:
    lock-store: {type: door-controller, profile: ble.lock, connection: radio, at: "C0:98:E5:49:00:01", door: store}
"""

from edge.profiles.ble_mapping import BleMapping, Echo, Gatt, GattPoint, Part, TimedOrder
from edge.profiles.profile import Profile

_STATE, _ORDER = "7a1e0002-5b1c-4c0e-9d3a-6f2b8c5d4e10", "7a1e0003-5b1c-4c0e-9d3a-6f2b8c5d4e10"

PROFILE = Profile(
    BleMapping(
        Gatt(
            points={
                "door-controller": (
                    GattPoint("lock", _STATE, Part(bit=0, values=("locked", "unlocked"))),
                    GattPoint("contact", _STATE, Part(bit=1, values=("closed", "open"))),
                    GattPoint("exit-request", _STATE, Part(bit=2, values=(False, True))),
                    GattPoint("tamper", _STATE, Part(bit=3, values=(False, True))),
                    GattPoint("battery", _STATE, Part(start=1)),
                ),
            },
            orders={"lock": TimedOrder(_ORDER, timed="unlocked", echo=Echo(_STATE, start=2))},
            bonds=True,
            service="7a1e0001-5b1c-4c0e-9d3a-6f2b8c5d4e10",
        )
    ),
)
