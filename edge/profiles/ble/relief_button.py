"""A button at a desk that turns masking down there, in the BTHome format, version 2, encrypted: a short press and a long one.

Source: BTHome, format and encryption of version 2 (bthome.io). Only a message with its key and a new counter counts, so nobody
turns masking down from outside by playing back what was heard. It need say nothing until it is pressed, but for its battery once
a day. It hears nothing, so it shows nobody that a press was taken.
Site file:
    relief-1: {type: relief-button, profile: ble.relief_button, connection: radio, at: "54:48:E6:8F:80:A6", key: env:KEY, space: d1}
"""

from edge.profiles.ble_mapping import BleMapping, Bthome
from edge.profiles.profile import Profile

PROFILE = Profile(
    BleMapping(
        Bthome(
            {"relief-button": {"tapped": ("button",), "held": ("button",), "tamper": ("tamper",), "battery": ("battery",)}},
            sealed=True,
            begins_anew=False,
        )
    )
)
