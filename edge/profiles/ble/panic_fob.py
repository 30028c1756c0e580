"""A panic button to wear that speaks BTHome, version 2, encrypted. Only a message with its key and a new counter counts.

Source: BTHome, format and encryption of version 2 (bthome.io). The counter must go on when the battery is changed; where it begins
anew, give the fob a new key. It hears nothing, so it shows nobody that a press was taken.
Site file:
    fob-guard: {type: panic-button, profile: ble.panic_fob, connection: radio, at: "54:48:E6:8F:80:A5", key: env:FOB, space: lobby}
"""

from datetime import timedelta

from edge.profiles.ble_mapping import BleMapping, Bthome
from edge.profiles.profile import Profile

PROFILE = Profile(
    BleMapping(
        Bthome(
            {"panic-button": {"pressed": ("button",), "tamper": ("tamper",), "battery": ("battery",)}},
            sealed=True,
            begins_anew=False,
        )
    ),
    heartbeat=timedelta(seconds=10),
)
